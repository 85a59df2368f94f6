"""What a territory file would do: what is new, what changes in place, what begins a new version, what was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridops.core.coordinates import Crs
from gridops.grids import queries
from gridops.grids.forms import Handed, Options
from gridops.grids.rules.checks import Area, Finding, check, refused_features
from gridops.grids.rules.shapes import SAME_WITHIN_DEG, into_wgs84, normal, out_of_wgs84, same_outline
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
class Known:
    """What the database holds of the grids that a file names, of their parents and of those parents' children.

    `versions`: the newest of each code; `all_of`: every version of the codes that the file names, the oldest first.
    """

    versions: dict[str, Version]
    all_of: dict[str, tuple[Version, ...]]
    shapes: dict[int, BaseGeometry]
    siblings: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: grids not known yet, new versions of known ones, corrections, changes in place."""

    known: Known
    report: Report
    new: tuple[Area, ...] = ()
    begun: tuple[tuple[Version, Area], ...] = ()
    corrected: tuple[tuple[Version, Area], ...] = ()
    changed: tuple[tuple[Version, Area], ...] = ()


def planned(session: Session, handed: Handed, how: Options) -> Plan:
    """Compare a file with itself and with what is known; a plan with errors in its report writes nothing."""
    known = _known(session, handed.areas)
    areas = [_as_ended(area, known) for area in handed.areas]
    errors, warnings = check(
        [*areas, *_context(known, areas, how.crs)], handed.unsound, allow_overlaps=how.allow_overlaps
    )
    plan = _sorted_out(areas, known, how)
    errors += [*handed.errors, *_clashes(areas, plan, how), *_broken(areas, how.crs)]
    errors.sort(key=lambda error: error.line)
    report = Report(handed.read, errors=tuple(errors), warnings=(*handed.warnings, *warnings))
    if errors:
        return Plan(known, replace(report, refused=refused_features(errors)))
    changed = len(plan.begun) + len(plan.corrected) + len(plan.changed)
    same = len(areas) - len(plan.new) - changed
    return replace(plan, report=replace(report, new=len(plan.new), unchanged=same, changed=changed))


def attributes(of: Area | Version) -> tuple[object, ...]:
    """What may be changed in place."""
    return of.name, of.level, of.valid_to


def _known(session: Session, areas: Sequence[Area]) -> Known:
    territory = queries.territory(session)
    newest = territory.newest
    named = {area.code for area in areas}
    codes = named | {area.parent_code for area in areas if area.parent_code}
    versions = {code: newest[code] for code in codes if code in newest}
    parents = {versions[area.parent_code].grid_id for area in areas if area.parent_code in versions}
    siblings = tuple(version for version in newest.values() if version.parent_id in parents)
    all_of: dict[str, tuple[Version, ...]] = {}
    for version in sorted(territory.versions.values(), key=lambda v: (v.valid_from is not None, v.valid_from)):
        if version.code in named:
            all_of[version.code] = (*all_of.get(version.code, ()), version)
    wanted = {v.version_id for v in (*versions.values(), *siblings, *(v for each in all_of.values() for v in each))}
    return Known(versions, all_of, queries.shapes(session, wanted), siblings)


def _meant(area: Area, known: Known) -> Version | None:
    """The known version that began when the area says it began."""
    return next((v for v in known.all_of.get(area.code, ()) if v.valid_from == area.valid_from), None)


def _as_ended(area: Area, known: Known) -> Area:
    """A version that a later one has ended stays ended, where the file does not speak of its end."""
    version = _meant(area, known)
    if version is None or area.valid_to is not None or version == known.versions[area.code]:
        return area
    return replace(area, valid_to=version.valid_to)


def _begins(area: Area, known: Known) -> bool:
    """Whether the area is a version younger than all that are known of its code."""
    newest = known.versions[area.code]
    return area.valid_from is not None and (newest.valid_from is None or area.valid_from > newest.valid_from)


def _sorted_out(areas: Iterable[Area], known: Known, how: Options) -> Plan:
    new, begun, corrected, changed = list[Area](), list[Any](), list[Any](), list[Any]()
    for area in areas:
        if area.code not in known.versions:
            new.append(area)
            continue
        version = _meant(area, known)
        if version is None:
            if _begins(area, known):
                begun.append((known.versions[area.code], area))
        elif how.correct and _differences(area, version, known, how.crs):
            corrected.append((version, area))
        elif attributes(area) != attributes(version):
            changed.append((version, area))
    return Plan(known, Report(0), tuple(new), tuple(begun), tuple(corrected), tuple(changed))


def _differences(area: Area, version: Version, known: Known, crs: Crs) -> list[tuple[str, str, str]]:
    """Column, value and words of what no change in place may touch: parent and shape."""
    parents = {v.grid_id: code for code, v in known.versions.items()}
    parent = None if version.parent_id is None else parents.get(version.parent_id, "another")
    found = []
    if parent != area.parent_code:
        found.append(("parent_code", area.parent_code or "", "another parent"))
    if shapely.is_valid(area.geometry):
        if not same_outline(normal(into_wgs84(area.geometry, crs)), known.shapes[version.version_id]):
            found.append(("geometry", area.code, "another shape"))
    return found


def _clashes(areas: Iterable[Area], plan: Plan, how: Options) -> Iterator[Finding]:
    """Known codes that come with another parent or shape, or with a beginning that fits no version and begins none."""
    known = plan.known
    for area in areas:
        if area.code not in known.versions:
            continue
        version = _meant(area, known)
        if version is None:
            newest = known.versions[area.code]
            if not _begins(area, known):
                start = area.valid_from.isoformat() if area.valid_from else ""
                since = newest.valid_from.isoformat() if newest.valid_from else "always"
                yield Finding(area.line, "valid_from", start, f"known since {since}: a new version begins later")
            elif not _differences(area, newest, known, how.crs) and attributes(area) == attributes(newest):
                start = area.valid_from.isoformat() if area.valid_from else ""
                yield Finding(area.line, "valid_from", start, "known with another beginning and nothing else changed")
        elif not how.correct:
            for column, value, words in _differences(area, version, known, how.crs):
                reason = f"known with {words}: give valid_from for a new version, or --correct if the old one was wrong"
                yield Finding(area.line, column, value, reason)


def _context(known: Known, areas: Sequence[Area], crs: Crs) -> list[Area]:
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


def _broken(areas: Iterable[Area], crs: Crs) -> Iterator[Finding]:
    for area in areas:
        if crs is not Crs.WGS84 and shapely.is_valid(area.geometry):
            turned = into_wgs84(area.geometry, crs)
            if not (shapely.is_valid(turned) and shapely.box(-180, -90, 180, 90).covers(shapely.box(*turned.bounds))):
                yield Finding(area.line, "geometry", area.code, f"invalid polygon once converted from {crs}")
