"""/desk/fact-sheets: what bulletins are about to say of a handler's units, and the answer: 属实 or 有异议."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import forms, sheets
from gridops.bulletins.rules.sheets import ANSWER_ZH
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid
from gridops.people.queries import names_of_units
from gridops.people.rules import Role
from gridops.web import records
from gridops.web.bulletins import common
from gridops.web.guards import current_person, needs

pages = Blueprint("desk_sheets", __name__, url_prefix="/desk/fact-sheets")

Answer = str | Response | tuple[str, int]


@pages.get("")
@needs(Role.HANDLER)
def index() -> Answer:
    """The sheets that wait for the person's answer, by deadline."""
    return _page()


@pages.post("/<int:sheet_id>")
@needs(Role.HANDLER)
def answer(sheet_id: int) -> Answer:
    """Answer for a unit."""
    try:
        version, said = forms.version(request.form), forms.sheet_answer(request.form)
        with transaction() as session:
            sheets.answer(session, sheet_id, current_person(), said, version)
    except Invalid as wrong:
        return _page(sheet_id, records.problems(wrong)), 422
    except (Conflict, Closed) as refused:
        return _page(sheet_id, {"version": str(refused)}), 409
    flash(_("核对单已答复。"), "good")
    return redirect(url_for(".index"))


def _page(tried: int = 0, errors: Mapping[str, str] | None = None) -> str:
    """The page; `tried`: the sheet whose form was refused."""
    with reading() as session:
        found = sheets.to_answer(session, current_person())
        return render_template(
            "desk/sheets.html",
            found=[
                (sheet, common.title_of(row, common.period(session, row), common.series_name(session, row)))
                for sheet, row in found
            ],
            units=names_of_units(session, [sheet.unit_id for sheet, _row in found]),
            answers=ANSWER_ZH,
            tried=tried,
            errors=errors or {},
            typed=request.form,
        )
