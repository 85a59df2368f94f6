"""Samples of closed cases: the population, what was drawn of it, and what its reporters closed themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, SpotCheck, SpotCheckCase, SpotCheckPopulation
from gridops.cases.queries.filters import visible
from gridops.cases.queries.rows import CASE_COLUMNS, CaseRow, with_names
from gridops.cases.rules.moves import State
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.grids import queries as grids
from gridops.people.models import User
from gridops.people.queries import Scope, units_below

LIST = 50


@dataclass(frozen=True, slots=True)
class Population:
    """Closed cases by the local days of their closing (both included), below a grid, with a unit (None: any)."""

    first_day: date
    last_day: date
    grid_id: int
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn case with what was found; `judge`: who found it."""

    entry: SpotCheckCase
    row: CaseRow
    judge: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """A sample in a list: who drew it, how many of it were looked at, how many failed."""

    check: SpotCheck
    drawer: str
    judged: int
    failed: int


def population(session: Session, scope: Scope, wanted: Population, most: int | None = None) -> dict[str, int]:
    """The closed cases in sight that belong to it, no more than `most` of them: number -> id."""
    stmt = select(Case.number, Case.id).where(
        Case.state == State.CLOSED,
        Case.closed_at >= clock.midnight(wanted.first_day),
        Case.closed_at < clock.midnight(wanted.last_day + timedelta(days=1)),
        # whatever closed in these days moved last then or later: what the index of states knows
        Case.last_moved_at >= clock.midnight(wanted.first_day),
    )
    if wanted.unit_id is not None:
        stmt = stmt.where(Case.unit_id.in_(sorted(units_below(session, [wanted.unit_id]))))
    if wanted.grid_id != scope.root_id:
        below = grids.tree(session).descendants(wanted.grid_id) | {wanted.grid_id}
        stmt = stmt.where(Case.grid_id.in_(sorted(below)))
    rows: list[tuple[str, int]] = [(row[0], row[1]) for row in session.execute(visible(stmt, scope).limit(most))]
    return dict(rows)


def kept_population(session: Session, check_id: int) -> str | None:
    """The numbers of which a sample was drawn, packed; None for samples that were drawn before they were kept."""
    kept = select(SpotCheckPopulation.numbers).where(SpotCheckPopulation.spot_check_id == check_id)
    return session.scalar(kept)


def drawn_numbers(session: Session, check_id: int) -> list[str]:
    """The numbers of the cases of a sample in the order they were drawn, wherever the cases lie now."""
    stmt = select(Case.number).join(SpotCheckCase, SpotCheckCase.case_id == Case.id)
    return list(session.scalars(stmt.where(SpotCheckCase.spot_check_id == check_id).order_by(SpotCheckCase.position)))


def check_in_sight(session: Session, scope: Scope, check_id: int) -> SpotCheck:
    """A sample of a territory that is seen as a whole; NotFound otherwise."""
    found = session.get(SpotCheck, check_id)
    if found is None or found.root_id != scope.root_id or not scope.sees_grid(found.grid_id):
        raise NotFound("没有这次抽查")
    return found


def checks(session: Session, scope: Scope, limit: int | None = LIST) -> list[Done]:
    """The samples of territories that are seen as a whole, the latest first; `limit` None: all."""
    found = func.count(SpotCheckCase.judged_at)
    failed = func.count(SpotCheckCase.id).filter(SpotCheckCase.passed.is_(False))
    stmt = (
        select(SpotCheck, User.name, found, failed)
        .join(User, User.id == SpotCheck.drawn_by)
        .outerjoin(SpotCheckCase, SpotCheckCase.spot_check_id == SpotCheck.id)
        .where(SpotCheck.root_id == scope.root_id)
        .group_by(SpotCheck.id, User.name)
        .order_by(SpotCheck.id.desc())
        .limit(limit)
    )
    if scope.grid_ids is not None:
        stmt = stmt.where(SpotCheck.grid_id.in_(sorted(scope.grid_ids)))
    return [Done(*row) for row in session.execute(stmt)]


# What waits from the oldest on, then what was judged from the latest on.
_WAITING_FIRST = (
    case((SpotCheckCase.judged_at.is_(None), 0), else_=1),
    case((SpotCheckCase.judged_at.is_(None), SpotCheckCase.id), else_=-SpotCheckCase.id),
)


def drawn(session: Session, scope: Scope, check_id: int | None, limit: int | None = LIST) -> list[Drawn]:
    """The cases of a sample (None: those their reporters closed, first what waits, the oldest of it first) in sight.

    `limit`: of those their reporters closed, None: all; a sample is always told whole.
    """
    stmt = (
        select(SpotCheckCase, User.name, *CASE_COLUMNS)
        .join(Case, Case.id == SpotCheckCase.case_id)
        .outerjoin(User, User.id == SpotCheckCase.judged_by)
        .where(SpotCheckCase.root_id == scope.root_id)
    )
    if check_id is None:
        stmt = stmt.where(SpotCheckCase.spot_check_id.is_(None)).order_by(*_WAITING_FIRST).limit(limit)
    else:
        stmt = stmt.where(SpotCheckCase.spot_check_id == check_id).order_by(SpotCheckCase.position)
    found = session.execute(visible(stmt, scope)).all()
    rows = with_names(session, [CaseRow(*one[2:]) for one in found])
    return [Drawn(one[0], row, one[1]) for one, row in zip(found, rows, strict=True)]


def entry(session: Session, entry_id: int) -> SpotCheckCase | None:
    """A drawn case, for whoever judges it; others wait."""
    stmt = select(SpotCheckCase).where(SpotCheckCase.id == entry_id).with_for_update()
    return session.scalar(stmt.execution_options(populate_existing=True))


def sample_of(session: Session, scope: Scope, entry_id: int) -> int | None:
    """The sample to which a drawn case in sight belongs; None where its reporter closed it. NotFound out of sight."""
    stmt = select(SpotCheckCase.spot_check_id).join(Case, Case.id == SpotCheckCase.case_id)
    found = session.execute(visible(stmt.where(SpotCheckCase.id == entry_id), scope)).one_or_none()
    if found is None:
        raise NotFound("没有这件抽查案件")
    return found[0]
