"""Life of a bulletin: 拟稿 → 数据锁定 → 核稿 → 签发 → 印发, and 更正说明 after that; who may take which step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from gridops.people.rules import Role


class Status(StrEnum):
    """Life of a bulletin: 拟稿, 数据锁定, 核稿, 签发, 印发, 更正说明."""

    DRAFT = "draft"
    FROZEN = "frozen"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    ISSUED = "issued"
    CORRECTED = "corrected"


STATUS_ZH = {
    Status.DRAFT: "拟稿",
    Status.FROZEN: "数据锁定",
    Status.REVIEWED: "核稿",
    Status.APPROVED: "签发",
    Status.ISSUED: "印发",
    Status.CORRECTED: "已更正",
}


class Step(StrEnum):
    """What people do to a bulletin."""

    OPEN = "open"
    EDIT = "edit"
    CONFIRM = "confirm"
    FREEZE = "freeze"
    REVIEW = "review"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    ISSUE = "issue"
    CORRECT = "correct"


STEP_ZH = {
    Step.OPEN: "拟稿",
    Step.EDIT: "修改",
    Step.CONFIRM: "确认数字",
    Step.FREEZE: "数据锁定",
    Step.REVIEW: "核稿",
    Step.APPROVE: "签发",
    Step.SEND_BACK: "退回修改",
    Step.ISSUE: "印发",
    Step.CORRECT: "更正说明",
}


@dataclass(frozen=True, slots=True)
class StepRule:
    """From which states a step may be taken, where it leads (None: nowhere), and by which roles."""

    from_status: frozenset[Status]
    to: Status | None
    roles: frozenset[Role]


def _row(states: tuple[Status, ...], to: Status | None, *roles: Role) -> StepRule:
    return StepRule(frozenset(states), to, frozenset(roles))


STEPS: dict[Step, StepRule] = {
    Step.OPEN: _row((), Status.DRAFT, Role.EDITOR),
    Step.EDIT: _row((Status.DRAFT, Status.FROZEN), None, Role.EDITOR),
    Step.CONFIRM: _row((Status.DRAFT, Status.FROZEN), None, Role.EDITOR),
    Step.FREEZE: _row((Status.DRAFT,), Status.FROZEN, Role.EDITOR),
    Step.REVIEW: _row((Status.FROZEN,), Status.REVIEWED, Role.EDITOR),
    Step.APPROVE: _row((Status.REVIEWED,), Status.APPROVED, Role.APPROVER),
    Step.SEND_BACK: _row((Status.REVIEWED, Status.APPROVED), Status.FROZEN, Role.APPROVER),
    Step.ISSUE: _row((Status.APPROVED,), Status.ISSUED, Role.EDITOR, Role.APPROVER),
    Step.CORRECT: _row((Status.ISSUED, Status.CORRECTED), None, Role.EDITOR),
}

# What a paper in someone's hands waits for; each of these steps begins in one state.
WAITING_ZH = {Step.REVIEW: "待核稿", Step.APPROVE: "待签发", Step.ISSUE: "待印发"}


def waits_in(step: Step) -> Status:
    """The state in which a paper waits for a step of WAITING_ZH."""
    (found,) = STEPS[step].from_status
    return found


# 拟稿、修改、锁定、核稿 make an editor of whoever did them; such a person does not approve the same paper.
EDITING = frozenset({Step.OPEN, Step.EDIT, Step.CONFIRM, Step.FREEZE, Step.REVIEW, Step.CORRECT})


def refusal(step: Step, status: Status, roles: Collection[Role], editors: Collection[int], actor_id: int) -> str | None:
    """Why a person may not take a step now, in a sentence; None where nothing stands against it."""
    rule = STEPS[step]
    if status not in rule.from_status:
        return f"当前状态为“{STATUS_ZH[status]}”，不能{STEP_ZH[step]}"
    if not rule.roles & set(roles):
        return f"{STEP_ZH[step]}须由具有相应职责的人员办理"
    if step is Step.APPROVE and actor_id in editors:
        return "编辑与签发须由不同的人办理：本期由您参与编辑，不能由您签发"
    return None
