"""/desk/records: records from phones that do not fit, and second contents under one name; a person decides."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.core import clock, masking
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.intake import judging
from gridops.intake.rules import RecordState, Verdict
from gridops.intake.words import FIELD_NAMES, PERSONAL
from gridops.tasks.waking import wake
from gridops.web import photos, records
from gridops.web.desk import common
from gridops.web.field.common import RECORD_NAMES, shows
from gridops.web.guards import current_person, needs
from gridops.web.language import said

pages = Blueprint("desk_records", __name__, url_prefix="/desk/records")

Answer = str | Response | tuple[str, int]
PAGE = 20
_NUMBER = re.compile(r"[0-9]{8}-[0-9]{1,12}")


@pages.get("")
@needs(*common.JUDGES)
def index() -> Answer:
    """What waits for a decision, newest first."""
    return _page()


@pages.post("/<uuid:record_id>/again")
@needs(*common.JUDGES)
def again(record_id: UUID) -> Answer:
    """Let a held record take effect after all."""
    with transaction() as session:
        receipt = judging.try_held_again(session, current_person(), str(record_id), _within_m())
    if receipt.state is RecordState.APPLIED:
        wake("figures.drain")
        flash(_("已生效：%(number)s", number=receipt.number or ""), "good")
    else:
        flash(_("仍不能生效：%(why)s", why=said(receipt.held_because)), "wait")
    return redirect(url_for(".index"))


@pages.post("/<uuid:record_id>/aside")
@needs(*common.JUDGES)
def aside(record_id: UUID) -> Answer:
    """A held record shall take no effect; it stays in the ledger with the reason."""
    try:
        with transaction() as session:
            judging.set_aside(session, current_person(), str(record_id), request.form.get("reason", ""), _within_m())
    except Invalid:
        return _page(str(record_id), _("请写明不予采用的理由（500 字以内）")), 422
    flash(_("已不予采用，记录仍保留在台账中。"), "good")
    return redirect(url_for(".index"))


@pages.post("/disputes/<int:dispute_id>")
@needs(*common.JUDGES)
def decide(dispute_id: int) -> Answer:
    """Only the first content stands, or both do."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    if verdict not in set(Verdict):
        return _page(str(dispute_id), _("请选择判定结果")), 422
    try:
        with transaction() as session:
            judging.judge_dispute(
                session, current_person(), dispute_id, Verdict(verdict), reason, photos.limits(), _within_m()
            )
    except Invalid as wrong:
        told = (
            _("请写明判定理由（500 字以内）")
            if wrong.errors[0].field == "reason"
            else _("；").join(_(reason) for reason in records.problems(wrong).values())
        )
        return _page(str(dispute_id), told), 422
    wake("figures.drain")
    flash(_("已判定。"), "good")
    return redirect(url_for(".index"))


def _page(refused: str = "", problem: str = "") -> str:
    before = _before(request.args.get("before"))
    person = current_person()
    with reading() as session:
        found = judging.waiting(session, person, before=before, limit=PAGE + 1)
        shown = found[:PAGE]
        seen = [judging.seen(session, person, item) for item in shown]
    more = shown[-1].received_at.isoformat() if len(found) > PAGE else None
    return render_template(
        "desk/records.html",
        items=list(zip(shown, seen, strict=True)),
        told=_told,
        shows=shows,
        me=person.user_id,
        record_names=RECORD_NAMES,
        verdicts=Verdict,
        refused=refused,
        problem=problem,
        next_url=url_for(".index", before=more) if more else None,
        first_url=url_for(".index") if before else None,
        typed=request.form,
        **common.words(),
    )


def _within_m() -> float:
    return photos.settings().nearest_grid_within_m


def _told(body: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """The body as pairs of name and value; the third is the number of a case that can be opened."""
    found: list[tuple[str, str, str | None]] = []
    for name, label in FIELD_NAMES.items():
        value = body.get(name)
        if value is None or value in ("", [], {}):
            continue
        text = _text(name, value)[:500]
        found.append((label, text, text if name in ("case", "same_as") and _NUMBER.fullmatch(text) else None))
    return found


def _text(name: str, value: Any) -> str:
    """A value as it is read; persons masked."""
    if name in PERSONAL:
        return "、".join(
            masking.name(str(one).partition("@")[0]) for one in (value if isinstance(value, list) else [value])
        )
    if name == "outcome" and value in ("passed", "failed"):
        return _("通过") if value == "passed" else _("不通过")
    if value is True or value == "true":
        return _("属实") if name == "outcome" else _("是")
    if value is False or value == "false":
        return _("不属实") if name == "outcome" else _("否")
    if isinstance(value, list):
        return "；".join(_text("", one) for one in value)
    if isinstance(value, dict):
        if "lon" in value:
            return f"{value['lon']}, {value.get('lat')}"
        return " ".join(str(one) for one in value.values() if one is not None)
    return str(value)


def _before(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return clock.parse_instant(text[:40].replace(" ", "+"))
    except ValueError:
        raise Invalid(("before", "无法识别的页码")) from None
