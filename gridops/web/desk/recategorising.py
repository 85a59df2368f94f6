"""/desk/cases/{number}/recategorise/conditions: what a filed case may stand under once it is of another category."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from gridops.cases.queries import pages as case_pages
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.standing import NO_CONDITION
from gridops.core.db import reading
from gridops.web.desk import moving
from gridops.web.guards import current_person, needs

pages = Blueprint("desk_recategorise", __name__, url_prefix="/desk/cases")


@pages.get("/<number>/recategorise/conditions")
@needs(*sorted(MOVES[Move.RECATEGORISE].roles))
def conditions(number: str) -> str:
    """The filing conditions of the category that the form names, as a piece of the form."""
    with reading() as session:
        case = case_pages.case_in_sight(session, current_person(), number)
        found = moving.conditions_of_new(session, case, request.args.get("category", ""))
    return render_template(
        "desk/conditions.html", found=found, stands_under=case.condition_id, no_condition=NO_CONDITION
    )
