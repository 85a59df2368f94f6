"""Parts that several forms of this room read: lengths of texts, the last instant of a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridops.core import clock
from gridops.core.fields import day, instant

MAX_WORDS = 500
MAX_TEXT = 2000


def by_last_instant(value: object) -> datetime:
    """A time by which something has to be done; a day alone ends with its last second (local)."""
    if isinstance(value, str):
        try:
            return clock.midnight(day(value) + timedelta(days=1)) - timedelta(seconds=1)
        except ValueError:
            pass
    return instant()(value)
