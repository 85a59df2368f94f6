"""/bulletins/{id}/items: 将列为通报问题, what the issue is to name; editors take out, add and word before 签发."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import forms, naming
from gridops.bulletins.models import Bulletin
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid
from gridops.people.queries import names_of_units, names_of_users
from gridops.people.rules import Role
from gridops.supervision import queries as supervision
from gridops.web import records
from gridops.web.bulletins import common
from gridops.web.desk.proposals import units_in_use
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_items", __name__, url_prefix="/bulletins/<int:bulletin_id>/items")

Answer = str | Response | tuple[str, int]
NEW = "new"


@pages.get("")
@needs(*common.READERS)
def index(bulletin_id: int) -> Answer:
    """The items the issue is to name, what was changed of them and why; once issued, the problem items they became."""
    return _page(bulletin_id)


@pages.post("")
@needs(Role.EDITOR)
def add(bulletin_id: int) -> Answer:
    """Add an item that no rule names."""

    def act(session: Session) -> None:
        naming.put_in(session, bulletin_id, current_person(), forms.new_item(request.form))

    return _tried(bulletin_id, NEW, act, _("已加入拟列的通报问题。"))


@pages.post("/change")
@needs(Role.EDITOR)
def change(bulletin_id: int) -> Answer:
    """Take an item out, put it back, or word it otherwise; `key` names it."""
    key = request.form.get("key", "")[:80]

    def act(session: Session) -> None:
        naming.change(session, bulletin_id, key, current_person(), forms.item_change(request.form))

    said = _("已从拟列的通报问题中去掉。") if request.form.get("do") == "out" else _("拟列的通报问题已修改。")
    return _tried(bulletin_id, key, act, said)


def _tried(bulletin_id: int, key: str, act: Callable[[Session], None], said: str) -> Answer:
    try:
        with transaction() as session:
            common.seen(session, bulletin_id)
            act(session)
    except Invalid as wrong:
        return _page(bulletin_id, key, records.problems(wrong)), 422
    except Conflict as refused:
        return _page(bulletin_id, key, {"version": str(refused)}), 409
    flash(said, "good")
    return redirect(url_for(".index", bulletin_id=bulletin_id))


def _page(bulletin_id: int, tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    """The page; `tried`: the key of the item whose form was refused."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        edits = naming.open_to_change(row) and naming.may_edit(session, row, current_person())
        planned, offered = naming.planned(session, row), naming.offered(session, row) if edits else []
        made = {each.kept.problem_id for each in planned if each.kept is not None}
        by_hand = [each for each in _of_period(session, row) if each.problem.id not in made]
        units = units_in_use(session, row.root_id) if edits else []
        who = [each.kept.by_id for each in planned if each.kept is not None and each.kept.by_id is not None]
        return render_template(
            "bulletins/items.html",
            row=row,
            name=common.title_of(row, common.period(session, row), common.series_name(session, row)),
            follows_up=naming.follows_up(row),
            planned=planned,
            offered=offered,
            by_hand=by_hand,
            numbers=supervision.numbers_of(session, [each for each in made if each is not None]),
            unit_names=names_of_units(session, [each.unit_id for each in planned] + [each.unit_id for each in offered]),
            units=units,
            codes={unit.id: unit.code for unit in units},
            people=names_of_users(session, who),
            edits=edits,
            tried=tried,
            errors=errors or {},
            typed=request.form if errors else request.args,
        )


def _of_period(session: Session, row: Bulletin) -> list[supervision.ProblemRow]:
    """What the office entered for the issue by hand."""
    grid_id = None if row.grid_id == row.root_id else row.grid_id
    found = supervision.of_period(session, row.root_id, row.series, row.period) if naming.follows_up(row) else []
    return [each for each in found if each.problem.grid_id == grid_id]
