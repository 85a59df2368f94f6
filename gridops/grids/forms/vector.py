"""Shapefile, GeoPackage and KML -> the features of a territory file, on longitude and latitude.

By pyogrio, which loads in commands only. The drivers are a white list: a file is opened as what it says it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid
from gridops.grids.forms.geojson import Handed, Options, read, read_features
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


def read_file(path: Path, how: Options) -> Handed:
    """Read a file by what its name ends with; anything else is GeoJSON. Invalid (`file`): it cannot be read at all."""
    drivers = DRIVERS.get(path.suffix.lower())
    try:
        if drivers is None:
            return read(path.read_bytes(), how)
        if not path.is_file():
            raise FileNotFoundError(2, "No such file or directory")
    except OSError as lost:
        raise Invalid(("file", f"cannot be read: {lost.strerror}")) from None
    try:
        return read_features(_features(path, drivers, how), how)
    except Invalid as wrong:
        first = wrong.errors[0]
        return Handed((), 0, (Finding(0, first.field, "", first.reason),), ())


def _features(path: Path, drivers: tuple[str, ...], how: Options) -> list[dict[str, Any]]:
    """The features of the only layer; Invalid names what is wrong with the file."""
    import pyogrio

    source = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
        if len(layers) != 1:
            raise Invalid(("file", f"one layer is expected, not {len(layers)}"))
        if pyogrio.read_info(source)["driver"] not in drivers:
            raise Invalid(("file", f"not a file of {drivers[0]}"))
        meta, _, shapes, columns = pyogrio.raw.read(source, force_2d=True, max_features=MOST_FEATURES + 1)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError) as wrong:
        raise Invalid(("file", f"not a file of {drivers[0]}: {str(wrong)[:120]}")) from None
    if shapes is None or len(shapes) == 0:
        raise Invalid(("features", "the file holds no feature"))
    if len(shapes) > MOST_FEATURES:
        raise Invalid(("features", f"more than {MOST_FEATURES}"))
    geometries = _on_degrees(shapely.from_wkb(shapes), meta.get("crs"), how.crs)
    names = [str(name) for name in meta["fields"]]
    return [
        {
            "type": "Feature",
            "properties": {name: _plain(column[row]) for name, column in zip(names, columns, strict=True)},
            "geometry": None if shape is None or shape.is_empty else json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in enumerate(geometries)
    ]


def _on_degrees(shapes: Any, told: str | None, crs: Crs) -> Any:
    """The geometries in degrees: converted from a projected system that the file names."""
    if told is None:
        if crs is Crs.WGS84:
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
