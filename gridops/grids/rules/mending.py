"""What `--repair` mends, and each mend in a sentence: rings that touch or cross themselves, slivers, made-up parents.

A sliver is an area narrower than SLIVER_M (twice its area by its perimeter): left over by mending, or where a feature
overlaps a sibling or leaves its parent by no more than a slip of the pen; it is cut off from the later feature of the
file, and from the child. What is wider is nobody's slip: overlaps stay for `--allow-overlaps`, gaps for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridops.grids.rules import Level
from gridops.grids.rules.checks import Area, Finding
from gridops.grids.rules.shapes import LEAST_AREA_M2, metres_per_degree, place_text, slight_area_m2

SLIVER_M = 1.0

# What lies above a level, where parents are made from their children.
ABOVE: Mapping[Level, Level] = {
    Level.CELL: Level.GRID,
    Level.GRID: Level.COMMUNITY,
    Level.SPECIAL: Level.STREET,
    Level.COMMUNITY: Level.STREET,
    Level.STREET: Level.DISTRICT,
    Level.DISTRICT: Level.CITY,
    Level.CITY: Level.CITY,
}


def mended(geometry: BaseGeometry) -> tuple[BaseGeometry, tuple[str, ...]]:
    """A valid polygon covering what the given one covers, and what was done; empty where nothing of it is an area."""
    told: list[str] = []
    if not shapely.is_valid(geometry):
        reason, _, place = shapely.is_valid_reason(geometry).partition("[")
        where = ", ".join(place.rstrip("]").split())
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
        told.append(f"mended: {reason.strip()} at {where}")
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon) and not part.is_empty]
    broad = [part for part in parts if slight_area_m2(part) >= LEAST_AREA_M2 and width_m(part) >= SLIVER_M]
    if broad and len(broad) < len(parts):
        size = sum(slight_area_m2(part) for part in parts if part not in broad)
        told.append(f"mended: {len(parts) - len(broad)} slivers narrower than {SLIVER_M:g} m dropped, {size:.2f} m²")
    kept = broad or parts
    if not kept:
        return shapely.Polygon(), tuple(told)
    return (kept[0] if len(kept) == 1 else shapely.multipolygons(kept)), tuple(told)


def width_m(geometry: BaseGeometry) -> float:
    """How wide an area is on the whole: twice its area by its perimeter, in metres."""
    lat = geometry.centroid.y if not geometry.is_empty else 0.0
    along, up = metres_per_degree(lat)
    flat = shapely.transform(geometry, lambda points: points * np.array([along, up]))
    return 2.0 * flat.area / flat.length if flat.length else 0.0


def without_slivers(areas: Sequence[Area], *, one_family: bool = False) -> tuple[list[Area], list[Finding]]:
    """The areas with narrow overlaps of siblings cut off from the later one, narrow strips outside their parent too.

    Each cut is told. `one_family`: all of them are siblings, since their parents are only made from them.
    """
    found, told = list(areas), list[Finding]()
    place_of = {area.code: place for place, area in reversed(list(enumerate(areas)))}
    families: dict[str | None, list[int]] = {}
    for place, area in enumerate(areas):
        families.setdefault(None if one_family else area.parent_code, []).append(place)
    # From the top down: where a border of parents is cut, their children follow it.
    for parent_code in sorted(families, key=lambda code: _depth(code, areas, place_of)):
        places = families[parent_code]
        if not one_family and parent_code in place_of:
            told += _clip(found, places, place_of[parent_code])
        told += _part(found, places)
    return found, told


def _depth(code: str | None, areas: Sequence[Area], place_of: Mapping[str, int]) -> int:
    """How many parents stand above a code in this file; a circle, which is refused later, ends somewhere."""
    way: set[str] = set()
    while code is not None and code in place_of and code not in way:
        way.add(code)
        code = areas[place_of[code]].parent_code
    return len(way)


def _clip(found: list[Area], places: Sequence[int], parent_place: int) -> list[Finding]:
    """Cut off from children what leaves their parent by a narrow strip."""
    told = []
    parent = found[parent_place]
    for place in places:
        child = found[place]
        if place != parent_place and not shapely.covers(parent.geometry, child.geometry):
            strip = shapely.difference(child.geometry, parent.geometry)
            cut = _without(child, strip, f"strip outside its parent {parent.code}")
            if cut is not None:
                found[place], finding = cut
                told.append(finding)
    return told


def _part(found: list[Area], places: Sequence[int]) -> list[Finding]:
    """Cut narrow overlaps of siblings off from the later one."""
    told = []
    shapes = np.array([found[place].geometry for place in places], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for i, j in sorted(zip(one.tolist(), other.tolist(), strict=True)):
        first, later = found[places[i]], found[places[j]]
        if i < j and first.meets(later):
            common = shapely.intersection(first.geometry, later.geometry)
            cut = _without(later, common, f"overlap with {first.code}")
            if cut is not None:
                found[places[j]], finding = cut
                told.append(finding)
    return told


def _without(area: Area, excess: BaseGeometry, what: str) -> tuple[Area, Finding] | None:
    """The area without the narrow parts of what it has too much, and the words; None where that is nothing.

    As the check does, the parts are weighed together: many crumbs are an overlap too. An area that is a sliver itself
    stays as it is.
    """
    narrow = [
        part for part in shapely.get_parts(excess) if isinstance(part, shapely.Polygon) and width_m(part) < SLIVER_M
    ]
    size = sum(slight_area_m2(part) for part in narrow)
    if size < LEAST_AREA_M2:
        return None
    rest = shapely.difference(area.geometry, shapely.union_all(narrow))
    if slight_area_m2(rest) < LEAST_AREA_M2:
        return None
    largest = max(narrow, key=slight_area_m2)
    reason = f"mended: {what} narrower than {SLIVER_M:g} m cut off, {size:.2f} m², at {place_text(largest)}"
    return replace(area, geometry=rest), Finding(area.line, "geometry", area.code, reason)


def parents_of(areas: Sequence[Area], names: Mapping[str, str], above: str | None) -> list[Area]:
    """The parents that the areas name, each the union of its children; `above`: the code of the parents' own parent.

    A made-up parent bears the line of its first child.
    """
    families: dict[str, list[Area]] = {}
    known = {area.code for area in areas}
    for area in areas:
        if area.parent_code is not None and area.parent_code not in known:
            families.setdefault(area.parent_code, []).append(area)
    made = []
    for code, children in families.items():
        union = shapely.union_all([_sound(child.geometry) for child in children])
        highest = max((child.level for child in children), key=lambda level: -list(Level).index(level))
        made.append(Area(children[0].line, code, names.get(code, code), ABOVE[highest], above, None, None, union))
    return made


def _sound(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if shapely.is_valid(geometry) else shapely.make_valid(geometry)
