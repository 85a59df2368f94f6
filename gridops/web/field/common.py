"""What the pages of the street share: who opens them, what is said of a record, photos by the part they play."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from gridops.cases.queries.pages import TaskKind
from gridops.evidence.queries import Use
from gridops.evidence.rules.types import SHOWN_BY_BROWSERS
from gridops.intake.rules import RecordType
from gridops.web.field.pack import who

WORKERS, REPORTERS, READERS = who.WORKERS, who.REPORTERS, who.READERS

TASK_NAMES = {TaskKind.VERIFY: "核实", TaskKind.CHECK: "核查", TaskKind.HANDLE: "处置"}
TASK_LOOKS = {TaskKind.VERIFY: "map-pin-check", TaskKind.CHECK: "eye-check", TaskKind.HANDLE: "tool"}
TASK_ASKS = {
    TaskKind.VERIFY: "到现场看是否属实",
    TaskKind.CHECK: "到现场看是否处置到位",
    TaskKind.HANDLE: "处置后反馈",
}
RECORD_NAMES = {
    RecordType.REPORT: "上报",
    RecordType.VERIFICATION: "核实",
    RecordType.CHECK: "核查",
    RecordType.FEEDBACK: "处置反馈",
    RecordType.ROUND: "夜查",
    RecordType.VISIT: "检查走访",
    RecordType.OUTING: "行动",
    RecordType.CHECK_IN: "到岗",
    RecordType.TALLY: "计数",
    RecordType.INCIDENT: "执法措施",
    RecordType.HANDOVER: "现场移交",
    RecordType.TRACK: "轨迹",
    RecordType.DISCIPLINE_CHECK: "明察暗访",
    RecordType.PROBLEM_ANSWER: "整改反馈",
}

_AFTER = frozenset({"after"})
_CHECKED = frozenset({"check"})


@dataclass(frozen=True, slots=True)
class Pictures:
    """The evidence of a case by the part it plays; `taken` of each is its own time or that of its use."""

    before: list[Use]
    after: list[Use]
    check: list[Use]
    other: list[Use]


def pictures(uses: list[Use]) -> Pictures:
    """Photos before, after and at the check; everything else (sound, papers) apart."""
    shown = [use for use in uses if use.picture]
    return Pictures(
        before=[use for use in shown if use.role not in _AFTER | _CHECKED],
        after=[use for use in shown if use.role in _AFTER],
        check=[use for use in shown if use.role in _CHECKED],
        other=[use for use in uses if not use.picture],
    )


def shows(use: Use) -> bool:
    """Whether a browser can show the picture now (a HEIC only once a worker has made its thumbnail)."""
    return use.derived == "made" or use.mime in SHOWN_BY_BROWSERS


def greeting(at: datetime) -> str:
    """A word for the hour (local)."""
    hours = ((5, "夜深了"), (9, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好"), (24, "晚上好"))
    return _(next(words for until, words in hours if at.hour < until))
