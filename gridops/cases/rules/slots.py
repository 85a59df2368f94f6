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
    if (list_code, kind, code[:2]) not in _RECURRING:
        return None
    return slot_of(reported)


def slot_of(reported: datetime) -> tuple[int, int]:
    """The hours (from, to) of the day in which something was reported (local time)."""
    start = reported.hour // HOURS * HOURS
    return start, start + HOURS
