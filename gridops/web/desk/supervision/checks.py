"""明察暗访: the looks in sight, one with its judgement and naming, a form to note one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.fields import Reader, instant
from gridops.core.periods import Period
from gridops.evidence import queries as evidence
from gridops.people import queries as people
from gridops.supervision import forms, queries, service
from gridops.supervision.rules import CHECKERS, KEEPERS, NAME_READERS, NAMERS, WATCHERS
from gridops.supervision.rules.checks import may_be_named, naming_fault
from gridops.web import list_files, records
from gridops.web.desk.joint import place, turning
from gridops.web.desk.proposals import units_in_use
from gridops.web.desk.supervision import columns
from gridops.web.desk.supervision.common import (
    EVERYONE,
    Answer,
    chosen_month,
    chosen_unit,
    kept,
    tabs,
    words,
)
from gridops.web.desk.trying import Tried, attempt
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_checks", __name__, url_prefix="/desk/supervision")


@pages.get("")
@needs(*EVERYONE)
def home() -> Answer:
    """The first tab one may open."""
    return redirect(tabs()[0][1])


@pages.get("/checks")
@needs(*WATCHERS)
def index() -> Answer:
    """The looks in sight, newest first; of a month also how many checks they make."""
    (given, month, wanted), scope = _asked(), current_scope()
    after = place(request.args.get("after"))
    with reading() as session:
        page = queries.check_page(session, scope, wanted, after=after)
        whole = month is not None and scope.sees_grid(scope.root_id)
        checks = queries.checks_between(session, scope.root_id, month.start, month.end) if month and whole else None
        units = units_in_use(session, scope.root_id)
    return render_template(
        "desk/checks.html",
        page=page,
        checks=checks,
        looked_at=len(frozenset().union(*(check.unit_ids for check in checks))) if checks else 0,
        units=units,
        kept=given,
        may_check=not current_person().roles.isdisjoint(CHECKERS),
        csv_url=url_for(".export", **given),
        **turning(given, after, page.next),
        **words(),
    )


@pages.get("/checks/list.csv")
@pages.get("/checks/list.xlsx", endpoint="workbook")
@needs(*WATCHERS)
def export() -> Answer:
    """The list as it is narrowed, as a file; people in it are masked."""
    given, _month, wanted = _asked()
    with reading() as session:
        page_of = partial(queries.check_page, session, current_scope(), wanted)
        return list_files.of_rows("checks", columns.CHECKS, list_files.all_rows(page_of), given)


def _asked() -> tuple[dict[str, Any], Period | None, queries.CheckFilter]:
    """What the list is narrowed to: as an address keeps it, its month, and for the query."""
    given = kept("unit", "month", "verified")
    month = chosen_month(given.get("month"))
    wanted = queries.CheckFilter(
        chosen_unit(given.get("unit")),
        {"yes": True, "no": False}.get(given.get("verified", "")),
        month.start if month else None,
        month.end if month else None,
    )
    return given, month, wanted


@pages.get("/checks/new")
@needs(*CHECKERS)
def new() -> Answer:
    """An empty form."""
    return _form({}, {})


@pages.post("/checks/new")
@needs(*CHECKERS)
def record() -> Answer:
    """Note a look at a unit."""
    try:
        form, at = forms.check_form(request.form), _at(request.form)
        with transaction() as session:
            made = service.add_check(session, current_person(), form, at=at).id
    except Invalid as wrong:
        return _form(request.form, records.problems(wrong)), 422
    flash(_("明察暗访已登记。"), "good")
    return redirect(url_for(".show", check_id=made))


@pages.get("/checks/<int:check_id>")
@needs(*WATCHERS)
def show(check_id: int) -> Answer:
    """One look."""
    return _page(check_id, Tried())


@pages.post("/checks/<int:check_id>/person")
@needs(*NAME_READERS)
def read(check_id: int) -> Answer:
    """The same with the name in clear; who read it is kept."""
    with transaction() as session:
        row = queries.check_in_sight(session, current_scope(), check_id)
        name = service.read_person(session, current_person(), row.check)
    return _page(check_id, Tried(), name)


@pages.post("/checks/<int:check_id>/<any(judge, naming, void):step>")
@needs(*KEEPERS, *NAMERS)
def note(check_id: int, step: str) -> Answer:
    """Judge the fact, approve the name, or void."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        queries.check_in_sight(session, current_scope(), check_id)
        person, version = current_person(), forms.version_of(raw)
        if step == "judge":
            judged = forms.judged_form(raw, why=False)
            service.judge_check(session, person, check_id, verified=judged.yes, outcome=judged.why, version=version)
        elif step == "naming":
            service.approve_naming(session, person, check_id, forms.words(raw, "approval", 120), version)
        else:
            service.void_check(session, person, check_id, forms.words(raw, "reason"), version)

    said = {"judge": _("已记录核实结果。"), "naming": _("已登记批准点名。"), "void": _("检查已作废。")}
    return attempt(lambda tried: _page(check_id, tried), step, act, said[step], url_for(".show", check_id=check_id))


def _page(check_id: int, tried: Tried, name: str | None = None) -> str:
    person = current_person()
    with reading() as session:
        row = queries.check_in_sight(session, current_scope(), check_id)
        check = row.check
        spot = queries.place_of_unit(session, check.root_id, check.unit_id)
        keeps = people.may_at(session, person, KEEPERS, spot)
        names = people.may_at(session, person, NAMERS, spot)
        reads = people.may_at(session, person, NAME_READERS, spot)
        uses = evidence.links_for(session, "discipline_check", check.id)
        users = [user for user in (check.user_id, check.naming_approved_by) if user]
        known = people.names_of_users(session, users)
    named = may_be_named(verified=check.verified, approved=check.naming_approved_by is not None)
    fault = naming_fault(
        person=check.person, verified=check.verified, recorded_by=check.user_id, approver=person.user_id
    )
    return render_template(
        "desk/check.html",
        row=row,
        check=check,
        keeps=keeps and check.voided_at is None,
        may_name=names and check.voided_at is None and fault is None and not named,
        reads=reads and bool(check.person),
        named=named,
        name=name,
        names=known,
        uses=uses,
        shows=shows,
        tried=tried,
        **words(),
    )


def _form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        units = units_in_use(session, current_person().root_id)
    return render_template("desk/check_new.html", typed=typed, errors=errors, units=units, **words())


def _at(raw: Mapping[str, str]) -> datetime:
    """When it was, now where the form names none; Invalid for what is ahead."""
    read = Reader(raw)
    at: datetime = read("at", instant()) or clock.now()
    if at > clock.now():
        read.wrong("at", "时间不得晚于现在")
    read.done(others=True)
    return at
