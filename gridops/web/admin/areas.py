"""The class (A, B, C) of each grid, from a day on: where limits are tighter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.rules.renewing import Wish
from gridops.cases.service import renewing
from gridops.catalogue import forms, queries, service
from gridops.catalogue.models import AreaClass
from gridops.catalogue.rules import AREA_NAMES, Area, area_of
from gridops.catalogue.rules.plans import never_held, withdrawable
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Node
from gridops.people.queries import names_of_users
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, keeps_all, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited, Standing

pages = Blueprint("admin_areas", __name__, url_prefix="/admin/areas")


@dataclass(frozen=True, slots=True)
class Place:
    """A grid with its class of today; `rows`: what was entered for it, the newest first (empty: from above)."""

    node: Node
    area: Area | None
    rows: list[AreaClass]


_AREA = Edited(
    "area class",
    {"area": "区域类别", "valid_from": "生效日期"},
    {"area": {"": "不单独定类（沿用上级）", **AREA_NAMES}},
)


def _standing(rows: Iterable[AreaClass]) -> Mapping[str, Standing]:
    """Grid -> its class, or the one planned last; with all its rows, for any of them may be replaced."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(str(row.grid_id), {"rows": []})
        one["rows"].append((row.area, row.valid_from, row.valid_to))
        if not never_held(row):
            open_ended = row.valid_to is None
            one["area"] = row.area if open_ended else ""
            one["valid_from"] = row.valid_from if open_ended else row.valid_to
    return found


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = queries.area_rows(session, root_id)
        found = _places(session, root_id, rows)
        people = names_of_users(session, {row.changed_by for row in rows if row.changed_by is not None})
    return render_template(
        "admin/areas.html",
        areas=found,
        people=people,
        **_AREA.from_today(today).page(_standing(rows), typed, errors, typed.get("grid", "")),
        area_names=AREA_NAMES,
        today=today,
        keeps=keeps_all(),
        planned=withdrawable(rows, attrgetter("grid_id"), today) if keeps_all() else set(),
        never_held=never_held,
    )


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """Every grid with its class of today."""
    return _page({}, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page, late="area")
def put() -> Answer:
    """Give a grid its class; running cases keep theirs until someone asks otherwise."""
    person = current_person()
    form = forms.parse_area(request.form)
    begins = form.valid_from or clock.local_date(clock.now())
    with transaction() as session:
        said = {**request.form, "valid_from": begins.isoformat()}
        _AREA.unchanged(session, lambda: _standing(queries.area_rows(session, person.root_id)), str(form.grid_id), said)
        service.set_area(session, person.root_id, form, actor_id=person.user_id)
    if begins > clock.local_date(clock.now()):
        flash(_("已保存，自 %(day)s 起生效。", day=begins), "good")
        return redirect(url_for(".index"))
    # Up to 200 cases are looked through: whoever else wants to write does not wait for that.
    with reading() as session:
        running = renewing.offered(session, Wish(person.root_id, person.user_id, grid_id=form.grid_id))
    if running:
        flash(_("已保存。已立案的案件仍按原类别计时。"), "good")
        return redirect(url_for("admin_running.index", grid=form.grid_id))
    flash(_("已保存。没有在办案件受影响。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:row_id>/withdraw")
@needs_for_all(Role.ADMIN)
def withdraw(row_id: int) -> Answer:
    """Withdraw a class, or its end, that was planned for a later day."""
    person = current_person()
    with transaction() as session:
        _AREA.hold(session)
        service.withdraw_area(session, person.root_id, row_id, actor_id=person.user_id)
    flash(_("已撤回。"), "good")
    return redirect(url_for(".index"))


def _places(session: Session, root_id: int, rows: list[AreaClass]) -> list[Place]:
    tree, today = grids.tree(session), clock.local_date(clock.now())
    own: dict[int, list[AreaClass]] = {}
    for row in reversed(rows):
        own.setdefault(row.grid_id, []).append(row)
    nodes = sorted(tree.descendants(root_id), key=lambda grid_id: [tree.nodes[i].code for i in tree.path(grid_id)])
    return [
        Place(tree.nodes[grid_id], area_of(rows, tree.path(grid_id), today), own.get(grid_id, [])) for grid_id in nodes
    ]
