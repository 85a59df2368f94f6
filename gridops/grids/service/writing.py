"""Take a territory file: new grids, new versions of known ones, corrections, changes in place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.coordinates import Crs
from gridops.core.errors import Conflict
from gridops.grids import forms
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules.checks import Area
from gridops.grids.rules.shapes import geodesic_area_m2, into_wgs84, normal
from gridops.grids.rules.tree import Version
from gridops.grids.service.planning import Plan, Report, attributes, planned

# Code -> (id of the grid, id of its root).
Ids = dict[str, tuple[int, int]]


def check_grids(session: Session, raw: bytes, how: forms.Options) -> Report:
    """What `import_grids` would answer to the bytes of a GeoJSON file; writes nothing."""
    return planned(session, forms.read(raw, how), how).report


def check_file(session: Session, path: Path, how: forms.Options) -> Report:
    """What `import_file` would answer; writes nothing."""
    return planned(session, forms.read_file(path, how), how).report


def import_grids(session: Session, raw: bytes, how: forms.Options, *, actor_id: int | None = None) -> Report:
    """Take a territory of GeoJSON bytes whole, or refuse it whole: with errors in the report nothing was written.

    New codes become grids; other names, levels and ends of validity are changed in place and audited. Another shape or
    parent of a known code begins a new version where `valid_from` says since when, or corrects the old one where
    `how.correct` says that it was wrong; else it is refused. Raises Conflict when another import wrote the same codes
    meanwhile.
    """
    return _taken(session, planned(session, forms.read(raw, how), how), how.crs, actor_id)


def import_file(session: Session, path: Path, how: forms.Options, *, actor_id: int | None = None) -> Report:
    """The same of a file: GeoJSON, Shapefile, GeoPackage or KML by what its name ends with."""
    return _taken(session, planned(session, forms.read_file(path, how), how), how.crs, actor_id)


def _taken(session: Session, plan: Plan, crs: Crs, actor_id: int | None) -> Report:
    if not plan.report.errors:
        try:
            ids = _add(session, plan, crs, actor_id)
            _begin(session, plan, ids, crs, actor_id)
            _correct(session, plan, ids, crs, actor_id)
            _change(session, plan, actor_id)
        except IntegrityError as clash:
            raise Conflict("another import wrote the same grids at this moment: run it again") from clash
    return plan.report


def _add(session: Session, plan: Plan, crs: Crs, actor_id: int | None) -> Ids:
    """Write the new grids, parents before children, each under the root of its tree."""
    grids: Ids = {code: (version.grid_id, version.root_id) for code, version in plan.known.versions.items()}
    waiting = list(plan.new)
    while waiting:
        ready = [area for area in waiting if area.parent_code is None or area.parent_code in grids]
        rows = [
            Grid(code=area.code, root_id=grids[area.parent_code][1] if area.parent_code else None) for area in ready
        ]
        session.add_all(rows)
        session.flush()
        for row in rows:
            row.root_id = row.root_id or row.id
            grids[row.code] = row.id, row.root_id
        waiting = [area for area in waiting if area.code not in grids]
    session.add_all(GridVersion(grid_id=grids[area.code][0], **_columns(area, grids, crs)) for area in plan.new)
    session.flush()
    for root_id, count in Counter(grids[area.code][1] for area in plan.new).items():
        audit.record(session, "grids.import", "grid", root_id, actor_id=actor_id, root_id=root_id, new=count)
    return grids


def _columns(area: Area, grids: Ids, crs: Crs) -> dict[str, Any]:
    shape = normal(into_wgs84(area.geometry, crs))
    west, south, east, north = shape.bounds
    return {
        "parent_id": grids[area.parent_code][0] if area.parent_code else None,
        "name": area.name,
        "level": area.level,
        "geometry": shapely.to_geojson(shape),
        "area_m2": geodesic_area_m2(shape),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }


def _begin(session: Session, plan: Plan, grids: Ids, crs: Crs, actor_id: int | None) -> None:
    """End the version in force on the day the new one begins, and begin that."""
    for old, area in plan.begun:
        row = session.get_one(GridVersion, old.version_id)
        if row.valid_to is None or (area.valid_from is not None and row.valid_to > area.valid_from):
            row.valid_to = area.valid_from
        session.add(GridVersion(grid_id=old.grid_id, **_columns(area, grids, crs)))
        _told(session, "grids.version", old, area, actor_id)
    session.flush()


def _correct(session: Session, plan: Plan, grids: Ids, crs: Crs, actor_id: int | None) -> None:
    """Write over a version that was wrong; what it said stands in the audit. Records stay where they were counted."""
    for old, area in plan.corrected:
        row = session.get_one(GridVersion, old.version_id)
        before = shapely.from_geojson(row.geometry)
        for name, value in _columns(area, grids, crs).items():
            setattr(row, name, value)
        _told(session, "grids.correct", old, area, actor_id, was=f"{geodesic_area_m2(before):.2f} m²")
    session.flush()


def _change(session: Session, plan: Plan, actor_id: int | None) -> None:
    """Write other names, levels and ends of validity over the old ones, and keep the old ones in the audit."""
    for old, area in plan.changed:
        row = session.get_one(GridVersion, old.version_id)
        row.name, row.level, row.valid_to = area.name, area.level, area.valid_to
        _told(session, "grids.change", old, area, actor_id)
    session.flush()


def _told(session: Session, act: str, old: Version, area: Area, actor_id: int | None, **more: str) -> None:
    audit.record(
        session,
        act,
        "grid",
        old.grid_id,
        actor_id=actor_id,
        root_id=old.root_id,
        before=_plain(old),
        after=_plain(area),
        **more,
    )


def _plain(of: Area | Version) -> dict[str, str | None]:
    name, level, valid_to = attributes(of)
    return {"name": str(name), "level": str(level), "valid_to": str(valid_to) if valid_to else None}
