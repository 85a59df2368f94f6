"""Small territory files for the tests of this room."""

from __future__ import annotations

import json
from typing import Any


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(code: Any, shape: Any, *, parent: Any = None, level: Any = "grid", **more: Any) -> dict[str, Any]:
    properties = {"code": code, "name": f"name of {code}", "level": level, "parent_code": parent, **more}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}, ensure_ascii=False).encode()


def town() -> list[dict[str, Any]]:
    """A street of 0.02° × 0.02° with two communities; the western one has two grids, north and south."""
    return [
        feature("S", box(119.94, 31.84, 119.96, 31.86), level="street"),
        feature("S1", box(119.94, 31.84, 119.95, 31.86), parent="S", level="community"),
        feature("S2", box(119.95, 31.84, 119.96, 31.86), parent="S", level="community"),
        feature("S1a", box(119.94, 31.85, 119.95, 31.86), parent="S1"),
        feature("S1b", box(119.94, 31.84, 119.95, 31.85), parent="S1"),
    ]
