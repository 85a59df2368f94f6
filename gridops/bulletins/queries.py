"""What is asked of series, bulletins, their steps, papers and builds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridops.bulletins.models import (
    BuildJob,
    BuildPart,
    Bulletin,
    BulletinItem,
    BulletinPaper,
    BulletinStep,
    FactSheet,
    Series,
)
from gridops.bulletins.rules.life import Status
from gridops.bulletins.rules.sheets import ASKING
from gridops.cases.models import Case
from gridops.catalogue.models import Category
from gridops.figures.models import FrozenSet, KeptRow
from gridops.grids.models import GridVersion
from gridops.people.models import Unit
from gridops.people.queries import units_below
from gridops.supervision.models import DisciplineCheck, Problem


def series(session: Session, root_id: int, key: str, *, lock: bool = False) -> Series | None:
    """A root's series by its key; `lock` keeps others from changing it meanwhile."""
    wanted = select(Series).filter_by(root_id=root_id, key=key)
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)


def bulletin(
    session: Session, grid_id: int, key: str, period: str, *, correction_no: int = 0, lock: bool = False
) -> Bulletin | None:
    """The paper of a period (correction_no 0), or one of its corrections."""
    wanted = select(Bulletin).filter_by(grid_id=grid_id, series=key, period=period, correction_no=correction_no)
    return session.scalar(wanted.with_for_update() if lock else wanted)


def newest_of_period(session: Session, grid_id: int, key: str, period: str) -> Bulletin | None:
    """The last paper of a period: the correction being written, if there is one."""
    wanted = select(Bulletin).filter_by(grid_id=grid_id, series=key, period=period)
    return session.scalar(wanted.order_by(Bulletin.correction_no.desc()).limit(1))


def locked(session: Session, bulletin_id: int) -> Bulletin | None:
    """A bulletin whose row nobody else may change meanwhile."""
    found = select(Bulletin).filter_by(id=bulletin_id).with_for_update().execution_options(populate_existing=True)
    return session.scalar(found)


def listed(
    session: Session,
    root_id: int,
    grid_ids: Collection[int] | None,
    *,
    key: str | None = None,
    status: Status | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 30,
) -> Sequence[Bulletin]:
    """Bulletins of a root (grid_ids None: all its areas), newest period first; `before` continues a page."""
    wanted = _of(select(Bulletin), root_id, grid_ids, key)
    if status is not None:
        wanted = wanted.where(Bulletin.status == status)
    if before:
        starts, last_id = before
        wanted = wanted.where(
            or_(Bulletin.starts_at < starts, (Bulletin.starts_at == starts) & (Bulletin.id < last_id))
        )
    return session.scalars(wanted.order_by(Bulletin.starts_at.desc(), Bulletin.id.desc()).limit(limit)).all()


def status_counts(
    session: Session, root_id: int, grid_ids: Collection[int] | None, *, key: str | None = None
) -> dict[Status, int]:
    """How many bulletins of a root, its areas in sight and a series are in each state; what has none is left out."""
    counted = _of(select(Bulletin.status, func.count()), root_id, grid_ids, key).group_by(Bulletin.status)
    return dict(session.execute(counted).all())


def _of(wanted: Any, root_id: int, grid_ids: Collection[int] | None, key: str | None) -> Any:
    """A select over bulletins narrowed to areas in sight and a series."""
    wanted = wanted.where(Bulletin.root_id == root_id)
    if grid_ids is not None:
        wanted = wanted.where(Bulletin.grid_id.in_(grid_ids))
    return wanted.where(Bulletin.series == key) if key else wanted


def drafts(session: Session, root_id: int, key: str) -> Sequence[Bulletin]:
    """The drafts of a series whose figures are not locked, held so that no freeze comes between; no corrections."""
    wanted = select(Bulletin).filter_by(root_id=root_id, series=key, status=Status.DRAFT, correction_no=0)
    held = wanted.order_by(Bulletin.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).all()


def steps(session: Session, bulletin_id: int) -> Sequence[BulletinStep]:
    """Who did what, oldest first."""
    return session.scalars(select(BulletinStep).filter_by(bulletin_id=bulletin_id).order_by(BulletinStep.id)).all()


def papers(session: Session, bulletin_id: int) -> dict[str, BulletinPaper]:
    """Rendered files by format."""
    found = session.scalars(select(BulletinPaper).filter_by(bulletin_id=bulletin_id))
    return {paper.format: paper for paper in found}


