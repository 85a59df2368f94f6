"""Daily totals: which column of a day each move counts in, for moves that stay true (statistics.md §5)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core import clock

# The first of each is counted; filing and not filing bring an acceptance where there was none.
FIRSTS: dict[Move, tuple[str, ...]] = {
    Move.REPORT: ("reported",),
    Move.SELF_HANDLE: ("self_handled",),
    Move.ACCEPT: ("accepted",),
    Move.DECLINE: ("declined",),
    Move.FILE: ("accepted", "filed"),
    Move.NOT_FILE: ("accepted", "not_filed"),
    Move.DISPATCH: ("dispatched",),
}
# Every one of these is counted, whatever became of it.
TURNS: dict[Move, str] = {
    Move.CLOSE: "closings",
    Move.UNDO_CLOSING: "closings_undone",
    Move.VOID: "voids",
    Move.SPLIT: "voids",
    Move.MERGE: "merges",
}
MOVES = (*FIRSTS, *TURNS)
# What the daily totals share with the figures of a period: checked against each other at every freeze.
SHARED = ("reported", "self_handled", "accepted", "declined", "filed", "not_filed", "dispatched")
COLUMNS = (*SHARED, *dict.fromkeys(TURNS.values()))


@dataclass(frozen=True, slots=True)
class Counting:
    """One count of one day: under the category and unit (0: none) in force at that move."""

    day: date
    category_id: int
    unit_id: int
    column: str
    number: int


def countings(events: Iterable[Event], category_id: int) -> Iterator[Counting]:
    """What a case adds to its grid's days; `category_id` where its events name none."""
    seen: set[str] = set()
    unit_id = 0
    for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
        category_id = event.category_id or category_id
        if event.move is Move.DISPATCH:
            unit_id = event.unit_id or 0
        columns = [name for name in FIRSTS.get(event.move, ()) if name not in seen]
        seen.update(columns)
        if event.move in TURNS:
            columns = [TURNS[event.move]]
        for name in columns:
            yield Counting(clock.local_date(event.happened_at), category_id, unit_id, name, 1)


def key_of(grid_id: int, day: date) -> str:
    """The key under which a day of a grid is owed: `12:2017-03-05`."""
    return f"{grid_id}:{day.isoformat()}"


def parse_key(key: str) -> tuple[int, date]:
    """Grid id and local day of an owed key; ValueError for anything else."""
    grid_id, _, day = key.partition(":")
    if not 0 < int(grid_id) < 2**63:
        raise ValueError(f"no grid id: {grid_id[:40]!r}")
    return int(grid_id), date.fromisoformat(day)


def grid_ids(keys: Iterable[str]) -> set[int]:
    """The grids that owed keys name; a key of no day names none."""
    found = set()
    for key in keys:
        with contextlib.suppress(ValueError):
            found.add(parse_key(key)[0])
    return found


def runs(days: Iterable[date], longest: int = 31) -> Iterator[tuple[date, date]]:
    """Days joined to runs [first, last] of neighbours, none longer than `longest` days."""
    first = last = None
    for day in sorted(set(days)):
        if first is None or last is None or (day - last).days > 1 or (day - first).days >= longest:
            if first is not None and last is not None:
                yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last
