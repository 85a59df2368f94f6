"""Findings and the papers left for them: until when they are to be mended, overdue or not, re-inspection owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gridops.core import clock


def last_instant(day: date) -> datetime:
    """When a deadline of a day ends: 23:59:59 of that day, local."""
    return clock.midnight(day + timedelta(days=1)) - timedelta(seconds=1)


def mended_by(corrected_at: datetime | None, at: datetime) -> bool:
    """Whether a re-inspection had seen it mended before an instant."""
    return corrected_at is not None and corrected_at < at


def overdue(due_at: datetime | None, corrected_at: datetime | None, at: datetime) -> bool:
    """超期: the deadline passed before an instant, and it was not mended by then."""
    return due_at is not None and due_at < at and not mended_by(corrected_at, at)


def recheck_owed(due_at: datetime | None, lifted_at: datetime | None, at: datetime) -> bool:
    """复查: owed by itself once the deadline of a paper has come and not everything was seen mended."""
    return lifted_at is None and due_at is not None and due_at < at


def lifted(corrected: Sequence[datetime | None]) -> datetime | None:
    """When a paper was done with: the last of its findings mended; None while one is open, or where there are none."""
    if not corrected or any(at is None for at in corrected):
        return None
    return max(at for at in corrected if at is not None)
