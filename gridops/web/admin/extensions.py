"""Local extension categories: added to a class of a list by the jurisdiction's admin, and stopped."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.catalogue import forms, queries, service
from gridops.core.db import reading, transaction
from gridops.core.errors import NotFound
from gridops.people.rules import Role
from gridops.web.admin.categories import KIND_NAMES
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all

pages = Blueprint("admin_extensions", __name__, url_prefix="/admin/extensions")


def _page(list_id: int, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        edition = next((row for row in queries.lists(session) if row.id == list_id), None)
        classes = queries.classes(session, list_id) if edition else []
    if edition is None:
        raise NotFound(_("没有这个清单版本"))
    return render_template(
        "admin/extension.html", edition=edition, classes=classes, typed=typed, errors=errors, kind_names=KIND_NAMES
    )


@pages.get("/new/<int:list_id>")
@needs_for_all(Role.ADMIN)
def new(list_id: int) -> Answer:
    """The form of a local extension of a list."""
    return _page(list_id, {}, {})


@pages.post("/new/<int:list_id>")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def add(list_id: int) -> Answer:
    """Add it; without a code it takes the highest free one of its class, from 99 down."""
    person = current_person()
    form = forms.parse_extension(request.form)
    with transaction() as session:
        row = service.add_extension(session, list_id, person.root_id, form, actor_id=person.user_id)
        made, code = row.id, row.code
    flash(_("已新增本地扩展类别 %(code)s。没有自己的立案条件时沿用大类的条件。", code=code), "good")
    return redirect(url_for("admin_categories.one", category_id=made))


@pages.post("/<int:category_id>/end")
@needs_for_all(Role.ADMIN)
def end(category_id: int) -> Answer:
    """Stop it: nothing new is reported under it."""
    person = current_person()
    with transaction() as session:
        service.end_extension(session, category_id, person.root_id, actor_id=person.user_id)
    flash(_("已停用。"), "good")
    return redirect(url_for("admin_categories.one", category_id=category_id))
