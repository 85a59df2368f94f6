"""Words of night rounds: what a visit is, what it leaves behind, how it was signed, how bad a finding is."""

from __future__ import annotations

from enum import StrEnum


class VisitKind(StrEnum):
    """检查 (approved, two certified officers of a competent body), 巡查 or 走访 (standards.md §11.6)."""

    INSPECTION = "inspection"
    PATROL = "patrol"
    CALL = "call"


class OrderKind(StrEnum):
    """责令改正 (only after an inspection) or 隐患提示单."""

    ORDER = "order"
    HAZARD_NOTICE = "hazard_notice"


class Severity(StrEnum):
    """How bad a finding is."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"


VISIT_NAMES = {VisitKind.INSPECTION: "行政检查", VisitKind.PATROL: "巡查", VisitKind.CALL: "走访"}
ORDER_NAMES = {OrderKind.ORDER: "责令改正", OrderKind.HAZARD_NOTICE: "隐患提示单"}
SEVERITY_NAMES = {Severity.GENERAL: "一般", Severity.SERIOUS: "较重", Severity.MAJOR: "重大"}
