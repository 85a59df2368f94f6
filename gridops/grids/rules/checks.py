"""What a territory must satisfy: every finding names the feature, the column, the value and the reason.

Refused: duplicate codes, orphans, circles, invalid polygons, children outside their parent, overlaps of siblings (grids
of one parent; roots of one file are siblings too). Warned: gaps. Areas below 0.01 m² are no overlap and no gap.
Grids the database knows already take part in the comparison, but a finding always concerns at least one new feature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from gridops.grids.rules import Level
from gridops.grids.rules.shapes import LEAST_AREA_M2, place_text, slight_area_m2

MOST_GAPS_NAMED = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or odd. `line` is the number of the feature from 1, 0 for the file as a whole."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Area:
    """A grid as handed in (`line` ≥ 1) or as known to the database (`line` 0); geometry in the file's coordinates."""

    line: int
    code: str
    name: str
    level: Level
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    geometry: shapely.Geometry

    def meets(self, other: Area) -> bool:
        """Whether there is a day on which both are valid."""
        return _before(self.valid_from, other.valid_to) and _before(other.valid_from, self.valid_to)


def check(
    areas: Sequence[Area], unsound: frozenset[str] = frozenset(), *, allow_overlaps: bool = False
) -> tuple[list[Finding], list[Finding]]:
    """All errors and all warnings of a territory, in the order of the file.

    `allow_overlaps`: overlaps of siblings are warnings, since a point in one has its rule (`rules.points`).

    Geometry is compared even where some polygons are invalid (by what they cover), so that one run names everything.
    `unsound`: codes of features that could not be read; they are no unknown parents.
    """
    errors = [*_duplicates(areas), *_invalid(areas)]
    first = {area.code: area for area in reversed(areas)}
    tree = [*_orphans(areas, first.keys() | unsound), *_circles(areas, first)]
    sound = [replace(area, geometry=_covered(area.geometry)) for area in first.values()]
    placed = {area.code: area for area in sound}
    overlaps = list(_overlaps(sound))
    errors += tree + list(_outside(sound, placed)) + ([] if allow_overlaps else overlaps)
    warnings = [*_outlived(sound, placed), *_gaps(sound, placed), *(overlaps if allow_overlaps else [])]
    return sorted(errors, key=_order), sorted(warnings, key=_order)


def _order(finding: Finding) -> tuple[int, str]:
    return finding.line, finding.column


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end


