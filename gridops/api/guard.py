"""Who asks: a bearer token, or the session cookie (then unsafe methods need `X-CSRFToken`)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, g, request
from flask_login import UserMixin, current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from config import Config
from gridops.api.description import is_open
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import NotAllowed
from gridops.evidence.rules.types import Limits
from gridops.people.queries import Scope, person_by_token, scope_of
from gridops.people.rules import Person
from gridops.people.service import note_token_use

# A phone that comes back from a night without a signal sends everything at once.
REQUESTS_A_MINUTE = 6000
NOTED_EVERY = timedelta(hours=1)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTED = "gridops.api.tokens_noted"


class TokenHolder(UserMixin):
    """What flask_login carries for a request with a token, so that limits are counted by person."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """The person, apart from their sessions."""
        return f"token.{self.person.user_id}"


def set_up(app: Flask, door: Blueprint) -> None:
    """Count and recognise who asks; `admit` itself stands before every operation of the door."""
    app.extensions["gridops.csrf"].exempt(door)
    app.login_manager.request_loader(_holder)  # type: ignore[attr-defined]
    for limiter in app.extensions["limiter"]:
        limiter.limit(f"{REQUESTS_A_MINUTE} per minute")(door)


def person() -> Person:
    """Who asks, with the roles of today."""
    found: Person = g.person
    return found


def scope(session: Any) -> Scope:
    """The rows that who asks may see."""
    return scope_of(session, person())


def settings() -> Config:
    """The settings of this deployment."""
    found: Config = current_app.config["GRIDOPS"]
    return found


def limits() -> Limits:
    """How much one content may be."""
    return Limits(settings().photo_max_bytes, settings().photo_max_pixels)


def admit() -> None:
    """Let nobody in unknown, and no browser's form of another site."""
    if request.endpoint is not None and is_open(request.endpoint):
        return
    if "Authorization" in request.headers:
        found = _token_person()
        if found is None:
            raise _who_are_you("The token is not known, or not any more.")
        g.person = found
        _note_use(request.headers["Authorization"].partition(" ")[2].strip())
        return
    if not current_user.is_authenticated:
        raise _who_are_you("Sign in, or send Authorization: Bearer.")
    if request.method not in _SAFE:
        current_app.extensions["gridops.csrf"].protect()
    if getattr(current_user, "must_change_password", False):
        raise NotAllowed("请先修改初始密码。")
    g.person = current_user.person


def _note_use(token: str) -> None:
    """Keep when a token was last used; this process writes that at most once an hour, most requests only read."""
    noted: dict[str, datetime] = current_app.extensions.setdefault(_NOTED, {})
    name, now = hashlib.sha256(token.encode()).hexdigest(), clock.now()
    if name not in noted or now - noted[name] > NOTED_EVERY:
        with transaction() as session:
            note_token_use(session, token)
        noted[name] = now


def _holder(_request: Any) -> TokenHolder | None:
    found = _token_person() if request.path.startswith("/api/") and "Authorization" in request.headers else None
    return TokenHolder(found) if found else None


def _token_person() -> Person | None:
    """Looked up once a request."""
    if "token_person" not in g:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        g.token_person = None
        if kind.lower() == "bearer" and token.strip():
            with reading() as session:
                g.token_person = person_by_token(session, token.strip())
    found: Person | None = g.token_person
    return found


def _who_are_you(why: str) -> Unauthorized:
    return Unauthorized(why, www_authenticate=WWWAuthenticate("bearer", {"realm": "gridops"}))
