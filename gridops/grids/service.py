"""Verbs of the territory: check a file, import a file (all or nothing, twice is the same as once)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.coordinates import Crs
from gridops.core.errors import Conflict
from gridops.grids import forms, queries
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules.checks import Area, Finding, check, refused_features
from gridops.grids.rules.shapes import (
    SAME_WITHIN_DEG,
    geodesic_area_m2,
    into_wgs84,
    normal,
    out_of_wgs84,
    same_outline,
)
from gridops.grids.rules.tree import Version


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to an import. With errors nothing is taken: new, unchanged and changed are then 0."""

    read: int
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the contract: counts, `errors` and `warnings` as rows of line, column, value, reason."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of the grids that a file names, of their parents and of those parents' children."""

    versions: dict[str, Version]
    shapes: dict[int, BaseGeometry]
    siblings: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    new: tuple[Area, ...]
    changed: tuple[Area, ...]
    known: _Known
    report: Report


def check_grids(session: Session, raw: bytes, how: forms.Options) -> Report:
    """What `import_grids` would answer to the bytes of a file; writes nothing."""
    return _planned(session, raw, how).report


def import_grids(session: Session, raw: bytes, how: forms.Options, *, actor_id: int | None = None) -> Report:
    """Take a territory file whole, or refuse it whole: with errors in the report nothing was written.

    New codes become grids; other names, levels and ends of validity are changed in place and audited; another shape,
    parent or beginning of a known code is refused. Raises Conflict when another import wrote the same codes meanwhile.
    """
    plan = _planned(session, raw, how)
    if not plan.report.errors:
        try:
            _add(session, plan, how.crs, actor_id)
            _change(session, plan, actor_id)
        except IntegrityError as clash:
            raise Conflict("another import wrote the same grids at this moment: run it again") from clash
    return plan.report


def _planned(session: Session, raw: bytes, how: forms.Options) -> _Plan:
    handed = forms.read(raw, how)
    known = _known(session, handed.areas)
    named = [area for area in handed.areas if area.code in known.versions]
    errors, warnings = check([*handed.areas, *_context(known, handed.areas, how.crs)], handed.unsound)
    errors += [*handed.errors, *_clashes(named, known, how.crs), *_broken(handed.areas, how.crs)]
    errors.sort(key=lambda error: error.line)
    report = Report(handed.read, errors=tuple(errors), warnings=(*handed.warnings, *warnings))
    if errors:
        return _Plan((), (), known, replace(report, refused=refused_features(errors)))
    new = tuple(area for area in handed.areas if area.code not in known.versions)
    changed = tuple(area for area in named if _attributes(area) != _attributes(known.versions[area.code]))
    same = handed.read - len(new) - len(changed)
    return _Plan(new, changed, known, replace(report, new=len(new), unchanged=same, changed=len(changed)))


def _attributes(of: Area | Version) -> tuple[object, ...]:
    """What may be changed in place."""
    return of.name, of.level, of.valid_to


def _known(session: Session, areas: Sequence[Area]) -> _Known:
    newest = queries.territory(session).newest
    codes = {area.code for area in areas} | {area.parent_code for area in areas if area.parent_code}
    versions = {code: newest[code] for code in codes if code in newest}
    parents = {versions[area.parent_code].grid_id for area in areas if area.parent_code in versions}
    siblings = tuple(version for version in newest.values() if version.parent_id in parents)
    wanted = {version.version_id for version in (*versions.values(), *siblings)}
    return _Known(versions, queries.shapes(session, wanted), siblings)


