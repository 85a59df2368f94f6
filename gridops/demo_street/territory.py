"""The land of the demo street: 龙虎塘街道, five communities, two special grids and exactly 60 grids.

Only the names of street and communities are real; every border is made up. Main roads and a canal are drawn by hand
(in metres around the middle), the land between them is cut by bent side streets until each part has its number of
grids. All lines are then joined into one network and rounded to 1e-7 degrees: neighbours share every vertex.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, split

STREET = ("320411003", "龙虎塘街道")
_SEED = 20170101
_CENTRE = (119.96, 31.86)
_METRES = (111_320.0 * math.cos(math.radians(_CENTRE[1])), 110_870.0)
_PLACES = 7

Line = Sequence[tuple[float, float]]

# code, name, level, number of grids
PARTS = (
    ("320411003001", "盘龙社区", "community", 12),
    ("320411003002", "玲珑社区", "community", 12),
    ("320411003003", "腾龙社区", "community", 11),
    ("320411003004", "祥龙社区", "community", 10),
    ("320411003005", "锦龙社区", "community", 9),
    ("320411003901", "天合光伏产业园", "special", 3),
    ("320411003902", "综合保税区", "special", 3),
)
_PANLONG, _LINGLONG, _TENGLONG, _XIANGLONG, _JINLONG, _TIANHE, _BONDED = range(7)

# In the south a highway, in the east a river, in the west field paths, in the north an old canal.
_OUTLINE: Line = (
    (-2510, -2180), (-1760, -2390), (-1040, -2440), (-930, -2630), (-420, -2700), (310, -2660), (380, -2440),
    (1090, -2360), (1900, -2310), (2060, -2480), (2640, -2390), (2790, -2060), (2650, -1760), (2730, -1330),
    (3040, -980), (3010, -590), (2760, -330), (2820, 60), (3150, 330), (3210, 740), (2960, 1010), (3020, 1420),
    (3330, 1660), (3290, 2120), (2900, 2290), (2760, 2590), (2130, 2660), (1730, 2560), (1640, 2340), (950, 2250),
    (400, 2380), (-50, 2290), (-520, 2440), (-980, 2330), (-1580, 2430), (-1730, 2640), (-2250, 2560), (-2430, 2280),
    (-2920, 2190), (-3010, 1640), (-2740, 1580), (-2700, 1090), (-3060, 960), (-3140, 350), (-2810, 260), (-2770, -280),
    (-3080, -390), (-3010, -1010), (-2680, -1120), (-2720, -1690),
)  # fmt: skip
# Main roads from west to east, each a little north of the next.
_ALONG: tuple[Line, ...] = (
    (
        (-3500, -1330), (-2400, -1180), (-1800, -950), (-1100, -840), (-500, -950), (100, -1130), (700, -1160),
        (1300, -980), (1900, -780), (2500, -800), (3500, -1050),
    ),
    (
        (-3500, -260), (-2600, -20), (-2000, 290), (-1300, 390), (-600, 260), (0, 160), (700, 290), (1300, 480),
        (2000, 400), (2600, 160), (3500, 60),
    ),
    (
        (-3500, 840), (-2500, 1180), (-1900, 1400), (-1300, 1390), (-700, 1220), (0, 1260), (700, 1430), (1400, 1420),
        (2100, 1230), (2700, 1270), (3500, 1480),
    ),
)  # fmt: skip
# Main roads from south to north.
_ACROSS: tuple[Line, ...] = (
    (
        (-1010, -2900), (-1080, -2100), (-1310, -1500), (-1520, -900), (-1530, -200), (-1390, 500), (-1410, 1200),
        (-1640, 2900),
    ),
    (
        (330, -2900), (250, -2200), (10, -1600), (-110, -1000), (10, -300), (190, 300), (160, 900), (-40, 1500),
        (-90, 2900),
    ),
    ((1920, -2900), (1850, -2000), (1690, -1400), (1480, -700), (1440, 0), (1620, 700), (1730, 1300), (1610, 2900)),
)  # fmt: skip
_CANAL: Line = (
    (-2650, 2900), (-2460, 2160), (-2120, 1870), (-1990, 1500), (-1620, 1310), (-1090, 1190), (-900, 880), (-960, 640),
    (-700, 480), (-250, 560), (130, 430), (420, 170), (390, -120), (560, -370), (910, -480), (1060, -720), (960, -1060),
    (1090, -1390), (1400, -1540), (1440, -1880), (1290, -2200), (1420, -2900),
)  # fmt: skip


def street_features() -> dict[str, Any]:
    """The territory as a GeoJSON FeatureCollection, parents before children; always the same to the last digit."""
    cells = _network(_cells())
    tops = _tops(cells)
    features = [_feature(*STREET, "street", None, shapely.coverage_union_all(cells))]
    for (code, name, level, _), own in zip(PARTS, tops, strict=True):
        features.append(_feature(code, name, level, STREET[0], shapely.coverage_union_all(own)))
    for (code, name, _, _), own in zip(PARTS, tops, strict=True):
        short = name.removesuffix("社区")
        for number, cell in enumerate(_in_order(own), start=1):
            features.append(_feature(f"{code}{number:03d}", f"{short}第{_chinese(number)}网格", "grid", code, cell))
    return {"type": "FeatureCollection", "features": features}


def main_lines() -> tuple[list[shapely.LineString], list[shapely.LineString], shapely.LineString]:
    """Main roads from south to north, main roads from west to east, and the canal; in degrees."""

    def drawn(line: Line) -> shapely.LineString:
        points = [(x / _METRES[0] + _CENTRE[0], y / _METRES[1] + _CENTRE[1]) for x, y in _smooth(line)]
        return shapely.LineString(points)

    return [drawn(line) for line in _ALONG], [drawn(line) for line in _ACROSS], drawn(_CANAL)


def _cells() -> list[BaseGeometry]:
    """Sixty blocks in metres; their shared borders do not have the same vertices yet."""
    dice = random.Random(_SEED)
    land = shapely.Polygon(_smooth(_OUTLINE, closed=True))
    lines = [shapely.LineString(_smooth(line)) for line in (*_ALONG, *_ACROSS, _CANAL)]
    blocks = list(polygonize(shapely.union_all([land.exterior, *lines])))
    parts: list[list[BaseGeometry]] = [[] for _ in PARTS]
    for block in blocks:
        if land.contains(block.representative_point()):
            parts[_part_of(block.representative_point())].append(block)
    found: list[BaseGeometry] = []
    for (_, _, _, wanted), own in zip(PARTS, parts, strict=True):
        found += _cut_to(wanted, own, dice)
    return found


def _part_of(point: shapely.Point) -> int:
    """Which community or special grid a block between main roads belongs to."""
    row = sum(_beyond(point.y, point.x, [(x, y) for x, y in line]) for line in _ALONG)
    column = sum(_beyond(point.x, point.y, [(y, x) for x, y in line]) for line in _ACROSS)
    if row == 3:
        return (_TIANHE, _PANLONG, _LINGLONG, _BONDED)[column]
    if row == 2:
        return _PANLONG if column < 2 else _LINGLONG
    if column == 2:
        east_of_canal = _beyond(point.x, point.y, [(y, x) for x, y in reversed(_CANAL)])
        return _XIANGLONG if east_of_canal else (_JINLONG, _TENGLONG)[row]
    if row == 1:
        return _TENGLONG if column < 2 else _XIANGLONG
    return (_TENGLONG, _JINLONG, _JINLONG, _XIANGLONG)[column]


def _beyond(value: float, along: float, line: Line) -> bool:
    """Whether a value lies above a line that runs along rising first coordinates."""
    for (a, low), (b, high) in itertools.pairwise(line):
        if a <= along <= b:
            return value > low + (high - low) * (along - a) / (b - a)
    return False


def _cut_to(wanted: int, blocks: list[BaseGeometry], dice: random.Random) -> list[BaseGeometry]:
    """Join scraps to their neighbours, then cut the largest block again and again until there are `wanted`."""
    blocks = list(blocks)
    usual = sum(block.area for block in blocks) / wanted
    while len(blocks) > 1 and (min(b.area for b in blocks) < 0.4 * usual or len(blocks) > wanted):
        scrap = min(blocks, key=lambda block: block.area)
        blocks.remove(scrap)
        neighbour = max(blocks, key=lambda block: scrap.intersection(block).length)
        blocks[blocks.index(neighbour)] = shapely.union_all([neighbour, scrap])
    while len(blocks) < wanted:
        largest = max(blocks, key=lambda block: block.area)
        blocks.remove(largest)
        blocks += _halves(largest, dice)
    return blocks


def _halves(block: BaseGeometry, dice: random.Random) -> list[BaseGeometry]:
    """Cut a block across its longer side by a bent street; tries until there are two sound halves."""
    corners = list(block.minimum_rotated_rectangle.exterior.coords)
    (ax, ay), (bx, by), (cx, cy) = corners[:3]
    if math.dist((ax, ay), (bx, by)) < math.dist((bx, by), (cx, cy)):
        (ax, ay), (bx, by), (cx, cy) = (bx, by), (cx, cy), corners[3]
    while True:
        here, there = dice.uniform(0.42, 0.58), dice.uniform(-0.06, 0.06)
        start = (ax + (bx - ax) * here, ay + (by - ay) * here)
        end = (start[0] + cx - bx + (bx - ax) * there, start[1] + cy - by + (by - ay) * there)
        halves = list(split(block, shapely.LineString(_bent(start, end, dice))).geoms)
        if len(halves) == 2 and min(half.area for half in halves) > 0.35 * block.area:
            return halves


def _bent(start: tuple[float, float], end: tuple[float, float], dice: random.Random) -> Line:
    """A side street: it swings to one side once, and goes on a little beyond both ends."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    swing, peak = dice.choice((-1, 1)) * dice.uniform(0.02, 0.10), dice.uniform(0.3, 0.7)
    steps = (-0.05, 0.12, peak - 0.12, peak, peak + 0.12, 0.88, 1.05)
    line = []
    for step in sorted(steps):
        aside = swing * math.exp(-(((step - peak) / 0.25) ** 2))
        line.append((start[0] + dx * step - dy * aside, start[1] + dy * step + dx * aside))
    return line


