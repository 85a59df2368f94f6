"""Clock arithmetic (pure)."""

from __future__ import annotations

from enum import StrEnum


class LimitUnit(StrEnum):
    """The four clock units of standards.md 1.5: 紧急工作时, 工作时, 工作日, 自然日."""

    URGENT_HOUR = "urgent_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
