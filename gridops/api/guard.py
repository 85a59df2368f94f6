"""Who asks: a bearer token, or the session cookie (then unsafe methods need `X-CSRFToken`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, g, request
from flask_login import UserMixin, current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from config import Config
from gridops.api.description import is_open
from gridops.core import clock
from gridops.core.ceiling import CEILING
from gridops.core.db import reading, transaction
from gridops.core.errors import NotAllowed
from gridops.evidence.rules.types import Limits
from gridops.people.queries import Lately, Scope, person_by_token, scope_of
from gridops.people.queries.keeping import token_digest
from gridops.people.rules import Person
from gridops.people.service import note_token_use

# A phone that comes back from a night without a signal sends everything at once.
REQUESTS_A_MINUTE = 6000
NOTED_EVERY = timedelta(hours=1)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTED = "gridops.api.tokens_noted"


class TokenHolder(UserMixin):
    """What `current_user` is to a session, for a request with a token."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.scope: Scope | None = None

    def get_id(self) -> str:
        """The person, apart from their sessions."""
        return f"token.{self.person.user_id}"


_lately: Lately[TokenHolder] = Lately()


def set_up(app: Flask, door: Blueprint) -> None:
    """Recognise who asks; `admit` itself stands before every operation of the door."""
    app.extensions["gridops.csrf"].exempt(door)


def person() -> Person:
    """Who asks, with the roles of today."""
    found: Person = g.asker.person
    return found


def scope(session: Any) -> Scope:
    """The rows that who asks may see; read once and kept as long as the person is."""
    found: Scope | None = g.asker.scope
    if found is None:
        found = g.asker.scope = scope_of(session, person())
    return found


def settings() -> Config:
    """The settings of this deployment."""
    found: Config = current_app.config["GRIDOPS"]
    return found


def limits() -> Limits:
    """How much one content may be."""
    return Limits(settings().photo_max_bytes, settings().photo_max_pixels)


def admit() -> None:
    """Let nobody in unknown, nobody too often, and no browser's form of another site."""
    by_token = "Authorization" in request.headers
    # Asked for by itself: a cookie that came along does not help a token that is not known.
    g.asker = _holder() if by_token else current_user._get_current_object()
    known = g.asker is not None and g.asker.is_authenticated
    _count(g.asker.get_id() if known else request.remote_addr or "")
    if request.endpoint is not None and is_open(request.endpoint):
        return
    if not known:
        why = "The token is not known, or not any more." if by_token else "Sign in, or send Authorization: Bearer."
        raise _who_are_you(why)
    if by_token:
        _note_use(_token() or "")
        return
    if request.method not in _SAFE:
        current_app.extensions["gridops.csrf"].protect()
    if request.headers.get("X-Gridops-User", str(person().user_id)) != str(person().user_id):
        # A phone that somebody else has signed in on meanwhile: what waits there is not theirs to send.
        raise _who_are_you("Somebody else is signed in.")
    if getattr(g.asker, "must_change_password", False):
        raise NotAllowed("请先修改初始密码。")


def _count(name: str) -> None:
    if not current_app.extensions[CEILING].count(f"api {name}", REQUESTS_A_MINUTE):
        raise TooManyRequests


def _note_use(token: str) -> None:
    """Keep when a token was last used; this process writes that at most once an hour, most requests only read."""
    noted: dict[str, datetime] = current_app.extensions.setdefault(_NOTED, {})
    name, now = token_digest(token), clock.now()
    if name not in noted or now - noted[name] > NOTED_EVERY:
        with transaction() as session:
            note_token_use(session, token)
        noted[name] = now


def _holder() -> TokenHolder | None:
    """Whose token a request carries, as it was up to two seconds ago (`people.queries.lately`)."""
    token = _token()
    return _lately.get(token_digest(token), lambda: _look_up(token)) if token else None


def _look_up(token: str) -> TokenHolder | None:
    with reading() as session:
        found = person_by_token(session, token)
    return TokenHolder(found) if found else None


def _token() -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _who_are_you(why: str) -> Unauthorized:
    return Unauthorized(why, www_authenticate=WWWAuthenticate("bearer", {"realm": "gridops"}))
