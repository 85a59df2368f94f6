"""/desk/recurred/{number}: a person says of a new case that a closed one came back (复发), or takes it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases.queries import pages as case_pages
from gridops.cases.rules.likeness import JUDGES
from gridops.cases.service.recurring import link, take_back
from gridops.core.db import transaction
from gridops.core.errors import Invalid
from gridops.web.desk import case as case_page
from gridops.web.desk import common
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_recurring", __name__, url_prefix="/desk/recurred")

_LONGEST = 40


@pages.get("/<number>")
@pages.get("/<number>/undo")
@needs(*common.READERS)
def back(number: str) -> Response:
    """The address of an answer, opened (after signing in anew, say): the page of the case asks it."""
    return redirect(url_for("desk_case.show", number=number))


@pages.post("/<number>")
@needs(*sorted(JUDGES))
def say(number: str) -> case_page.Answer:
    """The case is a closed one that came back."""
    return _answer(number, undo=False)


@pages.post("/<number>/undo")
@needs(*sorted(JUDGES))
def undo(number: str) -> case_page.Answer:
    """It is not, after all."""
    return _answer(number, undo=True)


def _answer(number: str, *, undo: bool) -> case_page.Answer:
    person, scope, earlier = current_person(), current_scope(), request.form.get("earlier", "").strip()[:_LONGEST]
    try:
        with transaction() as session:
            case_id = case_pages.id_in_sight(session, scope, number)
            (take_back if undo else link)(session, scope, case_id, earlier, person)
    except Invalid as wrong:
        error = wrong.errors[0]
        # Beside the number, where it is asked for; else above the case.
        if undo or error.field != "earlier":
            return case_page.page(number, case_page.Tried(refused=error.reason)), 422
        return case_page.page(number, case_page.Tried(earlier=(earlier, _(error.reason)))), 422
    undone, made = _("已撤销对 %(number)s 的复发认定。"), _("已认定：本案是 %(number)s 的复发。")
    flash((undone if undo else made) % {"number": earlier}, "good")
    return redirect(url_for("desk_case.show", number=number))
