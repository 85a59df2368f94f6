"""The running period as last told: counted by the calendar, so that a page reads one row instead of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import upsert
from gridops.core.periods import Period
from gridops.figures.models import RunningSet
from gridops.figures.queries import rows as counting
from gridops.figures.queries import sets
from gridops.figures.queries.area import Area, area_of
from gridops.figures.rules import tally
from gridops.figures.service.counting import FigureSet, figures_of
from gridops.figures.service.places import Places

# Counted every minute (tasks.schedule); one that is older says that no worker runs, and nobody is told it.
GOOD_FOR = timedelta(minutes=3)
_PLACES = "%s/places"


@dataclass(frozen=True, slots=True)
class Told:
    """Figures and tables of a period, and the instant they were counted at; of a root counted now its places too."""

    figures: FigureSet
    as_of: datetime
    places: Places | None = None


def count_now(session: Session, grid_id: int, period: Period, series: str) -> Told:
    """The figures of a period of a series counted now; NotFound for an unknown grid, Conflict as `figures_of`."""
    now, area = clock.now(), area_of(session, grid_id)
    rows = counting.counted_rows(session, area, period)
    made = figures_of(session, grid_id, period, series, counted=tally.add_up(rows))
    return Told(made, now, Places.of(area, rows, now) if grid_id == area.root_id else None)


def told(session: Session, grid_id: int, period: Period, series: str) -> Told:
    """The figures of a period of a series: as kept where it runs and they are fresh, else counted now."""
    return fresh(session, grid_id, period, series) or count_now(session, grid_id, period, series)


def fresh(session: Session, grid_id: int, period: Period, series: str) -> Told | None:
    """The figures of a period as kept; None where it does not run, or nothing fresh is kept."""
    kept = _kept(session, grid_id, period, series)
    return Told(FigureSet(kept.figures, kept.tables), kept.as_of) if kept is not None else None


def fresh_places(session: Session, area: Area, period: Period, series: str) -> Places | None:
    """The places of the root an area lies in as kept; None where there is nothing fresh of today's territory."""
    kept = _kept(session, area.root_id, period, _PLACES % series)
    places = Places.read(kept.tables, kept.as_of) if kept is not None else None
    return places if places is not None and places.changes == len(area.changes) else None


def _kept(session: Session, grid_id: int, period: Period, series: str) -> RunningSet | None:
    now = clock.now()
    kept = sets.running_set(session, grid_id, series) if period.start <= now < period.end else None
    good = kept is not None and kept.period == period.label and timedelta(0) <= now - kept.as_of <= GOOD_FOR
    return kept if good else None


def keep(session: Session, grid_id: int, period: Period, series: str, counted: Told) -> None:
    """Keep what was counted of a running period in the place of what was kept; apart, since counting takes long."""
    common = {"grid_id": grid_id, "period": period.label, "as_of": counted.as_of}
    told = counted.figures
    rows: list[dict[str, Any]] = [{**common, "series": series, "figures": told.figures, "tables": told.tables}]
    if counted.places is not None:
        # In a row of its own: a page that shows the figures need not read hundreds of places.
        rows.append({**common, "series": _PLACES % series, "figures": {}, "tables": counted.places.written()})
    upsert(session, RunningSet, rows, ("grid_id", "series"))
