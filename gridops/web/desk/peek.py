"""/desk/cases/{number}/peek: the essentials of a case and the moves offered, as a piece of the queue's page."""

from __future__ import annotations

from flask import Blueprint, render_template

from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.merging import uses_with_merged
from gridops.cases.rules.names import field_name
from gridops.core import clock
from gridops.core.db import reading
from gridops.web import choices, dispatch_words, explain, smallmap
from gridops.web.desk import common, duplicates, moving
from gridops.web.desk.case import Tried
from gridops.web.field import common as street
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_peek", __name__, url_prefix="/desk/cases")

# Of the history the pane shows what happened last; the page of the case has all of it.
LAST = 3


@pages.get("/<number>/peek")
@needs(*common.READERS)
def show(number: str) -> str:
    """Beside the list: what, where, pictures, clock, what happened last, and the moves as forms."""
    person, scope = current_person(), current_scope()
    with reading() as session:
        file = case_pages.case_file(session, person, number)
        uses = uses_with_merged(session, file.case.id, [one.id for one in file.absorbed])
        path = choices.path_of(session, file.case.grid_id)
        drawing = smallmap.draw(session, file.case)
        offered = moving.offered(session, scope, file)
        why_sent = dispatch_words.why_sent(session, file)
    return render_template(
        "desk/peek.html",
        file=file,
        case=file.case,
        path=path,
        pictures=street.pictures(uses),
        shows=street.shows,
        drawing=drawing,
        told=explain.timeline(file.timeline, why_sent=why_sent)[-LAST:],
        lying=explain.lying(file),
        press=explain.press(file.facts),
        clock_words=explain.clock_words(file),
        offered=offered,
        tried=Tried(),
        field_name=field_name,
        local_input=common.local_input,
        today=clock.local_date(clock.now()),
        **duplicates.texts(),
        **common.words(),
    )
