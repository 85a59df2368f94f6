"""通报问题: how an item stands at an instant, for how many issues in a row it has been named."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gridops.supervision.rules.words import ProblemState


class Followed(Protocol):
    """A problem item, as far as its state goes."""

    @property
    def due_at(self) -> datetime | None:
        """By when it is to be mended."""

    @property
    def answered_at(self) -> datetime | None:
        """When the unit answered last."""

    @property
    def refused_at(self) -> datetime | None:
        """When an answer was refused last."""

    @property
    def accepted_at(self) -> datetime | None:
        """When the office accepted the answer."""


def state_at(problem: Followed, end: datetime) -> ProblemState:
    """How an item stands at an instant E: what happened at E or later does not count (statistics.md §1)."""
    if _before(problem.accepted_at, end):
        return ProblemState.ACCEPTED
    answered, refused = _before(problem.answered_at, end), _before(problem.refused_at, end)
    if answered and refused:
        assert problem.answered_at is not None
        assert problem.refused_at is not None
        return ProblemState.ANSWERED if problem.answered_at > problem.refused_at else ProblemState.REFUSED
    if refused:
        return ProblemState.REFUSED
    return ProblemState.ANSWERED if answered else ProblemState.OPEN


def overdue_at(problem: Followed, end: datetime) -> bool:
    """超期: the deadline passed before E and nothing was accepted before E; an answer alone does not mend anything."""
    return _before(problem.due_at, end) and not _before(problem.accepted_at, end)


def streak_after(previous: tuple[str | None, int] | None, last_period: str | None) -> int:
    """连续N期: one more than the previous item (its period, its streak) where that stood in the issue just before.

    `last_period`: the label of that issue; a gap, or no previous item, begins anew at 1.
    """
    if previous is None or previous[0] is None or previous[0] != last_period:
        return 1
    return previous[1] + 1


def answer_fault(problem: Followed, voided_at: datetime | None) -> str | None:
    """Why no answer is taken any more; None while one is."""
    if voided_at is not None:
        return "这项通报问题已作废"
    if problem.accepted_at is not None:
        return "这项通报问题已认定整改到位"
    return None


def judging_fault(problem: Followed, answered_by: int | None, judge: int) -> str | None:
    """Why an answer cannot be accepted or refused by this person now; None when it can."""
    if problem.accepted_at is not None:
        return "这项通报问题已认定整改到位"
    if problem.answered_at is None or (problem.refused_at is not None and problem.refused_at >= problem.answered_at):
        return "还没有新的整改反馈"
    if answered_by == judge:
        return "反馈人不能认定自己的整改"
    return None


def _before(at: datetime | None, end: datetime) -> bool:
    return at is not None and at < end
