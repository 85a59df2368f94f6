"""Territories for the phone and for the server, and points at which their rules are tried."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from gridops.grids.rules import Level
from gridops.grids.rules.points import Index
from gridops.grids.rules.shapes import geodesic_area_m2
from gridops.grids.rules.tree import Node

HERE = (119.962, 31.861)


def index_of(features: list[dict[str, Any]]) -> Index:
    """The server's index of the same features."""
    ids = {feature["properties"]["code"]: number for number, feature in enumerate(features, 1)}
    parents = {feature["properties"]["code"]: feature["properties"]["parent_code"] for feature in features}
    nodes, shapes = [], []
    for feature in features:
        told = feature["properties"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        depth, above = 0, told["parent_code"]
        while above is not None:
            depth, above = depth + 1, parents[above]
        parent = ids.get(told["parent_code"])
        area = geodesic_area_m2(shape)
        nodes.append(
            Node(ids[told["code"]], 1, 1, parent, told["code"], told["name"], Level(told["level"]), area, depth)
        )
        shapes.append(shape)
    return Index(nodes, shapes)


def feature(code: str, shape: shapely.Geometry, parent: str | None = None) -> dict[str, Any]:
    told = {"code": code, "name": f"第{code}网格", "level": "grid", "parent_code": parent}
    return {"type": "Feature", "properties": told, "geometry": json.loads(shapely.to_geojson(shape))}


def awkward() -> list[dict[str, Any]]:
    """Holes with a grid in them, grids in two parts, overlaps, slanted borders and a parent with a strip of its own."""
    box = shapely.box
    ring = box(119.95, 31.85, 119.96, 31.86) - box(119.953, 31.853, 119.957, 31.857)
    split = shapely.MultiPolygon([box(119.9605, 31.85, 119.963, 31.853), box(119.9605, 31.857, 119.963, 31.86)])
    slanted = shapely.Polygon([(119.963, 31.85), (119.97, 31.85), (119.9663, 31.86), (119.963, 31.86)])
    beside = shapely.Polygon([(119.97, 31.85), (119.975, 31.8537), (119.972, 31.86), (119.9663, 31.86)])
    return [
        feature("S", box(119.95, 31.85, 119.98, 31.86)),
        feature("A", ring, "S"),
        feature("B", box(119.953, 31.853, 119.957, 31.857), "S"),
        feature("C", split, "S"),
        feature("D", slanted, "S"),
        feature("E", beside, "S"),
        feature("F", box(119.955, 31.855, 119.962, 31.858), "S"),
        feature("G", box(119.9555, 31.8555, 119.9575, 31.8565), "S"),
    ]


def some_points(features: list[dict[str, Any]], count: int, seed: int) -> list[tuple[float, float]]:
    """Points within and around, and those where rules are tried: corners, middles of edges, a hair beside them."""
    rng = np.random.default_rng(seed)
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    west, south, east, north = shapely.total_bounds(shapes)
    lons, lats = rng.uniform(west - 0.008, east + 0.008, count), rng.uniform(south - 0.008, north + 0.008, count)
    corners = shapely.get_coordinates(shapes)
    corners = corners[rng.permutation(len(corners))[: count // 2]]
    middles = (corners[1:] + corners[:-1]) / 2
    beside = corners + rng.uniform(-3e-4, 3e-4, corners.shape)
    return [
        (float(lon), float(lat)) for lon, lat in np.vstack([np.column_stack([lons, lats]), corners, middles, beside])
    ]
