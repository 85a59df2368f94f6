"""补报: records that arrived after their period was frozen, and the one later period that tells of them (§5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridops.core.periods import Period


@dataclass(frozen=True, slots=True)
class Window:
    """Records reported in `period` that its frozen set did not count, nor one of those after it told of as late."""

    period: Period
    set_id: int
    told_by: tuple[int, ...]


def late_windows(period: Period, frozen: Mapping[str, int]) -> list[Window]:
    """Which late records an open period tells of: those for which it is the first of its series still open.

    `frozen`: label -> frozen set of the series' frozen periods of this kind. Going back from the period, every one up
    to the first that is not frozen gives a window; the newest comes first. A year to date follows no other. What was
    kept decides and no clock: a record written while a freeze was reading has a time from before it, and so may have
    one that a newer file moved to another period.
    """
    windows: list[Window] = []
    before = period.previous()
    while before is not None and before.label in frozen:
        windows.append(Window(before, frozen[before.label], tuple(window.set_id for window in windows)))
        before = before.previous()
    return windows
