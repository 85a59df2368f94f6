"""申诉: the marks of a case that a unit may appeal against, within two working days, and who may decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import Move
from gridops.supervision.rules.words import Against
from gridops.worktime.rules.clock import deadline
from gridops.worktime.rules.hours import Calendar, Hours, LimitUnit

# screens.md §2: against overdue, rework or return within 2 working days.
APPEAL_DAYS = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """What a case counts against a unit, and since when; `judged_by`: who gave the mark, nobody for the calendar."""

    against: Against
    at: datetime
    unit_id: int
    judged_by: int | None = None


def marks_of(acted: Iterable[tuple[Event, int | None]], facts: Facts, now: datetime) -> list[Mark]:
    """The marks of a case by now, oldest first, from its events with who acted, and the facts that hold.

    Rework: a failed check, an undone closing. Return: one that was sent back to the same unit, or that a file calls
    unfounded, or that nobody has judged yet; one that went to another unit was right and is no mark. Overdue: the
    unit's own deadline passed without feedback (statistics.md §2, handled_on_time).
    """
    found: list[Mark] = []
    unit_id: int | None = None
    returned: Mark | None = None
    for event, actor_id in sorted(acted, key=lambda one: (one[0].happened_at, one[0].seq)):
        if event.move is Move.DISPATCH:
            if returned is not None and event.unit_id == returned.unit_id:
                found.append(Mark(Against.RETURN, event.happened_at, returned.unit_id, actor_id))
            returned, unit_id = None, event.unit_id
        elif unit_id is None:
            continue
        elif event.move is Move.RETURN:
            returned = None if event.outcome else Mark(Against.RETURN, event.happened_at, unit_id)
            if event.outcome is False and returned is not None:
                found.append(returned)
                returned = None
        elif event.move in (Move.CHECK_FAILED, Move.UNDO_CLOSING):
            found.append(Mark(Against.REWORK, event.happened_at, unit_id, actor_id))
    found += [returned] if returned is not None else []
    late = _overdue(facts, unit_id, now)
    return sorted([*found, *([late] if late else [])], key=lambda mark: mark.at)


def last_instant(mark: Mark, calendar: Calendar, hours: Hours) -> datetime:
    """Until when one may appeal: the end of the second working day after the mark, by the street's calendar."""
    return deadline(mark.at, APPEAL_DAYS, LimitUnit.WORKING_DAY, calendar, hours).at


def appeal_fault(at: datetime, last: datetime, *, appealed: bool) -> str | None:
    """Why an appeal at this instant is too late or one too many; None when it is taken. `appealed`: that very mark."""
    if appealed:
        return "对这一认定已经提出过申诉"
    if at > last:
        return "已超过两个工作日的申诉期限"
    return None


def judge_fault(*, decided: bool, judge: int, first_judge: int | None, appellant: int) -> str | None:
    """Why this person may not decide an appeal; None when they may."""
    if decided:
        return "这件申诉已有结论"
    if judge == first_judge:
        return "须由原认定人以外的人作出决定"
    if judge == appellant:
        return "申诉人不能决定自己的申诉"
    return None


def _overdue(facts: Facts, unit_id: int | None, now: datetime) -> Mark | None:
    unit = facts.unit_id or unit_id
    due = facts.handle_due_fair_at or facts.handle_due_at or facts.due_at
    if unit is None or due is None or facts.dispatched_at is None:
        return None
    handled = facts.handled_at or facts.closed_at
    return Mark(Against.OVERDUE, due, unit) if due < (handled or now) else None
