"""As somebody else sees it: an admin looks, and one gate before every request keeps it at looking.

What the gate holds: unsafe methods are refused, nothing is written (`core.closed`), whichever method asked, no file is
handed out, what only the person themselves may see stays shut; each page that is opened stands in the audit trail.
What the gate would refuse is shown shut (`look_only`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gridops.core import masking
from gridops.core.closed import close_to_writing, open_to_writing
from gridops.core.db import transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.people import forms, service
from gridops.people.rules import Role
from gridops.people.rules.viewing import Ended
from gridops.people.service import Viewed
from gridops.web import errors, look_only, sessions
from gridops.web.guards import current_person, guard_of, needs_for_all, signed_in
from gridops.web.look_only import NO_FILES, OWN_ALONE
from gridops.web.navigation import first_page

pages = Blueprint("viewing", __name__)

LOOK_ONLY = "正在以他人身份查看：只能看，不能办理，也不打开须留下本人痕迹的页面。请先结束查看。"
OVER = "以他人身份查看已经结束，没有保存任何内容。请刷新页面。"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What the admin does as themselves meanwhile.
_OWN_ACTS = frozenset({"viewing.end", "account.sign_out", "account.language"})
# The person's password, sessions, address of notices.
_OWN_ALONE = frozenset({"account.own", "account.password"})
# Belongs to a page that is noted already.
_WITHIN_PAGES = frozenset({"static", "desk_changes.show", "desk_ground.file"})
# May be opened without any page: noted by itself, each piece once.
_PIECE = "api.get_evidence"
_PIECES = "gridops.viewed_pieces"
_MOST_PIECES = 10_000
# What an open list asks again by itself; of everything else that header says nothing, whoever sends it.
_ASKED_AGAIN = frozenset({"desk.index", "desk_filters.counts", "desk_duplicates.index"})


def set_up(app: Flask) -> None:
    """Stand before every request of a session, those to the API too; a token is nobody's session."""
    app.before_request(_gate)
    app.after_request(_no_files)
    app.after_request(_shown_shut)
    app.teardown_request(_open)


def viewing() -> Viewed | None:
    """The viewing in which this request is drawn, or None."""
    found: Viewed | None = getattr(current_user, "viewing", None)
    return found


def masked(data: Any) -> Any:
    """What the field app is given, with the telephone numbers in it masked while somebody else looks."""
    if viewing() is None:
        return data
    if isinstance(data, dict):
        return {
            name: masking.number(value) if name == "phone" and isinstance(value, str) else masked(value)
            for name, value in data.items()
        }
    return [masked(one) for one in data] if isinstance(data, list) else data


@pages.post("/admin/people/<int:user_id>/view")
@needs_for_all(Role.ADMIN)
def begin(user_id: int) -> AnyResponse:
    """Begin to look at what this person sees."""
    try:
        reason = forms.viewing_reason(request.form)
    except Invalid:
        flash(_("请写明查看的事由。"), "wait")
        return redirect(url_for("admin_people.one", user_id=user_id))
    try:
        with transaction() as database:
            begun = service.begin_viewing(database, current_person(), user_id, reason)
    except Conflict as none_to_see:
        flash(_(str(none_to_see)), "wait")
        return redirect(url_for("admin_people.one", user_id=user_id))
    sessions.see_as(begun.id, begun.person.user_id)
    return redirect(first_page(begun.person.roles))


@pages.post("/viewing/end")
@signed_in
def end() -> AnyResponse:
    """Be oneself again."""
    here = viewing()
    if here is None:
        return redirect("/")
    with transaction() as database:
        service.end_viewing(database, here.id, here.by)
    sessions.see_as_oneself()
    return redirect(url_for("admin_people.one", user_id=here.person.user_id))


def _gate() -> AnyResponse | None:
    if sessions.VIEWING not in session or not current_user.is_authenticated or _by_token():
        return None
    here = viewing()
    if here is None:
        return _over()
    if request.endpoint in _OWN_ACTS:
        return None
    if request.method not in _SAFE:
        raise NotAllowed(LOOK_ONLY)
    if request.endpoint in _OWN_ALONE:
        raise NotAllowed(OWN_ALONE)
    if _is_page():
        with transaction() as database:
            service.note_page(database, here, request.path)
        if piece := _piece():
            _pieces().update({piece})
    g.closed_to_writing = close_to_writing(LOOK_ONLY)
    return None


def _over() -> AnyResponse | None:
    """Its time is up, or it is not allowed any more: nothing of this request is done as the admin instead."""
    with transaction() as database:
        service.end_viewing(database, session[sessions.VIEWING], current_person(), Ended.WITHDRAWN)
    if request.endpoint == "account.sign_out":
        return None  # whoever leaves leaves
    sessions.see_as_oneself()
    sends = request.method not in _SAFE and request.endpoint not in _OWN_ACTS
    if sends or request.path.startswith(("/api/", "/field/pack/")):
        raise NotAllowed(OVER)
    flash(_("以他人身份查看已经结束。"), "wait")
    return redirect("/")


def _by_token() -> bool:
    return request.path.startswith("/api/") and "Authorization" in request.headers


def _is_page() -> bool:
    """Whether somebody opened this: no part of a page, nothing that asks by itself or is the same for all."""
    if request.endpoint is None or request.endpoint in _WITHIN_PAGES:
        return False
    if piece := _piece():
        return piece not in _pieces()
    if request.endpoint in _ASKED_AGAIN and sessions.UNASKED in request.headers:
        return False
    return guard_of(current_app.view_functions[request.endpoint]) != "public"


def _pieces() -> set[tuple[int, int]]:
    """The pieces of evidence that viewings have had, in any size: a page shows many, again and again."""
    noted: set[tuple[int, int]] = current_app.extensions.setdefault(_PIECES, set())
    if len(noted) >= _MOST_PIECES:
        noted.clear()
    return noted


def _piece() -> tuple[int, int] | None:
    """The viewing and the piece of evidence it asks for now; None where it asks for a page."""
    return (session[sessions.VIEWING], (request.view_args or {})["link_id"]) if request.endpoint == _PIECE else None


def _no_files(answer: Response) -> Response:
    attached = answer.headers.get("Content-Disposition", "").startswith("attachment")
    if not attached or "closed_to_writing" not in g:
        return answer
    answer.close()
    return errors.answer_to(NotAllowed(NO_FILES))


def _shown_shut(answer: Response) -> Response:
    if answer.mimetype == "text/html" and not answer.direct_passthrough and viewing() is not None:
        stays_open = {url_for(endpoint) for endpoint in _OWN_ACTS}
        answer.set_data(look_only.shut(answer.get_data(as_text=True), stays_open))
    return answer


def _open(_fault: BaseException | None) -> None:
    if closing := g.pop("closed_to_writing", None):
        open_to_writing(closing)
