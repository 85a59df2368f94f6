"""Deadlines of a case: from its filing condition, moved by extensions and suspensions; and why they are so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gridops.cases.rules.facts import FAR, Event, Facts
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import project
from gridops.catalogue.rules import Area
from gridops.worktime.rules import Calendar, Explanation, Hours, LimitUnit, after_suspension, deadline, explain

# What the deadlines are called on pages: the unit's own, and that of the whole case.
UNIT_LIMIT, WHOLE_LIMIT = "处置时限", "时限"
_IN_UNIT = frozenset({State.DISPATCHED, State.RECEIVED})


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of a filing condition: of the whole case, and of the unit in charge; None: no limit of its own.

    `area`: the class of area whose tighter limits these are.
    """

    limit: int | None
    unit: LimitUnit | None
    handle_limit: int | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class WorkingClock:
    """Calendar and office hours by which a jurisdiction counts."""

    calendar: Calendar
    hours: Hours


@dataclass(frozen=True, slots=True)
class Due:
    """A new deadline of the case and one of the unit's own clock; None leaves it as it is."""

    case: datetime | None = None
    unit: datetime | None = None


class Cause(StrEnum):
    """What set a deadline or moved it."""

    FILED = "filed"
    GIVEN = "given"
    EXTENDED = "extended"
    RESUMED = "resumed"
    RECOUNTED = "recounted"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a deadline: from when, why, what it was before and after; `counts`: whether being on time follows."""

    cause: Cause
    at: datetime
    before: datetime | None
    after: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class WhyDue:
    """Why a case is due when it is: the counted limit (None where a deadline was handed in), then what moved it.

    `area`: the class of area whose limit was counted.
    """

    due_at: datetime | None
    counted: Explanation | None
    steps: tuple[Step, ...]
    suspended_since: datetime | None
    area: Area | None = None


def filing_due(filed_at: datetime, terms: Terms, clock: WorkingClock) -> datetime | None:
    """The deadline of a case filed under a condition; None without a limit."""
    return _counted(filed_at, terms.limit, terms, clock)


def handling_due(dispatched_at: datetime, terms: Terms, clock: WorkingClock) -> datetime | None:
    """The unit's own deadline, counted from its dispatch; None where it has none of its own (then the case's holds)."""
    return _counted(dispatched_at, terms.handle_limit, terms, clock)


def extended(facts: Facts, due: datetime) -> Due:
    """An extension to `due` moves a unit's own deadline by as much, never past the case's."""
    if not facts.handle_due_own or facts.handle_due_at is None or facts.due_at is None:
        return Due(case=due)
    return Due(case=due, unit=max(facts.handle_due_at, min(facts.handle_due_at + (due - facts.due_at), due)))


def resumed(facts: Facts, at: datetime, terms: Terms, clock: WorkingClock) -> Due:
    """The deadlines after a suspension that ends now: what was left of each clock runs again.

    Where nobody knows the limit's unit (an imported deadline), the clock is taken to run day and night.
    """
    if facts.suspended_at is None:
        return Due()
    own = facts.handle_due_at if facts.handle_due_own else None
    return Due(
        _resumed(facts.due_at, facts.suspended_at, at, terms, clock),
        _resumed(own, facts.suspended_at, at, terms, clock),
    )


def renews(event: Event) -> bool:
    """Whether the deadline was set anew by the settings of that day because somebody asked for it (no calendar)."""
    return event.move is Move.RECOUNT and event.condition_id is not None


def why_due(events: Sequence[Event], terms: Terms, clock: WorkingClock) -> WhyDue:
    """The deadline of a case, explained from its events."""
    facts = project(events)
    steps: list[Step] = []
    for number, event in enumerate(sorted(events, key=lambda e: (e.happened_at, e.seq))):
        cause = Cause.RENEWED if renews(event) else _CAUSES.get(event.move)
        if cause is None or event.due_at is None:
            continue
        before = steps[-1].after if steps else None
        if before != event.due_at:
            after = project(sorted(events, key=lambda e: (e.happened_at, e.seq))[: number + 1])
            steps.append(Step(cause, event.happened_at, before, event.due_at, after.due_fair_at == event.due_at))
    counted = None
    if facts.filed_at and facts.due_first_at and terms.limit and terms.unit:
        found = explain(facts.filed_at, terms.limit, terms.unit, clock.calendar, clock.hours, facts.due_at)
        recounted = any(step.cause in (Cause.RECOUNTED, Cause.RENEWED) for step in steps)
        counted = found if recounted or found.due == facts.due_first_at else None
    if steps and counted is None:
        steps[0] = Step(Cause.GIVEN, steps[0].at, steps[0].before, steps[0].after, steps[0].counts)
    return WhyDue(facts.due_at, counted, tuple(steps), facts.suspended_at, terms.area)


_CAUSES = {
    Move.FILE: Cause.FILED,
    Move.EXTEND: Cause.EXTENDED,
    Move.RESUME: Cause.RESUMED,
    Move.VOID: Cause.RESUMED,
    Move.MERGE: Cause.RESUMED,
    Move.SPLIT: Cause.RESUMED,
    Move.RECOUNT: Cause.RECOUNTED,
}


def _counted(start: datetime, limit: int | None, terms: Terms, clock: WorkingClock) -> datetime | None:
    if limit is None or terms.unit is None:
        return None
    return deadline(start, limit, terms.unit, clock.calendar, clock.hours).at


def _resumed(
    due: datetime | None, suspended_at: datetime, at: datetime, terms: Terms, clock: WorkingClock
) -> datetime | None:
    if due is None:
        return None
    unit = terms.unit or LimitUnit.URGENT_HOUR
    moved = after_suspension(due, suspended_at, at, unit, clock.calendar, clock.hours).at
    return moved if moved != due else None


class Limited(Protocol):
    """What is read of a case, or of its row in a list, to say which clock runs for whoever has it in hand."""

    @property
    def state(self) -> State: ...
    @property
    def handle_due_at(self) -> datetime | None: ...
    @property
    def runs_out_at(self) -> datetime: ...


def limit_of(case: Limited) -> tuple[datetime, str]:
    """The deadline that whoever has the case in hand is judged by, and its name; FAR: no clock runs."""
    if case.state in _IN_UNIT and case.handle_due_at is not None and case.runs_out_at < FAR:
        return case.handle_due_at, UNIT_LIMIT
    return case.runs_out_at, WHOLE_LIMIT
