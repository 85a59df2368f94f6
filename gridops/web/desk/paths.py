"""/desk/map/paths: where those on running outings went, for who directs them; every look stands in the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, url_for
from werkzeug.wrappers import Response

from gridops.cases.queries import places
from gridops.core import clock
from gridops.core.db import transaction
from gridops.operations import service
from gridops.operations.rules import PLANNERS
from gridops.operations.service import Out, Walker
from gridops.squads.rules import Fix
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_paths", __name__, url_prefix="/desk/map")


@pages.get("/paths")
@needs(*PLANNERS)
def paths() -> Response:
    """Each running outing: a line for each of ours on it (nobody is named), and where the squad was last.

    A line is fixes [lon, lat, time, by a record] of phones in front (前台轨迹) and of the cases they reported.
    """
    with transaction() as session:
        out = service.look_at_paths(session, current_person())
        walkers = [walker for one in out for walker in one.walkers]
        since = min((walker.since for walker in walkers), default=clock.now())
        told = places.told_by(session, current_scope(), {walker.user_id for walker in walkers}, since)
        found = [_told(one, told) for one in out]
    return jsonify(outings=found, at=_time(clock.now()))


def _told(one: Out, told: dict[int, list[places.Told]]) -> dict[str, Any]:
    lines = [line for walker in one.walkers if (line := _line(walker, told.get(walker.user_id, [])))]
    last = max((line[-1] for line in lines), key=lambda fix: fix.at, default=None)
    return {
        "number": one.row.outing.number,
        "campaign": one.row.campaign,
        "started": _time(one.row.at),
        "url": url_for("desk_outings.show", outing_number=one.row.outing.number),
        "lines": [[_fix(fix) for fix in line] for line in lines],
        "last": _fix(last) if last else None,
    }


def _line(walker: Walker, told: list[places.Told]) -> list[Fix]:
    """Phone and records together, in order; a record counts only while on duty."""
    recorded = [Fix(case.reported_at, case.lon, case.lat, by_record=True) for case in told]
    on = [fix for fix in recorded if walker.since <= fix.at and (walker.until is None or fix.at <= walker.until)]
    return sorted([*walker.fixes, *on], key=lambda fix: fix.at)


def _fix(fix: Fix) -> list[Any]:
    return [round(fix.lon, 6), round(fix.lat, 6), _time(fix.at), fix.by_record]


def _time(at: datetime) -> str:
    return f"{clock.local(at):%H:%M}"
