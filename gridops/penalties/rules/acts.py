"""What may be done in a proceeding, by whom, and when: one row for each act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gridops.people.rules import Role


class Act(StrEnum):
    """Acts of a proceeding, and `restate`: a file tells it anew, so what it told before holds no more."""

    OPEN = "open"
    TELL = "tell"
    WAIVE = "waive"
    DECIDE = "decide"
    SERVE = "serve"
    PAY = "pay"
    UNPAY = "unpay"
    CHANGE = "change"
    REVOKE = "revoke"
    REMEDY = "remedy"
    DEFER = "defer"
    CONCLUDE = "conclude"
    REPLACE = "replace"
    RESTATE = "restate"


class Stage(StrEnum):
    """How far a proceeding is."""

    OPEN = "open"
    TOLD = "told"
    WAIVED = "waived"
    DECIDED = "decided"
    SERVED = "served"
    REVOKED = "revoked"
    CONCLUDED = "concluded"


ACT_NAMES: dict[Act, str] = {
    Act.OPEN: "立案查处",
    Act.TELL: "告知",
    Act.WAIVE: "不予处罚",
    Act.DECIDE: "决定",
    Act.SERVE: "送达",
    Act.PAY: "登记缴款",
    Act.UNPAY: "作废缴款",
    Act.CHANGE: "变更",
    Act.REVOKE: "撤销",
    Act.REMEDY: "登记复议、诉讼",
    Act.DEFER: "暂缓、分期",
    Act.CONCLUDE: "处罚结案",
    Act.REPLACE: "撤销并重新决定",
    Act.RESTATE: "导入更正",
}

STAGE_NAMES: dict[Stage, str] = {
    Stage.OPEN: "立案查处",
    Stage.TOLD: "已告知",
    Stage.WAIVED: "不予处罚",
    Stage.DECIDED: "已决定",
    Stage.SERVED: "已送达",
    Stage.REVOKED: "已撤销",
    Stage.CONCLUDED: "已结案",
}

# Who works on a proceeding: officers open it and bring it on, the shift leader keeps the books.
WORKERS = frozenset({Role.OFFICER, Role.SHIFT_LEADER})
# The head of the authority decides, changes, revokes, defers and ends it (行政处罚法 art. 57, 66): who signs papers.
HEADS = frozenset({Role.APPROVER})
# Who sees penalties; nobody else needs them.
READERS = (
    Role.OFFICER,
    Role.SHIFT_LEADER,
    Role.EDITOR,
    Role.APPROVER,
    Role.SUPERVISION_OFFICER,
    Role.LEADER,
    Role.AUDITOR,
)

_INQUIRY = frozenset({Stage.OPEN, Stage.TOLD})
_STANDING = frozenset({Stage.DECIDED, Stage.SERVED})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who makes an act on a proceeding of the street's own, and in which stages.

    Of other bodies' proceedings the workers note what became known; nobody here decides anything in them.
    """

    roles: frozenset[Role]
    stages: frozenset[Stage]


RULES: dict[Act, Rule] = {
    Act.OPEN: Rule(WORKERS, frozenset()),
    Act.TELL: Rule(WORKERS, _INQUIRY),
    Act.WAIVE: Rule(HEADS, _INQUIRY),
    Act.DECIDE: Rule(HEADS, _INQUIRY),
    Act.SERVE: Rule(WORKERS, _STANDING),
    Act.PAY: Rule(WORKERS, _STANDING),
    Act.UNPAY: Rule(WORKERS, _STANDING | {Stage.REVOKED}),
    Act.CHANGE: Rule(HEADS, _STANDING),
    Act.REVOKE: Rule(HEADS, _STANDING | {Stage.CONCLUDED}),
    Act.REMEDY: Rule(WORKERS, _STANDING),
    Act.DEFER: Rule(HEADS, frozenset({Stage.SERVED})),
    Act.CONCLUDE: Rule(HEADS, _INQUIRY | _STANDING | {Stage.WAIVED, Stage.REVOKED}),
    Act.REPLACE: Rule(HEADS, _STANDING | {Stage.REVOKED}),
}


def roles_for(act: Act, *, own: bool, simple: bool = False) -> frozenset[Role]:
    """Who may make an act. Officers decide on the spot themselves (行政处罚法 art. 51, 52)."""
    if not own:
        return WORKERS | HEADS
    if act is Act.DECIDE and simple:
        return HEADS | {Role.OFFICER}
    return RULES[act].roles


def stage_of(
    *,
    told_at: datetime | None = None,
    waived_at: datetime | None = None,
    decided_at: datetime | None = None,
    served_at: datetime | None = None,
    revoked_at: datetime | None = None,
    concluded_at: datetime | None = None,
) -> Stage:
    """How far it is, by the latest step that was made."""
    steps = (
        (concluded_at, Stage.CONCLUDED),
        (revoked_at, Stage.REVOKED),
        (served_at, Stage.SERVED),
        (decided_at, Stage.DECIDED),
        (waived_at, Stage.WAIVED),
        (told_at, Stage.TOLD),
    )
    return next((stage for at, stage in steps if at is not None), Stage.OPEN)
