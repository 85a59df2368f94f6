"""The life of a night round: planned, started, ended or cancelled; when it counts as held; who may do what."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from gridops.core.errors import Closed, Conflict, Invalid
from gridops.people.rules import Role

# Who plans rounds at the desk, ends or cancels them there, and corrects what was recorded.
PLANNERS = (Role.SHIFT_LEADER, Role.DISPATCHER)
# The duty leader: whoever answers for the night ends a round that its own leader did not end.
DUTY_LEADERS = (Role.SHIFT_LEADER,)
# Who goes out. Auxiliaries come along, look and call; what needs a certificate is asked of each visit.
GOERS = (Role.OFFICER, Role.INSPECTOR)

# A squad sets out before its leader presses the button, and clocks differ: this much before the start a visit may be.
EARLY = timedelta(hours=12)


class RoundState(StrEnum):
    """计划, 进行中, 已结束, 已取消."""

    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


ROUND_STATE_NAMES = {
    RoundState.PLANNED: "待开展",
    RoundState.OPEN: "进行中",
    RoundState.ENDED: "已结束",
    RoundState.CANCELLED: "已取消",
}


class Timed(Protocol):
    """The times of a round, as a row has them."""

    started_at: datetime | None
    ended_at: datetime | None
    cancelled_at: datetime | None


def state_of(it: Timed) -> RoundState:
    """How far a round is."""
    if it.cancelled_at is not None:
        return RoundState.CANCELLED
    if it.ended_at is not None:
        return RoundState.ENDED
    return RoundState.PLANNED if it.started_at is None else RoundState.OPEN


def held(it: Timed, seen: int, start: datetime, end: datetime) -> bool:
    """Whether a round counts as held in [start, end) (夜查次数, statistics.md §3).

    It started there, whenever it ended, and was not cancelled; `seen`: complete visits and grids checked.
    """
    if it.started_at is None or it.ended_at is None or it.cancelled_at is not None:
        return False
    return start <= it.started_at < end and seen > 0


def check_start(it: Timed, at: datetime, *, leads: bool) -> None:
    """Raise Closed for a round that is over. A second start is no fault: two phones may both have pressed it.

    After the end only its leaders' own late record is taken.
    """
    if it.cancelled_at is not None:
        raise Closed("本次夜查已取消")
    if it.ended_at is not None and (at > it.ended_at or not leads):
        raise Closed("本次夜查已结束")


def visit_fault(it: Timed, at: datetime, early: timedelta = EARLY) -> str | None:
    """Why a visit at an instant is none of this round. One of a round that nobody has begun yet begins it.

    `early`: how long before its start it may be; a file knows. After the end it may be too: a re-inspection is.
    """
    if it.started_at is not None and at < it.started_at - early:
        return "检查时间早于所属夜查的开始时间"
    return None


def check_end(it: Timed, at: datetime) -> None:
    """Raise Conflict or Closed for one that cannot be ended, Invalid where it would end before it began."""
    _check_not_over(it)
    if it.started_at is None:
        raise Conflict("本次夜查还没有开始，不开展的请取消")
    if at < it.started_at:
        raise Invalid(("ended_at", "结束时间不得早于开始时间"))


def check_replan(it: Timed) -> None:
    """Raise Closed or Conflict for one that is no mere plan any more: what happened is corrected, not planned."""
    _check_not_over(it)
    if it.started_at is not None:
        raise Conflict("本次夜查已经开始，不能再改计划，请用更正")


def check_cancel(it: Timed, *, has_records: bool) -> None:
    """Raise Closed for one that is over, Conflict where something was recorded on it: that is ended, not cancelled."""
    _check_not_over(it)
    if has_records:
        raise Conflict("本次夜查已有检查走访记录或已查网格，不能取消，请结束")


def check_record(it: Timed) -> None:
    """Raise Closed where nothing may be recorded. After the end it may: a phone without a net tells later."""
    if it.cancelled_at is not None:
        raise Closed("本次夜查已取消，不能再记录")


def _check_not_over(it: Timed) -> None:
    state = state_of(it)
    if state is RoundState.CANCELLED:
        raise Closed("本次夜查已取消")
    if state is RoundState.ENDED:
        raise Closed("本次夜查已结束")
