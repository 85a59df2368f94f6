"""Every question to the territory. Trees and the point index are kept in memory and renewed when it changes.

What is kept hangs on the territory's stamp, which one short query reads from the database: every process notices what
another one imported. Days without a change between them share one tree and one index.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import shapely
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.percent import two_places
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.grids.rules.points import Index
from gridops.grids.rules.tree import Node, Territory, Tree, Version

T = TypeVar("T")

MOST_KEPT = 12
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many grids of a level there are, and their area in km² at two places."""

    count: int
    area_km2: Decimal


# Number of versions, highest id, sum of their stamps: tells one state of the territory from another.
_PARTS = (func.count(), func.coalesce(func.max(GridVersion.id), 0), func.coalesce(func.sum(GridVersion.stamp), 0))
_COUNT, _HIGHEST, _TOTAL = (cast(part, String) for part in _PARTS)
# Asked with every report, so it is built once; whoever asks for more at once takes it along.
STAMP: ColumnElement[str] = select(_COUNT + "/" + _HIGHEST + "/" + _TOTAL).select_from(GridVersion).scalar_subquery()
_STAMP = select(STAMP)


def today() -> date:
    """The local day it is."""
    return clock.local_date(clock.now())


def stamp(session: Session) -> str:
    """What tells one state of the territory from another."""
    return str(session.scalar(_STAMP))


class Snapshot:
    """The territory as it stood at one moment: asks for the stamp once, or is given it."""

    def __init__(self, session: Session, mark: str | None = None) -> None:
        self._session, self.mark = session, mark or stamp(session)
        self.territory = _keep(("territory", self.mark), lambda: Territory(_all_versions(session)))

    def tree(self, day: date | None = None) -> Tree:
        """The tree of all roots as it was on a local day (default: today)."""
        return self.territory.tree(day or today())

    def index(self, day: date | None = None, root_id: int | None = None) -> Index:
        """The point index of a local day (default: today) over one root, or over all."""
        then = self.tree(day)
        key = ("index", self.mark, self.territory.span(day or today()), root_id)
        return _keep(key, lambda: _build(self._session, then, root_id))


def territory(session: Session) -> Territory:
    """All versions of all grids, without their shapes."""
    return Snapshot(session).territory


def tree(session: Session, day: date | None = None) -> Tree:
    """The tree of all roots as it was on a local day (default: today)."""
    return Snapshot(session).tree(day)


def middle(session: Session, grid_id: int) -> tuple[float, float] | None:
    """The middle of a grid's box of today, in degrees; None where there is no such grid."""
    node = tree(session).nodes.get(grid_id)
    v = GridVersion
    found = session.execute(select(v.west, v.south, v.east, v.north).where(v.id == node.version_id)) if node else None
    if found is None:
        return None
    west, south, east, north = found.one()
    return (west + east) / 2, (south + north) / 2


def index(session: Session, day: date | None = None, root_id: int | None = None) -> Index:
    """The point index of a local day (default: today) over one root, or over all."""
    return Snapshot(session).index(day, root_id)


def by_code(session: Session, code: str) -> Grid | None:
    """The grid of a code."""
    return session.scalars(select(Grid).where(Grid.code == code)).one_or_none()


def by_codes(session: Session, codes: Iterable[str]) -> dict[str, Grid]:
    """The grids of several codes, those that exist."""
    wanted = sorted(set(codes))
    parts = [wanted[i : i + 500] for i in range(0, len(wanted), 500)]
    found = (grid for part in parts for grid in session.scalars(select(Grid).where(Grid.code.in_(part))))
    return {grid.code: grid for grid in found}


def version_at(session: Session, grid_id: int, day: date | None = None) -> GridVersion | None:
    """A grid as it was on a local day (default: today), with its shape."""
    node = tree(session, day).nodes.get(grid_id)
    return session.get(GridVersion, node.version_id) if node else None


def versions(session: Session, grid_id: int) -> list[GridVersion]:
    """All versions of a grid, oldest first."""
    rows = session.scalars(select(GridVersion).where(GridVersion.grid_id == grid_id)).all()
    return sorted(rows, key=lambda version: version.valid_from or date.min)


def shapes(session: Session, version_ids: Iterable[int]) -> dict[int, Any]:
    """The polygons (WGS-84) of several versions, by the id of the version."""
    wanted = sorted(version_ids)
    texts: dict[int, str] = {}
    for i in range(0, len(wanted), 500):
        part = wanted[i : i + 500]
        rows = session.execute(select(GridVersion.id, GridVersion.geometry).where(GridVersion.id.in_(part)))
        texts.update((version_id, text) for version_id, text in rows)
    return dict(zip(texts, shapely.from_geojson(list(texts.values())), strict=True)) if texts else {}


def children(session: Session, grid_id: int, day: date | None = None) -> list[Node]:
    """The direct children of a grid on a local day (default: today), in code order."""
    then = tree(session, day)
    return [then.nodes[child] for child in then.children(grid_id)]


def roots(session: Session, day: date | None = None) -> list[Node]:
    """The root jurisdictions of a local day (default: today), in code order."""
    then = tree(session, day)
    return [then.nodes[root] for root in then.roots()]


def root_count(session: Session) -> int:
    """How many jurisdictions there are, whatever day."""
    return session.scalar(select(func.count()).where(Grid.root_id == Grid.id)) or 0


