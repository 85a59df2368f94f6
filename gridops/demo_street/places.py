"""Where things happen in the demo street: markets, schools, estates, roads, a canal, each in its grid. All made up."""

from __future__ import annotations

import csv
import itertools
import math
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gridops.demo_street import territory

_FOLDER = Path(__file__).resolve().parent
_SEED = 20170103
# Metres of one degree around the street (see territory.py).
_METRE = (1 / 94_560.0, 1 / 110_870.0)

ALONG = ("锦绣路", "云溪路", "丰禾路")
ACROSS = ("听松路", "望舒路", "采薇路")
CANAL = "青漪河"
# Side streets by community or special grid (the last digits of its code).
_SIDE_ROADS = {
    "001": ("青竹路", "北塘路", "青枫路", "梧桐路", "知行路", "西圩路", "竹海路"),
    "002": ("春申路", "晨曦路", "银杏路", "柳岸路", "紫藤路", "书香路", "东港路"),
    "003": ("翠竹路", "星河路", "杏林路", "南塘路", "橘园路", "稻香路", "芳草路"),
    "004": ("海棠路", "玉兰路", "白鹭路", "石榴路", "蔷薇路", "前桥路", "南港路"),
    "005": ("麦田路", "芙蓉路", "香樟路", "丁塘路", "南苑路", "前圩路"),
    "901": ("追光路", "新能路"),
    "902": ("通关路", "启航路"),
}

# How much of what is reported happens at a place of each kind, and how far from its middle (metres).
_DRAW = {"market": 3.2, "shops": 2.6, "hub": 2.0, "estate": 1.5, "school": 1.3, "village": 1.2, "site": 1.0,
         "green": 0.8, "works": 0.8, "road": 0.9, "crossing": 0.7, "canal": 0.8}  # fmt: skip
_SPREAD = {"market": 24, "shops": 38, "hub": 26, "estate": 48, "school": 20, "village": 55, "site": 35, "green": 32,
           "works": 60, "road": 22, "crossing": 10, "canal": 14}  # fmt: skip

# How people say where it is; the name stands for {s}, roads for {r} and {q}.
_SAID = {
    "market": ("{s}[东门|西门|南门]外", "{s}[北侧|南侧]通道", "{s}停车区"),
    "shops": ("{s}{1-96}号门前", "{s}[东段|中段|西段]", "{s}[东入口|西入口]"),
    "hub": ("{s}[出入口|候车区|落客区]", "{s}[东侧|西侧]人行道"),
    "estate": ("{s}{1-24}幢[楼下|东侧|北侧]", "{s}{1-24}幢[甲|乙|丙]单元", "{s}[东门|南门|北门]"),
    "school": ("{s}[校门口|东侧围墙外|家长接送区]",),
    "village": ("{s}{1-60}号[旁|门前|屋后]", "{s}[村口|公共场地|主路边]"),
    "site": ("{s}[出入口|西侧|南侧|东侧]",),
    "green": ("{s}[东侧|西侧|步道旁]",),
    "works": ("{s}[{1-9}号楼旁|东门|物流通道]", "{s}[北围墙|南围墙]外"),
    "road": ("{r}（{q}口向[东|西|南|北]{30-150}米）", "{r}{q}口[东|西|南|北]侧"),
    "crossing": ("{r}与{q}交叉口[东北角|东南角|西北角|西南角]",),
    "canal": (CANAL + "{r}桥[下|东侧|西侧]", CANAL + "（{r}段）[东岸|西岸]"),
}


@dataclass(frozen=True)
class Spot:
    """A place of some kind in a grid: its middle in degrees, its pull, and the roads beside it."""

    grid: str
    kind: str
    name: str
    lon: float
    lat: float
    draw: float
    road: str
    other_road: str

    @property
    def sayings(self) -> tuple[str, ...]:
        """Patterns for how people name a place here (see `words`)."""
        return tuple(
            said.replace("{s}", self.name).replace("{r}", self.road).replace("{q}", self.other_road)
            for said in _SAID[self.kind]
        )

    @property
    def named_with_road(self) -> bool:
        """Whether an address begins with the road: what is not a road itself."""
        return self.kind not in ("road", "crossing", "canal")


@dataclass(frozen=True)
class Street:
    """All spots, by kind; and the shapes of the grids by code."""

    spots: tuple[Spot, ...]
    shapes: dict[str, BaseGeometry]
    names: dict[str, str]

    @cached_property
    def by_kind(self) -> dict[str, list[Spot]]:
        """Spots by kind."""
        return {kind: [spot for spot in self.spots if spot.kind == kind] for kind in _DRAW}

    @cached_property
    def grids(self) -> list[str]:
        """The codes of the 60 grids, in order."""
        return sorted(self.shapes)

    def point(self, spot: Spot, dice: random.Random) -> tuple[float, float]:
        """A point near the middle of a spot, inside its grid (degrees at seven places)."""
        for _ in range(20):
            lon = spot.lon + dice.gauss(0, _SPREAD[spot.kind]) * _METRE[0]
            lat = spot.lat + dice.gauss(0, _SPREAD[spot.kind]) * _METRE[1]
            if self.shapes[spot.grid].contains(shapely.Point(lon, lat)):
                return round(lon, 7), round(lat, 7)
        return round(spot.lon, 7), round(spot.lat, 7)


