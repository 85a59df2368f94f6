"""GET /field/pack/<part> and /field/words/<language>.json: what the app keeps on the phone (shapes: the package)."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, request
from flask_babel import force_locale
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import NotFound
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web.field.pack import categories, me, territory, who
from gridops.web.field.pack.shapes import Json, instant
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import LANGUAGES

pages = Blueprint("field_pack", __name__, url_prefix="/field")


@dataclass(frozen=True, slots=True)
class Part:
    """How a part is built; `volatile`: fields that are another text each time and make no new version by themselves."""

    build: Callable[[Session, Person, Scope], Json]
    volatile: tuple[str, ...] = ()
    besides: Callable[[], str] = str


PARTS: dict[str, Part] = {
    "me": Part(lambda session, person, _scope: me.build(session, person), me.VOLATILE, me.of_session),
    "grids": Part(territory.build),
    "categories": Part(categories.build),
}


@pages.get("/pack/<part>")
@needs(*who.FIELD)
def part(part: str) -> Response:
    """One part, whole, or 304 where the phone has it."""
    wanted = PARTS.get(part)
    if wanted is None:
        raise NotFound("没有这一部分")
    person, scope = current_person(), current_scope()
    language = request.args.get("language")
    spoken = force_locale(language) if language in LANGUAGES else contextlib.nullcontext()
    with spoken, reading() as session:
        data = wanted.build(session, person, scope)
    lasting = {name: value for name, value in data.items() if name not in wanted.volatile}
    mark = f"{person.user_id} {wanted.besides()} {_written(lasting)}"
    answer = Response(_written(data), mimetype="application/json")
    answer.set_etag(hashlib.sha256(mark.encode()).hexdigest()[:32])
    answer.headers["X-Gridops-User"] = str(person.user_id)
    answer.headers["X-Gridops-Now"] = instant(clock.now()) or ""
    answer.headers["Vary"] = "Cookie"
    answer.headers["Cache-Control"] = "private, no-cache"
    return cast(Response, answer.make_conditional(request.environ))


def _written(data: Json) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