def _context(known: _Known, areas: Sequence[Area], crs: Crs) -> list[Area]:
    """Known grids that the file does not name but must fit: parents and siblings, in the coordinates of the file.

    Converting there and back moves a vertex by less than a millimetre; they are snapped so that borders meet again.
    """
    named = {area.code for area in areas}
    others = {v.code: v for v in (*known.versions.values(), *known.siblings) if v.code not in named}
    codes = {version.grid_id: code for code, version in known.versions.items()}
    corners = None
    if crs is not Crs.WGS84:
        corners = shapely.multipoints(shapely.get_coordinates([area.geometry for area in areas]))
    found = []
    for version in others.values():
        shape = known.shapes[version.version_id]
        if corners is not None:
            shape = shapely.snap(out_of_wgs84(shape, crs), corners, SAME_WITHIN_DEG)
        # A parent whose own parent the file does not name needs none here: it is compared with nothing.
        parent = codes.get(version.parent_id) if version.parent_id is not None else None
        found.append(
            Area(0, version.code, version.name, version.level, parent, version.valid_from, version.valid_to, shape)
        )
    return found


def _clashes(named: Iterable[Area], known: _Known, crs: Crs) -> Iterator[Finding]:
    """Known codes that come with another parent, beginning or shape: no new version and no correction is taken."""
    parents = {version.grid_id: code for code, version in known.versions.items()}
    for area in named:
        version = known.versions[area.code]
        parent = None if version.parent_id is None else parents.get(version.parent_id, "another")
        if parent != area.parent_code:
            yield _clash(area, "parent_code", area.parent_code or "", "known with another parent")
        if version.valid_from != area.valid_from:
            start = area.valid_from.isoformat() if area.valid_from else ""
            yield _clash(area, "valid_from", start, "known with another beginning")
        if shapely.is_valid(area.geometry):
            if not same_outline(normal(into_wgs84(area.geometry, crs)), known.shapes[version.version_id]):
                yield _clash(area, "geometry", area.code, "known with another shape")


def _clash(area: Area, column: str, value: str, reason: str) -> Finding:
    return Finding(area.line, column, value, f"{reason}: new versions and corrections of a grid are not taken yet")


def _broken(areas: Iterable[Area], crs: Crs) -> Iterator[Finding]:
    for area in areas:
        if crs is not Crs.WGS84 and shapely.is_valid(area.geometry):
            if not shapely.is_valid(into_wgs84(area.geometry, crs)):
                yield Finding(area.line, "geometry", area.code, f"invalid polygon once converted from {crs}")


def _add(session: Session, plan: _Plan, crs: Crs, actor_id: int | None) -> None:
    """Write the new grids, parents before children, each under the root of its tree."""
    grids = {code: (version.grid_id, version.root_id) for code, version in plan.known.versions.items()}
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
    session.add_all(_version(area, grids, crs) for area in plan.new)
    session.flush()
    for root_id, count in Counter(grids[area.code][1] for area in plan.new).items():
        audit.record(session, "grids.import", "grid", root_id, actor_id=actor_id, root_id=root_id, new=count)


def _version(area: Area, grids: dict[str, tuple[int, int]], crs: Crs) -> GridVersion:
    shape = normal(into_wgs84(area.geometry, crs))
    west, south, east, north = shape.bounds
    return GridVersion(
        grid_id=grids[area.code][0],
        parent_id=grids[area.parent_code][0] if area.parent_code else None,
        name=area.name,
        level=area.level,
        geometry=shapely.to_geojson(shape),
        area_m2=geodesic_area_m2(shape),
        west=west,
        south=south,
        east=east,
        north=north,
        valid_from=area.valid_from,
        valid_to=area.valid_to,
    )


def _change(session: Session, plan: _Plan, actor_id: int | None) -> None:
    """Write other names, levels and ends of validity over the old ones, and keep the old ones in the audit."""
    for area in plan.changed:
        old = plan.known.versions[area.code]
        row = session.get_one(GridVersion, old.version_id)
        row.name, row.level, row.valid_to = area.name, area.level, area.valid_to
        audit.record(
            session,
            "grids.change",
            "grid",
            old.grid_id,
            actor_id=actor_id,
            root_id=old.root_id,
            before=_plain(old),
            after=_plain(area),
        )
    session.flush()


def _plain(of: Area | Version) -> dict[str, str | None]:
    return {
        "name": of.name,
        "level": of.level.value,
        "valid_to": of.valid_to.isoformat() if of.valid_to else None,
    }
