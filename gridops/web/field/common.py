"""What is said of a record of the street, and its photos by the part they play."""

from __future__ import annotations

from dataclasses import dataclass

from gridops.evidence.queries import Use
from gridops.evidence.rules.types import SHOWN_BY_BROWSERS
from gridops.intake.rules import RecordType

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
    return use.picture and (use.derived == "made" or use.mime in SHOWN_BY_BROWSERS)
