"""An area drawn on the map: a closed line of corners (lon, lat in degrees), and how it stands in an address."""

from __future__ import annotations

Area = tuple[tuple[float, float], ...]

FEWEST, MOST = 3, 40
# About a metre: finer than a hand draws, and short enough for an address.
_PLACES = 5


def parse_area(text: str) -> Area:
    """`lon_lat~lon_lat~…`, FEWEST to MOST corners; ValueError for anything else."""
    corners = tuple(_corner(part) for part in text.split("~", MOST + 1))
    if not FEWEST <= len(corners) <= MOST:
        raise ValueError(text)
    return corners


def written_area(area: Area) -> str:
    """An area as `parse_area` reads it."""
    return "~".join(f"{lon:.{_PLACES}f}_{lat:.{_PLACES}f}" for lon, lat in area)


def bounds(area: Area) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    lons, lats = [lon for lon, _ in area], [lat for _, lat in area]
    return min(lons), min(lats), max(lons), max(lats)


def edges(area: Area) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The sides that a line going east could cross, the lower end first: those that lie level are none."""
    sides = zip(area, (*area[1:], area[0]), strict=True)
    return [(a, b) if a[1] < b[1] else (b, a) for a, b in sides if a[1] != b[1]]


def holds(area: Area, lon: float, lat: float) -> bool:
    """Whether a point lies in an area: a line from it to the east crosses an odd number of sides."""
    crossed = (
        low <= lat < high and lon < x + (lat - low) * ((z - x) / (high - low)) for (x, low), (z, high) in edges(area)
    )
    return sum(crossed) % 2 == 1


def _corner(text: str) -> tuple[float, float]:
    lon, _, lat = text.partition("_")
    if not (lon.isascii() and lat.isascii()):
        raise ValueError(text)
    found = float(lon), float(lat)
    if not (-180 <= found[0] <= 180 and -90 <= found[1] <= 90):
        raise ValueError(text)
    return found
