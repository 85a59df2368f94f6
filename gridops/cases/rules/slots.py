"""When to look again at what comes and goes: a stall of the evening is gone by noon whatever anybody did (pure)."""

from __future__ import annotations

from datetime import datetime

HOURS = 2
# 街面秩序 of both lists of categories: list, kind, class (categories.csv).
_RECURRING = frozenset({("A", "event", "05"), ("B", "event", "04")})


def check_slot(list_code: str, kind: str, code: str, reported: datetime) -> tuple[int, int] | None:
    """The hours (from, to) of the day in which a case is best checked: those in which it was reported (local time).

    None for categories that stay until somebody mends them.
    """
    return slot_of(reported) if recurs(list_code, kind, code) else None


def recurs(list_code: str, kind: str, code: str) -> bool:
    """Whether a category names what comes and goes by itself, and may be met at the same place another day."""
    return (list_code, kind, code[:2]) in _RECURRING


def slot_of(reported: datetime) -> tuple[int, int]:
    """The hours (from, to) of the day in which something was reported (local time)."""
    start = reported.hour // HOURS * HOURS
    return start, start + HOURS
