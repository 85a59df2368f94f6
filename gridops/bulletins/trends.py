"""What a paper tells of earlier periods and of its own months: from figures that were locked, never counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules import words
from gridops.bulletins.rules.annex import MONTHS, Trend
from gridops.core.periods import Period
from gridops.figures.queries import sets

TREND_PERIODS = 12
# Whose locks tell of a month: the first of them that there is.
_MONTHLY = ("monthly", "supervision")


def trend_of(
    session: Session, bulletin: Bulletin, period: Period, now: Mapping[str, Mapping[str, Any]]
) -> Trend | None:
    """Filed and closed of the last periods, from the sets that were locked; a period never locked is a gap.

    A locked paper has the trend of its freeze, whatever is locked for earlier periods afterwards.
    """
    if bulletin.wording is not None and "trend" in bulletin.wording:
        kept = bulletin.wording["trend"]
        return Trend(**{name: tuple(value) for name, value in kept.items()}) if kept else None
    if period.months():
        return _months(session, bulletin, period)
    labels, filed, closed = [], [], []
    back: Period | None = period
    for _ in range(TREND_PERIODS):
        if back is None:
            break
        locked = None if back is period else sets.frozen_set(session, bulletin.grid_id, bulletin.series, back.label)
        told = now if back is period else (locked.figures if locked else None)
        labels.append(words.short_name(back))
        filed.append(told["cases.filed"]["value"] if told else None)
        closed.append(told["cases.closed"]["value"] if told else None)
        back = back.previous()
    known = max((place for place, value in enumerate(filed) if value is not None), default=0) + 1
    if known < 2:
        return None
    labels[known - 1] = labels[known - 1].removeprefix(f"{period.year}年")  # the axis begins in the paper's own year
    return Trend(tuple(labels[:known][::-1]), tuple(filed[:known][::-1]), tuple(closed[:known][::-1]))


def _months(session: Session, bulletin: Bulletin, period: Period) -> Trend | None:
    """The months of a quarter and longer as the papers of each were locked; a month never locked has no figures."""
    rows: list[dict[str, Any]] = []
    for month in period.months():
        found = (sets.frozen_set(session, bulletin.grid_id, series, month.label) for series in _MONTHLY)
        locked = next((each.figures for each in found if each), {})
        told = {key: locked.get(key, {}).get("value") for key, _ in MONTHS}
        rows.append({"label": f"{month.number}月", **told})
    if all(row["cases.filed"] is None for row in rows):
        return None
    labels, filed, closed = (tuple(row[key] for row in rows) for key in ("label", "cases.filed", "cases.closed"))
    return Trend(labels, filed, closed, tuple(rows))
