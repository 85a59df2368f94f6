"""The class (A, B, C) of each grid, from a day on: where limits are tighter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

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

pages = Blueprint("admin_areas", __name__, url_prefix="/admin/areas")


@dataclass(frozen=True, slots=True)
class Place:
    """A grid with its class of today; `rows`: what was entered for it, the newest first (empty: from above)."""

    node: Node
    area: Area | None
    rows: list[AreaClass]


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
        typed=typed,
        errors=errors,
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
    with transaction() as session:
        service.set_area(session, person.root_id, form, actor_id=person.user_id)
    if form.valid_from and form.valid_from > clock.local_date(clock.now()):
        flash(_("已保存，自 %(day)s 起生效。", day=form.valid_from), "good")
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
