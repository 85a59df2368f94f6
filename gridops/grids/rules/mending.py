"""What `--repair` mends, and each mend in a sentence: rings that touch or cross themselves, slivers, made-up parents.

A sliver is an area narrower than SLIVER_M (twice its area by its perimeter): left over by mending, or where a feature
overlaps a sibling by no more than a slip of the pen; it is cut off from the later feature of the file. What is wider
is nobody's slip: overlaps stay for `--allow-overlaps`, gaps for a person.
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


def without_slivers(areas: Sequence[Area]) -> tuple[list[Area], list[Finding]]:
    """The areas with narrow overlaps of siblings cut off from the later one, and each cut."""
    found, told = list(areas), list[Finding]()
    families: dict[str | None, list[int]] = {}
    for place, area in enumerate(areas):
        families.setdefault(area.parent_code, []).append(place)
    for places in families.values():
        shapes = np.array([areas[place].geometry for place in places], dtype=object)
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        for i, j in sorted(zip(one.tolist(), other.tolist(), strict=True)):
            if i < j and areas[places[i]].meets(areas[places[j]]):
                cut = _cut(found[places[i]], found[places[j]])
                if cut is not None:
                    found[places[j]], finding = cut
                    told.append(finding)
    return found, told


def _cut(first: Area, later: Area) -> tuple[Area, Finding] | None:
    common = shapely.intersection(first.geometry, later.geometry)
    narrow = [
        part
        for part in shapely.get_parts(common)
        if isinstance(part, shapely.Polygon) and slight_area_m2(part) >= LEAST_AREA_M2 and width_m(part) < SLIVER_M
    ]
    if not narrow:
        return None
    rest = shapely.difference(later.geometry, shapely.union_all(narrow))
    size = sum(slight_area_m2(part) for part in narrow)
    reason = (
        f"mended: overlap with {first.code} narrower than {SLIVER_M:g} m cut off, {size:.2f} m², "
        f"at {place_text(narrow[0])}"
    )
    return replace(later, geometry=rest), Finding(later.line, "geometry", later.code, reason)


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
