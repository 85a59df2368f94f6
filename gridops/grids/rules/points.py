"""Which grid holds a point.

The rule, for borders too: of all grids that the point lies in or on, the deepest in the tree has it; of several
equally deep, one that it lies within before one on whose border it lies, of several within which it lies (overlaps
that were allowed) the smallest, and of those it only borders on the one with the smallest code (compared as text). So a
parent has a point only where no child does, and a point on a shared border always goes to the same grid, whatever the
order of files or rows. A point outside
everything goes to the nearest grid within a set distance (equally near to the millimetre: the same rule) and is
flagged; else to none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridops.grids.rules.shapes import Outline, degrees_around, metres_per_degree
from gridops.grids.rules.tree import Node

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NONE = -1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point belongs. `nearest`: it lies outside everything, `distance_m` metres from this grid."""

    grid_id: int
    version_id: int
    code: str
    name: str
    nearest: bool
    distance_m: float


@dataclass(frozen=True, slots=True)
class Places:
    """Where many points belong: arrays in the order of the points; without a grid ids are 0, the distance NaN."""

    grid_ids: Ints
    version_ids: Ints
    nearest: npt.NDArray[np.bool_]
    distance_m: Floats


class Index:
    """The grids of a day in memory; safe to share between threads once made.

    `nodes` and `shapes` (polygons in WGS-84) run in parallel.
    """

    def __init__(self, nodes: Sequence[Node], shapes: Sequence[shapely.Geometry]) -> None:
        order = sorted(range(len(nodes)), key=lambda i: (-nodes[i].depth, nodes[i].code))
        self.nodes = tuple(nodes[i] for i in order)
        self._shapes = np.array([shapes[i] for i in order], dtype=object)
        self._grid_ids = np.array([node.grid_id for node in self.nodes] + [0], dtype=np.int64)
        self._version_ids = np.array([node.version_id for node in self.nodes] + [0], dtype=np.int64)
        self._sizes = np.array([node.area_m2 for node in self.nodes], dtype=float)
        depths = np.array([node.depth for node in self.nodes])
        cuts = np.flatnonzero(np.diff(depths)) + 1
        # One tree for each depth, deepest first: most points are answered by the first and ask no further.
        self._floors = [(int(rows[0]), shapely.STRtree(self._shapes[rows])) for rows in _parts(len(depths), cuts)]
        self._outlines: dict[int, Outline] = {}
        self._prepare()

    def __len__(self) -> int:
        return len(self.nodes)

    def locate(self, lon: float, lat: float, *, within_m: float = 0.0) -> Place | None:
        """The grid that holds a point (degrees, WGS-84), or the nearest within `within_m` metres, or None."""
        rows, distances = self._rows(np.array([lon]), np.array([lat]), within_m)
        return None if rows[0] == _NONE else self._place(int(rows[0]), float(distances[0]))

    def locate_many(self, lons: npt.ArrayLike, lats: npt.ArrayLike, *, within_m: float = 0.0) -> Places:
        """The same for many points at once: two arrays of degrees, answered in their order."""
        rows, distances = self._rows(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float), within_m)
        return Places(self._grid_ids[rows], self._version_ids[rows], distances > 0.0, distances)

    def near(self, lon: float, lat: float, accuracy_m: float) -> list[Place]:
        """The grids a fix may mean: that of `locate` first, then others within its accuracy by distance and code.

        A grid is not offered beside its own descendant. Empty where nothing is within `accuracy_m` metres.
        """
        lons, lats = np.array([lon]), np.array([lat])
        if not self.nodes or not (math.isfinite(lon) and math.isfinite(lat)):
            return []
        first = self._rows(lons, lats, accuracy_m)[0][0]
        rows = np.unique(self._candidates(lons, lats, accuracy_m)[1])
        touched = shapely.intersects_xy(self._shapes[rows], lon, lat)
        found = {
            int(row): 0.0 if inside else float(self._outline(int(row)).distance_m(lons, lats)[0])
            for row, inside in zip(rows, touched, strict=True)
        }
        close = {row: distance for row, distance in found.items() if distance <= accuracy_m}
        parents = {self.nodes[row].parent_id for row in close}
        kept = [row for row in close if self.nodes[row].grid_id not in parents or row == first]
        kept.sort(key=lambda row: (row != first, round(close[row], 3), row))
        return [self._place(row, close[row]) for row in kept]

    def around(self, grid_ids: Collection[int], metres: float) -> list[Node]:
        """The lowest grids that touch some grids or lie within a few hundred metres of them, without these, by code."""
        own = np.isin(self._grid_ids[:-1], list(grid_ids))
        if not own.any():
            return []
        parents = {node.parent_id for node in self.nodes}
        lowest = np.array([node.grid_id not in parents for node in self.nodes])
        west, south, east, north = shapely.total_bounds(self._shapes[own])
        wide, high = degrees_around((south + north) / 2, metres)
        box = shapely.box(west - wide, south - high, east + wide, north + high)
        others = np.flatnonzero(lowest & ~own & shapely.intersects(self._shapes, box))
        flat = _flattened((south + north) / 2)
        land = shapely.union_all([shapely.transform(shape, flat) for shape in self._shapes[own]])
        close = (row for row in others if shapely.dwithin(land, shapely.transform(self._shapes[row], flat), metres))
        return sorted((self.nodes[row] for row in close), key=lambda node: node.code)

    def _rows(self, lons: Floats, lats: Floats, within_m: float) -> tuple[Ints, Floats]:
        rows = np.full(len(lons), _NONE, dtype=np.int64)
        distances = np.full(len(lons), np.nan)
        left = np.flatnonzero(np.isfinite(lons) & np.isfinite(lats))
        for first, tree in self._floors:
            sizes = self._sizes[first : first + len(tree)]
            held = _held(tree, sizes, lons[left], lats[left])
            rows[left] = np.where(held == _NONE, _NONE, held + first)
            left = left[held == _NONE]
            if not len(left):
                break
        distances[rows != _NONE] = 0.0
        if within_m > 0.0 and len(left):
            rows[left], distances[left] = self._nearest(lons[left], lats[left], within_m)
        return rows, distances

    def _nearest(self, lons: Floats, lats: Floats, within_m: float) -> tuple[Ints, Floats]:
        """The nearest row of each point outside everything, by (millimetres, depth, code)."""
        best, row_of = np.full(len(lons), np.inf), np.full(len(lons), _NONE, dtype=np.int64)
        if not self.nodes:
            return row_of, np.full(len(lons), np.nan)
        points, rows = self._candidates(lons, lats, within_m)
        order = np.argsort(rows, kind="stable")
        points, rows = points[order], rows[order]
        for some in _parts(len(rows), np.flatnonzero(np.diff(rows)) + 1):
            row, these = int(rows[some[0]]), points[some]
            distance = np.round(self._outline(row).distance_m(lons[these], lats[these]), 3)
            closer = (distance <= within_m) & (distance < best[these])
            best[these[closer]], row_of[these[closer]] = distance[closer], row
        # A point a hair outside is still outside: its distance is never printed as nothing.
        return row_of, np.where(row_of == _NONE, np.nan, np.maximum(best, 0.001))

    def _candidates(self, lons: Floats, lats: Floats, within_m: float) -> tuple[Ints, Ints]:
        wide, high = degrees_around(lats, within_m)
        boxes = shapely.box(lons - wide, lats - high, lons + wide, lats + high)
        found = [tree.query(boxes) + [[0], [first]] for first, tree in self._floors]
        points, rows = np.concatenate(found, axis=1)
        return points, rows

    def _outline(self, row: int) -> Outline:
        if row not in self._outlines:
            self._outlines[row] = Outline(self._shapes[row])
        return self._outlines[row]

    def _place(self, row: int, distance: float) -> Place:
        node = self.nodes[row]
        return Place(node.grid_id, node.version_id, node.code, node.name, distance > 0.0, round(distance, 3))

    def _prepare(self) -> None:
        """Build every lazy index of GEOS now: doing so later, from several threads at once, is not safe."""
        if not self.nodes:
            return
        shapely.prepare(self._shapes)
        west, south, east, north = shapely.bounds(self._shapes).T
        shapely.intersects_xy(self._shapes, (west + east) / 2, (south + north) / 2)
        for _, tree in self._floors:
            tree.query(shapely.box(-180, -90, 180, 90))


