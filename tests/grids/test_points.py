from __future__ import annotations

import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from gridops.grids.rules import Level
from gridops.grids.rules.points import Index
from gridops.grids.rules.tree import Node

GEOD = Geod(ellps="WGS84")


def node(grid_id: int, code: str, depth: int = 0, parent: int | None = None) -> Node:
    return Node(grid_id, grid_id + 1000, 1, parent, code, f"name {code}", Level.GRID, 1.0, depth)


def town() -> Index:
    """A street with a western community of two grids (a strip in the middle left out) and an eastern one without."""
    nodes = [node(1, "S"), node(2, "S1", 1, 1), node(3, "S2", 1, 1), node(4, "S1a", 2, 2), node(5, "S1b", 2, 2)]
    shapes = [
        shapely.box(120.0, 31.0, 120.02, 31.02),
        shapely.box(120.0, 31.0, 120.01, 31.02),
        shapely.box(120.01, 31.0, 120.02, 31.02),
        shapely.box(120.0, 31.011, 120.01, 31.02),
        shapely.box(120.0, 31.0, 120.01, 31.01),
    ]
    return Index(nodes, shapes)


CASES = {
    "inside a grid": (120.005, 31.015, "S1a"),
    "where no child is the parent has it": (120.005, 31.0105, "S1"),
    "a community without grids has its points itself": (120.015, 31.005, "S2"),
    "on the border of two communities the deepest has it": (120.01, 31.005, "S1b"),
    "on the border of community strip and community the smaller code has it": (120.01, 31.0105, "S1"),
    "on the outer border it is inside": (120.0, 31.02, "S1a"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rule_for_a_point(name: str) -> None:
    lon, lat, code = CASES[name]
    place = town().locate(lon, lat)
    assert place is not None
    assert (place.code, place.nearest, place.distance_m) == (code, False, 0.0)
    assert place.version_id == place.grid_id + 1000


def test_of_several_on_a_corner_the_smallest_code_has_it_in_any_order() -> None:
    quarters = {"D": (0, 0, 1, 1), "B": (1, 0, 2, 1), "C": (0, 1, 1, 2), "A9": (1, 1, 2, 2)}
    items = list(quarters.items())
    for seed in range(6):
        random.Random(seed).shuffle(items)
        index = Index([node(i, code) for i, (code, _) in enumerate(items, 1)], [shapely.box(*b) for _, b in items])
        place = index.locate(1.0, 1.0)
        assert place is not None
        assert place.code == "A9"


def test_outside_the_nearest_within_the_distance_has_it_and_says_so() -> None:
    index = town()
    lon, lat = 120.021, 31.005
    metres = GEOD.inv(lon, lat, 120.02, lat)[2]
    place = index.locate(lon, lat, within_m=500)
    assert place is not None
    assert (place.code, place.nearest) == ("S2", True)
    assert place.distance_m == pytest.approx(metres, abs=0.01)
    assert index.locate(lon, lat, within_m=metres - 0.1) is None
    assert index.locate(lon, lat, within_m=metres + 0.1) is not None
    assert index.locate(lon, lat) is None


def test_nearest_is_measured_in_metres_not_degrees() -> None:
    # At 60° north a degree of longitude is half as long: B is nearer in metres, A in degrees.
    shapes = [shapely.box(10, 60.0, 11, 60.1), shapely.box(10.5, 60.1, 11.5, 60.2)]
    index = Index([node(1, "A"), node(2, "B")], shapes)
    place = index.locate(10.4985, 60.1011, within_m=500)
    assert place is not None
    assert place.code == "B"


def test_equally_near_grids_are_decided_as_on_a_border() -> None:
    index = town()
    place = index.locate(119.999, 31.0105, within_m=500)
    assert place is not None
    assert place.code == "S1"
    place = index.locate(119.999, 31.005, within_m=500)
    assert place is not None
    assert place.code == "S1b"


def test_the_nearest_may_be_a_hole_s_rim() -> None:
    ring = shapely.box(120, 31, 120.01, 31.01) - shapely.box(120.004, 31.004, 120.006, 31.006)
    index = Index([node(1, "A")], [ring])
    place = index.locate(120.0045, 31.005, within_m=500)
    assert place is not None
    assert place.nearest
    assert place.distance_m == pytest.approx(GEOD.inv(120.0045, 31.005, 120.004, 31.005)[2], abs=0.01)


def test_beside_a_grid_in_several_parts_the_nearest_part_counts() -> None:
    parts = shapely.MultiPolygon([shapely.box(120, 31, 120.01, 31.01), shapely.box(120.02, 31, 120.03, 31.01)])
    index = Index([node(1, "A")], [parts])
    place = index.locate(120.0195, 31.005, within_m=500)
    assert place is not None
    assert place.distance_m == pytest.approx(GEOD.inv(120.0195, 31.005, 120.02, 31.005)[2], abs=0.01)
    assert [near.code for near in index.near(120.0199, 31.005, 30)] == ["A"]


@pytest.mark.parametrize("point", [(float("nan"), 31.0), (120.0, float("inf")), (0.0, -90.0), (500.0, 100.0)])
def test_absurd_points_are_nowhere(point: tuple[float, float]) -> None:
    index = town()
    assert index.locate(*point, within_m=500) is None
    assert index.near(*point, 50) == []
    assert index.locate_many([point[0]], [point[1]], within_m=500).grid_ids.tolist() == [0]


def test_an_empty_territory_holds_nothing() -> None:
    index = Index([], [])
    assert index.locate(120, 31, within_m=500) is None
    assert index.near(120, 31, 50) == []
    assert index.locate_many([120.0, 121.0], [31.0, 31.0], within_m=500).grid_ids.tolist() == [0, 0]
    assert town().locate_many([], []).grid_ids.tolist() == []


def test_near_a_border_both_grids_are_offered_and_the_right_one_first() -> None:
    index = town()
    codes = [place.code for place in index.near(120.0101, 31.005, 30)]
    assert codes == ["S2", "S1b"]
    assert [place.code for place in index.near(120.005, 31.005, 30)] == ["S1b"]
    outside = index.near(119.9999, 31.005, 30)
    assert [(place.code, place.nearest) for place in outside] == [("S1b", True)]


def tiling(seed: int) -> tuple[Index, dict[str, shapely.Geometry]]:
    """A parent cut into random pieces by random lines; ids and codes in random order."""
    dice = random.Random(seed)
    land = shapely.box(119.9, 31.8, 120.0, 31.9)
    ends = [
        [(119.89, dice.uniform(31.78, 31.92)), (120.01, dice.uniform(31.78, 31.92))] for _ in range(dice.randint(1, 6))
    ] + [[(dice.uniform(119.88, 120.02), 31.79), (dice.uniform(119.88, 120.02), 31.91)] for _ in range(3)]
    lines = shapely.union_all([land.exterior, *(shapely.LineString(end) for end in ends)])
    pieces = [p for p in shapely.polygonize([lines]).geoms if land.covers(p.representative_point())]
    codes = [f"{number:03d}" for number in range(len(pieces))]
    dice.shuffle(codes)
    shapes = dict(zip(codes, pieces, strict=True))
    outline = shapely.union_all(pieces)
    nodes = [node(1, "root"), *(node(i, code, 1, 1) for i, code in enumerate(codes, start=2))]
    return Index(nodes, [outline, *pieces]), shapes


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_in_a_tiling_every_point_goes_to_exactly_one_grid_and_the_batch_agrees(seed: int) -> None:
    index, shapes = tiling(seed)
    rng = np.random.default_rng(seed)
    lons, lats = rng.uniform(119.895, 120.005, 60), rng.uniform(31.795, 31.905, 60)
    # Vertices and middles of edges lie on borders.
    corners = shapely.get_coordinates(list(shapes.values()))
    lons = np.concatenate([lons, corners[:, 0], (corners[1:, 0] + corners[:-1, 0]) / 2])
    lats = np.concatenate([lats, corners[:, 1], (corners[1:, 1] + corners[:-1, 1]) / 2])
    many = index.locate_many(lons, lats, within_m=300)
    by_id = {n.grid_id: n.code for n in index.nodes}
    for i, (lon, lat) in enumerate(zip(lons.tolist(), lats.tolist(), strict=True)):
        place = index.locate(lon, lat, within_m=300)
        touching = sorted(code for code, shape in shapes.items() if shapely.intersects_xy(shape, lon, lat))
        if place is None:
            assert not touching
            assert (many.grid_ids[i], many.version_ids[i]) == (0, 0)
            assert np.isnan(many.distance_m[i])
            continue
        assert by_id[int(many.grid_ids[i])] == place.code
        assert bool(many.nearest[i]) is place.nearest
        assert place.distance_m == pytest.approx(many.distance_m[i], abs=1e-3)
        if touching:
            assert (place.code, place.nearest) == (touching[0], False)
        elif not place.nearest:
            assert place.code == "root"  # a rounded middle of an edge may fall into the crack between two pieces
        else:
            distances = {
                code: min(GEOD.line_length([lon, q.x], [lat, q.y]) for q in [_closest(shape, lon, lat)])
                for code, shape in shapes.items()
            }
            assert place.distance_m == pytest.approx(min(distances.values()), abs=0.5)


def _closest(shape: shapely.Geometry, lon: float, lat: float) -> shapely.Point:
    squeeze = np.cos(np.radians(lat))
    flat = shapely.transform(shape, lambda c: c * (squeeze, 1))
    line = shapely.shortest_line(flat, shapely.Point(lon * squeeze, lat))
    x, y = shapely.get_coordinates(line)[0]
    return shapely.Point(x / squeeze, y)


def test_around_some_grids_are_those_that_touch_them_or_lie_close_and_nothing_above_them() -> None:
    found = {name: [near.code for near in town().around(ids, 300.0)] for name, ids in AROUND.items()}
    assert found == {"one of two": ["S1b", "S2"], "both": ["S2"], "all": [], "none": []}
    assert [near.code for near in town().around([4], 10.0)] == ["S2"], "the strip of a hundred metres lies between"


AROUND = {"one of two": [4], "both": [4, 5], "all": [3, 4, 5], "none": []}
