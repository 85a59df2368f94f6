"""How a condition wants the work checked (核查): who may, and at which time of day (pure)."""

from __future__ import annotations

from datetime import datetime

from gridops.cases.rules.slots import slot_of
from gridops.catalogue.rules import CheckRule
from gridops.core import clock


def barred(rule: CheckRule | None, *, reporter: bool, community: bool) -> str | None:
    """Why this inspector may not check, in a sentence; None: may.

    `reporter`: reported the case; `community`: is inspector of a community or of a grid below one.
    """
    if rule is CheckRule.OTHER_PERSON and reporter:
        return "该立案条件要求由上报人以外的人核查"
    if rule is CheckRule.COMMUNITY and not community:
        return "该立案条件要求由社区网格的监督员核查"
    return None


def wrong_time(rule: CheckRule | None, reported_at: datetime, at: datetime) -> tuple[int, int] | None:
    """The local hours (from, to) in which the check should have been, where it was not; None: the time is right."""
    if rule is not CheckRule.SAME_TIME:
        return None
    slot = slot_of(clock.local(reported_at))
    return None if slot[0] <= clock.local(at).hour < slot[1] else slot
