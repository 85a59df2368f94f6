"""/desk/place: which grid a point lies in, asked for while the form that registers a problem is filled in."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.web import choices, photos, records
from gridops.web.desk import common
from gridops.web.guards import current_person, needs

pages = Blueprint("desk_places", __name__, url_prefix="/desk")


@pages.get("/place")
@needs(*common.REGISTRARS)
def place() -> str:
    """Which grid a point lies in, in words."""
    lon, lat = _point()
    accuracy = records.number(request.args.get("accuracy_m"), 1_000_000) or 0.0
    person = current_person()
    with reading() as session:
        found = choices.near(session, person.root_id, lon, lat, accuracy, photos.settings().nearest_grid_within_m)
        named = [(spot, choices.path_of(session, spot.grid_id)) for spot in found[:3]]
    return render_template("desk/_place.html", named=named)


def _point() -> tuple[float, float]:
    """The point asked about, in degrees: NotFound where none is, Invalid where it is none."""
    if "lon" not in request.args and "lat" not in request.args:
        raise NotFound("没有给出位置")
    return _degrees("lon", 180), _degrees("lat", 90)


def _degrees(name: str, most: float) -> float:
    found = records.number(request.args.get(name), most)
    if found is None:
        raise Invalid((name, "须为度数"))
    return found
