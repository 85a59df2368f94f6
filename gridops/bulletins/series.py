"""A root's series and what their papers say that is no figure: as set today, or as kept with a frozen paper."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.bulletins.models import Bulletin, Series
from gridops.bulletins.rules.series import SERIES, SETTINGS, Wording, default_series, shipped
from gridops.core import periods
from gridops.core.db import lock_names
from gridops.core.errors import Invalid, NotFound
from gridops.core.periods import Cut, Period
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.grids.rules.tree import Version


def series_of(session: Session, root_id: int, key: str) -> Series:
    """A root's series, made with shipped settings when first asked for. NotFound for keys the contract lacks."""
    if key not in SERIES:
        raise NotFound(f"没有名为“{key}”的系列（{'、'.join(SERIES)}）")
    found = queries.series(session, root_id, key)
    if found is None:
        lock_names(session, [f"series:{root_id}:{key}"])
        found = queries.series(session, root_id, key)
    if found is None:
        found = Series(root_id=root_id, key=key, name=SERIES[key].name, settings={})
        session.add(found)
        session.flush()
    return found


def period_of(session: Session, root_id: int, label: str, series: str | None) -> tuple[Period, str]:
    """Read a period label as its series cuts time today; Invalid (field `period`) for anything else."""
    try:
        key = series or default_series(periods.parse(label).kind)
        cut = queries.series(session, root_id, key)
        return periods.parse(label, Cut(cut.month_day, cut.week_day) if cut else Cut()), key
    except ValueError as wrong:
        raise Invalid(("period", str(wrong))) from None


def period_of_paper(session: Session, bulletin: Bulletin) -> Period:
    """The period of a paper: cut as it was at its freeze (of the corrected one for a correction), else as today."""
    original = session.get(Bulletin, bulletin.corrects_id) if bulletin.corrects_id is not None else None
    kept = (original or bulletin).wording
    if kept is not None:
        return periods.parse(bulletin.period, Wording.from_kept(kept).cut)
    return period_of(session, bulletin.root_id, bulletin.period, bulletin.series)[0]


def wording_of(session: Session, bulletin: Bulletin) -> Wording:
    """What a paper says that is no figure: as kept at its freeze, else as it stands today."""
    if bulletin.wording is not None:
        return Wording.from_kept(bulletin.wording)
    found = queries.series(session, bulletin.root_id, bulletin.series)
    name = found.name if found else SERIES[bulletin.series].name
    area = area_of(session, bulletin, period_of_paper(session, bulletin))
    told = shipped(SERIES[bulletin.series], area.name, street=area.level is Level.STREET)
    told |= {"head": f"{area.name}{name}"}
    set_here = found.settings if found else {}
    told |= {key: value for key, value in set_here.items() if key in SETTINGS}
    return Wording(
        area_code=area.code,
        area_name=area.name,
        series_name=name,
        month_day=found.month_day if found else 1,
        week_day=found.week_day if found else 1,
        **told,
    )


def area_of(session: Session, bulletin: Bulletin, period: Period) -> Version:
    """The jurisdiction under the name it bore at the period's end; one that has ended under its last."""
    known = [v for v in grids.territory(session).versions.values() if v.grid_id == bulletin.grid_id]
    day = period.end_day - timedelta(days=1)
    return next((v for v in known if v.valid_on(day)), max(known, key=lambda v: v.valid_from or date.min))
