from __future__ import annotations

from datetime import date

import pytest
import shapely

from gridops.grids.rules import Level
from gridops.grids.rules.checks import Area, Finding, check
from gridops.grids.rules.shapes import geodesic_area_m2, slight_area_m2

BOW_TIE = shapely.Polygon([(0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01)])
# Side in degrees of a square of a given area in m² at the equator.
DEGREE = 111_319.49 * 110_574.28


def area(line: int, code: str, shape: shapely.Geometry, parent: str | None = None, **more: object) -> Area:
    values = {"valid_from": None, "valid_to": None, **more}
    return Area(line, code, code, Level.GRID, parent, geometry=shape, **values)  # type: ignore[arg-type]


def reasons(findings: list[Finding]) -> list[tuple[int, str, str]]:
    return [(f.line, f.column, f.reason.split(":")[0]) for f in findings]


def test_a_clean_tree_has_no_findings() -> None:
    areas = [
        area(1, "A", shapely.box(0, 0, 0.02, 0.01)),
        area(2, "A1", shapely.box(0, 0, 0.01, 0.01), "A"),
        area(3, "A2", shapely.box(0.01, 0, 0.02, 0.01), "A"),
    ]
    assert check(areas) == ([], [])


CASES = {
    "an invalid polygon is named with its place": (
        [area(1, "A", BOW_TIE)],
        [(1, "geometry", "invalid polygon")],
        [],
    ),
    "a code may stand once": (
        [area(1, "A", shapely.box(0, 0, 1, 1)), area(2, "A", shapely.box(2, 0, 3, 1))],
        [(2, "code", "duplicate")],
        [],
    ),
    "an unknown parent makes an orphan": (
        [area(1, "A", shapely.box(0, 0, 1, 1), "nobody")],
        [(1, "parent_code", "orphan")],
        [],
    ),
    "a grid may not be its own ancestor": (
        [
            area(1, "A", shapely.box(0, 0, 0.01, 0.01), "B"),
            area(2, "B", shapely.box(0, 0, 0.01, 0.01), "A"),
        ],
        [(1, "parent_code", "circle"), (2, "parent_code", "circle")],
        [],
    ),
    "a grid may not be its own parent": (
        [area(1, "A", shapely.box(0, 0, 0.01, 0.01), "A")],
        [(1, "parent_code", "circle")],
        [],
    ),
    "a child stays inside its parent, and what it does not cover is a gap": (
        [area(1, "A", shapely.box(0, 0, 0.01, 0.01)), area(2, "A1", shapely.box(0.005, 0, 0.015, 0.01), "A")],
        [(2, "geometry", "outside its parent A")],
        [(1, "geometry", "gap between children of A")],
    ),
    "siblings do not overlap": (
        [
            area(1, "A", shapely.box(0, 0, 0.02, 0.01)),
            area(2, "A1", shapely.box(0, 0, 0.012, 0.01), "A"),
            area(3, "A2", shapely.box(0.01, 0, 0.02, 0.01), "A"),
        ],
        [(3, "geometry", "overlaps its sibling A1 (feature 2)")],
        [],
    ),
    "roots of one file are siblings": (
        [area(1, "A", shapely.box(0, 0, 0.012, 0.01)), area(2, "B", shapely.box(0.01, 0, 0.02, 0.01))],
        [(2, "geometry", "overlaps its sibling A (feature 1)")],
        [],
    ),
    "a known root is no sibling": (
        [area(0, "A", shapely.box(0, 0, 0.012, 0.01)), area(1, "B", shapely.box(0.01, 0, 0.02, 0.01))],
        [],
        [],
    ),
    "a known sibling is": (
        [
            area(0, "P", shapely.box(0, 0, 0.02, 0.01)),
            area(0, "A", shapely.box(0, 0, 0.012, 0.01), "P"),
            area(1, "B", shapely.box(0.01, 0, 0.02, 0.01), "P"),
        ],
        [(1, "geometry", "overlaps its sibling A (already known)")],
        [],
    ),
    "siblings of different times may lie over each other": (
        [
            area(1, "A", shapely.box(0, 0, 0.01, 0.01), valid_to=date(2017, 1, 1)),
            area(2, "B", shapely.box(0, 0, 0.01, 0.01), valid_from=date(2017, 1, 1)),
        ],
        [],
        [],
    ),
    "a child that outlives its parent is odd": (
        [
            area(1, "A", shapely.box(0, 0, 0.01, 0.01), valid_from=date(2017, 1, 1)),
            area(2, "A1", shapely.box(0, 0, 0.01, 0.01), "A"),
        ],
        [],
        [(2, "valid_from", "valid on days on which its parent A is not")],
    ),
    "a hole among roots is a gap": (
        [
            area(1, "A", shapely.box(0, 0, 0.03, 0.03) - shapely.box(0.01, 0.01, 0.02, 0.02)),
            area(2, "B", shapely.box(0.01, 0.01, 0.02, 0.015)),
        ],
        [],
        [(0, "geometry", "gap between grids without a parent")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_findings(name: str) -> None:
    areas, errors, warnings = CASES[name]
    found = check(areas)
    assert (reasons(found[0]), reasons(found[1])) == (errors, warnings)


@pytest.mark.parametrize(("square_m2", "counts"), [(0.0098, False), (0.0102, True)])
def test_a_hundredth_of_a_square_metre_is_the_least_overlap_and_gap(square_m2: float, counts: bool) -> None:
    height = square_m2 / DEGREE / 0.00001
    left = shapely.box(0, 0, 0.01, 0.01)
    over = area(2, "B", shapely.box(0.01, 0, 0.02, 0.01) | shapely.box(0.00999, 0, 0.01, height))
    errors, _ = check([area(1, "A", left), over])
    assert bool(errors) is counts
    nearly = left - shapely.box(0.001, 0.001, 0.00101, 0.001 + height)
    _, warnings = check([area(1, "A", left), area(2, "A1", nearly, "A")])
    assert bool(warnings) is counts


def test_a_bent_border_with_a_corner_on_one_side_only_is_no_overlap() -> None:
    # Geodesics between far corners bulge; edges are straight in lon/lat, so these two fit.
    low = shapely.Polygon([(0, 50), (0.5, 50), (0.5, 50.5), (0, 50.5)])
    high = shapely.Polygon([(0, 50.5), (0.25, 50.5), (0.5, 50.5), (0.5, 51), (0, 51)])
    assert check([area(1, "A", low), area(2, "B", high)])[0] == []


def test_the_area_of_small_shapes_is_the_geodesic_one() -> None:
    for lat in (0.0, 31.86, 60.0):
        shape = shapely.box(120, lat, 120.001, lat + 0.001)
        assert slight_area_m2(shape) == pytest.approx(geodesic_area_m2(shape), rel=1e-6)


def test_many_gaps_are_counted_and_the_largest_named() -> None:
    holes = [shapely.box(0.001 * i, 0.001, 0.001 * i + 0.0001 + 0.000001 * i, 0.0011) for i in range(1, 71)]
    whole = shapely.box(0, 0, 0.1, 0.01)
    _, warnings = check([area(1, "A", whole), area(2, "A1", whole - shapely.union_all(holes), "A")])
    assert len(warnings) == 51
    assert warnings[-1].reason.startswith("20 more gaps") or any("20 more gaps" in w.reason for w in warnings)
