"""The working calendar: a year at a glance, yearly upload, local overrides, office hours."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, keeps_all, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited, Late, Standing, version_of
from gridops.worktime import forms, queries, service
from gridops.worktime.models import OfficeHours
from gridops.worktime.queries import ShownDay

pages = Blueprint("admin_calendar", __name__, url_prefix="/admin/calendar")

_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True, slots=True)
class Month:
    """One month as rows of weeks from Monday; None where the week reaches into another month."""

    number: int
    weeks: list[list[ShownDay | None]]
    workdays: int


_DAY = Edited("day", {"is_workday": "安排", "name": "事由"}, {"is_workday": {"1": "上班", "0": "休息"}})
_HOURS = Edited("office hours", {"hours": "办公时间", "last_day": "至（含当日）"})


def _standing_days(session: Session) -> dict[str, Standing]:
    """Day -> what the street says of it, where it has a word of its own: of any year, as the form takes any day."""
    own = queries.standing_days(session, current_person().root_id)
    return {day.isoformat(): {"is_workday": str(int(works)), "name": name} for day, (works, name) in own.items()}


def _standing_hours(rows: Iterable[OfficeHours]) -> dict[str, Standing]:
    """First day (empty: always) -> the street's own hours from then on."""
    return {str(row.valid_from or ""): {"hours": row.hours, "last_day": ""} for row in rows if row.root_id is not None}


def _tried_page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """The page with one of its forms refused."""
    day = _day(typed.get("date"))
    return _page(day.year if day else _year(typed.get("year")), day, typed=typed, errors=errors)


def _page(
    year: int,
    opened: date | None,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: list[tuple[str, str]] | None = None,
) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    typed = typed or {}
    with reading() as session:
        days, own = queries.year_of_days(session, root_id, year), _standing_days(session)
        hours_rows = queries.hours_rows(session, root_id)
        in_force = queries.office_hours_for(session, root_id).on(today)
        provisional = queries.provisional_years(session, root_id, (today.year, today.year + 1))
    own_hours = _standing_hours(hours_rows)
    shown = (
        _HOURS.page(own_hours, typed, errors or {}, typed.get("valid_from", ""))
        if "hours" in typed
        else _DAY.page(own, typed, errors or {}, typed.get("date", ""))
    )
    key = opened.isoformat() if opened else ""
    return render_template(
        "admin/calendar.html",
        year=year,
        months=_months(days),
        provisional_days=sum(day.provisional for day in days),
        workdays=sum(day.is_workday for day in days),
        opened=next((day for day in days if day.day == opened), None),
        today=today,
        years=(forms.FIRST_YEAR, forms.LAST_YEAR),
        provisional_years=provisional,
        hours_rows=hours_rows,
        # Each holds until the next of its own kind begins.
        hours_end={row.id: after.valid_from for row, after in pairwise(hours_rows) if row.root_id == after.root_id},
        hours_now=str(in_force),
        weekdays=_WEEKDAYS,
        refused=refused or [],
        keeps=keeps_all(),
        days_version=version_of(own),
        day_version=version_of({key: own[key]}) if key in own else "",
        hours_version=version_of(own_hours),
        **shown,
    )


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """A year; `?day=` opens one day."""
    return _page(_year(request.args.get("year")), _day(request.args.get("day")))


@pages.post("/upload")
@needs_for_all(Role.ADMIN)
def upload() -> Answer:
    """Take a yearly table, all or nothing."""
    person, file = current_person(), request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid(("file", "请选择文件"))
        rows = forms.parse_days(file.stream.read(forms.MAX_BYTES + 1))
        with transaction() as session:
            _DAY.hold(session)
            done = service.upload(
                session,
                person.root_id,
                rows,
                source=_("上传：%(name)s", name=file.filename.replace("\x00", "")[-60:]),
                fill_years=request.form.get("fill_years") == "yes",
                actor_id=person.user_id,
            )
    except Invalid as wrong:
        refused = [(error.field, error.reason) for error in wrong.errors]
        return _page(_year(request.form.get("year")), None, refused=refused), 422
    flash(_("已保存：新增 %(new)d 天，改变 %(changed)d 天。", new=done.new, changed=done.changed), "good")
    if done.changed_years:
        _tell_recount()
    return redirect(url_for(".index", year=done.years[0]))


@pages.post("/days")
@needs_for_all(Role.ADMIN)
@refusable(_tried_page)
def override() -> Answer:
    """This street's own answer for one day."""
    person = current_person()
    row = forms.parse_day(request.form)
    with transaction() as session:
        _DAY.unchanged(session, lambda: _standing_days(session), row.day.isoformat())
        service.override_day(session, person.root_id, row, actor_id=person.user_id)
    flash(_("已保存。"), "good")
    _tell_recount()
    return redirect(url_for(".index", year=row.day.year, day=row.day.isoformat()))


@pages.post("/days/drop")
@needs_for_all(Role.ADMIN)
def drop() -> Answer:
    """Let the common answer hold again."""
    person, day = current_person(), _day(request.form.get("date"))
    if day is None:
        raise Invalid(("date", "应为日期，如2027-02-10"))
    try:
        with transaction() as session:
            _DAY.unchanged(session, lambda: _standing_days(session), day.isoformat())
            service.drop_override(session, person.root_id, day, actor_id=person.user_id)
    except Late as late:
        wanted = {"date": day.isoformat(), "is_workday": _("撤销本地调整")}
        return _page(day.year, day, typed=wanted, errors={"version": str(late)}), 409
    flash(_("已恢复为公布的安排。"), "good")
    _tell_recount()
    return redirect(url_for(".index", year=day.year, day=day.isoformat()))


@pages.post("/hours")
@needs_for_all(Role.ADMIN)
@refusable(_tried_page, late="hours")
def hours() -> Answer:
    """Office hours from a day on."""
    person, year = current_person(), _year(request.form.get("year"))
    form = forms.parse_hours(request.form)
    with transaction() as session:
        rows = partial(queries.hours_rows, session, person.root_id)
        # The last day stands nowhere: the hours after it are a row of their own.
        said = {**request.form, "last_day": ""}
        _HOURS.unchanged(session, lambda: _standing_hours(rows()), str(form.valid_from or ""), said)
        service.set_hours(session, person.root_id, form, actor_id=person.user_id)
    flash(_("已保存。"), "good")
    _tell_recount()
    return redirect(url_for(".index", year=year))


def _tell_recount() -> None:
    flash(_("受影响的在办案件和 12345 工单将在后台重算时限，并留下记录；已结案件和已印发的通报不变。"), "info")


def _months(days: list[ShownDay]) -> list[Month]:
    by_day = {day.day: day for day in days}
    year = days[0].day.year
    found = []
    for number in range(1, 13):
        weeks = [
            [by_day.get(day) if day.month == number else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, number)
        ]
        found.append(Month(number, weeks, sum(day.is_workday for day in days if day.day.month == number)))
    return found


def _year(text: str | None) -> int:
    """The year asked for within what the table takes; else this year."""
    if text and text.isascii() and text.isdecimal() and len(text) == 4:
        if forms.FIRST_YEAR <= int(text) <= forms.LAST_YEAR:
            return int(text)
    return clock.local_date(clock.now()).year


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if forms.FIRST_YEAR <= day.year <= forms.LAST_YEAR else None
