"""/overview: one screen for who leads: this month so far beside last month, by community, and the list behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import queries as bulletins
from gridops.bulletins.rules.series import default_series
from gridops.cases.queries import overview
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.core import clock, periods
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.core.ids import row_id
from gridops.core.periods import Period, PeriodKind
from gridops.figures import service as figures
from gridops.figures.counts import PREFIX
from gridops.figures.sheets import OF_VERDICTS
from gridops.people.queries import TerritoryRow, territory_row
from gridops.people.rules import OVERVIEW_ROLES, SCOPE, Sees
from gridops.web import list_files
from gridops.web.bulletins import common, panel
from gridops.web.desk import columns
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("overview", __name__, url_prefix="/overview")

SERIES = default_series(PeriodKind.MONTH)
PAGE = 50
# What stands on the page: counts, then rates. Of late cases more is worse, so nothing is coloured by its direction.
COUNTS = ("reported", "filed", "should_close", "overdue_open", "faked", "recurred")
RATES = ("closing_rate", "on_time_rate")
# Figures behind which stands what people found of single cases.
_OF_VERDICTS = frozenset(figure.key for figure in OF_VERDICTS.values())
COLUMNS = (
    "reported", "filed", "should_close", "closed", "closing_rate", "on_time_rate", "overdue_open", "faked", "recurred",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """Which territory and month the page tells of, and the month that runs now.

    `chosen`: the address names the month. `listed`: whether the person sees the cases behind the figures.
    """

    grid: TerritoryRow
    grids: list[TerritoryRow]
    month: Period
    current: Period
    chosen: bool
    listed: bool

    @property
    def running(self) -> bool:
        """Whether the month shown is not over."""
        return self.month.label == self.current.label


@pages.get("")
@needs(*OVERVIEW_ROLES)
def index() -> str:
    """The page."""
    person, scope = current_person(), current_scope()
    with reading() as session:
        shown = _shown(session)
        told = figures.told(session, shown.grid.id, shown.month, SERIES)
        listed = bulletins.issued(session, person.root_id, limit=20) if shown.listed else ()
        latest = next((row for row in listed if scope.sees_grid(row.grid_id)), None)
        title = (
            common.title_of(latest, common.period(session, latest), common.series_name(session, latest))
            if latest
            else ""
        )
    return render_template(
        "overview.html",
        shown=shown,
        before=shown.month.previous(),
        after=_next_month(shown.month),
        figures=told.figures.figures,
        rows=told.figures.tables["by_grid"],
        as_of=told.as_of,
        latest=latest,
        latest_title=title,
        # What was kept a minute before an update may lack a figure of today.
        counts=[key for key in COUNTS if PREFIX + key in told.figures.figures],
        rates=RATES,
        columns=COLUMNS,
        names=panel.NAMES,
        parts=panel.PARTS_OF_RATES,
        prefix=PREFIX,
        text=panel.text,
    )


@pages.get("/records/<key>")
@needs(*OVERVIEW_ROLES)
def records(key: str) -> str:
    """The records behind a figure of the page, or behind it in one row of its table."""
    after, row = request.args.get("after", 0, type=row_id) or 0, request.args.get("row") or None
    with reading() as session:
        shown = _listed(session)
        case_ids, following = _behind(session, shown, key, row, after=after, limit=PAGE)
        rows = overview.rows_of(session, current_scope(), case_ids)
    kept = _address(shown, key, row)
    return render_template(
        "overview_records.html",
        shown=shown,
        label=panel.NAMES.get(PREFIX + key.removeprefix(PREFIX), key[:80]),
        row=row,
        rows=rows,
        now=clock.now(),
        source_names=SOURCE_NAMES,
        state_names=STATE_NAMES,
        csv_url=url_for(".export", **kept),
        next_url=url_for(".records", after=following, **kept) if following else None,
        first_url=url_for(".records", **kept) if after else None,
    )


@pages.get("/records/<key>/list.csv")
@pages.get("/records/<key>/list.xlsx", endpoint="workbook")
@needs(*OVERVIEW_ROLES)
def export(key: str) -> Response:
    """The records behind a figure of the page, as a file."""
    row = request.args.get("row") or None
    with reading() as session:
        shown = _listed(session)
        # Counted once: a count for each batch would take long, and each would be of another instant.
        case_ids, _after = _behind(session, shown, key, row)
        found = list_files.in_batches(case_ids, partial(overview.rows_of, session, current_scope()))
        return list_files.of_rows(
            key.removeprefix(PREFIX), columns.counted(clock.now()), found, _address(shown, key, row)
        )


def _listed(session: Session) -> Shown:
    """What the address asks for; NotFound for who does not see the cases behind its figures."""
    shown = _shown(session)
    if not shown.listed:
        raise NotFound("没有这项数据的名单")
    return shown


def _address(shown: Shown, key: str, row: str | None) -> dict[str, Any]:
    """What the list behind a figure is asked by."""
    kept = {"key": key, "month": shown.month.label, "at": shown.grid.id}
    return {**kept, "row": row} if row else kept


def _behind(
    session: Session, shown: Shown, key: str, row: str | None, *, after: int = 0, limit: int = figures.ALL
) -> tuple[Sequence[int], int | None]:
    """The ids of the cases behind a figure, or behind it in a row, and where the next begins; NotFound without list."""
    which: dict[str, Any] = {"table": "by_grid" if row else None, "row": row, "after": after, "limit": limit}
    where = (session, shown.grid.id, shown.month, SERIES)
    try:
        if PREFIX + key.removeprefix(PREFIX) in _OF_VERDICTS:
            told = figures.fact_records(*where, PREFIX + key.removeprefix(PREFIX), **which)
            return tuple(fact.id for fact in told.facts), told.after
        page = figures.records(*where, key, **which)
        return page.case_ids, page.after
    except Invalid:
        raise NotFound("没有这项数据的名单") from None


def _shown(session: Session) -> Shown:
    """What the address asks for, within the territories the person leads; else the first of them and this month."""
    person = current_person()
    held = {held.grid_id for held in person.holdings if held.role in OVERVIEW_ROLES}
    ids = [person.root_id] if person.root_id in held else sorted(held)
    asked = request.args.get("at", type=row_id)
    grids = [territory_row(session, person.root_id, grid_id) for grid_id in ids]
    grid = next((row for row in grids if row.id == asked), grids[0])
    seeing = any(held.role in OVERVIEW_ROLES and SCOPE[held.role] is not Sees.NOTHING for held in person.holdings)
    current = periods.containing(PeriodKind.MONTH, clock.local_date(clock.now()))
    month = _month(request.args.get("month"))
    chosen = month is not None
    if month is None:
        # Where nothing is reported yet this month, the last month that has anything says more than zeros.
        last = overview.last_reported_at(session, person.root_id, grid.id, current.end)
        month = periods.containing(PeriodKind.MONTH, clock.local_date(last)) if last else current
    listed = seeing and current_scope().sees_grid(grid.id)
    return Shown(grid, grids, month, current, chosen, listed)


def _month(label: str | None) -> Period | None:
    if not label:
        return None
    try:
        found = periods.parse(label[:20])
    except ValueError:
        raise NotFound(_("没有这个月份")) from None
    if found.kind is not PeriodKind.MONTH:
        raise NotFound(_("没有这个月份"))
    return found


def _next_month(month: Period) -> Period | None:
    """The month after, up to the running one."""
    after = periods.containing(PeriodKind.MONTH, month.end_day)
    return after if after.start <= clock.now() else None