def _held(tree: shapely.STRtree, sizes: Floats, lons: Floats, lats: Floats) -> Ints:
    """For each point the position in the tree of the shape that has it by the rule; -1 where there is none."""
    points, shapes = tree.query(shapely.points(lons, lats))
    inside = shapely.intersects_xy(tree.geometries[shapes], lons[points], lats[points])
    points, shapes = points[inside], shapes[inside]
    several = np.bincount(points, minlength=len(lons))[points] > 1
    if several.any():
        # Few: on a border, or in an overlap that was allowed. All but the first by the rule are left out.
        some, their = points[several], shapes[several]
        within = shapely.contains_xy(tree.geometries[their], lons[some], lats[some])
        order = np.lexsort((their, np.where(within, sizes[their], 0.0), ~within, some))
        first = order[np.r_[True, some[order][1:] != some[order][:-1]]]
        points = np.concatenate([points[~several], some[first]])
        shapes = np.concatenate([shapes[~several], their[first]])
    held = np.full(len(lons), np.iinfo(np.int64).max, dtype=np.int64)
    held[points] = shapes
    held[held == np.iinfo(np.int64).max] = _NONE
    return held


def _flattened(lat: float) -> Callable[[Floats], Floats]:
    """Degrees to metres by the scale at one latitude: near enough over a town."""
    scale = np.array(metres_per_degree(lat))
    return lambda points: points * scale


def _parts(length: int, cuts: Ints) -> list[Ints]:
    return [part for part in np.split(np.arange(length), cuts) if len(part)]
