"""Legal bases of penalties: law and article by their day, the highest fine, and when the street's list holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.catalogue import forms, queries, service
from gridops.catalogue.rules import versions_on
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.people.rules import Role
from gridops.web import records
from gridops.web.admin.common import Answer, keeps_all
from gridops.web.guards import current_person, needs, needs_for_all

pages = Blueprint("admin_bases", __name__, url_prefix="/admin/bases")

FIELDS = ("law", "article", "matter", "max_fine_person", "max_fine_organisation", "source", "listed_from", "listed_to")


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The legal bases of today, and those that ended or are to come."""
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = queries.basis_rows(session, root_id)
    chosen = versions_on(rows, today)
    return render_template(
        "admin/bases.html",
        chosen=chosen,
        others=[row for row in rows if row not in chosen],
        keeps=keeps_all(),
        root_id=root_id,
        today=today,
    )


@pages.get("/new")
@needs_for_all(Role.ADMIN)
def new() -> Answer:
    """An empty form."""
    return _form(None, {}, {})


@pages.post("/new")
@needs_for_all(Role.ADMIN)
def add() -> Answer:
    """Add a legal basis of one's own."""
    person = current_person()
    try:
        form = forms.parse_basis(request.form, new=True)
        with transaction() as session:
            service.add_basis(session, person.root_id, form, actor_id=person.user_id)
    except Invalid as wrong:
        return _form(None, request.form, records.problems(wrong)), 422
    flash(_("已添加。"), "good")
    return redirect(url_for(".index"))


@pages.get("/<int:basis_id>")
@needs_for_all(Role.ADMIN)
def edit(basis_id: int) -> Answer:
    """The form of the next version, filled with this one."""
    with reading() as session:
        row = queries.basis(session, basis_id, current_person().root_id)
    if row is None:
        raise NotFound(_("没有这条处罚依据"))
    return _form(basis_id, {name: getattr(row, name) for name in FIELDS}, {})


@pages.post("/<int:basis_id>")
@needs_for_all(Role.ADMIN)
def change(basis_id: int) -> Answer:
    """Begin the next version."""
    person = current_person()
    try:
        form = forms.parse_basis(request.form, new=False)
        with transaction() as session:
            service.edit_basis(session, basis_id, person.root_id, form, actor_id=person.user_id)
    except Invalid as wrong:
        return _form(basis_id, request.form, records.problems(wrong)), 422
    except Conflict as refused:
        return _form(basis_id, request.form, {"version": str(refused)}), 409
    flash(_("已保存。此前的决定仍按原内容保留。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:basis_id>/end")
@needs_for_all(Role.ADMIN)
def end(basis_id: int) -> Answer:
    """End a legal basis of one's own."""
    person = current_person()
    with transaction() as session:
        service.end_basis(session, basis_id, person.root_id, actor_id=person.user_id)
    flash(_("本地设置已终止。"), "good")
    return redirect(url_for(".index"))


def _form(basis_id: int | None, typed: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return render_template("admin/basis_form.html", basis_id=basis_id, typed=typed, errors=errors)
