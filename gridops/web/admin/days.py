"""People say the last day that counts; rows keep the first day that does not."""

from __future__ import annotations

from datetime import date, timedelta


def day_after(last: date | None) -> date | None:
    """The half-open end of a time whose last day is `last`; None stays open, and so does the end of the calendar."""
    return None if last is None or last == date.max else last + timedelta(days=1)
