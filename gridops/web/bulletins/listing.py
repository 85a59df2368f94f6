"""/bulletins: the papers of a street by series, newest period first, and the form that opens a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import forms, keeping, queries, service
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.life import STATUS_ZH, WAITING_ZH, Step, waits_in
from gridops.bulletins.rules.series import SERIES
from gridops.core import clock, periods
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.periods import Period, PeriodKind
from gridops.grids.rules import Level
from gridops.people.queries import TerritoryRow, territory_rows
from gridops.people.rules import Role
from gridops.web.bulletins import common
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("bulletins", __name__, url_prefix="/bulletins")

Answer = str | Response | tuple[str, int]
PAGE = 24
_AREAS = tuple(level for level in Level if level not in {Level.GRID, Level.CELL})


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    row: Bulletin
    name: str
    number: str
    span: str
    area: str
    building: bool


@pages.get("")
@needs(*common.READERS)
def index() -> Answer:
    """A page of the list, of one series or of all."""
    return _page({}, {})


@pages.post("")
@needs(Role.EDITOR)
def open_draft() -> Answer:
    """Open the draft of a period (or the one that is there) and ask for its first build."""
    try:
        form = forms.draft_form(request.form)
        with transaction() as session:
            opened = service.open_draft(session, form.jurisdiction, form.period, form.series, person=current_person())
            common.seen(session, opened.id)
            job = service.ask_build(session, opened.id, current_person()) if not opened.draft else None
    except Invalid as wrong:
        errors = {{"period": "other"}.get(e.field, e.field): e.reason for e in wrong.errors}
        return _page(request.form, errors), 422
    if job is not None:
        wake_build(job.id, _("草稿已建立，正在统计。"))
    else:
        flash(_("该时段的通报已经建立。"), "accent")
    return redirect(url_for("bulletin.show", bulletin_id=opened.id))


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person, scope = current_person(), current_scope()
    key = request.args.get("series", "")
    key = key if key in SERIES else ""
    stage = next((step for step in WAITING_ZH if step == request.args.get("waiting")), None)
    before = forms.mark(request.args.get("before"))
    with reading() as session:
        found = queries.listed(
            session, person.root_id, scope.grid_ids, key=key or None, status=waits_in(stage) if stage else None,
            before=before, limit=PAGE + 1,
        )  # fmt: skip
        counts = queries.status_counts(session, person.root_id, scope.grid_ids, key=key or None)
        names = {
            **{known.key: known.name for known in SERIES.values()},
            **queries.series_names(session, person.root_id),
        }
        areas = [row for row in territory_rows(session, person.root_id, _AREAS) if scope.sees_grid(row.id)]
        areas.sort(key=lambda area: (_AREAS.index(area.level), area.code))  # the highest is offered first
        lines = _lines(session, found[:PAGE], names, areas)
    last = found[PAGE - 1] if len(found) > PAGE else None
    kept = _kept(key, stage)
    mark = f"{last.starts_at.isoformat()}~{last.id}" if last else None
    return render_template(
        "bulletins/index.html",
        lines=lines,
        names=names,
        key=key,
        tabs=[(series, url_for(".index", **_kept(series, stage))) for series in ("", *names)],
        stage=stage,
        stages=[
            (step, url_for(".index", **_kept(key, step)), counts.get(waits_in(step), 0) if step else None)
            for step in (None, *WAITING_ZH)
        ],
        waiting_zh=WAITING_ZH,
        areas=areas,
        may_open=Role.EDITOR in person.roles,
        may_keep=keeping.may_keep(person),
        periods=_offered(clock.local_date(clock.now())),
        typed=typed,
        errors=errors,
        status_zh=STATUS_ZH,
        looks=common.STATUS_LOOKS,
        next_url=url_for(".index", before=mark, **kept) if mark else None,
        first_url=url_for(".index", **kept) if before else None,
    )


def _kept(key: str, stage: Step | None) -> dict[str, Any]:
    """The series and the stage as they stand in an address."""
    kept = {"series": key, "waiting": stage.value if stage else ""}
    return {name: value for name, value in kept.items() if value}


def _lines(session: Session, found: Any, names: Mapping[str, str], areas: list[TerritoryRow]) -> list[Line]:
    called = {row.id: row.name for row in areas}
    building = queries.running_builds(session, [row.id for row in found])
    lines = []
    for row in found:
        of = common.period(session, row)
        lines.append(
            Line(
                row=row,
                name=common.title_of(row, of, names[row.series]),
                number=common.number_of(row),
                span=common.span_of(of),
                area=called.get(row.grid_id, ""),
                building=row.id in building,
            )
        )
    return lines


def _offered(today: date) -> list[tuple[str, str]]:
    """Periods one usually wants: label and words."""
    month = periods.containing(PeriodKind.MONTH, today)
    week = periods.containing(PeriodKind.WEEK, today)
    quarter = periods.containing(PeriodKind.QUARTER, today)
    running = _("进行中")
    wanted = [
        (month, _("本月"), running),
        (month.previous(), _("上月"), ""),
        (week, _("本周"), running),
        (week.previous(), _("上周"), ""),
        (quarter, _("本季度"), running),
        (quarter.previous(), _("上季度"), ""),
        (periods.containing(PeriodKind.YTD, today), _("今年以来"), running),
    ]
    return [(of.label, _told(of, said, note)) for of, said, note in wanted if of is not None]


def _told(of: Period, said: str, note: str) -> str:
    named = common.period_of_page(of)
    if note:
        return _("%(said)s（%(period)s，%(note)s）", said=said, period=named, note=note)
    return _("%(said)s（%(period)s）", said=said, period=named)
