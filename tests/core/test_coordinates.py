"""Coordinate systems: known offsets, and there and back again."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.coordinates import Crs, from_wgs84, in_china, to_wgs84


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (b[0] - a[0]) * cos(radians((a[1] + b[1]) / 2))
    return hypot(east, b[1] - a[1]) * 111_195


@pytest.mark.parametrize(
    ("place", "lon", "lat", "gcj", "bd"),
    [
        # Offsets in metres as published (standards.md 5).
        ("Beijing", 116.404, 39.915, 555, 1376),
        ("Shanghai", 121.473, 31.230, 481, 1140),
        ("Guangzhou", 113.264, 23.129, 621, 1267),
        ("Chengdu", 104.066, 30.572, 363, 946),
        ("Hangzhou", 120.155, 30.274, 520, 1149),
    ],
)
def test_known_offsets(place: str, lon: float, lat: float, gcj: int, bd: int) -> None:
    here = (lon, lat)
    assert metres(here, from_wgs84(lon, lat, Crs.GCJ02)) == pytest.approx(gcj, abs=15), place
    assert metres(here, from_wgs84(lon, lat, Crs.BD09)) == pytest.approx(bd, abs=25), place


def test_the_published_example_of_beijing() -> None:
    assert from_wgs84(116.404, 39.915, Crs.GCJ02) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert from_wgs84(116.404, 39.915, Crs.BD09) == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-8)


@settings(max_examples=200, deadline=None)
@given(st.floats(73.5, 135.0), st.floats(3.5, 53.5), st.sampled_from(Crs))
def test_there_and_back_again(lon: float, lat: float, crs: Crs) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, crs), crs)
    assert back == pytest.approx((lon, lat), abs=1e-8)


@pytest.mark.parametrize(("lon", "lat"), [(4.9, 52.37), (-122.42, 37.77), (0.0, 0.0), (-71.06, 42.36), (151.2, -33.9)])
def test_abroad_nothing_is_shifted(lon: float, lat: float) -> None:
    assert not in_china(lon, lat)
    assert from_wgs84(lon, lat, Crs.GCJ02) == (lon, lat)
    assert to_wgs84(lon, lat, Crs.GCJ02) == (lon, lat)
    assert to_wgs84(lon, lat, Crs.WGS84) == (lon, lat)


@settings(max_examples=100, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(Crs))
def test_no_point_of_the_earth_crashes_or_flies_away(lon: float, lat: float, crs: Crs) -> None:
    assert metres((lon, lat), to_wgs84(lon, lat, crs)) < 3_000
