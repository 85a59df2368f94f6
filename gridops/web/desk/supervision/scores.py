"""考核得分: scores from above by month; one that was wrong is withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core.db import reading, transaction
from gridops.supervision import forms, queries, service
from gridops.supervision.models import Score
from gridops.supervision.rules import KEEPERS, WATCHERS, Assessor
from gridops.web import list_files
from gridops.web.desk.supervision import columns
from gridops.web.desk.supervision.common import Answer, chosen_month, kept, words
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_scores", __name__, url_prefix="/desk/supervision/scores")
# So many are shown; the file has all.
MOST = 500


@pages.get("")
@needs(*WATCHERS)
def index() -> Answer:
    """The scores of a month (the newest, where none is chosen) or of one assessor."""
    with reading() as session:
        given, months, rows = _shown(session)
    return render_template(
        "desk/scores.html",
        rows=rows,
        months=months,
        month=given.get("month"),
        kept=given,
        csv_url=url_for(".export", **given),
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*WATCHERS)
def export() -> Answer:
    """The scores that are shown, as a file."""
    with reading() as session:
        given, _months, rows = _shown(session, limit=None)
    return list_files.of_rows("scores", columns.SCORES, rows, given)


def _shown(session: Session, limit: int | None = MOST) -> tuple[dict[str, Any], list[str], list[Score]]:
    """What the list is narrowed to as an address keeps it, the months there are, and the scores (None: all)."""
    given, scope = kept("month", "assessor"), current_scope()
    month, assessor = chosen_month(given.get("month")), given.get("assessor")
    months = queries.score_months(session, scope)
    if label := month.label if month else next(iter(months), None):
        given["month"] = label
    of = Assessor(assessor) if assessor in set(Assessor) else None
    return given, months, queries.scores(session, scope, month=label, assessor=of, limit=limit)


@pages.post("/<int:score_id>/withdraw")
@needs(*KEEPERS)
def withdraw(score_id: int) -> Answer:
    """Take a wrong score out; a later file may bring it anew."""
    with transaction() as session:
        service.withdraw_score(session, current_person(), score_id, forms.words(request.form, "reason"))
    flash(_("得分已撤下。"), "good")
    return redirect(url_for(".index"))
