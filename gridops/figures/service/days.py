"""Daily totals per (grid, local day): rebuilt from the events, never incremented; run twice, nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.core import owed
from gridops.core.bulk import insert_rows
from gridops.figures.models import DayTotal
from gridops.figures.queries import days as queries
from gridops.figures.queries.rows import events_of
from gridops.figures.rules import days as rules

OWED = "day_total"
Totals = dict[tuple[Any, ...], dict[str, int]]


def rebuild_days(session: Session, keys: Iterable[str]) -> int:
    """Rebuild the totals of owed days (`grid_id:YYYY-MM-DD`); returns how many days. ValueError for a key of no day."""
    wanted = {rules.parse_key(key) for key in keys}
    if not wanted:
        return 0
    queries.lock_roots(session, (grid_id for grid_id, _ in wanted))
    for first, last in rules.runs(day for _, day in wanted):
        run = {(grid_id, day) for grid_id, day in wanted if first <= day <= last}
        _write(session, run, _counted(session, run, first, last))
    return len(wanted)


def drain(session: Session, *, limit: int = 500) -> int:
    """Rebuild the oldest days owed, at most `limit` rows of work; returns how many distinct days."""
    works = owed.pending(session, OWED, limit=limit)
    rebuild_days(session, (work.key for work in works))
    for work in works:
        owed.done(session, work)
    return len(works)


def drain_all(session: Session) -> int:
    """Rebuild every day owed; returns how many."""
    total = 0
    while done := drain(session, limit=20_000):
        total += done
    return total


def _counted(session: Session, run: set[tuple[int, date]], first: date, last: date) -> Totals:
    cases = queries.moved_cases(session, {grid_id for grid_id, _ in run}, first, last)
    totals: Totals = defaultdict(lambda: dict.fromkeys(rules.COLUMNS, 0))
    for case_id, events in events_of(session, list(cases)):
        grid_id, root_id, kind, source, category_id = cases[case_id]
        for told in rules.countings(events, category_id):
            if (grid_id, told.day) in run:
                key = (root_id, grid_id, told.day, kind, told.category_id, source, told.unit_id)
                totals[key][told.column] += told.number
    return totals


def _write(session: Session, run: set[tuple[int, date]], totals: Totals) -> None:
    days: dict[int, list[date]] = defaultdict(list)
    for grid_id, day in run:
        days[grid_id].append(day)
    for grid_id, its in days.items():
        session.execute(delete(DayTotal).where(DayTotal.grid_id == grid_id, DayTotal.day.in_(sorted(its))))
    names = ("root_id", "grid_id", "day", "kind", "category_id", "source", "unit_id")
    rows = ((*key, *(sums[name] for name in rules.COLUMNS)) for key, sums in sorted(totals.items()))
    insert_rows(session, DayTotal, (*names, *rules.COLUMNS), rows)
