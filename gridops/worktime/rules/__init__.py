"""Clock arithmetic (pure): which hours are worked, when a limit ends, and the sentence that says why."""

from gridops.worktime.rules.clock import (
    MAX_LIMIT,
    Deadline,
    after_suspension,
    checked_limit,
    deadline,
    remaining,
    worked,
    worked_seconds,
)
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES, Calendar, Hours, LimitUnit, OfficeHours, Timetable
from gridops.worktime.rules.words import Explanation, Skipped, explain, explained_en, explained_zh, limit_en, limit_zh

__all__ = [
    "LIMIT_UNIT_NAMES",
    "MAX_LIMIT",
    "Calendar",
    "Deadline",
    "Explanation",
    "Hours",
    "LimitUnit",
    "OfficeHours",
    "Skipped",
    "Timetable",
    "after_suspension",
    "checked_limit",
    "deadline",
    "explain",
    "explained_en",
    "explained_zh",
    "limit_en",
    "limit_zh",
    "remaining",
    "worked",
    "worked_seconds",
]
