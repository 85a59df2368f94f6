"""WGS-84, GCJ-02 (高德, 腾讯) and BD-09 (百度): conversion in degrees by the public formulas.

CGCS2000 counts as equal to WGS-84 (centimetres). GCJ-02 is solved backwards by iteration to below 1e-8 degrees.
"""

from __future__ import annotations

from enum import StrEnum
from math import atan2, cos, pi, radians, sin, sqrt

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_METRES_PER_DEGREE = 111_320.0
_BD_PI = pi * 3000.0 / 180.0


class Crs(StrEnum):
    """Coordinate systems accepted at the doors."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """Convert degrees of any accepted system to WGS-84 degrees."""
    if crs is Crs.BD09:
        lon, lat = _bd09_to_gcj02(lon, lat)
    return (lon, lat) if crs is Crs.WGS84 else _gcj02_to_wgs84(lon, lat)


def from_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """Convert WGS-84 degrees to any accepted system."""
    if crs is Crs.WGS84:
        return lon, lat
    lon, lat = _wgs84_to_gcj02(lon, lat)
    return _gcj02_to_bd09(lon, lat) if crs is Crs.BD09 else (lon, lat)


def in_china(lon: float, lat: float) -> bool:
    """Whether the GCJ-02 shift applies: the rectangle of the public formula."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def window_around(lon: float, lat: float, metres: float) -> tuple[float, float, float, float]:
    """(west, south, east, north) of the square that holds a circle."""
    high = metres / _METRES_PER_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    return lon - wide, lat - high, lon + wide, lat + high


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance over ground in metres, good to half a percent within a town."""
    x = (other_lon - lon) * cos(radians((lat + other_lat) / 2))
    return float(((x**2 + (other_lat - lat) ** 2) ** 0.5) * _METRES_PER_DEGREE)


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1.0 - _ECCENTRICITY * sin(lat / 180.0 * pi) ** 2
    d_lat = d_lat * 180.0 / ((_AXIS * (1.0 - _ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    d_lon = d_lon * 180.0 / (_AXIS / sqrt(magic) * cos(lat / 180.0 * pi) * pi)
    return lon + d_lon, lat + d_lat


def _gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    guess_lon, guess_lat = lon, lat
    for _ in range(5):
        there_lon, there_lat = _wgs84_to_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    z = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * _BD_PI)
    theta = atan2(lat, lon) + 0.000003 * cos(lon * _BD_PI)
    return z * cos(theta) + 0.0065, z * sin(theta) + 0.006


def _bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(5):
        there_lon, there_lat = _gcj02_to_bd09(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat
