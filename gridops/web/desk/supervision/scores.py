"""考核得分: scores from above by month; one that was wrong is withdrawn."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core.db import reading, transaction
from gridops.supervision import forms, queries, service
from gridops.supervision.rules import KEEPERS, WATCHERS, Assessor
from gridops.web.desk.supervision.common import Answer, chosen_month, kept, words
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_scores", __name__, url_prefix="/desk/supervision/scores")


@pages.get("")
@needs(*WATCHERS)
def index() -> Answer:
    """The scores of a month (the newest, where none is chosen) or of one assessor."""
    given, scope = kept("month", "assessor"), current_scope()
    month = chosen_month(given.get("month"))
    assessor = given.get("assessor")
    with reading() as session:
        months = queries.score_months(session, scope)
        label = month.label if month else (months[0] if months else None)
        rows = queries.scores(
            session, scope, month=label, assessor=Assessor(assessor) if assessor in set(Assessor) else None
        )
    return render_template(
        "desk/scores.html",
        rows=rows,
        months=months,
        month=label,
        kept=given,
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        **words(),
    )


@pages.post("/<int:score_id>/withdraw")
@needs(*KEEPERS)
def withdraw(score_id: int) -> Answer:
    """Take a wrong score out; a later file may bring it anew."""
    with transaction() as session:
        service.withdraw_score(session, current_person(), score_id, forms.words(request.form, "reason"))
    flash(_("得分已撤下。"), "good")
    return redirect(url_for(".index"))
