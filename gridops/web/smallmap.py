"""A small drawing of where a case lies: the grids around and the point, as SVG that needs no script and prints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import shapely
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree

WIDTH, HEIGHT = 480, 260
_MARGIN = 0.35
# Half the width of a letter, and a line of them.
_HALF, _LINE = 6, 16


@dataclass(frozen=True, slots=True)
class Area:
    """One grid as drawn: an SVG path, whether the case lies in it, its name and where it is written."""

    path: str
    own: bool
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws; `point` None: only the grid is known."""

    width: int
    height: int
    areas: tuple[Area, ...]
    point: tuple[float, float] | None
    metres: int
    bar: float


def draw(session: Session, case: Case) -> Drawing | None:
    """The case's grid, its neighbours and the point; None where the grid has no shape of that day."""
    tree = grids.tree(session, clock.local_date(case.reported_at))
    if case.grid_id not in tree:
        return None
    around = _around(tree, case.grid_id)
    shapes = grids.shapes(session, (tree.nodes[grid_id].version_id for grid_id in around))
    own = shapes.get(tree.nodes[case.grid_id].version_id)
    if own is None:
        return None
    view = _View.over(own, case.lon, case.lat)
    point = view.at(case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    areas = []
    for grid_id in around:
        node = tree.nodes[grid_id]
        shape = shapely.intersection(shapes[node.version_id], view.box)
        if not shape.is_empty:
            middle = shapely.point_on_surface(shape)
            areas.append(
                _area(view.path(shape), grid_id == case.grid_id, node.name, view.at(middle.x, middle.y), point)
            )
    metres = view.round_metres()
    return Drawing(WIDTH, HEIGHT, readable(areas), point, metres, metres / view.metres_a_pixel)


def readable(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The areas, one's own last, without the names that would be written over another's; one's own always stands."""
    found: list[Area] = []
    for area in sorted(areas, key=lambda one: not one.own):
        over = (
            abs(area.x - one.x) < (len(area.name) + len(one.name)) * _HALF and abs(area.y - one.y) < _LINE
            for one in found
            if one.name
        )
        found.append(replace(area, name="") if any(over) else area)
    return tuple(found[::-1])


def _area(path: str, own: bool, name: str, at: tuple[float, float], point: tuple[float, float] | None) -> Area:
    """A grid with its name where there is room for it: not at the edge, not under the scale, not under the point."""
    x, y = at
    half = len(name) * _HALF
    if own and point and abs(point[0] - x) < half + 14 and abs(point[1] - y) < 22:
        y = point[1] - 20 if point[1] > 40 else point[1] + 30
    fits = half < x < WIDTH - half and 14 < y < HEIGHT - 8 and not (x - half < 150 and y > HEIGHT - 36)
    return Area(path, own, name if fits or own else "", x, y)


def _around(tree: Tree, grid_id: int) -> list[int]:
    """The grids that may lie beside one: its siblings, and the children of its parent's siblings."""
    path = tree.path(grid_id)
    if len(path) < 2:
        return [grid_id]
    if len(path) < 3:
        return list(tree.children(path[0]))
    return [low for aunt in tree.children(path[-3]) for low in (tree.children(aunt) or (aunt,))]


@dataclass(frozen=True, slots=True)
class _View:
    """Degrees to pixels about a middle, equally far in both directions."""

    lon: float
    lat: float
    scale: float
    box: Any

    @classmethod
    def over(cls, shape: Any, lon: float | None, lat: float | None) -> _View:
        west, south, east, north = shape.bounds
        if lon is not None and lat is not None:
            west, south, east, north = min(west, lon), min(south, lat), max(east, lon), max(north, lat)
        shrink = math.cos(math.radians((south + north) / 2))
        wide, high = max(east - west, 1e-5) * shrink * (1 + _MARGIN), max(north - south, 1e-5) * (1 + _MARGIN)
        scale = min(WIDTH / wide, HEIGHT / high)
        x, y = (west + east) / 2, (south + north) / 2
        across, up = WIDTH / scale / shrink / 2, HEIGHT / scale / 2
        return cls(x, y, scale, shapely.box(x - across, y - up, x + across, y + up))

    @property
    def metres_a_pixel(self) -> float:
        return 111_195.0 / self.scale

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        shrink = math.cos(math.radians(self.lat))
        x = WIDTH / 2 + (lon - self.lon) * shrink * self.scale
        y = HEIGHT / 2 - (lat - self.lat) * self.scale
        return round(x, 1), round(y, 1)

    def path(self, shape: Any) -> str:
        """The rings of all polygons of a shape."""
        parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        return " ".join("M" + "L".join("{} {}".format(*self.at(x, y)) for x, y in ring.coords) + "Z" for ring in rings)

    def round_metres(self) -> int:
        """A round length of about a fifth of the width."""
        wanted = WIDTH / 5 * self.metres_a_pixel
        step = 10 ** math.floor(math.log10(max(wanted, 1.0)))
        return int(max((n * step for n in (1, 2, 5) if n * step <= wanted), default=step))
