"""The steps a case went through, each visit by itself, and whether a limit of its own was kept (pure)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from gridops.cases.rules.deadlines import WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.catalogue.rules import Step
from gridops.core import clock as clocks
from gridops.worktime.rules import LimitUnit, after_suspension, deadline

# What each move leaves to be done next; those of ENDS leave nothing, UNDOES the step there was, others go on with it.
BEGINS: dict[Move, Step] = {
    Move.REPORT: Step.ACCEPT,
    Move.SEND_TO_VERIFY: Step.VERIFY,
    Move.VERIFY: Step.ACCEPT,
    Move.ACCEPT: Step.FILE,
    Move.FILE: Step.DISPATCH,
    Move.RETURN: Step.DISPATCH,
    Move.DISPATCH: Step.RECEIVE,
    Move.CHECK_FAILED: Step.RECEIVE,
    Move.UNDO_CLOSING: Step.RECEIVE,
    Move.RECEIVE: Step.HANDLE,
    Move.FEEDBACK: Step.SEND_TO_CHECK,
    Move.SEND_TO_CHECK: Step.CHECK,
    Move.CHECK_PASSED: Step.CLOSE,
}
ENDS = frozenset(
    {
        Move.SELF_HANDLE,
        Move.DECLINE,
        Move.NOT_FILE,
        Move.CLOSE,
        Move.VOID,
        Move.MERGE,
        Move.SPLIT,
    }
)
UNDOES = frozenset({Move.UNDO_VOID, Move.UNDO_MERGE, Move.UNDO_SPLIT})


class StepRow(Protocol):
    """The limit of a step."""

    @property
    def limit(self) -> int: ...

    @property
    def limit_unit(self) -> LimitUnit: ...


@dataclass(frozen=True, slots=True)
class Visit:
    """One time a step was to be done: from when, until which event (None: still); pauses of suspensions (None: still).

    `limit`, `due_at`: where the step has a limit; a pause moves it.
    """

    step: Step
    begun_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = None
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    limit: StepRow | None = None
    due_at: datetime | None = None

    @property
    def paused(self) -> bool:
        """Whether its clock stands still now."""
        return self.ended_at is None and any(until is None for _since, until in self.pauses)

    def late(self, now: datetime) -> bool:
        """Whether it took, or takes, longer than its limit."""
        if self.due_at is None:
            return False
        until = self.ended_at or next((since for since, end in self.pauses if end is None), now)
        return until > self.due_at


def visits(events: Iterable[Event]) -> list[Visit]:
    """The steps of a case in the order they began; the last may go on still."""
    found: list[Visit] = []
    open_visit, before = False, None
    for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
        at, step = event.happened_at, BEGINS.get(event.move)
        if event.move in UNDOES and not open_visit:
            step = before
        if open_visit and event.move is Move.SUSPEND:
            found[-1] = replace(found[-1], pauses=(*found[-1].pauses, (at, None)))
        if open_visit and (event.move is Move.RESUME or event.move in ENDS):
            found[-1] = replace(found[-1], pauses=tuple((since, end or at) for since, end in found[-1].pauses))
        if open_visit and (step is not None or event.move in ENDS):
            found[-1] = replace(found[-1], ended_at=at, ended_by=event.seq)
            open_visit, before = False, found[-1].step
        if step is not None:
            found.append(Visit(step, at))
            open_visit = True
    return found


def limited(
    found: Iterable[Visit], limit_of: Callable[[Step, date], StepRow | None], clock: WorkingClock
) -> list[Visit]:
    """The visits with the limit that each had on the day it began."""
    return [_limited(visit, limit_of(visit.step, clocks.local_date(visit.begun_at)), clock) for visit in found]


def how_many_late(begun: Sequence[datetime], row: StepRow, clock: WorkingClock, now: datetime) -> int:
    """How many of the visits that began at these times, in order, and never paused are late.

    They are the first ones: whoever began earlier has no later deadline.
    """

    def in_time(at: datetime) -> bool:
        return deadline(at, row.limit, row.limit_unit, clock.calendar, clock.hours).at >= now

    return bisect_left(begun, True, key=in_time)


def _limited(visit: Visit, row: StepRow | None, clock: WorkingClock) -> Visit:
    if row is None:
        return visit
    due = deadline(visit.begun_at, row.limit, row.limit_unit, clock.calendar, clock.hours).at
    for since, until in visit.pauses:
        if until is not None:
            due = after_suspension(due, since, until, row.limit_unit, clock.calendar, clock.hours).at
    return replace(visit, limit=row, due_at=due)