def job(session: Session, job_id: int, *, lock: bool = False) -> BuildJob | None:
    """A build by its id."""
    wanted = select(BuildJob).filter_by(id=job_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def newest_job(session: Session, bulletin_id: int) -> BuildJob | None:
    """The last build asked for."""
    return session.scalar(select(BuildJob).filter_by(bulletin_id=bulletin_id).order_by(BuildJob.id.desc()).limit(1))


def owed_jobs(session: Session, before: datetime, limit: int = 20) -> Sequence[BuildJob]:
    """Builds still owed for which nobody was woken since; the longest unwoken first."""
    return session.scalars(
        select(BuildJob)
        .where(BuildJob.state == "owed", func.coalesce(BuildJob.woken_at, BuildJob.asked_at) < before)
        .order_by(func.coalesce(BuildJob.woken_at, BuildJob.asked_at))
        .limit(limit)
    ).all()


def parts(session: Session, job_id: int) -> Sequence[BuildPart]:
    """The counted shares of a build."""
    return session.scalars(select(BuildPart).filter_by(job_id=job_id).order_by(BuildPart.grid_id)).all()


def parts_done(session: Session, job_id: int) -> int:
    """How many shares are counted."""
    return session.scalar(select(func.count()).select_from(BuildPart).filter_by(job_id=job_id)) or 0


def issued(session: Session, root_id: int, limit: int = 50) -> Sequence[Bulletin]:
    """Issued papers of a root, newest first."""
    return session.scalars(
        select(Bulletin)
        .where(Bulletin.root_id == root_id, Bulletin.status.in_([Status.ISSUED, Status.CORRECTED]))
        .order_by(Bulletin.starts_at.desc())
        .limit(limit)
    ).all()


def numbered(session: Session, grid_id: int) -> Sequence[Bulletin]:
    """The issued papers of an area, corrections left out, in the order of their periods."""
    return session.scalars(
        select(Bulletin)
        .where(
            Bulletin.grid_id == grid_id,
            Bulletin.correction_no == 0,
            Bulletin.status.in_([Status.ISSUED, Status.CORRECTED]),
        )
        .order_by(Bulletin.starts_at, Bulletin.id)
    ).all()


def corrections(session: Session, bulletin_id: int) -> Sequence[Bulletin]:
    """The corrections of a bulletin, oldest first."""
    return session.scalars(select(Bulletin).filter_by(corrects_id=bulletin_id).order_by(Bulletin.correction_no)).all()


def corrections_issued_in(
    session: Session, grid_id: int, key: str, start: datetime, end: datetime
) -> Sequence[Bulletin]:
    """Corrections of a series issued within [start, end), in the order of their periods."""
    return session.scalars(
        select(Bulletin)
        .join(BulletinStep, BulletinStep.bulletin_id == Bulletin.id)
        .where(
            Bulletin.grid_id == grid_id,
            Bulletin.series == key,
            Bulletin.correction_no > 0,
            BulletinStep.step == "issue",
            BulletinStep.at >= start,
            BulletinStep.at < end,
        )
        .order_by(Bulletin.starts_at, Bulletin.correction_no)
    ).all()


def one(session: Session, bulletin_id: int) -> Bulletin | None:
    """A bulletin by its id."""
    return session.get(Bulletin, bulletin_id)


def series_names(session: Session, root_id: int) -> dict[str, str]:
    """Series key -> what a root calls it, for those it has."""
    rows = session.execute(select(Series.key, Series.name).where(Series.root_id == root_id))
    return {row.key: row.name for row in rows}


def running_builds(session: Session, bulletin_ids: Collection[int]) -> frozenset[int]:
    """Which of these bulletins wait for a build."""
    found = select(BuildJob.bulletin_id).where(BuildJob.bulletin_id.in_(sorted(bulletin_ids)), BuildJob.state == "owed")
    return frozenset(session.scalars(found))


def frozen_set(session: Session, bulletin: Bulletin) -> FrozenSet | None:
    """The locked figures of a bulletin; a correction has those of the paper it corrects."""
    original = session.get(Bulletin, bulletin.corrects_id) if bulletin.corrects_id else None
    set_id = (original or bulletin).frozen_set_id
    return session.get(FrozenSet, set_id) if set_id is not None else None


def cases_by_id(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    """Cases by their ids."""
    return {row.id: row for row in session.scalars(select(Case).where(Case.id.in_(sorted(case_ids))))}


def kept_by_case(session: Session, set_id: int, case_ids: Collection[int]) -> dict[int, KeptRow]:
    """The kept rows of some cases in a locked set."""
    found = select(KeptRow).where(KeptRow.set_id == set_id, KeptRow.case_id.in_(sorted(case_ids)))
    return {row.case_id: row for row in session.scalars(found)}


def names_beside(
    session: Session, category_ids: Collection[int], version_ids: Collection[int], unit_ids: Collection[int]
) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Names of categories, of grids as they were in a version, and of units."""
    categories = select(Category.id, Category.name_zh.label("name")).where(Category.id.in_(sorted(category_ids)))
    versions = select(GridVersion.id, GridVersion.name).where(GridVersion.id.in_(sorted(version_ids)))
    units = select(Unit.id, Unit.name).where(Unit.id.in_(sorted(unit_ids)))
    told = [{row.id: row.name for row in session.execute(query)} for query in (categories, versions, units)]
    return told[0], told[1], told[2]


def units_named(session: Session, root_id: int, day: date) -> dict[int, str]:
    """Unit id -> name of the units of a root that exist on a day."""
    rows = session.execute(
        select(Unit.id, Unit.name).where(
            Unit.root_id == root_id,
            or_(Unit.valid_from.is_(None), Unit.valid_from <= day),
            or_(Unit.valid_to.is_(None), Unit.valid_to > day),
        )
    )
    return {row.id: row.name for row in rows}


def place_of_unit(session: Session, unit_id: int) -> int | None:
    """The grid a unit belongs to; None where it works for the whole root."""
    return session.scalar(select(Unit.grid_id).where(Unit.id == unit_id))


def fact_sheets(session: Session, bulletin_id: int) -> Sequence[FactSheet]:
    """The sheets of a bulletin, in the order in which units were first asked; those without facts too."""
    return session.scalars(select(FactSheet).filter_by(bulletin_id=bulletin_id).order_by(FactSheet.id)).all()


def bulletin_of_sheet(session: Session, sheet_id: int) -> int | None:
    """The bulletin of a sheet; None where there is no such sheet."""
    return session.scalar(select(FactSheet.bulletin_id).filter_by(id=sheet_id))


def fact_sheet(session: Session, sheet_id: int) -> FactSheet | None:
    """A sheet that nobody else may change meanwhile."""
    found = select(FactSheet).filter_by(id=sheet_id).with_for_update().execution_options(populate_existing=True)
    return session.scalar(found)


def unanswered_sheets(
    session: Session, root_id: int, unit_ids: Collection[int], limit: int = 200
) -> list[tuple[FactSheet, Bulletin]]:
    """Sheets of these units and those below them, not answered, of papers not yet approved, by deadline."""
    if not unit_ids:
        return []
    wanted = (
        select(FactSheet, Bulletin)
        .join(Bulletin, Bulletin.id == FactSheet.bulletin_id)
        .where(
            Bulletin.root_id == root_id,
            Bulletin.status.in_(sorted(ASKING)),
            FactSheet.unit_id.in_(sorted(units_below(session, unit_ids))),
            FactSheet.answer.is_(None),
        )
        .order_by(FactSheet.due_at, FactSheet.id)
        .limit(limit)
    )
    return [(row.FactSheet, row.Bulletin) for row in session.execute(wanted)]


def items(session: Session, bulletin_id: int, *, lock: bool = False) -> dict[str, BulletinItem]:
    """What is kept of the problem items of a paper, by key; in the order in which it was kept."""
    wanted = select(BulletinItem).filter_by(bulletin_id=bulletin_id).order_by(BulletinItem.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return {item.key: item for item in session.scalars(wanted)}


def issue_before(session: Session, found: Bulletin) -> Bulletin | None:
    """The last issued paper of the same area and series before a paper's period, corrections left out."""
    return session.scalar(
        select(Bulletin)
        .where(
            Bulletin.grid_id == found.grid_id,
            Bulletin.series == found.series,
            Bulletin.correction_no == 0,
            Bulletin.status.in_([Status.ISSUED, Status.CORRECTED]),
            Bulletin.starts_at < found.starts_at,
        )
        .order_by(Bulletin.starts_at.desc())
        .limit(1)
    )


def problems_by_key(session: Session, bulletin_id: int) -> dict[str, Problem]:
    """Key of an item of an issue -> the problem item it became, voided ones left out."""
    rows = session.execute(
        select(BulletinItem.key, Problem)
        .join(Problem, Problem.id == BulletinItem.problem_id)
        .where(BulletinItem.bulletin_id == bulletin_id, Problem.voided_at.is_(None))
    )
    return {row.key: row.Problem for row in rows}


def problems_by_number(session: Session, root_id: int, numbers: Collection[str]) -> dict[str, Problem]:
    """Problem items of a root by their numbers, voided ones left out."""
    found = select(Problem).where(
        Problem.root_id == root_id, Problem.number.in_(sorted(numbers)), Problem.voided_at.is_(None)
    )
    return {row.number: row for row in session.scalars(found)}


def units_of_looks(session: Session, root_id: int, look_ids: Collection[int]) -> dict[int, int]:
    """Discipline check -> the unit looked at, those voided left out."""
    rows = session.execute(
        select(DisciplineCheck.id, DisciplineCheck.unit_id).where(
            DisciplineCheck.root_id == root_id,
            DisciplineCheck.id.in_(sorted(look_ids)),
            DisciplineCheck.voided_at.is_(None),
        )
    )
    return {row.id: row.unit_id for row in rows}


def unit_codes(session: Session, root_id: int) -> dict[str, int]:
    """Code -> id of every unit of a root."""
    return {row.code: row.id for row in session.execute(select(Unit.code, Unit.id).where(Unit.root_id == root_id))}
