"""/desk/many/{move}: one move with the ticked cases; each is judged by itself and answered by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gridops.cases import forms, service
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.service.moving import ALIKE
from gridops.core.db import transaction
from gridops.core.errors import NotFound
from gridops.people.rules import Person
from gridops.tasks.waking import wake
from gridops.web import records
from gridops.web.desk import became, common, moving
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_many", __name__, url_prefix="/desk/many")

_ROLES = tuple(sorted({role for move in ALIKE for role in MOVES[move].roles}))


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the person may do with several of the listed cases, which of them can be ticked, and the form's name."""

    moves: tuple[Move, ...]
    cases: frozenset[int]
    name: str

    icons = moving.ICONS


def offered(person: Person, rows: Sequence[CaseRow]) -> Bulk:
    """The moves some listed case is in the right state for; who may, each case is asked when it is done."""
    moves = [move for move in (Move.DISPATCH, *ALIKE) if person.roles & MOVES[move].roles]
    fit = {move: [row.id for row in rows if row.state in MOVES[move].from_states] for move in moves}
    waiting = {row.id for row in rows if row.suspended_at}
    ticked: Collection[int] = {case_id for ids in fit.values() for case_id in ids} - waiting
    return Bulk(tuple(move for move in moves if fit[move]), frozenset(ticked), records.new_name())


@pages.get("/<move>")
@needs(*_ROLES)
def back(move: str) -> Response:
    """The address of such a move, opened: it is made from the queue."""
    if move not in set(ALIKE):
        raise NotFound("没有这个环节")
    return redirect(url_for("desk.index"))


@pages.post("/<move>")
@needs(*_ROLES)
def make(move: str) -> str:
    """Make it with each case that may; the page says what became of each."""
    if move not in set(ALIKE):
        raise NotFound("没有这个环节")
    wanted, person, seen = Move(move), current_person(), common.ticked()
    words = request.form.get("words", "") if "words" in MOVES[wanted].takes else ""
    fields, name = forms.parse_move(wanted, {"words": words} if words else {}), records.name_in(request.form)
    with transaction() as session:
        outcomes = service.move_many(session, list(seen), wanted, person, fields, name, seen)
        told = became.told(session, current_scope(), outcomes, seen, wanted)
    wake("figures.drain")
    return render_template("desk/dispatched.html", **told)
