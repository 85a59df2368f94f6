"""/desk/moves: the table of moves of a case, as the program itself obeys it (standards.md 1.3, 1.4)."""

from __future__ import annotations

from flask import Blueprint, render_template

from gridops.cases.rules import names
from gridops.cases.rules.moves import MOVES
from gridops.people.rules import ROLE_NAMES
from gridops.web.desk import common
from gridops.web.desk.moving import ICONS
from gridops.web.guards import needs

pages = Blueprint("desk_loop", __name__, url_prefix="/desk/moves")


@pages.get("")
@needs(*common.READERS)
def index() -> str:
    """Every move: from where to where, who may, what it needs and writes, which clock runs afterwards."""
    return render_template(
        "desk/moves.html",
        moves=MOVES,
        icons=ICONS,
        move_names=names.MOVE_NAMES,
        state_names=names.STATE_NAMES,
        field_name=names.field_name,
        written_names=names.WRITTEN_NAMES,
        clock_names=names.CLOCK_NAMES,
        tie_names=names.TIE_NAMES,
        bar_names=names.BAR_NAMES,
        role_names=ROLE_NAMES,
        all_states=len(names.STATE_NAMES),
    )
