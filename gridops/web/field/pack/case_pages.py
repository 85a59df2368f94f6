"""GET /field/pack/case/<number>: one case; POST …/<step>: those of STEPS, which need us at once."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import Unauthorized, UnsupportedMediaType

from gridops.cases import forms, service
from gridops.cases.queries import pages as case_pages
from gridops.cases.rules.moves import MOVES, Move
from gridops.core.canonical import parse_json
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid, NotFound
from gridops.people.rules import Person
from gridops.tasks.waking import wake
from gridops.web.field.pack import case, who
from gridops.web.field.pack.shapes import Json
from gridops.web.guards import current_person, needs
from gridops.web.language import speak
from gridops.web.viewing import masked

pages = Blueprint("field_case", __name__, url_prefix="/field/pack/case")

# Everything else that is done to a case out there is a record, and waits for a network on the phone.
STEPS = (Move.RECEIVE, Move.RETURN, Move.ASK_EXTENSION, Move.CLOSE, Move.HELP_DONE, Move.HELP_RETURN)


@pages.get("/<number>")
@needs(*who.FIELD)
def show(number: str) -> Response:
    """The case, whole; 404 where this person does not see it."""
    person = _asked_for()
    speak(request.args.get("language"))
    with reading() as session:
        return _json(case.build(session, person, number))


@pages.post("/<number>/<step>")
@needs(*who.READERS)
def move(number: str, step: str) -> Response:
    """Take a step, `{"version", …fields}`; 409 where the case has changed meanwhile."""
    person = _asked_for()
    wanted = next((one for one in STEPS if one.value == step), None)
    if wanted is None:
        raise NotFound("没有这一步")
    typed = _typed()
    rule = MOVES[wanted]
    fields = forms.parse_move(wanted, {name: typed.get(name) for name in (*rule.needs, *rule.takes)})
    version = typed.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise Invalid(("version", "须为整数"))
    with transaction() as session:
        found = case_pages.case_in_sight(session, person, number)
        moved = service.move(session, found.id, wanted, person, fields, expected_version=version)
        told = {"number": moved.number, "state": moved.state.value, "version": moved.version}
    wake("figures.drain")
    return _json(told)


def _asked_for() -> Person:
    """The person, unless the phone asks for another one who was signed in before."""
    person = current_person()
    if request.headers.get("X-Gridops-User", str(person.user_id)) != str(person.user_id):
        raise Unauthorized("Somebody else is signed in.")
    return person


def _typed() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Content-Type: application/json is expected")
    typed = parse_json(request.get_data(cache=False))
    if not isinstance(typed, dict):
        raise Invalid(("body", "须为 JSON 对象"))
    return typed


def _json(data: Json) -> Response:
    return Response(
        json.dumps(masked(data), ensure_ascii=False),
        mimetype="application/json",
        headers={"Cache-Control": "private, no-store"},
    )
