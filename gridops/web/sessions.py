"""Sessions of flask_login: alive while their stamp is the account's, and used within the idle time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, after_this_request, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.people.models import User
from gridops.people.queries import Lately, Scope, account, forget, load_person
from gridops.people.rules import Person
from gridops.people.service import Viewed, end_session, end_viewing, viewing_now

# A page that asks for something by itself says so: nobody acted, and the session grows idle all the same.
UNASKED = "X-Gridops-Unasked"

# The viewing that this session is in (`web.viewing`).
VIEWING = "viewing"
_SEEN = "seen"
_SINCE = "since"
_NAME = "name"
# A session is renewed in its cookie at most this often, so that most answers set none.
_RENEWED_EVERY = timedelta(seconds=60)
LONGEST = timedelta(hours=12)
# Read by the field app, which must know without a network whose phone it is now, or that they left; it opens nothing.
WHO_COOKIE = "gridops_user"
_LEFT = "left"
_WHO_KEPT = timedelta(days=400)


class SignedIn(UserMixin):
    """What flask_login carries through a request: the person and what the page needs of the account."""

    def __init__(self, person: Person, stamp: str, language: str | None, must_change_password: bool) -> None:
        self.person = person
        self.account_id = person.user_id
        self.viewing: Viewed | None = None
        self.stamp = stamp
        self.language = language
        self.must_change_password = must_change_password
        self.scope: Scope | None = None

    def get_id(self) -> str:
        """The account and the stamp its sessions must carry."""
        return f"{self.account_id}.{self.stamp}"

    def see_as(self, viewing: Viewed) -> None:
        """From here on the pages are drawn for the person looked at; the account stays the admin's."""
        self.viewing, self.person = viewing, viewing.person


_lately: Lately[SignedIn] = Lately()


def load_signed_in(kept: str) -> SignedIn | None:
    """The person a session names, unless the account is locked, the session signed out, or its stamp an old one.

    As it was up to two seconds ago where another process has changed it (`people.queries.lately`).
    """
    user_id, _, stamp = kept.partition(".")
    if not user_id.isascii() or not user_id.isdigit():
        return None
    if _NAME not in session:
        return None
    name = str(session[_NAME])
    viewing = session.get(VIEWING)
    return _lately.get(f"{kept} {name} {viewing}", lambda: _look_up(int(user_id), stamp, name, viewing))


def _look_up(user_id: int, stamp: str, name: str, viewing_id: int | None) -> SignedIn | None:
    with reading() as database:
        user = account(database, user_id, name)
        person = load_person(database, user_id)
        viewing = viewing_now(database, viewing_id, person) if viewing_id and person else None
    if user is None or person is None or user.session_stamp != stamp:
        return None
    found = SignedIn(person, user.session_stamp, user.language, user.must_change_password)
    if viewing:
        found.see_as(viewing)
    return found


def start(user: User) -> None:
    """Begin a session for an account, with nothing left of an earlier one."""
    with reading() as database:
        person = load_person(database, user.id)
    if person is None:
        return
    language = session.get("language")
    session.clear()
    session[_NAME] = secrets.token_urlsafe(24)
    session[_SEEN] = session[_SINCE] = int(clock.now().timestamp())
    if language:
        session["language"] = language
    login_user(SignedIn(person, user.session_stamp, user.language, user.must_change_password))
    _tell(str(user.id))


def sign_out() -> None:
    """End the session of this browser for good: its cookie, wherever a copy of it is kept, opens nothing any more."""
    if _NAME in session:  # where none is left the mark is all
        with transaction() as database:
            if current_user.is_authenticated and (viewed := current_user.viewing):
                end_viewing(database, viewed.id, viewed.by)
            end_session(database, session[_NAME], clock.now() + LONGEST)
        forget()
    end()


def see_as(viewing_id: int, user_id: int) -> None:
    """This session looks at what a person sees; its field app takes itself for theirs."""
    session[VIEWING] = viewing_id
    _begin_anew(str(user_id))


def see_as_oneself() -> None:
    """This session is its own person's again; its field app forgets what it downloaded for the other."""
    session.pop(VIEWING, None)
    _begin_anew(_LEFT)


def _begin_anew(who: str) -> None:
    """No form drawn for one of the two is taken from the other."""
    session.pop("csrf_token", None)
    _tell(who)


def end() -> None:
    """Forget the session in this browser, as its person wishes; its field app forgets what it downloaded for them."""
    _drop()
    _tell(_LEFT)


def _tell(who: str) -> None:
    @after_this_request
    def _told(answer: Response) -> Response:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        answer.set_cookie(WHO_COOKIE, who, max_age=_WHO_KEPT, secure=secure, samesite="Lax")
        return answer


def _drop() -> None:
    logout_user()
    session.clear()


def set_up(app: Flask) -> None:
    """Plug flask_login in, with idle end."""
    manager = LoginManager()
    manager.session_protection = "strong"
    # A phone changes its address whenever it changes masts, so the browser is recognised by its name alone.
    manager._session_identifier_generator = _browser
    manager.user_loader(load_signed_in)
    manager.init_app(app)
    app.before_request(_end_when_idle)


def _end_when_idle() -> None:
    if "_user_id" not in session:
        return
    now = clock.now()
    seen, since = (datetime.fromtimestamp(session.get(name, 0), UTC) for name in (_SEEN, _SINCE))
    idle: timedelta = current_app.config["IDLE_TIME"]
    if now - seen > idle or now - since > LONGEST:
        _drop()
    elif now - seen > _RENEWED_EVERY and UNASKED not in request.headers:
        session[_SEEN] = int(now.timestamp())


def _browser() -> str:
    return hashlib.sha256(request.headers.get("User-Agent", "").encode("utf-8", "surrogatepass")).hexdigest()
