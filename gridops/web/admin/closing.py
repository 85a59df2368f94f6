"""Who may close cases of this jurisdiction, and how many of the reporters' closings are looked at again."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.cases.queries.closing import closing_of
from gridops.cases.rules.closing import Closing
from gridops.cases.service import closing as service
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, by_field
from gridops.web.guards import current_person, needs_for_all
from gridops.web.versions import seen_in, side_by_side

pages = Blueprint("admin_closing", __name__, url_prefix="/admin/closing")

_TICKS = {"leader": "值班长", "originator": "上报人本人", "community": "案件所在社区（不是处置单位）"}
_FIELDS = {**_TICKS, "recheck_percent": "上报人结案每百件复核件数"}


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    return _page(_now(), {})


@pages.post("")
@needs_for_all(Role.ADMIN)
def keep() -> Answer:
    """Set it."""
    person, wanted, shown = current_person(), _read(request.form), seen_in(request.form, _FIELDS)
    seen = _read(shown) if shown else None
    try:
        with transaction() as session:
            service.set_closing(session, person.root_id, wanted, actor_id=person.user_id, seen=seen)
    except Invalid as wrong:
        return _page(wanted, by_field(wrong), shown), 422
    except Conflict as late:
        return _page(wanted, {"version": str(late)}), 409
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))


def _now() -> Closing:
    with reading() as session:
        return closing_of(session, current_person().root_id)


def _read(given: Mapping[str, str]) -> Closing:
    """A closing as the form says it; -1 stands for a share that is no number."""
    text = given.get("recheck_percent", "").strip()
    percent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    return Closing(bool(given.get("leader")), bool(given.get("originator")), bool(given.get("community")), percent)


def _fields(closing: Closing) -> dict[str, str]:
    """The other way round."""
    ticks = {name: "yes" if getattr(closing, name) else "" for name in _TICKS}
    return {**ticks, "recheck_percent": str(closing.recheck_percent)}


def _page(closing: Closing, errors: Mapping[str, str], shown: Mapping[str, str] | None = None) -> str:
    """`closing`: as the form says it; `shown`: as it stood when the form was first shown, where that is kept."""
    now, typed = _fields(_now()), _fields(closing)
    both = side_by_side(now, typed, {name: _(said) for name, said in _FIELDS.items()}, _said)
    return render_template(
        "admin/closing.html",
        closing=closing,
        errors=errors,
        seen=shown or now,
        both=both if errors.get("version") else [],
    )


def _said(name: str, value: str) -> str:
    return value if name not in _TICKS else _("是") if value else _("否")
