"""Signing in and out, one's own account, language."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people import queries, service
from gridops.web import sessions
from gridops.web.guards import current_person, public, safe_next, signed_in
from gridops.web.language import LANGUAGES
from gridops.web.own_notices import own_page
from gridops.web.viewing import viewing
from gridops.web.words import when

pages = Blueprint("account", __name__)

Paged = tuple[str, int, dict[str, str]]
Answer = str | AnyResponse | tuple[str, int] | Paged


@pages.get("/sign-in")
@public
def sign_in() -> Answer:
    """The form; where the demo was loaded also its accounts, one for each role."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or "/")
    return _sign_in_page()


@pages.post("/sign-in")
@public
def sign_in_post() -> Answer:
    """Check name and password; throttled by name and address."""
    username, password = request.form.get("username", "")[:200], request.form.get("password", "")[:1000]
    with transaction() as database:
        attempt = service.begin_sign_in(database, username, request.remote_addr or "")
    if attempt.locked_until is not None:
        told = _("尝试次数过多，请在 %(time)s 之后再试。", time=when(attempt.locked_until))
        return _sign_in_page(told, 429, attempt.locked_until)
    right = service.password_matches(attempt.password_hash, password)
    with transaction() as database:
        user = service.finish_sign_in(database, attempt, password if right else None)
    if user is None:
        return _sign_in_page(_("用户名或密码不正确。"), 401)
    sessions.start(user)
    return redirect(safe_next(request.form.get("next")) or "/")


@pages.post("/sign-out")
@public
def sign_out() -> Answer:
    """End the session of this browser, ended already or not; pictures that it kept of what was seen go with it.

    A page on which the sign-in has ended carries a token that is none any more: there it is enough to be our page.
    (What another site sends comes without the session's cookie, so that nobody seems to be signed in.)
    """
    if current_user.is_authenticated or not _from_a_page_of_ours():
        current_app.extensions["gridops.csrf"].protect()
    sessions.sign_out()
    answer = redirect(url_for("account.sign_in"))
    answer.headers["Clear-Site-Data"] = '"cache"'  # not "storage": what a phone captured stays until it is sent
    return answer


def _from_a_page_of_ours() -> bool:
    return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host


@pages.get("/account")
@signed_in
def own() -> Answer:
    """Who I am here: roles, language, password, sessions."""
    return own_page()


@pages.get("/account/password")
@signed_in
def password() -> Answer:
    """The form for a new password; the only page after a one-time password."""
    return render_template("password.html", errors={}, must=current_user.must_change_password)


@pages.post("/account/password")
@signed_in
def password_post() -> Answer:
    """Change it; other sessions end, this one goes on."""
    person = current_person()
    old, new, again = (request.form.get(name, "")[:1000] for name in ("old_password", "password", "again"))
    if new != again:
        return _password_page({"again": _("两次输入的密码不一致")})
    with transaction() as database:
        attempt = service.begin_sign_in(database, person.username, request.remote_addr or "")
    if attempt.locked_until is not None:
        return _password_page(
            {"old_password": _("尝试次数过多，请在 %(time)s 之后再试。", time=when(attempt.locked_until))}, 429
        )
    if not service.password_matches(attempt.password_hash, old):
        with transaction() as database:
            service.finish_sign_in(database, attempt, None)
        return _password_page({"old_password": _("原密码不正确")})
    try:
        service.refuse_new_password(person, old, new)
    except Invalid as wrong:
        return _password_page({error.field: error.reason for error in wrong.errors})
    password_hash = service.hash_password(new)
    with transaction() as database:
        user = service.change_own_password(database, person, attempt, password_hash)
    sessions.start(user)
    return redirect(url_for("account.own"))


def _password_page(errors: dict[str, str], status: int = 422) -> tuple[str, int]:
    return render_template("password.html", errors=errors, must=current_user.must_change_password), status


@pages.post("/account/end-sessions")
@signed_in
def end_sessions() -> Answer:
    """Sign out everywhere, here too."""
    with transaction() as database:
        service.end_sessions(database, current_person().user_id, by=current_person())
    sessions.end()
    return redirect(url_for("account.sign_in"))


@pages.post("/language")
@public
def language() -> Answer:
    """Choose the language: kept in this browser, and with the account of who is signed in."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid(("language", _("没有这种语言")))
    session["language"] = chosen
    if current_user.is_authenticated and viewing() is None:
        with transaction() as database:
            service.set_language(database, current_person(), chosen)
    return redirect(safe_next(request.form.get("next")) or "/")


def _sign_in_page(problem: str | None = None, status: int = 200, again_at: datetime | None = None) -> Paged:
    """`again_at`: when tries are taken again."""
    with reading() as database:
        demo = queries.demo_people(database)
    body = render_template(
        "sign_in.html",
        problem=problem,
        demo=demo,
        username=request.form.get("username", "")[:60],
        next=safe_next(request.values.get("next")),
    )
    wait = {"Retry-After": str(max(1, int((again_at - clock.now()).total_seconds()) + 1))} if again_at else {}
    return body, status, wait
