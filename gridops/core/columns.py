"""Many values as one column: truths, whole numbers, money in fen, instants in microseconds since 1970.

Nothing is false or 0, of an instant NEVER: later than any, so that it lies in no period and before nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from gridops.core import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = int(np.iinfo(np.int64).max)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3_600_000_000


def micros(instant: datetime) -> int:
    """An aware instant as columns have it."""
    return (instant - EPOCH) // _MICROSECOND


def instant(number: int) -> datetime | None:
    """What `micros` was made of; None for NEVER."""
    return None if number == NEVER else EPOCH + number * _MICROSECOND


def truths(values: Iterable[Any]) -> Any:
    """Truths as a column."""
    return np.array([bool(each) for each in values], dtype=bool)


def numbers(values: Iterable[int | None]) -> Any:
    """Whole numbers as a column."""
    return np.array([each or 0 for each in values], dtype=np.int64)


def instants(values: Iterable[datetime | None]) -> Any:
    """Instants as a column."""
    return np.array([NEVER if each is None else (each - EPOCH) // _MICROSECOND for each in values], dtype=np.int64)


def local_days(column: Any) -> Any:
    """The local day of each instant as the ordinal of a date; 0 for NEVER."""
    # A local day begins with an hour of UTC, so that one instant tells it for its whole hour.
    hours, places = np.unique(column // _HOUR, return_inverse=True)
    days = [
        0 if hour == NEVER // _HOUR else clock.local_date(EPOCH + timedelta(hours=hour)).toordinal()
        for hour in hours.tolist()
    ]
    return np.array(days, dtype=np.int64)[places]
