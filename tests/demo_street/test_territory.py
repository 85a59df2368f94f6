"""The sixty areas of the demo street tile it: nothing left out, nothing twice."""

from __future__ import annotations

import pytest
import shapely
from shapely.geometry import shape

from gridops.demo_street.territory import street_features

# Square degrees: some tenths of a square metre.
SLIVER = 1e-11


def test_the_areas_tile_the_street() -> None:
    features = street_features()["features"]
    shapes = {level: [shape(f["geometry"]) for f in features if f["properties"]["level"] == level]
              for level in ("street", "community", "grid")}  # fmt: skip
    (street,) = shapes["street"]
    grids = shapes["grid"]
    assert len(grids) == 60
    assert all(one.is_valid for one in (street, *grids))
    assert sum(one.area for one in grids) == pytest.approx(street.area, rel=1e-9)
    assert shapely.symmetric_difference(shapely.union_all(grids), street).area < SLIVER
    first, second = shapely.STRtree(grids).query(grids, predicate="intersects")
    neighbours = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    assert len(neighbours) > 60
    assert max(shapely.intersection(grids[a], grids[b]).area for a, b in neighbours) < SLIVER
    assert shapely.coverage_is_valid(grids)
