"""/field/join: check in on a round or an outing by the leader's code, as its QR opens it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.inspections import queries as rounds
from gridops.inspections.rules import GOERS
from gridops.intake.rules import RecordType
from gridops.operations import queries as outings
from gridops.web import records
from gridops.web.field.sending import onward, send
from gridops.web.guards import current_person, needs

pages = Blueprint("field_join", __name__, url_prefix="/field/join")

# Rounds or outings, its number, what it is about.
Meant = tuple[str, str, str]


@pages.get("")
@needs(*GOERS)
def show() -> str:
    """Which round or outing the code is of, and the button: a code that was only opened checks nobody in."""
    code = request.args.get("code", "").strip()[:40]
    return _page(code, _meant(code), {})


@pages.post("")
@needs(*GOERS)
def join() -> str | Response | tuple[str, int]:
    """Check in by the leader's code."""
    code = request.form.get("code", "").strip()[:40]
    meant = _meant(code)
    if meant is None:
        return _page(code, None, {"code": _("没有这个签到码") if code else _("请填写签到码")}), 422
    try:
        receipt = send(RecordType.CHECK_IN, {"code": code})
    except Invalid as wrong:
        return _page(code, meant, records.problems(wrong)), 422
    return onward(receipt, _("已签到。"), meant[0], meant[1])


def _meant(code: str) -> Meant | None:
    """What of the person's jurisdiction bears a code."""
    root_id = current_person().root_id
    with reading() as session:
        if code and (night := rounds.round_by_code(session, root_id, code)):
            return "rounds", night.number, night.theme
        if code and (outing := outings.outing_by_code(session, root_id, code)):
            return "outings", outing.number, outings.names(session, [outing.campaign_id])[outing.campaign_id][1]
    return None


def _page(code: str, meant: Meant | None, errors: dict[str, str]) -> str:
    return render_template(
        "field/join.html",
        code=code,
        meant=meant,
        errors=errors,
        record_id=records.new_name(),
        opened_at=records.now_text(),
    )
