"""Many values as one column: truths, whole numbers, money in fen, instants in microseconds since 1970.

Nothing is false or 0, of an instant NEVER: later than any, so that it lies in no period and before nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from gridops.core import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = int(np.iinfo(np.int64).max)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000


def micros(instant: datetime) -> int:
    """An aware instant as columns have it."""
    return (instant - EPOCH) // _MICROSECOND


def instant(number: int) -> datetime | None:
    """What `micros` was made of; None for NEVER."""
    return None if number == NEVER else EPOCH + number * _MICROSECOND


def truths(values: Iterable[Any]) -> Any:
    """Truths as a column."""
    return np.array(list(map(bool, values)), dtype=bool)


def numbers(values: Iterable[int | None]) -> Any:
    """Whole numbers as a column."""
    return np.array([each or 0 for each in values], dtype=np.int64)


def instants(values: Iterable[datetime | None]) -> Any:
    """Instants as a column."""
    return np.array([NEVER if each is None else (each - EPOCH) // _MICROSECOND for each in values], dtype=np.int64)


def local_days(column: Any) -> Any:
    """The local day of each instant as the ordinal of a date; 0 for NEVER."""
    days, places = np.unique(column // _DAY, return_inverse=True)
    offsets = [_offset(day) for day in days.tolist()]
    found = column + np.array([offset or 0 for offset in offsets], dtype=np.int64)[places]
    found = found // _DAY + EPOCH.toordinal()
    for place in np.flatnonzero(np.array([offset is None for offset in offsets], dtype=bool)[places]).tolist():
        at = instant(int(column[place]))
        found[place] = 0 if at is None else clock.local_date(at).toordinal()
    return found


@lru_cache(maxsize=4096)
def _offset(day: int) -> int | None:
    """What local time is ahead throughout a day of UTC; None where it changes, and for a day that is none."""
    if day == NEVER // _DAY:
        return None
    begin, end = (clock.local(EPOCH + timedelta(days=each)).utcoffset() for each in (day, day + 1))
    return begin // _MICROSECOND if begin is not None and begin == end else None
