"""Territory files as they really come: mended, overlapping, without parents, of another program, of another time."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core.errors import Invalid
from gridops.grids import forms, queries, service
from gridops.grids.models import GridVersion
from gridops.grids.rules import mending
from tests.conftest import shared
from tests.grids.files import box, collection, feature, town
from tests.grids.test_service import counts, stored

PLAIN = forms.Options()
REPAIR = forms.options({"repair": True})
NAMES = {"code_from": "name", "level": "community"}


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


BOW_TIE = polygon((119.94, 31.84), (119.95, 31.85), (119.95, 31.84), (119.94, 31.85), (119.94, 31.84))
# A square with a spike of no width.
SPIKED = polygon((119.94, 31.84), (119.95, 31.84), (119.95, 31.85), (119.94, 31.85), (119.93, 31.86), (119.94, 31.85), (119.94, 31.84))  # fmt: skip  # noqa: E501
OPEN = polygon((119.94, 31.84), (119.95, 31.84), (119.95, 31.85), (119.94, 31.85))
LINE = polygon((119.94, 31.84), (119.95, 31.85), (119.94, 31.84), (119.94, 31.84))


@pytest.mark.parametrize(
    ("shape", "said", "hectares"),
    [
        (BOW_TIE, "Self-intersection", 52),  # two triangles that meet in a point
        (SPIKED, "mended: ", 105),  # the spike covers nothing
        (OPEN, "1 open rings closed", 105),
    ],
)
def test_what_can_be_mended_is_mended_and_told(session: Session, shape: Any, said: str, hectares: int) -> None:
    raw = collection(feature("A", shape))
    assert service.check_grids(session, raw, PLAIN).errors
    report = service.import_grids(session, raw, REPAIR)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert any(said in warning.reason and warning.line == 1 for warning in report.warnings)
    row = session.scalars(select(GridVersion)).one()
    assert shapely.is_valid(shapely.from_geojson(row.geometry))
    assert round(row.area_m2 / 10_000) == hectares
    assert counts(service.import_grids(session, raw, REPAIR)) == (1, 0, 1, 0, 0)


def test_what_covers_nothing_cannot_be_mended(session: Session) -> None:
    report = service.import_grids(session, collection(feature("A", LINE)), REPAIR)
    assert [error.reason for error in report.errors] == ["cannot be mended: nothing of it is an area"]
    assert stored(session) == (0, 0)


def test_a_speck_is_no_area_and_what_leaves_the_world_once_converted_is_refused(session: Session) -> None:
    report = service.check_grids(session, collection(feature("A", box(119.94, 31.84, 119.9400001, 31.8400001))), REPAIR)
    assert [error.reason for error in report.errors] == ["smaller than 0.01 m²: no area"]
    whole = collection(feature("A", box(-180, -90, 180, 90)))
    report = service.check_grids(session, whole, forms.options({"crs": "bd09"}))
    assert [error.reason for error in report.errors] == ["invalid polygon once converted from bd09"]


@pytest.mark.parametrize(
    ("east", "mended"),
    [
        (119.950005, True),  # half a metre too far: a slip of the pen
        (119.9502, False),  # nineteen metres: somebody must decide
    ],
)
def test_an_overlap_narrower_than_a_metre_is_cut_off_from_the_later_feature(
    session: Session, east: float, mended: bool
) -> None:
    raw = collection(feature("A", box(119.94, 31.84, east, 31.85)), feature("B", box(119.95, 31.84, 119.96, 31.85)))
    report = service.import_grids(session, raw, REPAIR)
    assert (not report.errors) is mended
    told = [warning for warning in report.warnings if "overlap with A narrower than 1 m cut off" in warning.reason]
    assert [warning.value for warning in told] == (["B"] if mended else [])


def test_a_sliver_is_cut_off_in_crumbs_across_made_parents_and_from_children(session: Session) -> None:
    """In crumbs of less than 0.01 m²; between areas whose parents are only made; a child where its parent was cut."""
    east = 119.950005
    west_of, east_of = box(119.94, 31.84, east, 31.85), box(119.95, 31.84, 119.96, 31.85)
    teeth = [(119.95 + (1e-8 if n % 2 else -1e-8), 31.84 + n * 1e-4) for n in range(1, 100)]
    crumbs = polygon((119.95, 31.84), *teeth, (119.95, 31.85), (119.96, 31.85), (119.96, 31.84), (119.95, 31.84))
    families = (
        ([feature("A", box(119.94, 31.84, 119.95, 31.85)), feature("B", crumbs)], {}, ["B"]),
        ([feature("A", west_of, d="P"), feature("B", east_of, d="Q")], {"make_parents": "d"}, ["B"]),
        (
            [feature("P", west_of, level="street"), feature("Q", east_of, level="street"),
             feature("B", box(119.95, 31.84, 119.96, 31.850002), parent="Q")], {}, ["Q", "B"],
        ),
        # A feature that is a sliver itself is not mended away.
        ([feature("A", box(119.94, 31.84, 119.96, 31.85)), feature("B", box(119.95, 31.84, east, 31.85))], {}, None),
    )  # fmt: skip
    for features, how, mended in families:
        report = service.check_grids(session, collection(*features), forms.options({"repair": True, **how}))
        told = [warning.value for warning in report.warnings if "narrower than 1 m cut off" in warning.reason]
        assert (told or None, bool(report.errors)) == (mended, mended is None), report


def test_a_point_in_an_overlap_goes_to_the_smaller_grid_and_one_on_a_border_to_the_smaller_code(
    session: Session,
) -> None:
    raw = collection(feature("A", box(119.94, 31.84, 119.96, 31.86)), feature("B", box(119.95, 31.84, 119.965, 31.86)))
    assert service.check_grids(session, raw, PLAIN).errors
    report = service.import_grids(session, raw, forms.options({"allow_overlaps": True}))
    assert counts(report) == (2, 2, 0, 0, 0)
    assert any("overlaps its sibling A" in warning.reason for warning in report.warnings)
    index = queries.index(session)
    at = {lon: index.locate(lon, 31.85) for lon in (119.945, 119.95, 119.955, 119.96, 119.963)}
    assert {lon: place and place.code for lon, place in at.items()} == {
        119.945: "A",
        119.95: "A",  # within A, on the border of B
        119.955: "B",  # within both
        119.96: "B",  # within B, on the border of A
        119.963: "B",
    }


def test_parents_are_made_of_their_children(session: Session) -> None:
    features = [
        feature(f"G{n}", box(119.94 + n / 100, 31.84, 119.95 + n / 100, 31.86), level="community", d=f"D{n // 2}")
        for n in range(4)
    ]
    for one in features:
        one["properties"]["dn"] = f"{one['properties']['d']}区"
    how = forms.options({"make_parents": "d:dn"})
    assert counts(service.import_grids(session, collection(*features), how)) == (4, 6, 0, 0, 0)
    roots = queries.roots(session)
    assert [(root.code, root.name, root.level.value) for root in roots] == [
        ("D0", "D0区", "street"),
        ("D1", "D1区", "street"),
    ]
    assert [node.code for node in queries.children(session, roots[1].grid_id)] == ["G2", "G3"]
    assert counts(service.import_grids(session, collection(*features), how)) == (4, 0, 6, 0, 0)


def test_a_later_beginning_makes_a_new_version_and_the_old_file_stays_true(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    first = town()
    later = [feature("S1a", box(119.94, 31.852, 119.95, 31.86), parent="S1", valid_from="2018-01-01"),
             feature("S1b", box(119.94, 31.84, 119.95, 31.852), parent="S1", valid_from="2018-01-01")]  # fmt: skip
    assert counts(service.import_grids(session, collection(*later), PLAIN)) == (2, 0, 0, 2, 0)
    for again in (later, first):
        report = service.import_grids(session, collection(*again), PLAIN)
        assert (counts(report), report.errors) == ((len(again), 0, len(again), 0, 0), ())
    codes = {day: queries.index(session, day).locate(119.945, 31.851) for day in (date(2017, 12, 31), date(2018, 1, 1))}
    assert [place and place.code for place in codes.values()] == ["S1a", "S1b"]
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act == "grids.version")).all()
    assert len(acts) == 2


def test_what_was_wrong_is_corrected_in_place_only_when_told(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    right = [feature("S1a", box(119.94, 31.852, 119.95, 31.86), parent="S1"),
             feature("S1b", box(119.94, 31.84, 119.95, 31.852), parent="S1")]  # fmt: skip
    report = service.import_grids(session, collection(*right), PLAIN)
    assert all("--correct" in error.reason for error in report.errors)
    assert len(report.errors) == 2
    report = service.import_grids(session, collection(*right), forms.options({"correct": True}))
    assert counts(report) == (2, 0, 0, 2, 0)
    place = queries.index(session).locate(119.945, 31.851)
    assert place is not None
    assert place.code == "S1b"
    assert stored(session) == (5, 5)
    assert counts(service.import_grids(session, collection(*right), forms.options({"correct": True})))[2] == 2


def test_nested_collections_of_polygons_are_taken_and_others_named(session: Session) -> None:
    nested = {"type": "GeometryCollection", "geometries": [
        box(119.94, 31.84, 119.95, 31.85),
        {"type": "GeometryCollection", "geometries": [{"type": "MultiPolygon", "coordinates": [box(119.96, 31.84, 119.97, 31.85)["coordinates"]]}]},  # noqa: E501
    ]}  # fmt: skip
    assert counts(service.import_grids(session, collection(feature("A", nested)), PLAIN)) == (1, 1, 0, 0, 0)
    mixed = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [119.9, 31.8]}]}
    report = service.import_grids(session, collection(feature("B", mixed)), PLAIN)
    assert [error.reason for error in report.errors] == ["a collection may hold polygons only"]


@pytest.fixture
def features_on_disk(tmp_path: Path) -> dict[str, Path]:
    """Two areas as a Shapefile on a projected system, a GeoPackage and a KML on degrees."""
    import numpy as np
    import pyogrio

    shapes = [shapely.box(119.94, 31.84, 119.95, 31.85), shapely.box(119.95, 31.84, 119.96, 31.85)]
    fields = ["code", "name", "level"]
    columns = [np.array(texts, dtype=object) for texts in (["A", "B"], ["甲", "乙"], ["grid", "grid"])]
    from pyproj import Transformer

    flat = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)  # CGCS2000 / 3-degree Gauss-Kruger CM 120E
    turned = [
        shapely.transform(shape, lambda xy: np.column_stack(flat.transform(xy[:, 0], xy[:, 1]))) for shape in shapes
    ]
    made = {}
    for name, driver, some, crs in (
        ("areas.shp", "ESRI Shapefile", turned, "EPSG:4549"),
        ("areas.gpkg", "GPKG", shapes, "EPSG:4490"),
        ("areas.kml", "KML", shapes, "EPSG:4326"),
    ):
        made[name] = tmp_path / name
        pyogrio.raw.write(
            made[name], shapely.to_wkb(some), columns, fields, driver=driver, crs=crs, geometry_type="Polygon",
            encoding=None if driver != "ESRI Shapefile" else "UTF-8",
        )  # fmt: skip
    return made


@pytest.mark.parametrize("name", ["areas.shp", "areas.gpkg", "areas.kml"])
def test_files_of_other_programs_are_taken_by_what_they_say(
    session: Session, features_on_disk: dict[str, Path], name: str
) -> None:
    how = forms.options(
        {
            "code_field": "Name" if name.endswith("kml") else "code",
            "name_field": "Name" if name.endswith("kml") else "name",
            "level": "grid",
        }
    )
    report = service.import_file(session, features_on_disk[name], how)
    assert (counts(report), report.errors) == ((2, 2, 0, 0, 0), ())
    place = queries.index(session).locate(119.945, 31.845)
    assert place is not None
    assert place.name in ("甲", "A")
    assert counts(service.import_file(session, features_on_disk[name], how)) == (2, 0, 2, 0, 0)


@pytest.mark.parametrize("name", ["areas.shp", "areas.gpkg", "areas.kml", "areas.geojson"])
def test_a_file_that_is_not_what_its_name_says_is_refused(session: Session, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 this is no map at all")
    report = service.import_file(session, tmp_path / name, PLAIN)
    assert len(report.errors) == 1
    assert stored(session) == (0, 0)
    with pytest.raises(Invalid):
        service.import_file(session, tmp_path / f"missing-{name}", PLAIN)


def test_a_shapefile_without_a_system_is_refused_unless_it_is_told(
    session: Session, features_on_disk: dict[str, Path]
) -> None:
    features_on_disk["areas.shp"].with_suffix(".prj").unlink()
    report = service.check_file(session, features_on_disk["areas.shp"], PLAIN)
    assert [error.column for error in report.errors] == ["crs"]
    told = service.check_file(session, features_on_disk["areas.shp"], forms.options({"crs": "wgs84"}))
    assert {error.reason for error in told.errors} == {"not longitude and latitude in degrees"}


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_that_does_not_say_its_encoding_is_read_as_tables_are(
    session: Session, tmp_path: Path, encoding: str
) -> None:
    import numpy as np
    import pyogrio

    columns = [np.array([text], dtype=object) for text in ("A", "街道", "grid")]
    pyogrio.raw.write(
        tmp_path / "a.shp", shapely.to_wkb([shapely.box(119.94, 31.84, 119.95, 31.85)]), columns,
        ["code", "name", "level"], driver="ESRI Shapefile", crs="EPSG:4490", geometry_type="Polygon", encoding=encoding,
    )  # fmt: skip
    (tmp_path / "a.cpg").unlink()
    assert [area.name for area in forms.read_file(tmp_path / "a.shp", PLAIN).areas] == ["街道"]


def test_what_another_driver_would_follow_is_never_opened_and_bombs_are_not_unpacked(
    features_on_disk: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {end: features_on_disk["areas.shp"].with_suffix(end) for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        for end, part in parts.items():
            archive.write(part, f"区划/areas{end}")
    assert [area.name for area in forms.read_file(tmp_path / "areas.zip", PLAIN).areas] == ["甲", "乙"]
    monkeypatch.setattr(forms.vector, "MOST_BYTES", (tmp_path / "areas.zip").stat().st_size - 1)
    with pytest.raises(Invalid, match="larger than"):
        forms.read_file(tmp_path / "areas.zip", PLAIN)
    monkeypatch.undo()
    virtual = (
        f'<OGRVRTDataSource><OGRVRTLayer name="areas"><SrcDataSource>{parts[".shp"]}</SrcDataSource></OGRVRTLayer>'
    )
    for end in (".shp", ".kml", ".gpkg"):
        (tmp_path / f"v{end}").write_text(virtual + "</OGRVRTDataSource>")
        handed = forms.read_file(tmp_path / f"v{end}", PLAIN)
        assert [error.reason.partition(": ")[2] for error in handed.errors] == ["it begins otherwise"]


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        (shapely.box(119.94, 31.84, 119.95, 31.840001), 0.1),  # a long strip of eleven centimetres
        (shapely.box(119.94, 31.84, 119.941, 31.841), 51),  # about 95 m by 111 m: half of that
    ],
)
def test_width_is_twice_the_area_by_the_perimeter(shape: shapely.Polygon, width: float) -> None:
    assert mending.width_m(shape) == pytest.approx(width, rel=0.12)


@pytest.mark.acceptance
def test_san_francisco_goes_in_with_its_mends_listed(session: Session) -> None:
    path = shared("data", "boundaries", "san-francisco.geojson")
    how = forms.options({**NAMES, "repair": True, "allow_overlaps": True})
    report = service.import_file(session, path, how)
    assert (counts(report), report.errors) == ((37, 37, 0, 0, 0), ())
    mends = {warning.value for warning in report.warnings if warning.reason.startswith("mended: ")}
    assert mends >= {"Marina", "Downtown/Civic Center", "North Beach"}
    assert counts(service.import_file(session, path, how)) == (37, 0, 37, 0, 0)
    json.dumps(report.as_dict())
