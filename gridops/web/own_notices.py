"""/notices: what I was told and have not read; how I want to be told (on the account's page); the count on the bell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.cases.queries.noticing import in_sight
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.notices import forms
from gridops.notices.queries import people as queries
from gridops.notices.rules import OCCASION_NAMES
from gridops.notices.rules.personal import HOURS, MAIL_NAMES, offered
from gridops.notices.service import people as service
from gridops.people.queries import person_details
from gridops.web.guards import current_person, current_scope, safe_next, signed_in
from gridops.web.navigation import DESK_ROLES

pages = Blueprint("own_notices", __name__)

Answer = str | Response | tuple[str, int]


def unread() -> int:
    """How many notices wait for who is signed in, counted a little beyond 99."""
    if not current_user.is_authenticated:
        return 0
    if "unread" not in g:
        with reading() as session:
            count_unread(session)
    return int(g.unread)


def count_unread(session: Session) -> None:
    """Counts them for the bell of this page in the session that it reads with: one of its own costs as much again."""
    g.unread = queries.unread(session, current_person().user_id)


@pages.get("/notices")
@signed_in
def index() -> Answer:
    """My notices, the newest first; of a case that is out of my sight by now only that it is."""
    after, scope = _place(request.args.get("after")), current_scope()
    with reading() as session:
        told, following = queries.own_page(session, scope.user_id, after=after)
        seen = in_sight(session, scope, {row.number for row in told})
    rows = [row if row.number in seen else row.without_case() for row in told]
    return render_template(
        "own_notices.html",
        rows=rows,
        occasion_names=OCCASION_NAMES,
        next_url=url_for(".index", after=following) if following else None,
        first_url=url_for(".index") if after else None,
        here=request.full_path.rstrip("?"),
    )


@pages.post("/notices/read")
@signed_in
def read_all() -> Answer:
    """All of them are read."""
    with transaction() as session:
        service.read_all(session, current_person())
    return redirect(url_for(".index"))


@pages.post("/notices/<int:notice_id>/read")
@signed_in
def read(notice_id: int) -> Answer:
    """One of them is read; back to the list, or on to its case while that is in sight."""
    with transaction() as session:
        number = service.read_one(session, current_person(), notice_id)
        seen = in_sight(session, current_scope(), {number})
    if request.form.get("open") and seen:
        return redirect(_case(number))
    return redirect(safe_next(request.form.get("back")) or url_for(".index"))


@pages.post("/account/notices")
@signed_in
def choose() -> Answer:
    """Keep how I want to be told."""
    person = current_person()
    try:
        form = forms.parse_choices(request.form, offered(person.roles))
    except Invalid as wrong:
        return own_page({error.field: error.reason for error in wrong.errors}), 422
    with transaction() as session:
        service.set_choices(session, person, form.chosen, form.hours, form.email)
    flash(_("已保存。"), "good")
    return redirect(url_for("account.own"))


def own_page(errors: Mapping[str, str] | None = None) -> str:
    """The account's page; with what was wrong in the form of the notices it shows what was typed there."""
    person = current_person()
    with reading() as session:
        row = person_details(session, person.root_id, person.user_id)
        wanted = queries.choices_of(session, person.user_id, offered(person.roles))
        when = queries.hours_of(session, person.user_id)
        email = queries.address_of(session, person.user_id)
    if errors:
        email = request.form.get("email", "")[: forms.LONGEST_ADDRESS]
        when = replace(when, workdays_only=bool(request.form.get("workdays_only")))
    return render_template(
        "account.html",
        row=row,
        wanted=wanted,
        when=when,
        email=email,
        errors=errors or {},
        hours=HOURS,
        mail_names=MAIL_NAMES,
        occasion_names=OCCASION_NAMES,
        mail_works=bool(current_app.config["GRIDOPS"].smtp_url),
    )


def _case(number: str) -> str:
    """The page of a case where this person works."""
    if current_person().roles.isdisjoint(DESK_ROLES):
        return url_for("field_app.shell", _anchor=f"/tasks/{number}")
    return url_for("desk_case.show", number=number)


def _place(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return row_id(text)
    except ValueError:
        raise Invalid(("after", "无法识别的页码")) from None
