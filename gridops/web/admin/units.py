"""Units: the tree of three levels with their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.people import forms, queries, service
from gridops.people.rules import UNIT_KIND_NAMES, Role
from gridops.people.rules.units import KINDS_AT, LEVEL_NAMES, LEVELS
from gridops.web.admin.common import Answer, by_field, keeps_all, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited, Standing

pages = Blueprint("admin_units", __name__, url_prefix="/admin/units")
_UNIT = Edited("unit", {"name": "名称", "kind": "类型", "phone": "办公电话"}, {"kind": UNIT_KIND_NAMES})


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


def _change_page(unit_id: int, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return _page(unit_id, changed=typed, changed_errors=errors)


@pages.post("/<int:unit_id>")
@needs_for_all(Role.ADMIN)
@refusable(_change_page)
def change(unit_id: int) -> Answer:
    """Rename a unit or change its kind."""
    root_id = current_person().root_id
    form = forms.unit_change(request.form)
    with transaction() as session:
        _UNIT.unchanged(session, lambda: _standing(queries.unit_rows(session, root_id), unit_id))
        service.change_unit(session, unit_id, form, by=current_person())
    flash(_("已保存。"), "good")
    return redirect(url_for(".index", at=unit_id))


def _standing(units: Sequence[queries.UnitRow], unit_id: int | None) -> dict[str, Standing]:
    """What the form of a unit says of it; nothing where there is none."""
    found = next((unit for unit in units if unit.id == unit_id), None)
    return {"": {"name": found.name, "kind": found.kind.value, "phone": found.phone or ""}} if found else {}


def _page(
    at: int | None,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    changed: Mapping[str, str] | None = None,
    changed_errors: Mapping[str, str] | None = None,
) -> str:
    """`typed` and `errors` of the form for a new unit; `changed` and `changed_errors` of the one that is opened."""
    root_id = current_person().root_id
    with reading() as session:
        units = queries.unit_rows(session, root_id)
        opened = next((unit for unit in units if unit.id == at), None)
        wanted = queries.PeopleFilter(unit_id=opened.id) if opened else None
        people, more = queries.people_page(session, root_id, wanted) if wanted else ([], None)
    edited = _UNIT.page(_standing(units, at), changed, changed_errors or {})
    return render_template(
        "admin/units.html",
        edited=edited,
        overtaken=edited["overtaken"],
        units=units,
        opened=opened,
        people=people,
        more=more,
        typed=typed or {},
        errors=errors or {},
        kinds=KINDS_AT,
        levels=LEVEL_NAMES,
        last_level=LEVELS,
        keeps=keeps_all(),
    )
