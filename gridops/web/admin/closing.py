"""Who may close cases of this jurisdiction, and how many of the reporters' closings are looked at again."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.cases.queries.closing import closing_of
from gridops.cases.rules.closing import Closing
from gridops.cases.service import closing as service
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, by_field
from gridops.web.guards import current_person, needs_for_all

pages = Blueprint("admin_closing", __name__, url_prefix="/admin/closing")


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    with reading() as session:
        closing = closing_of(session, current_person().root_id)
    return _page(closing, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
def keep() -> Answer:
    """Set it."""
    person, given = current_person(), request.form
    text = given.get("recheck_percent", "").strip()
    percent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    wanted = Closing(bool(given.get("leader")), bool(given.get("originator")), bool(given.get("community")), percent)
    try:
        with transaction() as session:
            service.set_closing(session, person.root_id, wanted, actor_id=person.user_id)
    except Invalid as wrong:
        return _page(wanted, by_field(wrong)), 422
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))


def _page(closing: Closing, errors: Mapping[str, str]) -> str:
    return render_template("admin/closing.html", closing=closing, errors=errors)
