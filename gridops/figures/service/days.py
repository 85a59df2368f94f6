"""Daily totals per (grid, local day): rebuilt from the events, never incremented; run twice, nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from gridops.core import owed
from gridops.core.bulk import insert_rows
from gridops.core.periods import Period
from gridops.figures.models import DayTotal
from gridops.figures.queries import days as queries
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import events_of
from gridops.figures.rules import days as rules

OWED = "day_total"
Totals = dict[tuple[Any, ...], dict[str, int]]
# What is wrong with a day itself and will be again; a database that is gone or in a tangle is tried again as a whole.
POISON = (ValueError, TypeError, LookupError, ArithmeticError, DataError, IntegrityError)


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
    """Rebuild the oldest days owed, at most `limit` rows of work; returns how many distinct days were rebuilt.

    A day that cannot be rebuilt stays owed with its error and one more try, and stops no other.
    """
    return _settle(session, owed.pending(session, OWED, limit=limit))


def drain_all(session: Session) -> int:
    """Rebuild every day owed that can be; returns how many."""
    total = 0
    while done := drain(session, limit=20_000):
        total += done
    return total


def prepare_freeze(session: Session, grid_id: int, period: Period) -> int:
    """Rebuild the days a period of a jurisdiction still waits for, however often tried; returns how many were rebuilt.

    For an ordinary transaction of its own, committed before the consistent read of `freeze`: there a worker that
    rebuilds the same days would be in the way. NotFound for an unknown grid.
    """
    return _settle(session, queries.owed_days(session, OWED, area_of(session, grid_id).grid_ids(), period))


def _settle(session: Session, works: list[owed.Work]) -> int:
    """Rebuild what is owed, all at once or, where that fails, key by key; returns how many days were rebuilt."""
    if not works:
        return 0
    # Before the first savepoint: what is locked within one that fails is let go, and others lock in this order too.
    queries.lock_roots(session, rules.grid_ids(work.key for work in works))
    if _rebuilt(session, works) is None:
        for work in works:
            owed.done(session, work)
        return len(works)
    settled = 0
    for work in works:
        wrong = _rebuilt(session, [work])
        if wrong is None:
            owed.done(session, work)
            settled += 1
        else:
            owed.failed(session, work, f"{type(wrong).__name__}: {wrong}")
    return settled


def _rebuilt(session: Session, works: list[owed.Work]) -> Exception | None:
    """Rebuild days in a savepoint; what went wrong with them, if anything."""
    try:
        with session.begin_nested():
            rebuild_days(session, (work.key for work in works))
    except POISON as wrong:
        return wrong
    return None


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
