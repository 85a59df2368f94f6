"""The life of an outing: planned, started, ended or cancelled; who may do what, and when it may not be done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gridops.core.errors import Closed, Conflict, Invalid
from gridops.people.rules import Role

# Who plans campaigns and outings at the desk, ends or cancels them there, and corrects what was recorded.
PLANNERS = (Role.SHIFT_LEADER, Role.DISPATCHER)
# Who goes out: auxiliaries come along, persuade and count; what needs a certificate is asked of each incident.
GOERS = (Role.OFFICER, Role.INSPECTOR)


class OutingState(StrEnum):
    """计划, 进行中, 已结束, 已取消."""

    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Timed(Protocol):
    """The times of an outing, as a row has them."""

    started_at: datetime | None
    ended_at: datetime | None
    cancelled_at: datetime | None


def state_of(outing: Timed) -> OutingState:
    """How far an outing is."""
    if outing.cancelled_at is not None:
        return OutingState.CANCELLED
    if outing.ended_at is not None:
        return OutingState.ENDED
    return OutingState.PLANNED if outing.started_at is None else OutingState.OPEN


def check_start(outing: Timed, at: datetime, *, leads: bool) -> None:
    """Raise Closed for an outing that is over. A second start is no fault: two phones may both have pressed it.

    After the end only its leaders' own late record is taken.
    """
    if outing.cancelled_at is not None:
        raise Closed("这次行动已取消")
    if outing.ended_at is not None and (at > outing.ended_at or not leads):
        raise Closed("这次行动已结束")


def check_end(outing: Timed, at: datetime) -> None:
    """Raise Conflict or Closed for one that cannot be ended, Invalid where it would end before it began."""
    state = state_of(outing)
    if state is OutingState.CANCELLED:
        raise Closed("这次行动已取消")
    if state is OutingState.ENDED:
        raise Closed("这次行动已结束")
    if outing.started_at is None:
        raise Conflict("这次行动还没有开始，不举行的请取消")
    if at < outing.started_at:
        raise Invalid(("ended_at", "结束时间不得早于开始时间"))


def check_cancel(outing: Timed, *, has_records: bool) -> None:
    """Raise Closed for one that is over, Conflict where something was recorded on it: that is ended, not cancelled."""
    state = state_of(outing)
    if state is OutingState.CANCELLED:
        raise Closed("这次行动已取消")
    if state is OutingState.ENDED:
        raise Closed("这次行动已结束")
    if has_records:
        raise Conflict("这次行动已有计数、事项或移交记录，不能取消，请结束")


def check_record(outing: Timed) -> None:
    """Raise Closed where nothing may be recorded. After the end it may: a phone without a net tells later."""
    if outing.cancelled_at is not None:
        raise Closed("这次行动已取消，不能再记录")


def check_joining(outing: Timed, at: datetime) -> None:
    """Raise Closed where somebody would join after the end, or an outing that was cancelled."""
    check_record(outing)
    if outing.ended_at is not None and at > outing.ended_at:
        raise Closed("这次行动已结束")
