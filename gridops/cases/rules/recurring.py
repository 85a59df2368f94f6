"""When a problem came back (复发): a new case soon after an earlier one was closed. A person says so, no rule. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridops.cases.rules.moves import State

WITHIN = timedelta(days=30)
# Not taken up, untrue, or told of by another case: none of these is a problem that came back.
NOTHING_CAME_BACK = frozenset({State.DECLINED, State.NOT_FILED, State.VOIDED, State.MERGED})


def in_time(reported_at: datetime, closed_at: datetime) -> bool:
    """Whether a report came after a closing, and no more than 30 days after it."""
    return closed_at < reported_at <= closed_at + WITHIN


def refusal(state: State, reported_at: datetime, earlier: State, closed_at: datetime | None) -> tuple[str, str] | None:
    """The field and the reason for which a case in a state is not linked to an earlier one; None: it may be."""
    if state in NOTHING_CAME_BACK:
        return "case", "本案不予受理、不予立案、已作废或已并案，不能认定为复发"
    if earlier is not State.CLOSED or closed_at is None:
        return "earlier", "前案须是已结案的案件"
    if reported_at <= closed_at:
        return "earlier", "本案在前案结案前上报，不是复发"
    if not in_time(reported_at, closed_at):
        return "earlier", "本案在前案结案 30 日以后上报，不计复发"
    return None
