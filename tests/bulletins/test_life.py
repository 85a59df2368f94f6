"""Who may take which step of a bulletin's life."""

from __future__ import annotations

import pytest

from gridops.bulletins.rules.life import STEPS, Status, Step, refusal
from gridops.people.rules import Role

EDITOR, APPROVER = 1, 2


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.OPEN])
@pytest.mark.parametrize("status", list(Status))
def test_a_step_is_taken_only_from_its_states(step: Step, status: Status) -> None:
    allowed = refusal(step, status, set(Role), set(), 9) is None
    assert allowed == (status in STEPS[step].from_status)


@pytest.mark.parametrize("step", list(Step))
def test_a_step_needs_its_role(step: Step) -> None:
    status = next(iter(STEPS[step].from_status), Status.DRAFT)
    others = set(Role) - STEPS[step].roles
    assert refusal(step, status, others, set(), 9) is not None


def test_whoever_edited_does_not_approve() -> None:
    both = {Role.EDITOR, Role.APPROVER}
    assert "不能由您签发" in (refusal(Step.APPROVE, Status.REVIEWED, both, {EDITOR}, EDITOR) or "")
    assert refusal(Step.APPROVE, Status.REVIEWED, both, {EDITOR}, APPROVER) is None
