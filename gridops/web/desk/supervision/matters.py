"""督查事项: the matters in sight with their lights, one with its weekly lines, sign-off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.periods import Period, PeriodKind, parse
from gridops.people import queries as people
from gridops.supervision import forms, queries, service
from gridops.supervision.rules import KEEPERS, SIGNERS, MatterState
from gridops.supervision.rules.matters import signing_fault, undoing_fault, week_of
from gridops.supervision.rules.waiting import Why
from gridops.web import list_files, records
from gridops.web.desk.joint import place, turning
from gridops.web.desk.proposals import units_in_use
from gridops.web.desk.supervision import columns
from gridops.web.desk.supervision.common import (
    ASKED,
    Answer,
    chosen_unit,
    kept,
    next_of,
    view_of,
    words,
)
from gridops.web.desk.trying import Tried, attempt
from gridops.web.guards import current_person, current_scope, needs

# Step -> its verb, the field with its words, what is said when it is done.
_STEPS: dict[str, tuple[Callable[..., object], str, str]] = {
    "sign_off": (service.sign_off, "outcome", "已销号。"),
    "undo": (service.undo_sign_off, "reason", "销号已撤销，督查事项继续办理。"),
    "void": (service.void_matter, "reason", "督查事项已作废。"),
}
pages = Blueprint("desk_matters", __name__, url_prefix="/desk/supervision/matters")


@pages.get("")
@needs(*ASKED)
def index() -> Answer:
    """The queue of matters: what I owe or press, all that are open, or every one, newest first, as they stand now."""
    (given, unit_id), scope = _asked(), current_scope()
    view, after = given["view"], place(request.args.get("after"))
    with reading() as session:
        rows = _queue(session, view, unit_id)
        all_of = partial(queries.matter_page, session, scope, clock.now(), unit_id=unit_id)
        page = all_of(after=after) if rows is None else None
        units = units_in_use(session, scope.root_id)
    return render_template(
        "desk/matters.html",
        rows=rows,
        page=page,
        view=view,
        units=units,
        kept=given,
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        csv_url=url_for(".export", **given),
        **turning(given, after, page.next if page else None),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*ASKED)
def export() -> Answer:
    """The view that is open, as it is narrowed, as a file."""
    given, unit_id = _asked()
    with reading() as session:
        rows = _queue(session, given["view"], unit_id, None)
        page_of = partial(queries.matter_page, session, current_scope(), clock.now(), unit_id=unit_id)
        found = ((row, None) for row in list_files.all_rows(page_of)) if rows is None else rows
        return list_files.of_rows("matters", columns.matters(queued=rows is not None), found, given)


def _asked() -> tuple[dict[str, Any], int | None]:
    """What the list is narrowed to: as an address keeps it, with its view, and its unit."""
    given = kept("unit") | {"view": view_of("unit")}
    return given, chosen_unit(given.get("unit"))


def _queue(
    session: Session, view: str, unit_id: int | None, limit: int | None = queries.OPEN
) -> list[tuple[queries.MatterRow, Why | None]] | None:
    """The matters of a view that is a queue, each with why it waits for me; None: the view is the list of all."""
    if view == "mine":
        return [*queries.matters_waiting(session, current_person(), clock.now(), limit)]
    if view == "open":
        rows = queries.open_matters(session, current_scope(), clock.now(), unit_id=unit_id, limit=limit)
        return [(row, None) for row in rows]
    return None


@pages.get("/weekly")
@needs(*ASKED)
def weekly() -> Answer:
    """周报: one page for Monday's meeting, of the week named, else of the one that runs (on a Monday: the last)."""
    now = clock.now()
    week = _week(request.args.get("week")) or week_of(now - timedelta(days=1))
    end = min(week.end, now)
    with reading() as session:
        found = queries.matters_of_week(session, current_scope(), week.start, end)
        rows, more = found[: queries.MOST_OF_WEEK], len(found) > queries.MOST_OF_WEEK
        helping = queries.helpers_of(session, [row.matter.id for row in rows])
        units = people.names_of_units(session, {unit_id for ids in helping.values() for unit_id in ids})
    following = week.next()
    return render_template(
        "desk/matters_weekly.html",
        week=week,
        runs=week.end > now,
        rows=rows,
        more=more,
        helpers={matter_id: [units[unit_id] for unit_id in ids] for matter_id, ids in helping.items()},
        states=Counter(row.state for row in rows),
        silent=sum(row.state is not MatterState.DONE and (not row.line or row.line.at < week.start) for row in rows),
        previous=week.previous(),
        following=following if following and following.start <= now else None,
        **words(),
    )