def _network(blocks: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """The blocks in degrees, cut from one network of lines, so that neighbours have every vertex in common."""
    lines = shapely.union_all([_degrees(block.exterior) for block in blocks], grid_size=10**-_PLACES)
    return sorted(polygonize([shapely.transform(lines, lambda at: at.round(_PLACES))]), key=lambda cell: cell.wkb_hex)


def _tops(cells: Iterable[BaseGeometry]) -> list[list[BaseGeometry]]:
    tops: list[list[BaseGeometry]] = [[] for _ in PARTS]
    for cell in cells:
        point = cell.representative_point()
        x, y = ((point.x - _CENTRE[0]) * _METRES[0], (point.y - _CENTRE[1]) * _METRES[1])
        tops[_part_of(shapely.Point(x, y))].append(cell)
    return tops


def _degrees(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda metres: metres / _METRES + _CENTRE)


def _in_order(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """West to east, rows from north to south (a row is as high as a usual cell)."""
    south, north = min(cell.bounds[1] for cell in cells), max(cell.bounds[3] for cell in cells)
    usual = sum(cell.bounds[3] - cell.bounds[1] for cell in cells) / len(cells)
    height = (north - south) / max(1, round((north - south) / usual))
    return sorted(cells, key=lambda cell: (int((north - cell.centroid.y) / height), cell.centroid.x))


def _feature(code: str, name: str, level: str, parent: str | None, shape: BaseGeometry) -> dict[str, Any]:
    ring = [[round(lon, _PLACES), round(lat, _PLACES)] for lon, lat in shapely.orient_polygons(shape).exterior.coords]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, "level": level, "parent_code": parent},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _smooth(line: Line, *, closed: bool = False) -> Line:
    """Round the corners of a hand-drawn line (Chaikin, twice; an outline keeps more of its corners)."""
    points = list(line)
    near = 0.1 if closed else 0.25
    for _ in range(2):
        pairs = list(zip(points, points[1:] + points[:1] if closed else points[1:], strict=False))
        cut = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairs for share in (near, 1 - near)
        ]
        points = cut if closed else [points[0], *cut, points[-1]]
    return points


def _chinese(number: int) -> str:
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else digits[tens]) + "十" if tens else "") + (digits[ones] if ones or not tens else "")
