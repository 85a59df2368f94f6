"""Units: the tree of three levels with their people."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid
from gridops.core.ids import row_id
from gridops.people import forms, queries, service
from gridops.people.rules import UNIT_KIND_NAMES, Role, UnitKind
from gridops.people.rules.units import KINDS_AT, LEVEL_NAMES, LEVELS
from gridops.web.admin.common import Answer, by_field, keeps_all
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import seen_in, side_by_side

pages = Blueprint("admin_units", __name__, url_prefix="/admin/units")

# What may be changed of a unit.
_FIELDS = {"name": "名称", "kind": "类型", "phone": "办公电话"}


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The tree; `?at=ID` opens one unit with its people."""
    return _page(request.args.get("at", type=row_id))


@pages.post("")
@needs_for_all(Role.ADMIN)
def new() -> Answer:
    """Make a unit."""
    try:
        form = forms.new_unit(request.form)
        with transaction() as session:
            unit = service.create_unit(session, current_person().root_id, form, by=current_person())
    except Invalid as wrong:
        return _page(None, typed=request.form, errors=by_field(wrong)), 422
    flash(_("已添加单位 %(name)s。", name=unit.name), "good")
    return redirect(url_for(".index", at=unit.id))


@pages.post("/<int:unit_id>")
@needs_for_all(Role.ADMIN)
def change(unit_id: int) -> Answer:
    """Rename a unit or change its kind."""
    typed, shown = request.form, seen_in(request.form, _FIELDS)
    seen = (shown.get("name", ""), shown.get("kind", ""), shown.get("phone", "")) if shown else None
    try:
        form = forms.unit_change(typed)
        with transaction() as session:
            service.change_unit(session, unit_id, form, by=current_person(), seen=seen)
    except Invalid as wrong:
        return _page(unit_id, changed=typed, errors=by_field(wrong)), 422
    except Conflict as late:
        return _page(unit_id, changed=typed, errors={"version": str(late)}), 409
    flash(_("已保存。"), "good")
    return redirect(url_for(".index", at=unit_id))


def _said(name: str, value: str) -> str:
    return _(UNIT_KIND_NAMES[UnitKind(value)]) if name == "kind" and value in set(UnitKind) else value


def _page(
    at: int | None,
    *,
    typed: Mapping[str, str] | None = None,
    changed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """`typed`: in the form of a new unit; `changed`: in that of the opened one."""
    root_id = current_person().root_id
    with reading() as session:
        units = queries.unit_rows(session, root_id)
        opened = next((unit for unit in units if unit.id == at), None)
        wanted = queries.PeopleFilter(unit_id=opened.id) if opened else None
        people, more = queries.people_page(session, root_id, wanted) if wanted else ([], None)
    now = {"name": opened.name, "kind": opened.kind.value, "phone": opened.phone or ""} if opened else {}
    late = changed is not None and errors is not None and "version" in errors
    called = {name: _(label) for name, label in _FIELDS.items()}
    return render_template(
        "admin/units.html",
        units=units,
        opened=opened,
        people=people,
        more=more,
        typed=typed or {},
        errors=errors or {},
        changed=changed or now,
        seen=now if late or changed is None else seen_in(changed, _FIELDS) or now,
        both=side_by_side(now, changed, called, _said) if late and changed else [],
        kinds=KINDS_AT,
        levels=LEVEL_NAMES,
        last_level=LEVELS,
        keeps=keeps_all(),
    )
