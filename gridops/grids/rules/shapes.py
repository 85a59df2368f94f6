"""Geometry of the territory: lon/lat degrees in, metres out. Edges are straight in lon/lat (RFC 7946 §3.1.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridops.core.coordinates import Crs, from_wgs84, to_wgs84

# Areas below this are no overlap and no gap (contract/commands.md), in m².
LEAST_AREA_M2 = 0.01
# Outlines nowhere further apart than this are the same; degrees, about a millimetre.
SAME_WITHIN_DEG = 1e-8

_EQUATOR_M = 6_378_137.0
_ECCENTRICITY_2 = 0.0066943799901413165


def metres_per_degree(lat: Any) -> tuple[Any, Any]:
    """Metres in a degree of longitude and in one of latitude, at a latitude or an array of them (WGS-84 ellipsoid)."""
    phi = np.radians(lat)
    bend = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    along = np.radians(_EQUATOR_M) * np.cos(phi) / np.sqrt(bend)
    up = np.radians(_EQUATOR_M) * (1.0 - _ECCENTRICITY_2) / bend**1.5
    return along, up


def slight_area_m2(geometry: BaseGeometry) -> float:
    """Area in m² by the scale at the shape's own middle: exact to 1e-6 for a city, and zero for a line.

    A geodesic area is no use for slivers: geodesics between far corners bulge away from edges that are straight in
    lon/lat, so two borders that fit perfectly would seem to overlap by many square metres.
    """
    if geometry.is_empty or not geometry.area:
        return 0.0
    along, up = metres_per_degree(geometry.centroid.y)
    return float(geometry.area * along * up)


def geodesic_area_m2(geometry: BaseGeometry) -> float:
    """Geodesic area in m² on the WGS-84 ellipsoid: the area a grid is said to have."""
    return float(abs(_geod().geometry_area_perimeter(shapely.orient_polygons(geometry))[0]))


@lru_cache(maxsize=1)
def _geod() -> Any:
    # Ten MiB in every process, asked for by imports of a territory only.
    from pyproj import Geod

    return Geod(ellps="WGS84")


def normal(geometry: BaseGeometry) -> BaseGeometry:
    """The same area in the one form that is stored: flat, parts in a fixed order, outer rings counter-clockwise."""
    return shapely.orient_polygons(shapely.normalize(shapely.force_2d(geometry)))


def same_outline(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two areas have the same outline to about a millimetre."""
    if shapely.equals_exact(one, other):
        return True
    if not np.allclose(one.bounds, other.bounds, rtol=0.0, atol=SAME_WITHIN_DEG):
        return False
    return bool(shapely.hausdorff_distance(one.boundary, other.boundary) <= SAME_WITHIN_DEG)


def into_wgs84(geometry: BaseGeometry, crs: Crs) -> BaseGeometry:
    """The geometry with every vertex converted to WGS-84; nothing is added between vertices."""
    return geometry if crs is Crs.WGS84 else _moved(geometry, lambda lon, lat: to_wgs84(lon, lat, crs))


def out_of_wgs84(geometry: BaseGeometry, crs: Crs) -> BaseGeometry:
    """The geometry with every vertex converted from WGS-84 to another system."""
    return geometry if crs is Crs.WGS84 else _moved(geometry, lambda lon, lat: from_wgs84(lon, lat, crs))


def _moved(geometry: BaseGeometry, move: Any) -> BaseGeometry:
    return shapely.transform(geometry, lambda points: np.array([move(lon, lat) for lon, lat in points.tolist()]))


def place_text(geometry: BaseGeometry) -> str:
    """A point on or in the geometry, as `lon, lat` with seven places, for a message."""
    point = shapely.point_on_surface(geometry)
    return f"{point.x:.7f}, {point.y:.7f}"


class Outline:
    """The edges of an area, ready for distances in metres from points outside of it."""

    def __init__(self, geometry: BaseGeometry) -> None:
        # An area in several parts has no rings of its own: its parts have.
        rings = shapely.get_rings(shapely.get_parts(geometry))
        coordinates, ring = shapely.get_coordinates(rings, return_index=True)
        inner = ring[1:] == ring[:-1]
        self.starts, self.ends = coordinates[:-1][inner], coordinates[1:][inner]

    def distance_m(self, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Distance in metres from each point to the nearest edge; flat geometry around each point, exact to 1e-4."""
        step = max(1, 1_000_000 // len(self.starts))
        parts = [self._distance_m(lons[i : i + step], lats[i : i + step]) for i in range(0, len(lons), step)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _distance_m(self, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        along, up = metres_per_degree(lats[:, None])
        x, y = (self.starts[:, 0] - lons[:, None]) * along, (self.starts[:, 1] - lats[:, None]) * up
        dx, dy = (self.ends - self.starts).T
        dx, dy = dx * along, dy * up
        length = np.maximum(dx * dx + dy * dy, 1e-30)
        share = np.clip(-(x * dx + y * dy) / length, 0.0, 1.0)
        nearest: npt.NDArray[np.float64] = np.min((x + share * dx) ** 2 + (y + share * dy) ** 2, axis=1)
        return np.sqrt(nearest)


def degrees_around(lat: Any, metres: float) -> tuple[Any, Any]:
    """Half width and half height in degrees of a box that surely holds everything within `metres` of a latitude."""
    along, up = metres_per_degree(lat)
    return np.minimum(1.02 * metres / np.maximum(along, 1.0), 360.0), 1.02 * metres / up
