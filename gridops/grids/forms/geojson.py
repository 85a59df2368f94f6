"""A territory file (GeoJSON, RFC 7946) -> areas, or row errors that name feature, column, value and reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import shapely

from gridops.core.canonical import parse_json
from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid
from gridops.grids.rules import Level, mending
from gridops.grids.rules.checks import Area, Finding

T = TypeVar("T")

MOST_BYTES = 300_000_000
CODE_LENGTH, NAME_LENGTH = 60, 120
# Names under which other programs write longitude/latitude on WGS-84 (CGCS2000 counts as equal).
_LON_LAT = ("CRS84", "CRS:84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file: which properties carry what, and what holds for features that say nothing themselves.

    `code_from`: the name of a property that is both code and name. No `name_field`: that one, or `name`.
    `level`, `parent`: for features without their own. `crs_told`: the system was given, not assumed.
    `repair`: mend what can be mended (`rules.mending`);
    `allow_overlaps`: siblings may overlap; `correct`: what is known with another shape or parent was wrong.
    `parents_code`, `parents_name`: properties that name the parent of each feature, made by union of its children.
    """

    code_field: str = "code"
    name_field: str | None = None
    parent_field: str = "parent_code"
    level: Level | None = None
    parent: str | None = None
    code_from: str | None = None
    crs: Crs = Crs.WGS84
    crs_told: bool = False
    repair: bool = False
    allow_overlaps: bool = False
    correct: bool = False
    parents_code: str | None = None
    parents_name: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What was in a file: its areas (sound enough to be checked), the number of features, errors and warnings.

    `unsound`: codes of features that were refused, so that their children are not called orphans too.
    """

    areas: tuple[Area, ...]
    read: int
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    unsound: frozenset[str] = frozenset()


_SWITCHES = ("repair", "allow_overlaps", "correct")


def options(given: Mapping[str, Any]) -> Options:
    """The options as typed (`code_field`, `level`, `crs` …; empty: default); Invalid names the one that is wrong."""
    switches = {name: bool(given.get(name)) for name in _SWITCHES}
    words = {name: text for name, text in given.items() if name not in _SWITCHES and text is not None}
    known: dict[str, str] = {name: text.strip() for name, text in words.items() if text.strip()}
    parents = known.pop("make_parents", None)
    code, _, name = (parents or "").partition(":")
    if parents is not None and (not code.strip() or known.get("parent_field")):
        raise Invalid(("make_parents", "CODE_FIELD or CODE_FIELD:NAME_FIELD, and not together with parent_field"))
    if known.get("code_from") and known.get("code_field"):
        raise Invalid(("code_from", "not together with code_field: the name is the code"))
    level, crs = known.pop("level", None), known.pop("crs", None)
    if level is not None and level not in {*Level}:
        raise Invalid(("level", f"{level!r} is not one of {', '.join(Level)}"))
    if crs is not None and crs not in {*Crs}:
        raise Invalid(("crs", f"{crs!r} is not one of {', '.join(Crs)}"))
    rest: dict[str, Any] = {**switches, **known}
    return Options(
        level=Level(level) if level else None,
        crs=Crs(crs) if crs else Crs.WGS84,
        crs_told=crs is not None,
        parents_code=code.strip() or None,
        parents_name=name.strip() or code.strip() or None,
        **rest,
    )


def read(raw: bytes, how: Options) -> Handed:
    """Read the bytes of a file. Whatever is in them comes back as areas and findings; nothing is raised."""
    try:
        body = parse_json(raw.removeprefix(b"\xef\xbb\xbf"), limit=MOST_BYTES)
        return read_features(_features(body), how)
    except Invalid as wrong:
        first = wrong.errors[0]
        column = "" if first.field == "body" else first.field.removeprefix("body.")
        return Handed((), 0, (Finding(0, column, "", first.reason),), ())


def read_features(features: list[Any], how: Options) -> Handed:
    """The areas of GeoJSON features, mended and with made-up parents where `how` says so."""
    areas: list[Area] = []
    errors: list[Finding] = []
    mended: list[Finding] = []
    high: list[int] = []
    names: dict[str, str] = {}
    unsound: set[str] = set()
    for line, feature in enumerate(features, start=1):
        row = _Row(line)
        area = row.area(feature, how)
        errors += row.errors
        mended += row.mended
        if row.high:
            high.append(line)
        if area is not None:
            areas.append(area)
            if area.parent_code is not None and row.parent_name is not None:
                names.setdefault(area.parent_code, row.parent_name)
        elif row.code is not None:
            unsound.add(row.code)
    heights = f"heights dropped: {len(high)} features have a third coordinate"
    warnings = [Finding(line, "geometry", "", heights) for line in high[:1]]
    if how.repair:
        areas, cut = mending.without_slivers(areas, one_family=how.parents_code is not None)
        mended += cut
    if how.parents_code is not None:
        areas += mending.parents_of(areas, names, how.parent)
    return Handed(tuple(areas), len(features), tuple(errors), (*mended, *warnings), frozenset(unsound))


def _features(body: Any) -> list[Any]:
    """The features of a collection; Invalid says in one line what the file is instead."""
    if not isinstance(body, dict):
        raise Invalid(("body", "not GeoJSON: a FeatureCollection is expected"))
    if body.get("type") != "FeatureCollection":
        kind = _short(body.get("type"))
        raise Invalid(("type", f"not a GeoJSON FeatureCollection: type is {kind or 'missing'}"))
    features = body.get("features")
    if not isinstance(features, list):
        raise Invalid(("features", "not a list"))
    if not features:
        raise Invalid(("features", "the file holds no feature"))
    if (crs := body.get("crs")) is not None:
        name = _short(crs.get("properties", {}).get("name")) if _is_named_crs(crs) else _short(crs)
        if not name.upper().endswith(_LON_LAT):
            raise Invalid(("crs", f"{name}: only longitude and latitude on WGS-84 or CGCS2000 (or --crs gcj02, bd09)"))
    return features


def _is_named_crs(crs: Any) -> bool:
    return isinstance(crs, dict) and isinstance(crs.get("properties"), dict)


class _Refused(Exception):
    """One value that is wrong: column, value, reason."""

    def __init__(self, column: str, value: Any, reason: str) -> None:
        super().__init__(column, _short(value), reason)


@dataclass(slots=True)
class _Row:
    """One feature on its way to an area; collects every error instead of stopping at the first."""

    line: int
    errors: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    high: bool = False
    code: str | None = None
    parent_name: str | None = None

    def area(self, feature: Any, how: Options) -> Area | None:
        properties = self._take(_properties, feature)
        if properties is None:
            return None
        name_field = how.name_field or how.code_from or "name"
        self.code = code = self._take(_text, properties, how.code_from or how.code_field, "code", CODE_LENGTH)
        name = self._take(_text, properties, name_field, "name", NAME_LENGTH)
        parent_field = how.parents_code or how.parent_field
        made = how.parents_code is not None
        parent = self._take(_text, properties, parent_field, "parent_code", CODE_LENGTH, needed=made)
        if made:
            self.parent_name = self._take(_text, properties, how.parents_name, "parent_name", NAME_LENGTH)
        elif parent is None and how.parent != code:
            parent = how.parent
        level = self._take(_level, properties, how.level)
        start = self._take(_day, properties, "valid_from")
        end = self._take(_day, properties, "valid_to")
        self._take(_in_order, start, end)
        read = self._take(_geometry, feature.get("geometry"), how.repair)
        if self.errors or code is None or name is None or level is None or read is None:
            return None
        geometry, self.high, closed = read
        if how.repair:
            geometry, told = mending.mended(geometry)
            self.mended += [Finding(self.line, "geometry", code, text) for text in (*closed, *told)]
            if geometry.is_empty:
                self.errors.append(Finding(self.line, "geometry", code, "cannot be mended: nothing of it is an area"))
                return None
        return Area(self.line, code, name, level, parent, start, end, geometry)

    def _take(self, reader: Callable[..., T], *values: Any, **settings: Any) -> T | None:
        try:
            return reader(*values, **settings)
        except _Refused as refused:
            self.errors.append(Finding(self.line, *refused.args))
            return None


def _properties(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Refused("type", feature.get("type") if isinstance(feature, dict) else feature, "not a Feature")
    properties = feature.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise _Refused("properties", properties, "not an object")
    return properties


def _text(properties: dict[str, Any], name: str, column: str, most: int, *, needed: bool = True) -> str | None:
    value = properties.get(name)
    if isinstance(value, float) and value.is_integer():  # as spreadsheets write whole numbers
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise _Refused(column, value, "not a text")
    text = (value or "").strip()
    if not text and needed:
        raise _Refused(column, "", f"missing: property {name!r} is {'absent' if value is None else 'empty'}")
    if len(text) > most:
        raise _Refused(column, text, f"longer than {most} characters")
    if not text.isprintable():
        raise _Refused(column, text, "contains a character that cannot be printed")
    return text or None


def _level(properties: dict[str, Any], default: Level | None) -> Level:
    value = properties.get("level")
    if value is None or value == "":
        if default is None:
            raise _Refused("level", "", f"missing: one of {', '.join(Level)}, or give --level")
        return default
    if not isinstance(value, str) or value.strip() not in {*Level}:
        raise _Refused("level", value, f"not one of {', '.join(Level)}")
    return Level(value.strip())


def _day(properties: dict[str, Any], column: str) -> date | None:
    value = properties.get(column)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise _Refused(column, value, "not a day (YYYY-MM-DD)") from None


def _in_order(start: date | None, end: date | None) -> None:
    if start and end and end <= start:
        raise _Refused("valid_to", end.isoformat(), f"not after valid_from {start.isoformat()}")


def _geometry(value: Any, repair: bool = False) -> tuple[shapely.Geometry, bool, tuple[str, ...]]:
    """The flat polygon, whether it had heights, and what was mended while it was read."""
    if value is None:
        raise _Refused("geometry", "", "missing")
    kind = value.get("type") if isinstance(value, dict) else None
    parts = _polygons(value) if kind == "GeometryCollection" else None
    if parts is None and kind not in ("Polygon", "MultiPolygon"):
        raise _Refused("geometry", kind, "only Polygon and MultiPolygon are taken")
    if parts is None:
        coordinates = value.get("coordinates")
        parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts or not all(parts):
        raise _Refused("geometry", kind, "empty geometry")
    opened = 0
    if repair:
        parts, opened = _closed(parts)
    rings = [[_ring(ring) for ring in _listed(part, "a polygon is a list of rings")] for part in parts]
    high = any(len(position) > 2 for part in parts for ring in part for position in ring)
    polygons = [shapely.polygons(outer, inner or None) for outer, *inner in rings]
    shape = polygons[0] if kind == "Polygon" else shapely.multipolygons(polygons)
    return shape, high, (f"mended: {opened} open rings closed",) if opened else ()


def _polygons(collection: dict[str, Any], depth: int = 0) -> list[Any]:
    """The polygons of a collection of nothing but polygons, however deep they are nested."""
    found: list[Any] = []
    for part in _listed(collection.get("geometries"), "a collection is a list of geometries"):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "GeometryCollection" and depth < 8:
            found += _polygons(part, depth + 1)
        elif kind == "Polygon":
            found.append(part.get("coordinates"))
        elif kind == "MultiPolygon":
            found += _listed(part.get("coordinates"), "a multipolygon is a list of polygons")
        else:
            raise _Refused("geometry", kind, "a collection may hold polygons only")
    return found


def _closed(parts: list[Any]) -> tuple[list[Any], int]:
    """The rings with their first position repeated at the end where it was not; how many that were."""
    opened = 0
    found = []
    for part in parts:
        rings = []
        for ring in _listed(part, "a polygon is a list of rings"):
            if isinstance(ring, list) and len(ring) >= 3 and ring[0] != ring[-1]:
                ring, opened = [*ring, ring[0]], opened + 1
            rings.append(ring)
        found.append(rings)
    return found, opened


def _ring(ring: Any) -> shapely.Geometry:
    points = [_position(position) for position in _listed(ring, "a ring is a list of positions")]
    if len(points) < 4:
        raise _Refused("geometry", ring, "a ring needs at least four positions")
    if points[0] != points[-1]:
        raise _Refused("geometry", [ring[0], ring[-1]], "a ring ends where it starts")
    return shapely.linearrings(points)


def _position(position: Any) -> tuple[float, float]:
    if not _is_position(position):
        raise _Refused("geometry", position, "a position is a list of longitude and latitude")
    lon, lat = float(position[0]), float(position[1])
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise _Refused("geometry", position, "not longitude and latitude in degrees")
    return lon, lat


def _listed(value: Any, reason: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Refused("geometry", value, reason)
    return value


def _is_position(value: Any) -> bool:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        return False
    return all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in value)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "…"
