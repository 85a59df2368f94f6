"""`grids`: the grids in which I work with their exact borders, those around them, and known points for 现场校准."""

from __future__ import annotations

import json

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gridops.grids import queries as grids
from gridops.grids.rules.tree import Node, Tree
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.premises import queries as premises
from gridops.web.field.pack import who
from gridops.web.field.pack.shapes import Json, degrees, grid_of

AROUND_M = 300.0
_MOST = 600
_MOST_POINTS = 200
_PLACES = 6
_COVERS = 0.9999


def near(session: Session, person: Person) -> tuple[list[Node], list[Node]]:
    """The lowest grids where a person works, and those around them."""
    ground = grids.Snapshot(session)
    mine = who.lowest(ground.tree(), person)
    around = ground.index(root_id=person.root_id).around([node.grid_id for node in mine], AROUND_M)
    return mine, around


def build(session: Session, person: Person, scope: Scope) -> Json:
    """The grids with their borders, my own first."""
    tree = grids.tree(session)
    mine, around = near(session, person)
    shown = [*mine, *around][:_MOST]
    shapes = grids.shapes(session, [node.version_id for node in shown])
    own = {node.grid_id for node in mine}
    return {
        "grids": [
            {
                **grid_of(tree, node),
                "level": node.level.value,
                "depth": node.depth,
                "parent": _code(tree, node.parent_id),
                "mine": node.grid_id in own,
                "geometry": _rounded(shapes[node.version_id]),
            }
            for node in shown
        ],
        "whole": _whole(tree, person, shown),
        "more": len(mine) + len(around) > _MOST,
        "known_points": known_points(session, scope, [node.grid_id for node in shown]),
    }


def known_points(session: Session, scope: Scope, grid_ids: list[int]) -> list[Json]:
    """Places that bear a name and whose point somebody has registered: what a phone's own fix is compared with."""
    rows = premises.located(session, scope, grid_ids, limit=_MOST_POINTS)
    return [
        {"kind": "premises", "id": row.id, "name": row.name, "lon": degrees(row.lon), "lat": degrees(row.lat)}
        for row in rows
    ]


def _whole(tree: Tree, person: Person, shown: list[Node]) -> bool:
    """Whether these grids cover the jurisdiction: then what lies outside of them lies outside of it."""
    root = tree.nodes.get(person.root_id)
    lowest = {one for one in tree.descendants(person.root_id) if not tree.children(one)}
    covered = sum(node.area_m2 for node in shown)
    return root is not None and lowest == {node.grid_id for node in shown} and covered >= _COVERS * root.area_m2


def _code(tree: Tree, grid_id: int | None) -> str | None:
    return tree.nodes[grid_id].code if grid_id is not None and grid_id in tree else None


def _rounded(shape: shapely.Geometry) -> Json:
    """The border as it is, each point to a decimetre: nothing is left out, so points fall in the grid they fall in."""
    plain = shapely.transform(shape, lambda points: np.round(points, _PLACES))
    written: Json = json.loads(shapely.to_geojson(plain))
    return written
