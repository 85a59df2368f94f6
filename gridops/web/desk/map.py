"""/desk/map: the grids (the API's GeoJSON) and the cases of a window: points near in, clusters far out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases.queries import places
from gridops.cases.rules.moves import ENDED, State
from gridops.cases.rules.names import STATE_NAMES
from gridops.cases.rules.queue import GROUP_NAMES, GROUP_STATES, Group, QueueFilter
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.operations.rules import PLANNERS
from gridops.web.desk import common, shades
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import category_name, chosen_language

pages = Blueprint("desk_map", __name__, url_prefix="/desk/map")

# So few that the answer stays below 60 KB whatever is written in them.
_OPEN, _CLOSED = 120, 60

# A layer of the map: the letter drawn in its points, so that colour is never alone (Chinese, English); icon.
_LOOKS = {
    Group.TO_ACCEPT: ("受", "A", "inbox"),
    Group.TO_FILE: ("立", "F", "file-certificate"),
    Group.TO_DISPATCH: ("派", "D", "send"),
    Group.HANDLING: ("处", "H", "tool"),
    Group.TO_CHECK: ("查", "C", "eye-check"),
}


@pages.get("")
@needs(*common.READERS)
def show() -> str:
    """The map and its legend."""
    layers = [
        {
            "key": group.value,
            "name": _(GROUP_NAMES[group]),
            "mark": marks[chosen_language() == "en"],
            "icon": icon,
            "states": [state.value for state in GROUP_STATES[group]],
        }
        for group, (*marks, icon) in _LOOKS.items()
    ]
    layers.append(
        {
            "key": "closed",
            "name": _("近期已结案"),
            "mark": "✓" if chosen_language() == "en" else "结",
            "icon": "circle-check",
            "states": [State.CLOSED.value],
        }
    )
    today = clock.local_date(clock.now())
    with reading() as session:
        levels = shades.levels(session, current_scope())
    return render_template(
        "desk/map.html",
        layers=layers,
        figures=shades.offered(current_scope()),
        levels=levels,
        names={state.value: _(name) for state, name in STATE_NAMES.items()},
        directs=not current_person().roles.isdisjoint(PLANNERS),
        today=today,
        week_ago=today - timedelta(days=6),
        **common.words(),
    )


@pages.get("/cases")
@needs(*common.READERS)
def cases() -> Response:
    """The cases of a window in some states, as JSON: points, or clusters where they are many, and how many of each."""
    window = window_of(request.args.get("bbox", ""))
    states = _states(request.args.get("state", ""))
    wanted = tuple(state for state in states if state not in ENDED)
    found = places.MapWindow([], [], {})
    closed: list[places.Point] = []
    with reading() as session:
        if wanted:
            found = places.map_window(session, current_scope(), window, QueueFilter(states=wanted), _OPEN)
        if State.CLOSED in states:
            closed = places.lately_closed(session, current_scope(), window, _CLOSED)
    counts = {state.value: count for state, count in found.counts.items()}
    if closed:
        counts[State.CLOSED.value] = len(closed)
    clusters = [[cluster.lon, cluster.lat, cluster.count, cluster.late] for cluster in found.clusters]
    return jsonify(points=[_point(point) for point in [*found.points, *closed]], clusters=clusters, counts=counts)


def _point(point: places.Point) -> dict[str, Any]:
    return {
        "number": point.number,
        "at": [round(point.lon, 6), round(point.lat, 6)],
        "state": point.state.value,
        "overdue": point.runs_out_at < clock.now(),
        "category": category_name(point.category),
        "where": point.where,
        "unit": point.unit,
    }


def window_of(text: str) -> places.Window:
    """`west,south,east,north` in degrees; empty: everything."""
    if not text:
        return places.Window(-180, -90, 180, 90)
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid(("bbox", "无法识别的范围")) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Invalid(("bbox", "无法识别的范围"))
    return places.Window(west, south, east, north)


def _states(text: str) -> tuple[State, ...]:
    try:
        return tuple(State(name) for name in dict.fromkeys(text.split(",")) if name)
    except ValueError:
        raise Invalid(("state", "无法识别的筛选条件")) from None