def street() -> Street:
    """The demo street with its spots; always the same."""
    features = [f for f in territory.street_features()["features"] if f["properties"]["level"] == "grid"]
    shapes = {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in features}
    names = {f["properties"]["code"]: f["properties"]["name"] for f in features}
    for shape in shapes.values():
        shapely.prepare(shape)
    dice = random.Random(_SEED)
    roads = _Roads(shapes)
    spots: list[Spot] = []
    with (_FOLDER / "places.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            code = f"{territory.STREET[0]}{line['grid']}"
            spots.append(_inside(code, line["kind"], line["name"], roads, spots, dice))
    for code in sorted(shapes):
        spots += roads.beside(code, dice)
    return Street(tuple(spots), shapes, names)


def _inside(code: str, kind: str, name: str, roads: _Roads, others: list[Spot], dice: random.Random) -> Spot:
    """A spot away from the border of its grid and from the other spots there; what sells stands near a road."""
    shape = roads.shapes[code]
    inner = shape.buffer(-55 * _METRE[1])
    if kind in ("market", "shops", "hub", "school"):
        inner = inner.difference(shape.buffer(-125 * _METRE[1]))
    inner = inner if not inner.is_empty else shape
    here = [spot for spot in others if spot.grid == code]
    tries = [_random_point(inner, dice) for _ in range(12)]
    lon, lat = max(tries, key=lambda at: min((math.dist(at, (o.lon, o.lat)) for o in here), default=0))
    road, other = roads.near(code, lon, lat)
    return Spot(code, kind, name, lon, lat, _DRAW[kind] * dice.uniform(0.6, 1.5), road, other)


def _random_point(shape: BaseGeometry, dice: random.Random) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    while True:
        lon, lat = dice.uniform(west, east), dice.uniform(south, north)
        if shape.contains(shapely.Point(lon, lat)):
            return lon, lat


class _Roads:
    """The borders of the grids as roads with names: main roads by name, the others by the pair of grids they part."""

    def __init__(self, shapes: dict[str, BaseGeometry]) -> None:
        self.shapes = shapes
        along, across, self.canal = territory.main_lines()
        self.main = dict(zip((*ALONG, *ACROSS), (*along, *across), strict=True))
        self.parts: dict[str, list[tuple[str, BaseGeometry]]] = {code: [] for code in shapes}
        names = {part: itertools.cycle(roads) for part, roads in _SIDE_ROADS.items()}
        for one, two in itertools.combinations(sorted(shapes), 2):
            shared = shapes[one].intersection(shapes[two])
            if shared.length > 60 * _METRE[1]:
                name = self._main(shared) or next(names[one[9:12]])
                self.parts[one].append((name, shared))
                self.parts[two].append((name, shared))

    def near(self, code: str, lon: float, lat: float) -> tuple[str, str]:
        """The nearest road and the next one with another name (a grid has at least one)."""
        at = shapely.Point(lon, lat)
        names = list(dict.fromkeys(name for name, _ in sorted(self.parts[code], key=lambda p: p[1].distance(at))))
        names = [name for name in names if name != CANAL] or [ALONG[1]]
        return names[0], names[1] if len(names) > 1 else next(road for road in ALONG if road != names[0])

    def beside(self, code: str, dice: random.Random) -> list[Spot]:
        """Spots on the roads around a grid, at a crossing, and on the canal where it runs along it."""
        found: list[Spot] = []
        for name, part in self.parts[code]:
            middle = shapely.line_merge(part).interpolate(dice.uniform(0.3, 0.7), normalized=True)
            lon, lat = self._inward(code, middle)
            if name == CANAL:
                road, other = self.near(code, lon, lat)
                found.append(Spot(code, "canal", CANAL, lon, lat, _DRAW["canal"], road, other))
                continue
            other = next((n for n in self.near(code, lon, lat) if n != name), ALONG[0])
            found.append(Spot(code, "road", name, lon, lat, _DRAW["road"] * dice.uniform(0.3, 1.0), name, other))
        corner = self._inward(code, shapely.Point(self.shapes[code].exterior.coords[0]))
        road, other = self.near(code, *corner)
        return [*found, Spot(code, "crossing", f"{road}{other}路口", *corner, _DRAW["crossing"], road, other)]

    def _main(self, border: BaseGeometry) -> str | None:
        """The main road or canal that a border lies on."""
        middle = border.interpolate(0.5, normalized=True) if border.geom_type == "LineString" else border.centroid
        lines = {**self.main, CANAL: self.canal}
        name = min(lines, key=lambda each: lines[each].distance(middle))
        return name if lines[name].distance(middle) < 25 * _METRE[1] else None

    def _inward(self, code: str, point: Any) -> tuple[float, float]:
        """The point of a grid nearest to a point on its border, about ten metres inside."""
        inner = self.shapes[code].buffer(-12 * _METRE[1])
        nearest = shapely.shortest_line(inner, point).coords[0]
        return nearest[0], nearest[1]
