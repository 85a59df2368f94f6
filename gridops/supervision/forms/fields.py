"""Limits and readers that forms, records and files of the room share."""

from __future__ import annotations

from decimal import Decimal

from gridops.core.fields import Reader, yuan

MAX_FACT = 2000
MAX_PERSON = 80
MAX_SOURCE = 120
MAX_CODE = 60
MAX_REASON = 500
# Scores are points with at most two places; deductions are told as negative points.
MOST_POINTS = Decimal(10_000)


def points(value: object) -> Decimal:
    """A score in points with at most two places."""
    try:
        return yuan(-MOST_POINTS, MOST_POINTS)(value)
    except ValueError:
        raise ValueError("须为至多两位小数的分值") from None


def not_for(read: Reader, kind: str, *columns: str) -> None:
    """Name the columns that are filled in though they mean nothing for this kind of line."""
    for column in columns:
        if str(read.raw.get(column) or "").strip():
            read.wrong(column, f"不适用于{kind}")
