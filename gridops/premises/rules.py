"""What premises are: kinds and risks."""

from __future__ import annotations

from enum import StrEnum


class PremisesKind(StrEnum):
    """What kind of place it is; `unit`: a body that is none of these."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    SHOP = "shop"
    MARKET = "market"
    UNIT = "unit"


class Risk(StrEnum):
    """How closely it is watched; `unknown` until someone has judged it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"
