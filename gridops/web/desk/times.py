"""/desk/map/times: the cases of a window by when they were reported, to look at hour by hour or day by day."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from gridops.cases.queries import places
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.web.desk import common
from gridops.web.desk.map import window_of
from gridops.web.guards import current_scope, needs

pages = Blueprint("desk_times", __name__, url_prefix="/desk/map")

# So many days at once, and so many cases: the answer stays below 200 KB.
_DAYS = 92
_MOST = 3000
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@pages.get("/times")
@needs(*common.READERS)
def times() -> Response:
    """Rows [number, lon, lat, state, minutes since the first midnight] of the days `from` to `to`, both included.

    Without days: today. `more`: there are more than are sent, which are the newest.
    """
    window = window_of(request.args.get("bbox", ""))
    first, last = _days(request.args.get("from", ""), request.args.get("to", ""))
    start, end = clock.midnight(first), clock.midnight(last + _DAY)
    with reading() as session:
        found = places.reported_within(session, current_scope(), window, start, end, _MOST + 1)
    rows = [
        [case.number, round(case.lon, 6), round(case.lat, 6), case.state.value, (case.reported_at - start) // _MINUTE]
        for case in found[:_MOST]
    ]
    return jsonify(rows=rows, more=len(found) > _MOST, most=_MOST)


def _days(first: str, last: str) -> tuple[date, date]:
    today = clock.local_date(clock.now())
    try:
        found = date.fromisoformat(first) if first else today, date.fromisoformat(last) if last else today
    except ValueError:
        raise Invalid(("from", "无法识别的日期")) from None
    if not timedelta(0) <= found[1] - found[0] < timedelta(days=_DAYS) or not 1990 <= found[0].year <= 2200:
        raise Invalid(("from", "请选择不超过 92 天的时段"))
    return found
