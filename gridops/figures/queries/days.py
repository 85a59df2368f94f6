"""Daily totals: the cases that moved on some days, and the sums kept."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.owed import Owed, Work
from gridops.core.periods import Period
from gridops.figures.models import DayTotal
from gridops.figures.rules.days import MOVES, SHARED, parse_key
from gridops.grids.models import Grid

FEW = 400


def lock_roots(session: Session, grid_ids: Iterable[int]) -> None:
    """Wait until no other transaction rebuilds totals of these roots; what is read afterwards is newer than theirs."""
    ids = sorted(set(grid_ids))
    roots: set[int] = set()
    for i in range(0, len(ids), FEW):
        chunk = ids[i : i + FEW]
        roots.update(root for root in session.scalars(select(Grid.root_id).where(Grid.id.in_(chunk))) if root)
    lock_names(session, (f"day_total:{root_id}" for root_id in roots))


def moved_cases(
    session: Session, grid_ids: Collection[int], first: date, last: date
) -> dict[int, tuple[int, int, str, str, int]]:
    """case id -> (grid id, root id, kind, source, category id) of every case that moved on days [first, last]."""
    query = (
        select(Case.id, Case.grid_id, Case.root_id, Case.kind, Case.source, Case.category_id)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(
            CaseEvent.move.in_(MOVES),
            *_within(first, last),
            CaseEvent.superseded_at.is_(None),
        )
        .distinct()
    )
    if len(grid_ids) <= FEW:
        query = query.where(Case.grid_id.in_(sorted(grid_ids)))
    return {
        case_id: (grid_id, root_id, str(kind), str(source), category_id)
        for case_id, grid_id, root_id, kind, source, category_id in session.connection().execute(query).all()
        if grid_id in grid_ids
    }


def owed_days(session: Session, kind: str, grid_ids: Collection[int], period: Period) -> list[Work]:
    """The days of a period that are owed for some grids, however often tried, oldest first."""
    rows = session.execute(select(Owed.key, Owed.id, Owed.tries).where(Owed.kind == kind).order_by(Owed.id))
    found: dict[str, list[tuple[int, int]]] = {}
    for key, row_id, tries in rows:
        with contextlib.suppress(ValueError):  # a key of no day is owed for no grid
            grid_id, day = parse_key(key)
            if grid_id in grid_ids and period.first_day <= day < period.end_day:
                found.setdefault(key, []).append((row_id, tries))
    return [Work(key, tuple(i for i, _ in seen), max(t for _, t in seen)) for key, seen in found.items()]


def day_sums(
    session: Session, grid_ids: Collection[int], root_id: int, first: date, end: date
) -> dict[int, dict[str, int]]:
    """grid id -> what its daily totals sum up to over [first, end), for the columns shared with the figures."""
    columns = [func.sum(getattr(DayTotal, name)) for name in SHARED]
    query = (
        select(DayTotal.grid_id, *columns)
        .where(DayTotal.root_id == root_id, DayTotal.day >= first, DayTotal.day < end)
        .group_by(DayTotal.grid_id)
    )
    return {
        grid_id: dict(zip(SHARED, map(int, sums), strict=True))
        for grid_id, *sums in session.execute(query)
        if grid_id in grid_ids
    }


def _within(first: date, last: date) -> list[ColumnElement[bool]]:
    """Events of days [first, last]; on the first and the last day there is, nothing lies beyond."""
    wanted: list[ColumnElement[bool]] = []
    if first > date.min:
        wanted.append(CaseEvent.happened_at >= clock.midnight(first))
    if last < date.max:
        wanted.append(CaseEvent.happened_at < clock.midnight(last + timedelta(days=1)))
    return wanted
