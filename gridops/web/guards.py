"""Who may open a page: every view carries exactly one of these marks, and without one it answers nobody.

The API is a sibling and guards itself; both read the signed-in person from flask_login's `current_user.person`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from gridops.core.db import reading
from gridops.core.errors import NotAllowed
from gridops.people.queries import Scope, scope_of
from gridops.people.rules import Person, Role, may

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anyone may open this page."""
    return _mark(view, "public")


def signed_in(view: View) -> View:
    """Whoever is signed in may open this page, whatever their roles."""
    return _mark(view, "signed_in")


def needs(*roles: Role) -> Callable[[View], View]:
    """Who holds one of these roles somewhere may open this page; each row is asked for by Scope and `may_at`."""
    if not roles:
        raise ValueError("name at least one role")
    return lambda view: _mark(view, frozenset(roles))


def needs_for_all(*roles: Role) -> Callable[[View], View]:
    """As `needs`, and the role is held for the whole jurisdiction: what these pages keep holds everywhere in it."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **named: Any) -> Any:
            person = current_person()
            if not may(person, roles, (person.root_id,)):
                raise NotAllowed("此处的设置适用于整个辖区，须由全辖区的系统管理员办理")
            return view(*args, **named)

        return needs(*roles)(cast(View, guarded))

    return mark


def current_person() -> Person:
    """Who is signed in, with the roles of today; NotAllowed for nobody (views behind a guard always have someone)."""
    if not current_user.is_authenticated:
        raise NotAllowed("请先登录")
    person: Person = current_user.person
    return person


def current_scope() -> Scope:
    """The rows the signed-in person sees; read with the person, who is kept for two seconds (`sessions`)."""
    kept: Scope | None = getattr(current_user, "scope", None)
    if kept is None:
        with reading() as session:
            kept = scope_of(session, current_person())
        current_user.scope = kept
    return kept


def guard_of(view: Any) -> str | frozenset[Role] | None:
    """The mark of a view function, or None."""
    mark: str | frozenset[Role] | None = getattr(view, "guard", None)
    return mark


def admitted(person: Person, roles: frozenset[Role]) -> bool:
    """Whether the person holds one of the roles anywhere."""
    return not person.roles.isdisjoint(roles)


def speaks_json(path: str) -> bool:
    """Whether a program asks, who is told what is wrong in problem+json and sent to no page."""
    return path == "/api" or path.startswith(("/api/", "/field/pack/"))


def stand_guard(app: Flask) -> None:
    """Ask every request for its mark; pages of the API door are left to it."""
    app.before_request(_admit)


def safe_next(target: str | None) -> str | None:
    """`next` only when it is a path of this site: no scheme, no host, no backslash, no control character."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    if any(ord(letter) < 32 for letter in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def _admit() -> Response | None:
    if request.endpoint is None or request.endpoint == "static" or request.path.startswith("/api/"):
        return None
    mark = guard_of(current_app.view_functions[request.endpoint])
    if mark == "public":
        return None
    if not current_user.is_authenticated:
        if speaks_json(request.path):
            raise Unauthorized("请先登录")
        return redirect(url_for("account.sign_in", next=_wanted()))
    if mark is None:
        raise NotAllowed("此页面没有开放")
    if current_user.must_change_password and request.endpoint not in {
        "account.password",
        "account.password_post",
    }:
        if speaks_json(request.path):
            raise NotAllowed("请先修改初始密码。")
        return redirect(url_for("account.password"))
    if isinstance(mark, frozenset) and not admitted(current_person(), mark):
        raise NotAllowed("您没有打开此页面所需的角色")
    return None


def _wanted() -> str | None:
    """Where to go after signing in: a page that was asked for, never a form that was sent."""
    if request.method not in {"GET", "HEAD"}:
        return None
    return request.full_path.rstrip("?")


def _mark(view: View, mark: str | frozenset[Role]) -> View:
    if guard_of(view) is not None:
        raise ValueError(f"{view.__name__} is marked twice")
    view.guard = mark  # type: ignore[attr-defined]
    return view
