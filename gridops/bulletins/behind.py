"""The list behind a figure of a bulletin: a draft's as known now, a locked one's exactly as counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.bulletins.issues import given_of
from gridops.bulletins.models import Bulletin
from gridops.bulletins.series import period_of_paper
from gridops.cases.models import Case
from gridops.cases.rules.moves import State
from gridops.cases.rules.sources import Source
from gridops.figures import service as figures
from gridops.figures.models import FrozenSet, KeptRow
from gridops.figures.rules.kept import times_of

CHUNK = 500
TIMES = (
    "reported_at",
    "filed_at",
    "dispatched_at",
    "due_at",
    "handle_due_at",
    "handled_at",
    "closed_at",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: behind a figure, or behind it in one row of a table."""

    figure: str
    table: str | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the list. Category, unit and times are those that were counted; the state is today's."""

    case_id: int
    number: str
    source: Source
    category: str
    grid: str
    unit: str
    address: str
    state: State
    suspended: bool
    times: Mapping[str, datetime]
    late: bool


def page_of(
    session: Session, bulletin: Bulletin, asked: Asked, *, after: int = 0, limit: int = 50
) -> tuple[list[Line], int | None]:
    """A page of the list in the order of the records, and where the next begins. Invalid: no such list."""
    frozen = queries.frozen_set(session, bulletin)
    page = _ids(session, bulletin, frozen, asked, after, limit)
    return _lines(session, frozen, page.case_ids), page.after


def lines_of(session: Session, bulletin: Bulletin, asked: Asked) -> Iterator[Line]:
    """The whole list, for an export."""
    frozen = queries.frozen_set(session, bulletin)
    found = _ids(session, bulletin, frozen, asked, 0, figures.ALL).case_ids
    for first in range(0, len(found), CHUNK):
        yield from _lines(session, frozen, found[first : first + CHUNK])


def facts_of(
    session: Session, bulletin: Bulletin, asked: Asked, *, after: int = 0, limit: int = 50
) -> figures.FactPage:
    """A page of the facts behind a figure of enforcement, supervision or penalties. Invalid: no such list."""
    frozen = queries.frozen_set(session, bulletin)
    which = {"table": asked.table, "row": asked.row, "after": after, "limit": limit}
    if frozen is not None:
        return figures.kept_fact_records(session, frozen, asked.figure, **which)  # type: ignore[arg-type]
    given = given_of(session, bulletin.root_id, bulletin.grid_id, bulletin.series)
    period, series = period_of_paper(session, bulletin), bulletin.series
    return figures.fact_records(
        session,
        bulletin.grid_id,
        period,
        series,
        asked.figure,
        given=given,
        **which,  # type: ignore[arg-type]
    )


def _ids(
    session: Session, bulletin: Bulletin, frozen: FrozenSet | None, asked: Asked, after: int, limit: int
) -> figures.Page:
    which = {"table": asked.table, "row": asked.row, "after": after, "limit": limit}
    if frozen is not None:
        return figures.kept_records(session, frozen, asked.figure, **which)  # type: ignore[arg-type]
    period, series = period_of_paper(session, bulletin), bulletin.series
    return figures.records(session, bulletin.grid_id, period, series, asked.figure, **which)  # type: ignore[arg-type]


def _lines(session: Session, frozen: FrozenSet | None, case_ids: Sequence[int]) -> list[Line]:
    cases = queries.cases_by_id(session, case_ids)
    kept = queries.kept_by_case(session, frozen.id, case_ids) if frozen is not None else {}
    counted = {case_id: kept.get(case_id) or cases[case_id] for case_id in case_ids}
    categories, grids, units = queries.names_beside(
        session,
        {row.category_id for row in counted.values()},
        {row.grid_version_id for row in counted.values()},
        {row.unit_id for row in counted.values() if row.unit_id},
    )
    return [
        _line(
            cases[case_id],
            row,
            categories.get(row.category_id, ""),
            grids.get(row.grid_version_id, ""),
            units.get(row.unit_id or 0, ""),
        )
        for case_id, row in counted.items()
    ]


def _line(case: Case, row: Case | KeptRow, category: str, grid: str, unit: str) -> Line:
    if isinstance(row, KeptRow):
        times = {name: at for name, at in times_of(row.facts).items() if name in TIMES}
    else:
        times = {name: at for name in TIMES if (at := getattr(row, name)) is not None}
    return Line(
        case_id=case.id,
        number=case.number,
        source=case.source,
        category=category,
        grid=grid,
        unit=unit,
        address=case.address,
        state=case.state,
        suspended=case.suspended_at is not None,
        times=times,
        late=isinstance(row, KeptRow) and row.late,
    )
