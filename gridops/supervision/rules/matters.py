"""督查事项: on track, late or done at an instant; the light of the last weekly line, and weeks without one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gridops.core import clock
from gridops.core.periods import Period, PeriodKind, containing
from gridops.supervision.rules.words import Light, MatterState


def state_at(
    end: datetime, *, opened_at: datetime, due_at: datetime | None, done_at: datetime | None, light: Light | None
) -> MatterState | None:
    """How a matter stands at an instant E; None: it was not opened before E.

    Done: signed off before E. Late: not done, and due before E or under a red light. Else on track.
    """
    if opened_at >= end:
        return None
    if done_at is not None and done_at < end:
        return MatterState.DONE
    if (due_at is not None and due_at < end) or light is Light.RED:
        return MatterState.LATE
    return MatterState.ON_TRACK


def done_before(
    done_at: datetime | None, undone: Iterable[tuple[datetime, datetime]], end: datetime
) -> datetime | None:
    """When a matter was signed off as it stood at an instant E; `undone`: sign-offs undone since, (done, undone).

    A sign-off undone at E or later still stood at E (statistics.md §1: what happens at E or later does not count).
    """
    if done_at is not None and done_at < end:
        return done_at
    return next((done for done, gone in sorted(undone, reverse=True) if done < end <= gone), None)


def week_of(at: datetime) -> Period:
    """The week of an instant, Monday to Sunday by the local calendar."""
    return containing(PeriodKind.WEEK, clock.local_date(at))


def line_owed(opened_at: datetime, last_at: datetime | None, now: datetime) -> bool:
    """Whether the line of this week is still to be told; a matter owes none in the week in which it was opened."""
    return (last_at or opened_at) < week_of(now).start


def weeks_silent(opened_at: datetime, last_at: datetime | None, now: datetime) -> int:
    """How many whole weeks ended without a line since the last one, or since the week of the opening."""
    gone = week_of(now).first_day - week_of(last_at or opened_at).first_day
    return max(0, gone.days // 7 - 1)


def undoing_fault(done_at: datetime | None, voided_at: datetime | None) -> str | None:
    """Why there is no sign-off to undo; None while there is."""
    if voided_at is not None:
        return "这个督查事项已作废"
    return None if done_at is not None else "这个督查事项没有销号"


def signing_fault(done_at: datetime | None, voided_at: datetime | None) -> str | None:
    """Why a matter takes no more lines and no sign-off; None while it does."""
    if voided_at is not None:
        return "这个督查事项已作废"
    return "这个督查事项已销号" if done_at is not None else None
