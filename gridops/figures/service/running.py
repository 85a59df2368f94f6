"""The running period as last told: counted by the calendar, so that a page reads one row instead of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import upsert
from gridops.core.periods import Period
from gridops.figures.models import RunningSet
from gridops.figures.queries import sets
from gridops.figures.service.counting import FigureSet, figures_of

# Counted every minute (tasks.schedule); one that is older says that no worker runs, and nobody is told it.
GOOD_FOR = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Told:
    """Figures and tables of a period, and the instant they were counted at."""

    figures: FigureSet
    as_of: datetime


def count_now(session: Session, grid_id: int, period: Period, series: str) -> Told:
    """The figures of a period of a series counted now; NotFound for an unknown grid, Conflict as `figures_of`."""
    now = clock.now()
    return Told(figures_of(session, grid_id, period, series), now)


def told(session: Session, grid_id: int, period: Period, series: str) -> Told:
    """The figures of a period of a series: as kept where it runs and they are fresh, else counted now."""
    return fresh(session, grid_id, period, series) or count_now(session, grid_id, period, series)


def fresh(session: Session, grid_id: int, period: Period, series: str) -> Told | None:
    """The figures of a period as kept; None where it does not run, or nothing fresh is kept."""
    now = clock.now()
    kept = sets.running_set(session, grid_id, series) if period.start <= now < period.end else None
    if kept is None or kept.period != period.label or not timedelta(0) <= now - kept.as_of <= GOOD_FOR:
        return None
    return Told(FigureSet(kept.figures, kept.tables), kept.as_of)


def keep(session: Session, grid_id: int, period: Period, series: str, counted: Told) -> None:
    """Keep what was counted of a running period in the place of what was kept; apart, since counting takes long."""
    row = {
        "grid_id": grid_id,
        "series": series,
        "period": period.label,
        "as_of": counted.as_of,
        "figures": counted.figures.figures,
        "tables": counted.figures.tables,
    }
    upsert(session, RunningSet, [row], ("grid_id", "series"))