@pages.get("/new")
@needs(*KEEPERS)
def new() -> Answer:
    """An empty form."""
    return _form({}, {})


@pages.post("/new")
@needs(*KEEPERS)
def open_one() -> Answer:
    """Put a matter under supervision."""
    raw = {**request.form.to_dict(), "helpers": request.form.getlist("helpers")}
    try:
        form = forms.matter_form(raw)
        with transaction() as session:
            made = service.open_matter(session, current_person(), form).number
    except Invalid as wrong:
        return _form(request.form, records.problems(wrong)), 422
    flash(_("督查事项已立项：%(number)s", number=made), "good")
    return redirect(url_for(".show", matter_number=made))


@pages.get("/<matter_number>")
@needs(*ASKED)
def show(matter_number: str) -> Answer:
    """One matter."""
    return _page(matter_number, Tried())


@pages.post("/<matter_number>/line")
@needs(*ASKED)
def line(matter_number: str) -> Answer:
    """Add the weekly line."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        row = queries.matter_in_sight(session, current_scope(), matter_number, clock.now())
        service.add_line(session, current_person(), row.matter.id, forms.line_form(raw))

    return _tried(matter_number, "line", act, _("进展已填报。"))


@pages.post("/<matter_number>/<any(sign_off, undo, void):step>")
@needs(*SIGNERS)
def note(matter_number: str, step: str) -> Answer:
    """Sign off, undo that, or void."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        row = queries.matter_in_sight(session, current_scope(), matter_number, clock.now())
        verb, field, _said = _STEPS[step]
        verb(session, current_person(), row.matter.id, forms.words(raw, field), forms.version_of(raw))

    return _tried(matter_number, step, act, _(_STEPS[step][2]))


def _tried(matter_number: str, form: str, act: Callable[[Session, Mapping[str, str]], object], said: str) -> Answer:
    back = url_for(".show", matter_number=matter_number)
    return attempt(lambda tried: _page(matter_number, tried), form, act, said, back)


def _page(matter_number: str, tried: Tried) -> str:
    person = current_person()
    with reading() as session:
        row = queries.matter_in_sight(session, current_scope(), matter_number, clock.now())
        matter = row.matter
        lines = queries.lines_of(session, matter.id)
        helpers = people.names_of_units(session, queries.helpers_of(session, [matter.id])[matter.id])
        undone = queries.undoings(session, [matter.id]).get(matter.id, [])
        undoers = [each.undone_by for each in undone]
        users = [user for user in (matter.done_by, *undoers, *(told.user_id for told in lines)) if user]
        known = people.names_of_users(session, users)
        open_now = signing_fault(matter.done_at, matter.voided_at) is None
        tells = open_now and service.may_tell(session, person, matter)
        spot = queries.place_of_unit(session, matter.root_id, matter.lead_unit_id)
        lights = tells and service.may_light(session, person, matter)
        waits = [one.matter.number for one, _why in queries.matters_waiting(session, person, clock.now())]
        may_sign = people.may_at(session, person, SIGNERS, spot)
    return render_template(
        "desk/matter.html",
        row=row,
        matter=matter,
        lines=lines,
        helpers=list(helpers.values()),
        next_number=next_of(waits, matter.number),
        names=known,
        tells=tells,
        lights=lights,
        undone=undone,
        signs=open_now and may_sign,
        undoes=may_sign and undoing_fault(matter.done_at, matter.voided_at) is None,
        tried=tried,
        **words(),
    )


def _week(label: str | None) -> Period | None:
    if not label:
        return None
    try:
        found = parse(label[:20])
    except ValueError:
        raise Invalid(("week", "无法识别的周")) from None
    if found.kind is not PeriodKind.WEEK:
        raise Invalid(("week", "无法识别的周"))
    return found


def _form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        units = units_in_use(session, current_person().root_id)
    return render_template(
        "desk/matter_new.html",
        typed=typed,
        chosen=request.form.getlist("helpers"),
        errors=errors,
        units=units,
        **words(),
    )
