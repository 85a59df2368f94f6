"""Rules of the lists (pure)."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a category names."""

    EVENT = "event"
    COMPONENT = "component"
    FINDING = "finding"
