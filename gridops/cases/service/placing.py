"""Where a case lies: the grid that holds a point on a day, and what is kept of how the point was told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from gridops.cases.forms import Location
from gridops.core.coordinates import to_wgs84
from gridops.grids import queries as grids

NEAREST_WITHIN_M = 500.0


def placed(ground: grids.Snapshot, at: Location, root_id: int, day: date, within_m: float) -> dict[str, Any] | None:
    """Grid, version and point (WGS-84) of a place of a root on a day, what was sent beside them.

    A point outside every grid goes to the nearest one within `within_m` metres and is marked so; None farther out.
    """
    lon, lat = to_wgs84(at.lon, at.lat, at.crs)
    found = ground.index(day, root_id).locate(lon, lat, within_m=within_m)
    if found is None:
        return None
    kept = told(at)
    if found.nearest:
        kept |= {"nearest": True, "distance_m": round(found.distance_m, 1)}
    return {"grid_id": found.grid_id, "grid_version_id": found.version_id, "lon": lon, "lat": lat, "place": kept}


def told(location: Location) -> dict[str, Any]:
    """What was sent, as JSON, without what was not."""
    kept = {name: value for name, value in asdict(location).items() if value is not None and value is not False}
    if "fix" in kept:
        fix = {name: value for name, value in kept["fix"].items() if value is not None}
        kept["fix"] = {**fix, **({"at": fix["at"].isoformat()} if "at" in fix else {})}
    return kept
