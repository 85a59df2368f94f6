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
from gridops.core.errors import NotFound
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, keeps_all, last_word, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited

pages = Blueprint("admin_bases", __name__, url_prefix="/admin/bases")

_BASIS = Edited(
    "legal basis",
    {
        "law": "法律", "article": "条款", "matter": "违法行为", "max_fine_person": "个人罚款上限（元）",
        "max_fine_organisation": "单位罚款上限（元）", "listed_from": "列入街道清单的日期",
        "listed_to": "移出街道清单的日期", "source": "来源",
    },
)  # fmt: skip


def _form(basis_id: int | None = None, *, typed: Mapping[str, Any] | None, errors: Mapping[str, str]) -> str:
    root_id, row = current_person().root_id, None
    if basis_id is not None:
        with reading() as session:
            row = queries.basis(session, basis_id, root_id)
            if row is None:
                raise NotFound(_("没有这条处罚依据"))
            if "version" in errors:
                row = last_word((one for one in queries.basis_rows(session, root_id) if one.code == row.code), root_id)
    stands = {name: getattr(row, name) for name in _BASIS.labels} if row else {}
    shown = _BASIS.page({"": stands}, typed, errors)
    return render_template("admin/basis_form.html", basis_id=row.id if row else None, **shown)


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
    return _form(typed={}, errors={})


@pages.post("/new")
@needs_for_all(Role.ADMIN)
@refusable(_form)
def add() -> Answer:
    """Add a legal basis of one's own."""
    person = current_person()
    form = forms.parse_basis(request.form, new=True)
    with transaction() as session:
        service.add_basis(session, person.root_id, form, actor_id=person.user_id)
    flash(_("已添加。"), "good")
    return redirect(url_for(".index"))


@pages.get("/<int:basis_id>")
@needs_for_all(Role.ADMIN)
def edit(basis_id: int) -> Answer:
    """The form of the next version, filled with this one."""
    return _form(basis_id, typed=None, errors={})


@pages.post("/<int:basis_id>")
@needs_for_all(Role.ADMIN)
@refusable(_form)
def change(basis_id: int) -> Answer:
    """Begin the next version."""
    person = current_person()
    form = forms.parse_basis(request.form, new=False)
    with transaction() as session:
        service.edit_basis(session, basis_id, person.root_id, form, actor_id=person.user_id)
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
