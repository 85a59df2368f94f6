"""/bulletins/{id}/sheets: the 核对单 of a bulletin, sent by editors; what units answer; disputes are settled here."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import forms, queries, sheets
from gridops.bulletins.rules import sheets as rules
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotFound
from gridops.people.queries import names_of_units, names_of_users
from gridops.people.rules import Role
from gridops.web import records
from gridops.web.bulletins import common
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_sheets", __name__, url_prefix="/bulletins/<int:bulletin_id>/sheets")

Answer = str | Response | tuple[str, int]
# A state never speaks by colour alone: icon, tone of the chip.
LOOKS = {
    rules.State.WAITING: ("hourglass", "wait"),
    rules.State.LATE: ("clock-exclamation", "late"),
    rules.State.AGREED: ("circle-check", "good"),
    rules.State.DISPUTED: ("alert-triangle", "wait"),
    rules.State.SETTLED: ("checks", "good"),
}


@pages.get("")
@needs(*common.READERS)
def index(bulletin_id: int) -> Answer:
    """The units asked, what they are asked, what they answered."""
    return _page(bulletin_id)


@pages.post("")
@needs(Role.EDITOR)
def ask(bulletin_id: int) -> Answer:
    """Send the sheets; units of which the text says the same as before keep theirs."""
    try:
        with transaction() as session:
            common.seen(session, bulletin_id)
            asked = len(sheets.ask(session, bulletin_id, current_person()))
    except Conflict as refused:
        return _page(bulletin_id, errors={"version": str(refused)}), 409
    flash(_("已向 %(n)d 个单位发出核对单。", n=asked) if asked else _("没有需要新发的核对单。"), "good")
    return redirect(url_for(".index", bulletin_id=bulletin_id))


@pages.post("/<int:sheet_id>")
@needs(Role.EDITOR)
def settle(bulletin_id: int, sheet_id: int) -> Answer:
    """Settle a dispute with words."""
    try:
        version, words = forms.version(request.form), forms.sheet_words(request.form)
        with transaction() as session:
            common.seen(session, bulletin_id)
            if queries.bulletin_of_sheet(session, sheet_id) != bulletin_id:
                raise NotFound("没有这份核对单")
            sheets.settle(session, sheet_id, current_person(), words, version)
    except Invalid as wrong:
        return _page(bulletin_id, sheet_id, records.problems(wrong)), 422
    except (Conflict, Closed) as refused:
        return _page(bulletin_id, sheet_id, {"version": str(refused)}), 409
    flash(_("已记录异议的处理情况。"), "good")
    return redirect(url_for(".index", bulletin_id=bulletin_id))


def _page(bulletin_id: int, tried: int = 0, errors: Mapping[str, str] | None = None) -> str:
    """The page; `tried`: the sheet whose form was refused."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        kept = [sheet for sheet in queries.fact_sheets(session, row.id) if sheet.facts]
        people = {who for sheet in kept for who in (sheet.answered_by, sheet.settled_by) if who is not None}
        return render_template(
            "bulletins/sheets.html",
            row=row,
            name=common.title_of(row, common.period(session, row), common.series_name(session, row)),
            sheets=[(sheet, rules.state_at(sheet, clock.now())) for sheet in kept],
            units=names_of_units(session, [sheet.unit_id for sheet in kept]),
            people=names_of_users(session, sorted(people)),
            edits=row.status in rules.ASKING and sheets.may_edit(session, row, current_person()),
            names=rules.STATE_ZH,
            looks=LOOKS,
            tried=tried,
            errors=errors or {},
            typed=request.form,
        )
