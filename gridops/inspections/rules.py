"""What a visit is, what it left behind, and how it was signed."""

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


class Signed(StrEnum):
    """What the signature on the glass proves: receipt; or that it was refused, with a witness or film."""

    RECEIVED = "received"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
