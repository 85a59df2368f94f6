"""Square tiles of degrees, numbered so that a tile's number begins with that of the larger tile around it (Z-order).

At depth d the world is 2^d × 2^d tiles; at the depth kept with cases (20) one is about 38 m × 19 m at the equator. A
window of the map is a few ranges of numbers, so a plain index answers it on any database.
"""

from __future__ import annotations

DEPTH = 20
_SIDE = 1 << DEPTH


def tile_of(lon: float, lat: float) -> int:
    """The number of the tile at DEPTH that holds a point (degrees)."""
    x = min(max(int((lon + 180.0) / 360.0 * _SIDE), 0), _SIDE - 1)
    y = min(max(int((lat + 90.0) / 180.0 * _SIDE), 0), _SIDE - 1)
    return _spread(x) | _spread(y) << 1


def centre_of(tile: int, depth: int = DEPTH) -> tuple[float, float]:
    """The centre (lon, lat) of a tile of a depth."""
    side = 1 << depth
    return (_gather(tile) + 0.5) / side * 360.0 - 180.0, (_gather(tile >> 1) + 0.5) / side * 180.0 - 90.0


def ranges(west: float, south: float, east: float, north: float, at_most: int = 32) -> list[tuple[int, int]]:
    """Ranges (first, last) of numbers at DEPTH that cover a window of degrees; it may cover a little more."""
    depth = DEPTH
    while depth > 0:
        corners = _box(west, south, east, north, depth)
        if (corners[2] - corners[0] + 1) * (corners[3] - corners[1] + 1) <= at_most:
            break
        depth -= 1
    x0, y0, x1, y1 = _box(west, south, east, north, depth)
    shift = 2 * (DEPTH - depth)
    numbers = sorted(_spread(x) | _spread(y) << 1 for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))
    found: list[tuple[int, int]] = []
    for number in numbers:
        first, last = number << shift, ((number + 1) << shift) - 1
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def covering(west: float, south: float, east: float, north: float) -> list[int]:
    """The numbers at DEPTH of all tiles that a window of degrees touches: for small windows."""
    x0, y0, x1, y1 = _box(west, south, east, north, DEPTH)
    columns, rows = [_spread(x) for x in range(x0, x1 + 1)], [_spread(y) << 1 for y in range(y0, y1 + 1)]
    return [x | y for y in rows for x in columns]


def _box(west: float, south: float, east: float, north: float, depth: int) -> tuple[int, int, int, int]:
    side = 1 << depth
    return (
        min(max(int((west + 180.0) / 360.0 * side), 0), side - 1),
        min(max(int((south + 90.0) / 180.0 * side), 0), side - 1),
        min(max(int((east + 180.0) / 360.0 * side), 0), side - 1),
        min(max(int((north + 90.0) / 180.0 * side), 0), side - 1),
    )


def _spread(value: int) -> int:
    """Put a zero before each of 20 bits."""
    value = (value | value << 16) & 0x0000FFFF0000FFFF
    value = (value | value << 8) & 0x00FF00FF00FF00FF
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F
    value = (value | value << 2) & 0x3333333333333333
    return (value | value << 1) & 0x5555555555555555


def _gather(value: int) -> int:
    """Take every second bit."""
    value &= 0x5555555555555555
    value = (value | value >> 1) & 0x3333333333333333
    value = (value | value >> 2) & 0x0F0F0F0F0F0F0F0F
    value = (value | value >> 4) & 0x00FF00FF00FF00FF
    value = (value | value >> 8) & 0x0000FFFF0000FFFF
    return (value | value >> 16) & 0x00000000FFFFFFFF
