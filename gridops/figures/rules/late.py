"""补报: records that arrived after their period was frozen, and the one later period that tells of them (§5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridops.core.periods import Period


@dataclass(frozen=True, slots=True)
class Window:
    """Records reported in `period` that arrived after `after` and, where given, not later than `until`."""

    period: Period
    after: datetime
    until: datetime | None


def late_windows(period: Period, frozen: Mapping[str, datetime]) -> list[Window]:
    """Which late records a period tells of: those for which it was the first of its series still open at their arrival.

    `frozen`: label -> instant of the freeze, for the series' frozen periods of this kind. Going back from the period,
    every frozen one whose followers up to this period were all frozen when the record came gives a window; the newest
    comes first. A year to date follows no other.
    """
    windows: list[Window] = []
    until = frozen.get(period.label)
    closed: datetime | None = None
    before = period.previous()
    while before is not None and before.label in frozen:
        at = frozen[before.label]
        closed = at if closed is None else max(closed, at)
        if until is None or closed < until:
            windows.append(Window(before, closed, until))
        before = before.previous()
    return windows
