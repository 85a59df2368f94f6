"""Shapefile, GeoPackage and KML -> the features of a territory file, on longitude and latitude.

By pyogrio, which loads in commands only. The drivers are a white list: a file is looked at before GDAL opens it as what
it says it is, for GDAL would follow what stands in it (a virtual layer names other files and addresses).
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import shapely

from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid
from gridops.grids.forms.geojson import MOST_BYTES, Handed, Options, read, read_features
from gridops.grids.rules.checks import Finding

# By the end of the name; what a build of GDAL calls its reader of KML differs.
DRIVERS: dict[str, tuple[str, ...]] = {
    ".shp": ("ESRI Shapefile",),
    ".zip": ("ESRI Shapefile",),
    ".gpkg": ("GPKG",),
    ".kml": ("KML", "LIBKML"),
}
MOST_FEATURES = 200_000
# Longitude and latitude on WGS-84 or CGCS2000, which count as equal.
_LON_LAT = (4326, 4490)
# What a Shapefile that does not say its encoding is tried as, as tables are; else GDAL's own Latin-1.
_UNTOLD = ("utf-8", "gb18030", None)


def read_file(path: Path, how: Options) -> Handed:
    """Read a file by what its name ends with; anything else is GeoJSON. Invalid (`file`): it cannot be read at all."""
    drivers = DRIVERS.get(path.suffix.lower())
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Invalid(("file", f"larger than {MOST_BYTES} bytes"))
        if drivers is None:
            return read(path.read_bytes(), how)
        with path.open("rb") as file:
            begin = file.read(65_536)
    except OSError as lost:
        raise Invalid(("file", f"cannot be read: {lost.strerror}")) from None
    try:
        return read_features(_features(_source(path, begin, drivers), drivers, how), how)
    except Invalid as wrong:
        first = wrong.errors[0]
        return Handed((), 0, (Finding(0, first.field, "", first.reason),), ())


def _source(path: Path, begin: bytes, drivers: tuple[str, ...]) -> str:
    """What GDAL is to open; Invalid where the file does not begin as its kind does."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return f"/vsizip/{{{path}}}/{_only_shapefile(path)}"
    begins = {".shp": _is_shapefile, ".gpkg": lambda raw: raw.startswith(b"SQLite format 3\0"), ".kml": _is_kml}
    if not begins[suffix](begin):
        raise Invalid(("file", f"not a file of {drivers[0]}: it begins otherwise"))
    return str(path)


def _is_shapefile(begin: bytes) -> bool:
    return begin.startswith(b"\x00\x00\x27\x0a")


def _is_kml(begin: bytes) -> bool:
    """Whether the outermost element is `kml`, as far as the beginning tells."""
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start",))
    try:
        parser.feed(begin)
        first: Any = next(iter(parser.read_events()), None)
    except ET.ParseError:
        return False
    return first is not None and str(first[1].tag).endswith("kml")


def _only_shapefile(path: Path) -> str:
    """The name of the one Shapefile in an archive, in whatever folder; Invalid for bombs and for anything else."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise Invalid(("file", f"larger than {MOST_BYTES} bytes when unpacked"))
            all_of = [member.filename for member in members if not member.filename.startswith("__MACOSX/")]
            names = [name for name in all_of if PurePosixPath(name).suffix.lower() == ".shp"]
            if len(names) != 1:
                raise Invalid(("file", f"one Shapefile (.shp) is expected in the archive, not {len(names)}"))
            with archive.open(names[0]) as file:
                if ".." in PurePosixPath(names[0]).parts or not _is_shapefile(file.read(4)):
                    raise Invalid(("file", f"not a file of ESRI Shapefile: {names[0][:80]}"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as wrong:
        raise Invalid(("file", f"not an archive that can be read: {str(wrong)[:120]}")) from None
    return names[0]


def _features(source: str, drivers: tuple[str, ...], how: Options) -> list[dict[str, Any]]:
    """The features of the only layer; Invalid names what is wrong with the file."""
    import pyogrio

    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
        if len(layers) != 1:
            raise Invalid(("file", f"one layer is expected, not {len(layers)}: {', '.join(layers)[:120]}"))
        info = pyogrio.read_info(source)
        if info["driver"] not in drivers:
            raise Invalid(("file", f"not a file of {drivers[0]}"))
        meta, shapes, columns = _columns(source, _UNTOLD if info["encoding"] == "ISO-8859-1" else (None,))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError) as wrong:
        raise Invalid(("file", f"not a file of {drivers[0]}: {str(wrong)[:120]}")) from None
    if shapes is None or len(shapes) == 0:
        raise Invalid(("features", "the file holds no feature"))
    if len(shapes) > MOST_FEATURES:
        raise Invalid(("features", f"more than {MOST_FEATURES}"))
    geometries = _on_degrees(shapely.from_wkb(shapes, on_invalid="ignore"), meta.get("crs"), how)
    names = [str(name) for name in meta["fields"]]
    return [
        {
            "type": "Feature",
            "properties": {name: _plain(column[row]) for name, column in zip(names, columns, strict=True)},
            "geometry": None if shape is None or shape.is_empty else json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in enumerate(geometries)
    ]


def _columns(source: str, encodings: tuple[str | None, ...]) -> tuple[Any, Any, Any]:
    """What stands in a layer: about it, its geometries, its columns; read in the first encoding that fits."""
    import pyogrio

    *others, last = encodings
    for encoding in others:
        try:
            meta, _, shapes, columns = pyogrio.raw.read(
                source, force_2d=True, max_features=MOST_FEATURES + 1, encoding=encoding
            )
            return meta, shapes, columns
        except UnicodeDecodeError:
            continue
    meta, _, shapes, columns = pyogrio.raw.read(source, force_2d=True, max_features=MOST_FEATURES + 1, encoding=last)
    return meta, shapes, columns


def _on_degrees(shapes: Any, told: str | None, how: Options) -> Any:
    """The geometries in degrees: converted from a projected system that the file names."""
    if told is None:
        if how.crs is Crs.WGS84 and not how.crs_told:
            raise Invalid(("crs", "the file does not say its coordinate system (a .prj is missing, or give --crs)"))
        return shapes
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        source = CRS.from_user_input(told)
    except CRSError:
        raise Invalid(("crs", f"{told[:80]}: not known")) from None
    if source.to_epsg() in _LON_LAT or source.equals(CRS.from_epsg(4490), ignore_axis_order=True):
        return shapes
    turn = Transformer.from_crs(source, CRS.from_epsg(4326), always_xy=True)
    return shapely.transform(shapes, lambda xy: _turned(turn, xy))


def _turned(turn: Any, points: Any) -> Any:
    import numpy as np

    return np.column_stack(turn.transform(points[:, 0], points[:, 1]))


def _plain(value: Any) -> Any:
    """A cell as GeoJSON would have it: text, whole number, or nothing."""
    if value is None or value != value:  # NaN is an empty cell of a number column
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | str | float) else str(value)
