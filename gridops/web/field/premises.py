"""/field/premises/<id>: where the QR of premises leads on the phone: to a visit on one of my rounds."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from gridops.core import clock
from gridops.core.db import reading
from gridops.inspections import queries
from gridops.inspections.rules import GOERS, RoundState
from gridops.premises import queries as premises
from gridops.premises import service
from gridops.premises.rules import KIND_NAMES, RISK_NAMES
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("field_premises", __name__, url_prefix="/field/premises")

_LATE = timedelta(days=1)


@pages.get("/<int:premises_id>")
@needs(*GOERS)
def show(premises_id: int) -> str | Response:
    """On one open round straight to its visit; on several, or none, a choice."""
    person = current_person()
    with reading() as session:
        row = premises.in_sight(session, current_scope(), premises_id)
        row = service.survivor(session, row) if row.merged_into_id else row
        mine = queries.rounds_of_person(session, person.root_id, person.user_id, clock.now() - _LATE)
        rounds = [one for one in mine if one.state in (RoundState.OPEN, RoundState.ENDED)]
        running = [one for one in rounds if one.state is RoundState.OPEN]
    if len(running) == 1:
        number = running[0].round.number
        return redirect(url_for("field_rounds.visit", round_number=number, premises_id=row.id))
    return render_template("field/premises.html", row=row, rounds=rounds, kind_names=KIND_NAMES, risk_names=RISK_NAMES)
