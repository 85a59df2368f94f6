"""/field/supervision: note a look at a unit on the spot (明察暗访); answer a problem item with photos.

Both forms are records of the phone's gate: named once, so that a wet double touch counts once.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Closed, Invalid, NotAllowed
from gridops.evidence import queries as evidence
from gridops.intake.rules import RecordType
from gridops.intake.service import Receipt
from gridops.supervision import queries, service
from gridops.supervision.rules import ANSWERERS, CHECKERS, KEEPERS
from gridops.supervision.rules.problems import answer_fault, overdue_at, state_at
from gridops.web import photos, records
from gridops.web.desk.proposals import units_in_use
from gridops.web.desk.supervision.common import words
from gridops.web.desk.supervision.problems import AFTER
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("field_supervision", __name__, url_prefix="/field/supervision")

Answer = str | Response | tuple[str, int]
GOERS = tuple(dict.fromkeys((*ANSWERERS, *CHECKERS, *KEEPERS)))
# What a look shows of the place.
_SEEN = ("photo",)


@pages.get("")
@needs(*GOERS)
def index() -> Answer:
    """What my units still owe, and for who looks in the way to the form."""
    person = current_person()
    with reading() as session:
        owed = queries.to_answer(session, person)
    return render_template(
        "field/supervision.html", owed=owed, may_check=not person.roles.isdisjoint(CHECKERS), **words()
    )


@pages.get("/check")
@needs(*CHECKERS)
def check() -> Answer:
    """An empty form of a look at a unit."""
    return _check_page({}, {}, [])


@pages.post("/check")
@needs(*CHECKERS)
def send_check() -> Answer:
    """Take a look; with a fault the form comes back with everything typed and every photo kept."""
    person, typed = current_person(), request.form
    shots, bad = photos.received(person, _SEEN)
    if bad:
        return _check_page(typed, bad, shots), 422
    body = {name: typed.get(name, "").strip() for name in ("unit", "fact", "person", "outcome")}
    try:
        receipt = records.send(person, RecordType.DISCIPLINE_CHECK, body, shots, device=records.DEVICE)
    except Invalid as wrong:
        return _check_page(typed, records.problems(wrong), shots), 422
    return _onward(receipt, _("明察暗访已登记。"))


@pages.get("/problems/<problem_number>")
@needs(*GOERS)
def problem(problem_number: str) -> Answer:
    """A problem item, and the form to answer it."""
    return _problem_page(problem_number, {}, {}, [])


@pages.post("/problems/<problem_number>")
@needs(*GOERS)
def send_answer(problem_number: str) -> Answer:
    """Take an answer; with a fault the form comes back with everything typed and every photo kept."""
    person, typed = current_person(), request.form
    with reading() as session:
        item = queries.problem_in_sight(session, current_scope(), problem_number).problem
        if not service.may_answer(session, person, item):
            raise NotAllowed("只有整改单位的处置人员可以反馈")
        if fault := answer_fault(item, item.voided_at):
            raise Closed(fault)
    shots, bad = photos.received(person, AFTER)
    if bad:
        return _problem_page(problem_number, typed, bad, shots), 422
    body = {"problem": problem_number, "words": typed.get("words", "").strip()}
    try:
        receipt = records.send(person, RecordType.PROBLEM_ANSWER, body, shots, device=records.DEVICE)
    except Invalid as wrong:
        return _problem_page(problem_number, typed, records.problems(wrong), shots), 422
    return _onward(receipt, _("整改反馈已提交，等待认定。"))


def _onward(receipt: Receipt, said: str) -> Response:
    """Back to the list, saying what became of the record."""
    held = receipt.held_because
    flash(_("已收到，待人工判定") + _("：") + _(held) if held else said, "wait" if held else "good")
    return redirect(url_for(".index"))


def _check_page(typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]) -> str:
    with reading() as session:
        units = units_in_use(session, current_person().root_id)
    return render_template(
        "field/discipline_check.html",
        typed=typed,
        errors=errors,
        shots=shots,
        units=units,
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **words(),
    )


def _problem_page(
    problem_number: str, typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]
) -> str:
    person = current_person()
    with reading() as session:
        row = queries.problem_in_sight(session, current_scope(), problem_number)
        item = row.problem
        uses = evidence.links_for(session, "problem", item.id)
        answers = service.may_answer(session, person, item) and answer_fault(item, item.voided_at) is None
    return render_template(
        "field/problem.html",
        row=row,
        item=item,
        state=state_at(item, clock.now()),
        overdue=item.voided_at is None and overdue_at(item, clock.now()),
        uses=uses,
        shows=shows,
        answers=answers,
        typed=typed,
        errors=errors,
        shots=shots,
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **words(),
    )
