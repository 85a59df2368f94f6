"""/desk/map/area: the open cases in an area drawn on the map, and where the whole list and its files are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from gridops.cases.queries import listing
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.queue import OPEN_STATES, Group, QueueFilter, Sort
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import NotFound
from gridops.web.desk import common
from gridops.web.guards import current_scope, needs
from gridops.web.language import category_name

pages = Blueprint("desk_areas", __name__, url_prefix="/desk/map")

# More are read in the queue.
_MOST = 30


@pages.get("/area")
@needs(*common.READERS)
def inside() -> Response:
    """The open cases in an area, those first whose clock runs out first, as JSON; `count` as a list says it."""
    asked = common.asked({"area": request.args.get("area", "")})
    if not asked.wanted.area:
        raise NotFound("没有划定范围")
    wanted = QueueFilter(states=OPEN_STATES, area=asked.wanted.area)
    with reading() as session:
        rows = listing.queue(session, current_scope(), wanted, sort=Sort.DUE, limit=_MOST).rows
        count = listing.count_up_to(session, current_scope(), wanted)
    everything: dict[str, Any] = {"group": Group.ALL.value, "area": asked.kept["area"]}
    return jsonify(
        rows=[_row(row) for row in rows],
        count=common.counted(count),
        list=url_for("desk.index", **everything),
        csv=url_for("desk.export", **everything),
        xlsx=url_for("desk.workbook", **everything),
    )


def _row(row: CaseRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "overdue": row.overdue(clock.now()),
        "category": category_name(row.category),
        "where": row.address or row.grid,
    }
