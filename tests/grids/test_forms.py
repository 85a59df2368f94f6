from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.coordinates import Crs, from_wgs84
from gridops.core.errors import Invalid
from gridops.grids import forms
from gridops.grids.rules import Level
from tests.grids.files import box, collection, feature

SQUARE = box(119.94, 31.84, 119.95, 31.85)


def test_a_feature_becomes_an_area() -> None:
    handed = forms.read(collection(feature(" A1 ", SQUARE, parent="A", valid_from="2017-01-01")), forms.Options())
    (area,) = handed.areas
    assert (area.line, area.code, area.parent_code, area.level) == (1, "A1", "A", Level.GRID)
    assert (str(area.valid_from), area.valid_to) == ("2017-01-01", None)
    assert handed.errors == handed.warnings == ()


def test_options_name_the_properties() -> None:
    raw = collection({"type": "Feature", "properties": {"id": 7, "label": "七", "up": "X"}, "geometry": SQUARE})
    how = forms.options({"code_field": "id", "name_field": "label", "parent_field": "up", "level": "cell"})
    (area,) = forms.read(raw, how).areas
    assert (area.code, area.name, area.parent_code, area.level) == ("7", "七", "X", Level.CELL)


def test_the_name_may_be_the_code() -> None:
    raw = collection({"type": "Feature", "properties": {"area": "Jordaan"}, "geometry": SQUARE})
    (area,) = forms.read(raw, forms.options({"code_from": "area", "level": "community"})).areas
    assert (area.code, area.name) == ("Jordaan", "Jordaan")


def test_a_common_parent_is_for_features_without_their_own() -> None:
    raw = collection(feature("S", SQUARE), feature("S1", SQUARE), feature("S1a", SQUARE, parent="S1"))
    areas = forms.read(raw, forms.options({"parent": "S"})).areas
    assert [area.parent_code for area in areas] == [None, "S", "S1"]