def _duplicates(areas: Iterable[Area]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for area in areas:
        if area.line and seen.setdefault(area.code, area.line) != area.line:
            yield Finding(area.line, "code", area.code, f"duplicate: feature {seen[area.code]} has this code")


def _invalid(areas: Iterable[Area]) -> Iterator[Finding]:
    for area in areas:
        if area.line and not shapely.is_valid(area.geometry):
            reason, _, place = shapely.is_valid_reason(area.geometry).partition("[")
            where = ", ".join(place.rstrip("]").split())
            yield Finding(area.line, "geometry", area.code, f"invalid polygon: {reason.strip()} at {where}")
        elif area.line and slight_area_m2(area.geometry) < LEAST_AREA_M2:
            yield Finding(area.line, "geometry", area.code, f"smaller than {LEAST_AREA_M2:g} m²: no area")


def _orphans(areas: Iterable[Area], known: Set[str]) -> Iterator[Finding]:
    for area in areas:
        if area.line and area.parent_code is not None and area.parent_code not in known:
            yield Finding(area.line, "parent_code", area.parent_code, "orphan: no grid has this code")


def _circles(areas: Iterable[Area], known: dict[str, Area]) -> Iterator[Finding]:
    """Each feature that is its own ancestor."""
    for area in areas:
        here, way = area, [area.code]
        while area.line and here.parent_code in known:
            here = known[here.parent_code]
            if here.code in way:
                if here.code == area.code:
                    text = " → ".join([*way, area.code])
                    yield Finding(area.line, "parent_code", area.parent_code or "", f"circle: {text}")
                break
            way.append(here.code)


def _covered(geometry: shapely.Geometry) -> shapely.Geometry:
    """What a polygon covers; an invalid one is put right for the comparison only."""
    return geometry if shapely.is_valid(geometry) else shapely.make_valid(geometry)


def _outside(areas: Iterable[Area], placed: dict[str, Area]) -> Iterator[Finding]:
    for area in areas:
        parent = placed.get(area.parent_code or "")
        if parent is None or parent is area or not (area.line or parent.line):
            continue
        if shapely.covers(parent.geometry, area.geometry):
            continue
        rest = shapely.difference(area.geometry, parent.geometry)
        if (size := slight_area_m2(rest)) >= LEAST_AREA_M2:
            reason = f"outside its parent {parent.code}: {size:.2f} m², at {place_text(rest)}"
            yield Finding(area.line or parent.line, "geometry", area.code, reason)


def _overlaps(areas: Iterable[Area]) -> Iterator[Finding]:
    for siblings in _families(areas).values():
        shapes = np.array([area.geometry for area in siblings], dtype=object)
        one, other = shapely.STRtree(shapes).query(shapes)
        one, other = one[one < other], other[one < other]
        for i, j in zip(one.tolist(), other.tolist(), strict=True):
            a, b = sorted((siblings[i], siblings[j]), key=lambda area: area.line)
            if not b.line or not a.meets(b):
                continue
            common = shapely.intersection(a.geometry, b.geometry)
            if (size := slight_area_m2(common)) >= LEAST_AREA_M2:
                whose = f"feature {a.line}" if a.line else "already known"
                reason = f"overlaps its sibling {a.code} ({whose}): {size:.2f} m², at {place_text(common)}"
                yield Finding(b.line, "geometry", b.code, reason)


def _gaps(areas: Iterable[Area], placed: dict[str, Area]) -> Iterator[Finding]:
    """What a parent's children leave uncovered, and the holes among roots."""
    for parent_code, siblings in _families(areas).items():
        if not any(area.line for area in siblings):
            continue
        covered = shapely.union_all([area.geometry for area in siblings])
        if parent_code in placed:
            parent = placed[parent_code]
            line, subject, whose = parent.line, parent.code, f"children of {parent.code}"
            missing = shapely.get_parts(shapely.difference(parent.geometry, covered)).tolist()
        elif parent_code is None and len(siblings) > 1:
            line, subject, whose = 0, "", "grids without a parent"
            rings = [ring for part in shapely.get_parts(covered) for ring in getattr(part, "interiors", ())]
            missing = [shapely.polygons(ring) for ring in rings]
        else:
            continue
        yield from _named(missing, line, subject, whose)


def _named(parts: Iterable[shapely.Geometry], line: int, subject: str, whose: str) -> Iterator[Finding]:
    sizes = [(slight_area_m2(part), part) for part in parts]
    gaps = sorted((gap for gap in sizes if gap[0] >= LEAST_AREA_M2), key=lambda gap: -gap[0])
    for size, part in gaps[:MOST_GAPS_NAMED]:
        yield Finding(line, "geometry", subject, f"gap between {whose}: {size:.2f} m², at {place_text(part)}")
    if rest := gaps[MOST_GAPS_NAMED:]:
        size = sum(gap[0] for gap in rest)
        yield Finding(line, "geometry", subject, f"{len(rest)} more gaps between {whose}: {size:.2f} m² in all")


def _outlived(areas: Iterable[Area], placed: dict[str, Area]) -> Iterator[Finding]:
    for area in areas:
        parent = placed.get(area.parent_code or "")
        if parent is None or not (area.line or parent.line):
            continue
        early = parent.valid_from is not None and (area.valid_from is None or area.valid_from < parent.valid_from)
        late = parent.valid_to is not None and (area.valid_to is None or area.valid_to > parent.valid_to)
        if early or late:
            reason = f"valid on days on which its parent {parent.code} is not"
            yield Finding(area.line, "valid_from" if early else "valid_to", area.code, reason)


def _families(areas: Iterable[Area]) -> dict[str | None, list[Area]]:
    """Siblings by their parent's code. Known roots are left out: jurisdictions of different files may overlap."""
    found: dict[str | None, list[Area]] = {}
    for area in areas:
        if area.line or area.parent_code is not None:
            found.setdefault(area.parent_code, []).append(area)
    return found


def refused_features(errors: Iterable[Finding]) -> int:
    """How many features have at least one error."""
    return len(Counter(error.line for error in errors if error.line))
