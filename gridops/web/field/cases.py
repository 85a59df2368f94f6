"""One case on the phone: what, where, photos, and the answer asked of me: 核实, 核查, 接收, 反馈, 退件, 申请延期."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases import forms, service
from gridops.cases.queries import pages as case_pages
from gridops.cases.rules.moves import MOVES, Move, State
from gridops.cases.rules.names import MOVE_NAMES, SOURCE_NAMES
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.evidence import queries as evidence
from gridops.intake.rules import RecordType
from gridops.tasks.waking import wake
from gridops.web import choices, explain, photos, records, smallmap
from gridops.web.field import common
from gridops.web.field.home import words
from gridops.web.guards import current_person, needs

pages = Blueprint("field_case", __name__, url_prefix="/field/cases")

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """An answer that goes through the gate as a record: its type, the photos' role, what the body says of it."""

    record: RecordType
    role: str
    moves: frozenset[Move]
    outcomes: tuple[str, ...] = ()


ANSWERS = {
    "verify": AnswerKind(RecordType.VERIFICATION, "near", frozenset({Move.VERIFY}), ("true", "false")),
    "check": AnswerKind(
        RecordType.CHECK, "check", frozenset({Move.CHECK_PASSED, Move.CHECK_FAILED}), ("passed", "failed")
    ),
    "feedback": AnswerKind(RecordType.FEEDBACK, "after", frozenset({Move.FEEDBACK})),
}
# Answers without a photo: moves of the case itself.
STEPS = {"receive": Move.RECEIVE, "return": Move.RETURN, "extension": Move.ASK_EXTENSION, "close": Move.CLOSE}


@pages.get("/<number>")
@needs(*common.READERS)
def show(number: str) -> Answer:
    """The case as far as the street needs it."""
    return _page(number, {}, {}, [])


@pages.get("/<number>/<answer>")
@needs(*common.READERS)
def back(number: str, answer: str) -> Answer:
    """The address of an answer, opened (after signing in anew, say): its form stands on the page of the case."""
    if answer not in ANSWERS and answer not in STEPS:
        raise NotFound("没有这个页面")
    return redirect(url_for(".show", number=number))


@pages.post("/<number>/<answer>")
@needs(*common.WORKERS)
def send(number: str, answer: str) -> Answer:
    """Take an answer; with a fault, the page comes back with everything typed and every photo kept."""
    if answer in ANSWERS:
        return _answer(number, answer, ANSWERS[answer])
    if answer in STEPS:
        return _step(number, answer, STEPS[answer])
    raise NotFound("没有这个页面")


def _answer(number: str, name: str, kind: AnswerKind) -> Answer:
    person, typed = current_person(), request.form
    with reading() as session:
        case_pages.case_in_sight(session, person, number)
    shots, bad = photos.received(person, (kind.role,))
    if bad:
        return _page(number, typed, bad, shots, name), 422
    try:
        receipt = records.send(person, kind.record, _body(number, kind, typed), shots, device="web")
    except Invalid as wrong:
        return _page(number, typed, records.problems(wrong), shots, name), 422
    return redirect(url_for("field.receipt", record_id=receipt.id))


def _body(number: str, kind: AnswerKind, typed: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {"case": number, "words": typed.get("words", "").strip() or None}
    outcome = typed.get("outcome")
    wrong: list[tuple[str, str]] = []
    if kind.outcomes and outcome not in kind.outcomes:
        wrong.append(("outcome", _("请选择结果")))
    if body["words"] is None and (not kind.outcomes or outcome == "failed"):
        wrong.append(("words", _("请说明处置情况") if not kind.outcomes else _("请说明不通过的原因")))
    if wrong:
        raise Invalid(*wrong)
    if kind.record is RecordType.VERIFICATION:
        body["outcome"] = outcome == "true"
    elif kind.outcomes:
        body["outcome"] = outcome
    return body


def _step(number: str, name: str, move: Move) -> Answer:
    person, typed = current_person(), request.form
    rule = MOVES[move]
    try:
        fields = forms.parse_move(move, {key: typed.get(key) for key in (*rule.needs, *rule.takes)})
        with transaction() as session:
            case = case_pages.case_in_sight(session, person, number)
            service.move(session, case.id, move, person, fields, expected_version=_version(typed))
    except Invalid as wrong:
        return _page(number, typed, records.problems(wrong), [], name), 422
    except (Conflict, Closed, NotAllowed) as late:
        return _page(number, typed, {"late": str(late)}, [], name), 409 if not isinstance(late, NotAllowed) else 403
    wake("figures.drain")
    flash(_("已%(move)s。", move=_(MOVE_NAMES[move])), "good")
    return redirect(url_for(".show", number=number))


def _version(typed: Mapping[str, str]) -> int | None:
    text = typed.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _page(
    number: str, typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo], opened: str = ""
) -> str:
    person = current_person()
    with reading() as session:
        file = case_pages.case_file(session, person, number)
        uses = evidence.links_for(session, "case", file.case.id)
        grid = choices.path_of(session, file.case.grid_id)
        total = len(case_pages.tasks_of(session, person))
        drawing = smallmap.draw(session, file.case)
        closings = choices.conditions(session, file.case, file.condition) if Move.CLOSE in file.moves else []
    moves = set(file.moves)
    return render_template(
        "field/case.html",
        file=file,
        case=file.case,
        grid=grid,
        pictures=common.pictures(uses),
        shows=common.shows,
        drawing=drawing,
        clock_words=explain.clock_words(file.why_due),
        told=explain.timeline(file),
        answers=[name for name, kind in ANSWERS.items() if moves & kind.moves],
        steps=[name for name, move in STEPS.items() if move in moves],
        closings=closings,
        in_unit=file.case.state in (State.DISPATCHED, State.RECEIVED),
        typed=typed,
        errors=errors,
        shots=shots,
        opened=opened,
        source_names=SOURCE_NAMES,
        move_names=MOVE_NAMES,
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        total=total,
        **words(),
    )
