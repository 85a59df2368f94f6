"""Seeing the product as somebody else does: for how long, and what each end of it is called."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

# Long enough to find what somebody asks about, too short to work as them.
LASTS_MINUTES = 30
LASTS = timedelta(minutes=LASTS_MINUTES)
REASON_AT_MOST = 200


class Ended(StrEnum):
    """How a viewing ended."""

    BY_HAND = "by_hand"
    TIME_UP = "time_up"
    WITHDRAWN = "withdrawn"


ENDED_NAMES: dict[Ended, str] = {
    Ended.BY_HAND: "主动结束",
    Ended.TIME_UP: "到时结束",
    Ended.WITHDRAWN: "权限已变",
}


def goes_on(until: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a viewing is neither ended nor out of time."""
    return ended_at is None and now < until
