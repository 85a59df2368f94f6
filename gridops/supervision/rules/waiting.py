"""What waits for somebody in the queues of 申诉, 督查事项 and 通报问题, and why: one reason a row."""

from __future__ import annotations

from enum import StrEnum

from gridops.supervision.rules.words import Light, ProblemState


class Why(StrEnum):
    """Why a row stands in somebody's queue."""

    DECIDE = "decide"
    ANSWER = "answer"
    ANSWER_AGAIN = "answer_again"
    JUDGE = "judge"
    OVERDUE = "overdue"
    RED = "red"
    SILENT = "silent"
    LINE = "line"


WHY_NAMES: dict[Why, str] = {
    Why.DECIDE: "等待作出决定",
    Why.ANSWER: "等待整改反馈",
    Why.ANSWER_AGAIN: "认定未到位，等待再次反馈",
    Why.JUDGE: "等待认定整改",
    Why.OVERDUE: "已过办结期限，等待督促或销号",
    Why.RED: "最近一次为红灯，等待督促",
    Why.SILENT: "上周没有填报进展，等待督促",
    Why.LINE: "等待填报本周进展",
}


def matter_why(*, leads: bool, office: bool, overdue: bool, light: Light | None, owed: bool, silent: int) -> Why | None:
    """Why an open matter waits for somebody; None: it does not.

    `leads`: they tell for the lead unit, which owes a line a week; `office`: they press and sign off, when it is past
    its deadline, under a red light, or a whole week went by without a line.
    """
    if leads and owed:
        return Why.LINE
    if not office:
        return None
    if overdue:
        return Why.OVERDUE
    if light is Light.RED:
        return Why.RED
    return Why.SILENT if silent else None


def problem_why(state: ProblemState, *, answers: bool, judges: bool) -> Why | None:
    """Why a problem item waits for somebody who answers for its unit, or judges answers; None: it does not."""
    if state is ProblemState.ANSWERED:
        return Why.JUDGE if judges else None
    if not answers or state is ProblemState.ACCEPTED:
        return None
    return Why.ANSWER_AGAIN if state is ProblemState.REFUSED else Why.ANSWER