def level_counts(session: Session, grid_id: int, day: date | None = None, level: Level = Level.GRID) -> LevelCount:
    """Number and area of the grids of a level at or below a grid on a local day (default: today)."""
    return level_count(tree(session, day), grid_id, level)


def level_count(then: Tree, grid_id: int, level: Level = Level.GRID) -> LevelCount:
    """The same by the tree of a day."""
    areas = [then.nodes[i].area_m2 for i in then.descendants(grid_id) if then.nodes[i].level is level]
    return LevelCount(len(areas), two_places(Fraction(math.fsum(areas)) / 1_000_000))


def feature_collection(
    session: Session,
    *,
    within: int | None = None,
    grid_ids: Iterable[int] | None = None,
    level: Level | None = None,
    day: date | None = None,
    tolerance_deg: float = 0.0,
) -> dict[str, Any]:
    """An RFC 7946 FeatureCollection of the grids of a local day (default: today), in code order, with bbox.

    `within`: only this grid and what lies below; `grid_ids`: only these (the reader's scope). With `tolerance_deg`
    shapes are simplified for a screen, neighbours alike, so that shared borders stay shared.
    """
    then = tree(session, day)
    nodes = _chosen(then, within, grid_ids, level)
    found = shapes(session, (node.version_id for node in nodes))
    polygons = [found[node.version_id] for node in nodes]
    if tolerance_deg > 0.0 and polygons:
        polygons = _simplified(nodes, polygons, tolerance_deg)
    codes = {node.grid_id: node.code for node in then.nodes.values()}
    features = [
        {
            "type": "Feature",
            "id": node.code,
            "bbox": list(shape.bounds),
            "properties": {**_properties(node, codes), "area_m2": round(node.area_m2, 2)},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for node, shape in zip(nodes, polygons, strict=True)
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if polygons:
        collection["bbox"] = [float(edge) for edge in shapely.total_bounds(polygons)]
    return collection


EXPORT_COLUMNS = ("code", "name", "level", "parent_code", "area_m2", "valid_from", "valid_to")


def export_rows(
    session: Session,
    *,
    within: int | None = None,
    grid_ids: Iterable[int] | None = None,
    level: Level | None = None,
    day: date | None = None,
) -> Iterator[dict[str, str]]:
    """The rows of `export grids` by code and validity: every version there ever was, or those of a local day.

    `within` and `grid_ids` as in `feature_collection`; area in m² at two places, empty days are empty texts.
    """
    found = territory(session)
    codes = {version.grid_id: version.code for version in found.versions.values()}
    days = [day] if day else [*found.changes, today()]
    below = frozenset().union(*(found.tree(d).descendants(within) for d in days)) if within is not None else None
    allowed = None if grid_ids is None else frozenset(grid_ids)
    for version in sorted(found.versions.values(), key=lambda v: (v.code, v.valid_from or date.min)):
        if (day and not version.valid_on(day)) or (level and version.level is not level):
            continue
        if (below is None or version.grid_id in below) and (allowed is None or version.grid_id in allowed):
            yield {
                **_properties(version, codes),
                "area_m2": f"{version.area_m2:.2f}",
                "valid_from": version.valid_from.isoformat() if version.valid_from else "",
                "valid_to": version.valid_to.isoformat() if version.valid_to else "",
            }


def _properties(of: Node | Version, codes: dict[int, str]) -> dict[str, Any]:
    parent = codes.get(of.parent_id, "") if of.parent_id is not None else ""
    return {"code": of.code, "name": of.name, "level": of.level.value, "parent_code": parent}


def _chosen(then: Tree, within: int | None, grid_ids: Iterable[int] | None, level: Level | None) -> list[Node]:
    chosen = set(then.nodes) if within is None else set(then.descendants(within))
    if grid_ids is not None:
        chosen &= set(grid_ids)
    nodes = [then.nodes[i] for i in chosen]
    return sorted((node for node in nodes if level is None or node.level is level), key=lambda node: node.code)


def _simplified(nodes: list[Node], polygons: list[Any], tolerance_deg: float) -> list[Any]:
    """Simpler shapes; grids of one root and depth tile its land, so each is simplified as one coverage."""
    result = list(polygons)
    for floor in {(node.root_id, node.depth) for node in nodes}:
        places = [i for i, node in enumerate(nodes) if (node.root_id, node.depth) == floor]
        simple = shapely.coverage_simplify([polygons[i] for i in places], tolerance_deg)
        for i, polygon in zip(places, simple, strict=True):
            result[i] = polygon
    return result


def _keep(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What was made for a key, made once; the longest unused goes first."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            kept: T = _kept[key]
            return kept
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _all_versions(session: Session) -> Iterator[Version]:
    v = GridVersion
    named = {
        "version_id": v.id,
        "grid_id": v.grid_id,
        "root_id": Grid.root_id,
        "parent_id": v.parent_id,
        "code": Grid.code,
        "name": v.name,
        "level": v.level,
        "area_m2": v.area_m2,
        "valid_from": v.valid_from,
        "valid_to": v.valid_to,
    }
    rows = session.execute(
        select(*(column.label(name) for name, column in named.items())).join(Grid, Grid.id == v.grid_id)
    )
    return (Version(**row) for row in rows.mappings())


def _build(session: Session, then: Tree, root_id: int | None) -> Index:
    nodes = [node for node in then.nodes.values() if root_id is None or node.root_id == root_id]
    polygons = shapes(session, (node.version_id for node in nodes))
    return Index(nodes, [polygons[node.version_id] for node in nodes])
