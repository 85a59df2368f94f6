"""GET /field/pack/<part> and /field/words/<language>.json: what the app keeps on the phone (shapes: the package)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from config import ROOT
from gridops.core.db import reading
from gridops.core.errors import NotFound
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web.field.pack import (
    case,
    cases,
    categories,
    me,
    outings,
    people,
    premises,
    rounds,
    supervision,
    territory,
    who,
)
from gridops.web.field.pack.shapes import Json
from gridops.web.field.pack.words import of_scripts
from gridops.web.guards import current_person, current_scope, needs, public
from gridops.web.language import LANGUAGES, speak
from gridops.web.viewing import masked, viewing

pages = Blueprint("field_pack", __name__, url_prefix="/field")


@dataclass(frozen=True, slots=True)
class Part:
    """How a part is built; `volatile`: fields that are another text each time and make no new version by themselves.

    `besides`: what else makes a new version. `note`: what to write down when it is handed out, not when the phone has
    it already.
    """

    build: Callable[[Session, Person, Scope], Json]
    volatile: tuple[str, ...] = ()
    besides: Callable[[], str] = str
    note: Callable[[Person, Json], None] | None = None


PARTS: dict[str, Part] = {
    "me": Part(lambda session, person, _scope: me.build(session, person), me.VOLATILE, me.of_session),
    "grids": Part(territory.build),
    "categories": Part(categories.build),
    "tasks": Part(cases.tasks),
    "cases": Part(cases.build),
    "reports": Part(case.reports),
    "outings": Part(outings.build),
    "rounds": Part(rounds.build),
    "premises": Part(premises.build),
    "supervision": Part(supervision.build),
    "phones": Part(people.build, note=people.note_handed_out),
}


@pages.get("/pack/<part>")
@needs(*who.FIELD)
def part(part: str) -> Response:
    """One part, whole, or 304 where the phone has it."""
    wanted = PARTS.get(part)
    if wanted is None:
        raise NotFound("没有这一部分")
    person, scope = current_person(), current_scope()
    if request.headers.get("X-Gridops-User", str(person.user_id)) != str(person.user_id):
        # A phone on which somebody else has signed in meanwhile keeps the pack of the first.
        raise Unauthorized("Somebody else is signed in.")
    speak(request.args.get("language"))
    with reading() as session:
        data = masked(wanted.build(session, person, scope))
    lasting = {name: value for name, value in data.items() if name not in wanted.volatile}
    mark = f"{person.user_id} {wanted.besides()} {_written(lasting)}"
    answer = Response(_written(data), mimetype="application/json", headers={"Cache-Control": "private, no-cache"})
    answer.set_etag(hashlib.sha256(mark.encode()).hexdigest()[:32])
    answer.headers["X-Gridops-User"] = str(person.user_id)
    answer.headers["Vary"] = "Cookie"
    sent = cast(Response, answer.make_conditional(request.environ))
    if wanted.note is not None and viewing() is None and sent.status_code == HTTPStatus.OK:
        wanted.note(person, data)
    return sent


@pages.get("/words/<language>.json")
@public
def words(language: str) -> Response:
    """What the app says in a language; the same for everybody, asked for before anyone signs in."""
    if language not in LANGUAGES:
        raise NotFound("没有这种语言")
    told = _written(of_scripts(ROOT / "static" / "field", language))
    answer = Response(told, mimetype="application/json", headers={"Cache-Control": "no-cache"})
    answer.set_etag(hashlib.sha256(told.encode()).hexdigest()[:32])
    return cast(Response, answer.make_conditional(request.environ))


def _written(data: Json) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
