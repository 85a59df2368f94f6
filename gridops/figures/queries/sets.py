"""Frozen sets and their kept rows, late records, and what exists at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core.periods import Period
from gridops.figures.counts import BITS
from gridops.figures.models import FrozenSet, KeptRow, RunningSet
from gridops.figures.queries.area import Area
from gridops.figures.queries.plain import span_of
from gridops.figures.rules.behind import Behind
from gridops.figures.rules.late import Window
from gridops.figures.rules.tally import DIMENSIONS, SOURCES


def frozen_set(session: Session, grid_id: int, series: str, period: str) -> FrozenSet | None:
    """The frozen figures of a period of a series, if it was frozen."""
    return session.scalars(
        select(FrozenSet).where(FrozenSet.grid_id == grid_id, FrozenSet.series == series, FrozenSet.period == period)
    ).one_or_none()


def running_set(session: Session, grid_id: int, series: str) -> RunningSet | None:
    """What was told last of the running period of a series."""
    return session.scalars(
        select(RunningSet).where(RunningSet.grid_id == grid_id, RunningSet.series == series)
    ).one_or_none()


def frozen_ids(session: Session, grid_id: int, series: str) -> dict[str, int]:
    """Label -> id of the frozen set of every frozen period of a series."""
    told = session.execute(
        select(FrozenSet.period, FrozenSet.id).where(FrozenSet.grid_id == grid_id, FrozenSet.series == series)
    )
    return {row.period: row.id for row in told}


def any_record_before(session: Session, area: Area, instant: datetime) -> bool:
    """Whether any record of the area was reported before an instant."""
    query = select(Case.id).where(Case.root_id == area.root_id, Case.reported_at < instant)
    versions = area.version_ids()
    if versions is not None:
        query = query.where(Case.grid_version_id.in_(versions))
    return bool(session.scalar(select(exists(query))))


class Late(NamedTuple):
    """A late record: whether it was handled by the reporter, and filed, within the period it was reported in."""

    case_id: int
    self_handled: bool
    filed: bool


def late_told(session: Session, area: Area, window: Window) -> list[Late]:
    """The late records of a window, in case order."""
    period = window.period
    # Every record reported in a period is counted as such when it is frozen: what has no such row came later.
    kept = select(KeptRow.case_id).where(
        KeptRow.set_id == window.set_id,
        KeptRow.case_id == Case.id,
        KeptRow.flags.bitwise_and(BITS["reported"]) != 0,
    )
    wanted = [Case.root_id == area.root_id, _within(Case.reported_at, period), ~kept.exists()]
    versions = area.version_ids()
    if versions is not None:
        wanted.append(Case.grid_version_id.in_(versions))
    rows = session.execute(
        select(
            Case.id,
            Case.grid_version_id,
            span_of(area.changes),
            case((_within(Case.self_handled_at, period), 1), else_=0),
            case((_within(Case.filed_at, period), 1), else_=0),
        )
        .where(*wanted)
        .order_by(Case.id)
    ).all()
    told = _told_before(session, window) if rows else set()
    return [
        Late(case_id, bool(self_handled), bool(filed))
        for case_id, version_id, span, self_handled, filed in rows
        if case_id not in told and area.child_of(version_id, span)
    ]


def late_kept(session: Session, set_id: int) -> int:
    """How many kept rows of a set are late records."""
    return session.scalar(select(func.count()).where(KeptRow.set_id == set_id, KeptRow.late)) or 0


def _told_before(session: Session, window: Window) -> set[int]:
    """Records that a frozen period between the window's and the telling one told of as late."""
    told: set[int] = set()
    for frozen in session.scalars(select(FrozenSet).where(FrozenSet.id.in_(window.told_by))):
        if frozen.late_records:
            told.update(session.scalars(select(KeptRow.case_id).where(KeptRow.set_id == frozen.id, KeptRow.late)))
    return told


def kept_rows(session: Session, set_id: int, *, size: int = 5000) -> Iterator[Mapping[str, Any]]:
    """The kept rows of a set in case order, as mappings of column values."""
    last = 0
    columns = KeptRow.__table__.c
    names = columns.keys()
    while True:
        asked = select(*columns).where(columns.set_id == set_id, columns.case_id > last)
        rows = session.execute(asked.order_by(columns.case_id).limit(size)).all()
        yield from (dict(zip(names, row, strict=True)) for row in rows)
        if len(rows) < size:
            return
        last = rows[-1].case_id


def kept_case_ids(session: Session, set_id: int, what: Behind, after: int, limit: int) -> list[int]:
    """Case ids of kept rows behind a figure, in case order, from after a case id on."""
    query = select(KeptRow.case_id).where(KeptRow.set_id == set_id, KeptRow.case_id > after)
    if what.late:
        query = query.where(KeptRow.late)
    elif what.turns:
        query = query.where(getattr(KeptRow, what.turns) > 0)
    else:
        query = query.where(KeptRow.flags.bitwise_and(what.bit) != 0)
    if what.dimension == "source":
        query = query.where(KeptRow.source.in_([str(SOURCES[place]) for place in sorted(what.ids)]))
    elif what.dimension is not None:
        query = query.where(getattr(KeptRow, DIMENSIONS[what.dimension]).in_(sorted(what.ids)))
    return list(session.scalars(query.order_by(KeptRow.case_id).limit(limit)))


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)
