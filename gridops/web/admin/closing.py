"""Who may close cases of this jurisdiction, and how many of the reporters' closings are looked at again."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries.closing import closing_of
from gridops.cases.rules.closing import Closing
from gridops.cases.service import closing as service
from gridops.core.db import reading, transaction
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all
from gridops.web.versions import YES_NO, Edited, Standing

pages = Blueprint("admin_closing", __name__, url_prefix="/admin/closing")
_TIES = {"leader": "值班长", "originator": "上报人本人", "community": "案件所在社区（不是处置单位）"}
_CLOSING = Edited("closing", {**_TIES, "recheck_percent": "上报人结案每百件复核件数"}, dict.fromkeys(_TIES, YES_NO))


def _standing(session: Session) -> dict[str, Standing]:
    closing = closing_of(session, current_person().root_id)
    ties = {name: "yes" if getattr(closing, name) else "" for name in _TIES}
    return {"": {**ties, "recheck_percent": closing.recheck_percent}}


def _page(typed: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    with reading() as session:
        shown = _CLOSING.page(_standing(session), typed, errors)
    return render_template("admin/closing.html", ties=_TIES, **shown)


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    return _page(None, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def keep() -> Answer:
    """Set it."""
    person, given = current_person(), request.form
    text = given.get("recheck_percent", "").strip()
    percent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    wanted = Closing(bool(given.get("leader")), bool(given.get("originator")), bool(given.get("community")), percent)
    with transaction() as session:
        _CLOSING.unchanged(session, lambda: _standing(session))
        service.set_closing(session, person.root_id, wanted, actor_id=person.user_id)
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))
