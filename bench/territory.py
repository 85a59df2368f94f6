"""A made-up territory: a raster of cells whose shared edges wind a little, so that polygons have about 40 corners."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import shapely

WEST, SOUTH, SIDE = 119.90, 31.75, 0.004
ROOT_CODE = "990100001"
COMMUNITIES_ACROSS, COMMUNITIES_UP, CELLS_ACROSS, CELLS_UP = 5, 4, 6, 4
_STEPS = 10


def cells(across: int, up: int) -> list[list[shapely.Polygon]]:
    """Columns of polygons that tile a rectangle without gap or overlap."""
    edges: dict[tuple[int, int, int, int], list[tuple[float, float]]] = {}
    return [[_cell(edges, x, y) for y in range(up)] for x in range(across)]


def extent(across: int, up: int) -> tuple[float, float, float, float]:
    """West, south, east, north of the raster in degrees."""
    return WEST, SOUTH, WEST + across * SIDE, SOUTH + up * SIDE


def street() -> bytes:
    """GeoJSON of a street: a root, 20 communities, 480 grids."""
    across, up = COMMUNITIES_ACROSS * CELLS_ACROSS, COMMUNITIES_UP * CELLS_UP
    raster = cells(across, up)
    features = []
    communities = []
    for column in range(COMMUNITIES_ACROSS):
        for row in range(COMMUNITIES_UP):
            code = f"{ROOT_CODE}{column * COMMUNITIES_UP + row + 1:03d}"
            own = [
                raster[column * CELLS_ACROSS + x][row * CELLS_UP + y]
                for x in range(CELLS_ACROSS)
                for y in range(CELLS_UP)
            ]
            communities.append(shapely.union_all(own))
            features.append(
                _feature(code, f"第{column * COMMUNITIES_UP + row + 1}社区", "community", ROOT_CODE, communities[-1])
            )
            features += [
                _feature(f"{code}{place:02d}", f"网格{place}", "grid", code, cell) for place, cell in enumerate(own, 1)
            ]
    features.insert(0, _feature(ROOT_CODE, "测速街道", "street", None, shapely.union_all(communities)))
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def points(count: int, across: int, up: int, seed: int = 1) -> list[tuple[float, float]]:
    """Points spread evenly over the raster."""
    west, south, east, north = extent(across, up)
    chance = random.Random(seed)
    return [(chance.uniform(west, east), chance.uniform(south, north)) for _ in range(count)]


def _cell(edges: dict[tuple[int, int, int, int], list[tuple[float, float]]], x: int, y: int) -> shapely.Polygon:
    south = _edge(edges, x, y, x + 1, y)
    east = _edge(edges, x + 1, y, x + 1, y + 1)
    north = _edge(edges, x, y + 1, x + 1, y + 1)[::-1]
    west = _edge(edges, x, y, x, y + 1)[::-1]
    return shapely.Polygon([*south[:-1], *east[:-1], *north[:-1], *west])


def _edge(
    edges: dict[tuple[int, int, int, int], list[tuple[float, float]]], x0: int, y0: int, x1: int, y1: int
) -> list[tuple[float, float]]:
    """A winding line between two corners of the raster; both its cells take the same one."""
    key = (x0, y0, x1, y1)
    if key not in edges:
        chance = random.Random(repr(key))
        bend = [0.0, *(0.06 * math.sin(step) * chance.uniform(0.2, 1.0) for step in range(1, _STEPS)), 0.0]
        line = []
        for step in range(_STEPS + 1):
            part = step / _STEPS
            x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
            x, y = (x, y + bend[step]) if y0 == y1 else (x + bend[step], y)
            line.append((round(WEST + x * SIDE, 9), round(SOUTH + y * SIDE, 9)))
        edges[key] = line
    return edges[key]


def _feature(code: str, name: str, level: str, parent: str | None, shape: Any) -> dict[str, Any]:
    properties = {"code": code, "name": name, "level": level, **({"parent_code": parent} if parent else {})}
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
