"""Tiles: a window of the map is a few ranges of numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.cases.rules.tiles import DEPTH, centre_of, covering, ranges, tile_of
from gridops.core.coordinates import metres_between, window_around

lons, lats = st.floats(-180, 180), st.floats(-90, 90)


@settings(max_examples=200, deadline=None)
@given(lons, lats)
def test_the_centre_of_a_tile_lies_in_the_tile(lon: float, lat: float) -> None:
    tile = tile_of(lon, lat)
    there = centre_of(tile)
    assert tile_of(*there) == tile
    assert abs(there[0] - min(lon, 179.9999)) < 0.001
    assert abs(there[1] - min(lat, 89.9999)) < 0.001


@settings(max_examples=200, deadline=None)
@given(lons, lats, lons, lats, st.floats(0, 1), st.floats(0, 1))
def test_every_point_of_a_window_lies_in_its_ranges(a: float, b: float, c: float, d: float, x: float, y: float) -> None:
    west, east, south, north = min(a, c), max(a, c), min(b, d), max(b, d)
    found = ranges(west, south, east, north)
    assert len(found) <= 32
    tile = tile_of(west + (east - west) * x, south + (north - south) * y)
    assert any(first <= tile <= last for first, last in found)


@settings(max_examples=100, deadline=None)
@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-1, 1), st.floats(-1, 1))
def test_every_point_of_a_small_window_lies_in_one_of_its_tiles(lon: float, lat: float, x: float, y: float) -> None:
    west, south, east, north = window_around(lon, lat, 100)
    found = covering(west, south, east, north)
    assert len(set(found)) == len(found)
    assert tile_of(lon + (east - lon) * x, lat + (north - lat) * y) in found


@settings(max_examples=100, deadline=None)
@given(lons, lats, st.integers(0, DEPTH))
def test_a_larger_tile_begins_the_number_of_those_in_it(lon: float, lat: float, depth: int) -> None:
    tile = tile_of(lon, lat)
    wide = centre_of(tile >> 2 * (DEPTH - depth), depth)
    assert abs(wide[0] - lon) <= 360 / 2**depth
    assert abs(wide[1] - lat) <= 180 / 2**depth


def test_a_window_around_a_point_is_as_wide_as_asked() -> None:
    west, south, east, north = window_around(119.95, 31.85, 100)
    assert 99 < metres_between(119.95, 31.85, east, 31.85) < 101
    assert 99 < metres_between(119.95, 31.85, 119.95, north) < 101
    assert west < 119.95 < east
    assert south < 31.85 < north