@pytest.mark.parametrize(
    ("given_options", "field"),
    [
        ({"level": "planet"}, "level"),
        ({"crs": "epsg:3857"}, "crs"),
        ({"code_from": "name", "code_field": "id"}, "code_from"),
    ],
)
def test_wrong_options_are_named(given_options: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        forms.options(given_options)
    assert refused.value.errors[0].field == field


NOT_A_COLLECTION = {
    b"": "not JSON",
    b"\xff\xfe": "not JSON",
    b"code,name\n1,x\n": "not JSON",
    b"[]": "not GeoJSON",
    b'"x"': "not GeoJSON",
    b'{"type": "Feature"}': "not a GeoJSON FeatureCollection",
    b'{"type": "FeatureCollection"}': "not a list",
    b'{"type": "FeatureCollection", "features": []}': "no feature",
    b'{"type": "FeatureCollection", "features": [NaN]}': "not JSON",
    b"[" * 100_000: "not JSON",
}


@pytest.mark.parametrize("raw", NOT_A_COLLECTION)
def test_what_is_no_feature_collection_is_refused_in_one_line(raw: bytes) -> None:
    handed = forms.read(raw, forms.Options())
    (error,) = handed.errors
    assert handed.areas == ()
    assert error.line == 0
    assert NOT_A_COLLECTION[raw] in error.reason
    assert "\n" not in error.reason


def test_a_projected_file_says_so() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    (error,) = forms.read(collection(feature("A", SQUARE), crs=crs), forms.Options()).errors
    assert error.column == "crs"
    for fine in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490"):
        crs = {"type": "name", "properties": {"name": fine}}
        assert forms.read(collection(feature("A", SQUARE), crs=crs), forms.Options()).errors == ()


def rings(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


WRONG: dict[str, tuple[Any, str, str]] = {
    "not an object": (5, "type", "not a Feature"),
    "another type": ({"type": "Polygon"}, "type", "not a Feature"),
    "properties": ({"type": "Feature", "properties": [1]}, "properties", "not an object"),
    "no code": (feature("", SQUARE), "code", "missing"),
    "code of a wrong type": (feature({"a": 1}, SQUARE), "code", "not a text"),
    "true is no code": (feature(True, SQUARE), "code", "not a text"),
    "a long code": (feature("x" * 61, SQUARE, name="x"), "code", "longer"),
    "a code with a line break": (feature("a\nb", SQUARE, name="a"), "code", "printed"),
    "no name": (feature("A", SQUARE, name="  "), "name", "missing"),
    "no level": (feature("A", SQUARE, level=None), "level", "missing"),
    "another level": (feature("A", SQUARE, level="planet"), "level", "not one of"),
    "a day that is none": (feature("A", SQUARE, valid_from="2017-02-30"), "valid_from", "not a day"),
    "days in the wrong order": (
        feature("A", SQUARE, valid_from="2017-02-02", valid_to="2017-02-02"),
        "valid_to",
        "not after",
    ),
    "no geometry": (feature("A", None), "geometry", "missing"),
    "a point": (feature("A", {"type": "Point", "coordinates": [1, 2]}), "geometry", "only Polygon"),
    "a list": (feature("A", [1]), "geometry", "only Polygon"),
    "empty": (feature("A", {"type": "Polygon", "coordinates": []}), "geometry", "empty"),
    "no coordinates": (feature("A", {"type": "MultiPolygon"}), "geometry", "empty"),
    "an empty part": (feature("A", {"type": "MultiPolygon", "coordinates": [[]]}), "geometry", "empty"),
    "no rings": (feature("A", {"type": "MultiPolygon", "coordinates": [5]}), "geometry", "list of rings"),
    "no ring": (feature("A", {"type": "Polygon", "coordinates": [5]}), "geometry", "list of positions"),
    "an open ring": (feature("A", rings([0, 0], [1, 0], [1, 1], [0, 1])), "geometry", "ends where it starts"),
    "a short ring": (feature("A", rings([0, 0], [1, 0], [0, 0])), "geometry", "four positions"),
    "metres": (feature("A", box(500_000, 3_500_000, 500_100, 3_500_100)), "geometry", "not longitude"),
    "text for numbers": (feature("A", rings(["0", 0], [1, 0], [1, 1], ["0", 0])), "geometry", "position"),
    "one number": (feature("A", rings([0], [1], [1], [0])), "geometry", "position"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_features_are_named(name: str) -> None:
    value, column, reason = WRONG[name]
    handed = forms.read(collection(feature("fine", SQUARE), value), forms.Options())
    assert [area.code for area in handed.areas] == ["fine"]
    (error,) = handed.errors
    assert (error.line, error.column) == (2, column)
    assert reason in error.reason


def test_every_error_of_a_feature_is_named_at_once() -> None:
    wrong = feature("", None, level="planet", name="")
    handed = forms.read(collection(wrong), forms.Options())
    assert [error.column for error in handed.errors] == ["code", "name", "level", "geometry"]


def test_heights_are_dropped_with_one_warning() -> None:
    shape = rings([0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5])
    handed = forms.read(collection(feature("A", shape), feature("B", shape)), forms.Options())
    assert [area.geometry.has_z for area in handed.areas] == [False, False]
    (warning,) = handed.warnings
    assert "2 features" in warning.reason


def test_a_byte_order_mark_is_no_fault() -> None:
    assert forms.read(b"\xef\xbb\xbf" + collection(feature("A", SQUARE)), forms.Options()).errors == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_feature_makes_it_fall(data: st.DataObject) -> None:
    part = data.draw(json_values)
    shape = data.draw(
        st.sampled_from(
            [part, {"type": "Polygon", "coordinates": part}, {"type": "MultiPolygon", "coordinates": [part, [part]]}]
        )
    )
    raw = json.dumps({"type": "FeatureCollection", "features": [part, feature(part, shape, parent=part, level=part)]})
    handed = forms.read(raw.encode("utf-8", "surrogatepass"), forms.Options())
    assert handed.errors


def test_coordinates_stay_those_of_the_file() -> None:
    shifted = [list(from_wgs84(lon, lat, Crs.GCJ02)) for lon, lat in SQUARE["coordinates"][0]]
    how = forms.options({"crs": "gcj02"})
    (area,) = forms.read(collection(feature("A", {"type": "Polygon", "coordinates": [shifted]})), how).areas
    assert [list(point) for point in area.geometry.exterior.coords] == shifted
