"""Words of the supervision office: assessors, lights, what an appeal may be against; who does what (contract roles)."""

from __future__ import annotations

from enum import StrEnum

from gridops.people.rules import Role


class Assessor(StrEnum):
    """Who gives a score from above."""

    CITY = "city"
    DISTRICT = "district"
    THIRD_PARTY = "third_party"


class Light(StrEnum):
    """红黄绿: how a supervised matter stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Against(StrEnum):
    """What an appeal (申诉) is against."""

    OVERDUE = "overdue"
    REWORK = "rework"
    RETURN = "return"


class ProblemState(StrEnum):
    """How far a problem item is; being overdue stands beside it."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"
    ACCEPTED = "accepted"


class MatterState(StrEnum):
    """正常, 滞后, 销号."""

    ON_TRACK = "on_track"
    LATE = "late"
    DONE = "done"


ASSESSOR_NAMES = {Assessor.CITY: "市级考核", Assessor.DISTRICT: "区级考核", Assessor.THIRD_PARTY: "第三方考核"}
LIGHT_NAMES = {Light.GREEN: "绿灯", Light.YELLOW: "黄灯", Light.RED: "红灯"}
AGAINST_NAMES = {Against.OVERDUE: "超期", Against.REWORK: "返工", Against.RETURN: "退件"}
PROBLEM_NAMES = {
    ProblemState.OPEN: "待整改",
    ProblemState.ANSWERED: "待认定",
    ProblemState.REFUSED: "整改未通过",
    ProblemState.ACCEPTED: "已整改",
}
# What is said of a step of an item's correction.
STEP_NAMES = {
    ProblemState.OPEN: "列入通报",
    ProblemState.ANSWERED: "整改反馈",
    ProblemState.REFUSED: "认定未到位",
    ProblemState.ACCEPTED: "认定整改到位",
}
MATTER_NAMES = {MatterState.ON_TRACK: "正常", MatterState.LATE: "滞后", MatterState.DONE: "销号"}

# The office keeps what stands here.
KEEPERS = (Role.SUPERVISION_OFFICER,)
# Who may look in on a unit (明察暗访).
CHECKERS = (Role.SUPERVISION_OFFICER, Role.LEADER)
# Who sees what the office keeps; handlers see beside it what their own units are asked.
WATCHERS = (Role.SUPERVISION_OFFICER, Role.LEADER, Role.APPROVER, Role.EDITOR, Role.AUDITOR)
# Who speaks for the discipline office, without which nobody is named (bulletin.md, Naming), and who may read a name.
NAMERS = (Role.LEADER, Role.APPROVER)
NAME_READERS = (Role.SUPERVISION_OFFICER, *NAMERS)
# Who may end a supervised matter (销号).
SIGNERS = (Role.SUPERVISION_OFFICER, Role.LEADER)
# Who may decide an appeal, unless they gave the mark.
JUDGES = (Role.SUPERVISION_OFFICER, Role.SHIFT_LEADER, Role.LEADER)
ANSWERERS = (Role.HANDLER,)
