"""Checklists of visits: what is asked at each kind of premises, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.catalogue import forms, queries, service
from gridops.catalogue.forms import SEVERITIES
from gridops.catalogue.rules import versions_on
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import NotFound
from gridops.inspections.rules import SEVERITY_NAMES
from gridops.people.rules import Role
from gridops.premises.rules import KIND_NAMES
from gridops.web.admin.common import Answer, keeps_all, last_word, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited, Line

pages = Blueprint("admin_checklists", __name__, url_prefix="/admin/checklists")

# Empty lines below the questions that stand, for more of them.
MORE = 5
Item = tuple[str, str, str]


_CHECKLIST = Edited(
    "checklist",
    {"name": "名称", "premises_kind": "场所", "theme": "主题"},
    {"premises_kind": {"": "全部", **KIND_NAMES}},
)


def _form(checklist_id: int | None = None, *, typed: Mapping[str, Any] | None, errors: Mapping[str, str]) -> str:
    root_id, row, kept = current_person().root_id, None, list[Item]()
    with reading() as session:
        categories = queries.findings(session, root_id)
        if checklist_id is not None:
            row = queries.checklist(session, checklist_id, root_id)
            if row is None:
                raise NotFound(_("没有这份检查表"))
            if "version" in errors:
                rows = queries.checklist_rows(session, root_id)
                row = last_word((one for one in rows if one.code == row.code), root_id)
        if row is not None:
            codes = {each.id: each.code for each in categories}
            asked = queries.items_of(session, [row.id])[row.id]
            kept = [(each.text, each.severity, codes.get(each.category_id or 0, "")) for each in asked]
    stands = {"name": row.name, "premises_kind": row.premises_kind or "", "theme": row.theme} if row else {}
    items = kept if typed is None else _items()
    shown = _CHECKLIST.page({"": stands}, typed, errors)
    if shown["overtaken"]:
        shown["overtaken"] = replace(shown["overtaken"], lines=[*shown["overtaken"].lines, *_asked(kept, items)])
    return render_template(
        "admin/checklist_form.html",
        checklist_id=row.id if row else None,
        items=[*items, *([("", "general", "")] * MORE)],
        categories=categories,
        kinds=[(kind.value, _(name)) for kind, name in KIND_NAMES.items()],
        severities=[(severity, _(SEVERITY_NAMES[severity])) for severity in SEVERITIES],  # type: ignore[index]
        **shown,
    )


def _items() -> list[Item]:
    """The questions of the form: three fields of one name each, in their order."""
    texts, severities, categories = (
        request.form.getlist(name) for name in ("item_text", "item_severity", "item_category")
    )
    return [(text, severity, code) for text, severity, code in zip_longest(texts, severities, categories, fillvalue="")]


def _asked(kept: Sequence[Item], typed: Sequence[Item]) -> list[Line]:
    """Both versions of the questions, one beside the other in their order; empty lines of the form are none."""
    pairs = zip_longest(kept, [each for each in typed if each[0].strip()])
    return [
        Line(f"{_('检查项')} {place}", _in_words(now), _in_words(then))
        for place, (now, then) in enumerate(pairs, start=1)
    ]


def _in_words(item: Item | None) -> str:
    if item is None:
        return "—"
    text, severity, code = item
    severe = _(SEVERITY_NAMES[severity]) if severity in SEVERITY_NAMES else severity  # type: ignore[index]
    return " · ".join(part for part in (text.strip(), severe, code) if part)


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The checklists of today, and those that ended or are to come."""
    today = clock.local_date(clock.now())
    with reading() as session:
        rows = queries.checklist_rows(session, current_person().root_id)
        items = queries.items_of(session, [row.id for row in rows])
    chosen = versions_on(rows, today)
    return render_template(
        "admin/checklists.html",
        chosen=chosen,
        others=[row for row in rows if row not in chosen],
        counts={key: len(each) for key, each in items.items()},
        keeps=keeps_all(),
        today=today,
        kind_names=KIND_NAMES,
    )


@pages.get("/new")
@needs_for_all(Role.ADMIN)
def new() -> Answer:
    """An empty checklist."""
    return _form(typed={}, errors={})


@pages.post("/new")
@needs_for_all(Role.ADMIN)
@refusable(_form)
def add() -> Answer:
    """Add a checklist of one's own."""
    person = current_person()
    form = forms.parse_checklist(request.form, _items(), new=True)
    with transaction() as session:
        made = service.add_checklist(session, person.root_id, form, actor_id=person.user_id).id
    flash(_("已添加。"), "good")
    return redirect(url_for(".one", checklist_id=made))


@pages.get("/<int:checklist_id>")
@needs(Role.ADMIN)
def one(checklist_id: int) -> Answer:
    """One edition with its questions."""
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        row = queries.checklist(session, checklist_id, root_id)
        if row is None:
            raise NotFound(_("没有这份检查表"))
        items = queries.items_of(session, [row.id])[row.id]
        rows = queries.checklist_rows(session, root_id)
        categories = {each.id: each for each in queries.findings(session, root_id)}
    last = row.valid_to is None and (row.root_id == root_id or not _own(rows, row.code, root_id))
    return render_template(
        "admin/checklist.html",
        row=row,
        items=items,
        categories=categories,
        editions=[other for other in rows if other.code == row.code],
        changes=keeps_all() and last,
        root_id=root_id,
        today=today,
        kind_names=KIND_NAMES,
        severity_names=SEVERITY_NAMES,
    )


@pages.get("/<int:checklist_id>/edit")
@needs_for_all(Role.ADMIN)
def edit(checklist_id: int) -> Answer:
    """The form of the next edition, filled with this one."""
    return _form(checklist_id, typed=None, errors={})


@pages.post("/<int:checklist_id>/edit")
@needs_for_all(Role.ADMIN)
@refusable(_form)
def change(checklist_id: int) -> Answer:
    """Begin the next edition."""
    person = current_person()
    form = forms.parse_checklist(request.form, _items(), new=False)
    with transaction() as session:
        made = service.edit_checklist(session, checklist_id, person.root_id, form, actor_id=person.user_id).id
    flash(_("已保存。此前的检查仍按原内容保留。"), "good")
    return redirect(url_for(".one", checklist_id=made))


@pages.post("/<int:checklist_id>/end")
@needs_for_all(Role.ADMIN)
def end(checklist_id: int) -> Answer:
    """End a checklist of one's own."""
    person = current_person()
    with transaction() as session:
        service.end_checklist(session, checklist_id, person.root_id, actor_id=person.user_id)
    flash(_("本地设置已终止。"), "good")
    return redirect(url_for(".index"))


def _own(rows: Sequence[Any], code: str, root_id: int) -> bool:
    return any(row.code == code and row.root_id == root_id and row.valid_to is None for row in rows)
