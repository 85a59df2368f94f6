from __future__ import annotations

import contextlib
import json
from datetime import date
from typing import Any

import geojson
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core.coordinates import Crs, to_wgs84
from gridops.core.db import reading, transaction
from gridops.demo_street.territory import PARTS, street_features
from gridops.grids import forms, queries, service
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.grids.rules.shapes import geodesic_area_m2
from tests.conftest import shared
from tests.grids.files import box, collection, feature, town

PLAIN = forms.Options()
NAMES = forms.Options(code_from="name", level=Level.COMMUNITY)


def counts(report: service.Report) -> tuple[int, int, int, int, int]:
    return report.read, report.new, report.unchanged, report.changed, report.refused


def stored(session: Session) -> tuple[int, int]:
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in (Grid, GridVersion))  # type: ignore[return-value]


def test_a_territory_is_taken_whole_and_twice_is_once(session: Session) -> None:
    raw = collection(*reversed(town()))
    assert counts(service.import_grids(session, raw, PLAIN)) == (5, 5, 0, 0, 0)
    assert counts(service.import_grids(session, raw, PLAIN)) == (5, 0, 5, 0, 0)
    assert stored(session) == (5, 5)
    root = queries.by_code(session, "S")
    assert root is not None
    assert {grid.root_id for grid in session.scalars(select(Grid))} == {root.id}
    version = queries.version_at(session, root.id)
    assert version is not None
    assert (version.west, version.south, version.east, version.north) == (119.94, 31.84, 119.96, 31.86)
    assert version.area_m2 == pytest.approx(geodesic_area_m2(shapely.box(119.94, 31.84, 119.96, 31.86)))


def test_a_trial_gives_the_same_answer_and_writes_nothing(session: Session) -> None:
    raw = collection(*town())
    trial = service.check_grids(session, raw, PLAIN)
    assert stored(session) == (0, 0)
    assert service.import_grids(session, raw, PLAIN) == trial
    assert json.dumps(trial.as_dict())


def test_one_wrong_feature_refuses_the_whole_file(session: Session) -> None:
    wrong = feature("S2a", box(119.955, 31.84, 119.97, 31.86), parent="S2")
    report = service.import_grids(session, collection(*town(), wrong), PLAIN)
    assert counts(report) == (6, 0, 0, 0, 1)
    assert [(e.line, e.column, e.value) for e in report.errors] == [(6, "geometry", "S2a")]
    assert stored(session) == (0, 0)


def test_children_of_a_feature_that_cannot_be_read_are_no_orphans(session: Session) -> None:
    street, *others = town()
    report = service.import_grids(session, collection({**street, "geometry": None}, *others), PLAIN)
    assert [(e.line, e.column) for e in report.errors] == [(1, "geometry")]


def test_names_and_levels_are_changed_in_place_and_audited(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    mark = queries.stamp(session)
    changed = town()
    changed[2]["properties"] |= {"name": "东片区", "level": "special", "valid_to": "2030-01-01"}
    assert counts(service.import_grids(session, collection(*changed), PLAIN, actor_id=None)) == (5, 0, 4, 1, 0)
    assert queries.stamp(session) != mark
    node = queries.tree(session).by_code["S2"]
    assert (node.name, node.level) == ("东片区", Level.SPECIAL)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "grids.change")).one()
    assert (entry.details["before"]["name"], entry.details["after"]["name"]) == ("name of S2", "东片区")
    assert counts(service.import_grids(session, collection(*changed), PLAIN)) == (5, 0, 5, 0, 0)


@pytest.mark.parametrize(
    ("properties", "shape", "column"),
    [
        ({}, box(119.94, 31.85, 119.95, 31.8599), "geometry"),
        ({"parent_code": "S"}, None, "parent_code"),
        ({"parent_code": None}, None, "parent_code"),
        ({"valid_from": "2017-01-01"}, None, "valid_from"),
    ],
)
def test_another_shape_parent_or_beginning_of_a_known_grid_is_refused(
    session: Session, properties: dict[str, Any], shape: Any, column: str
) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    other = town()[3]
    other["properties"] |= properties
    other["geometry"] = shape or other["geometry"]
    report = service.import_grids(session, collection(other), PLAIN)
    assert column in [error.column for error in report.errors]
    assert any("new version" in error.reason or "beginning" in error.reason for error in report.errors)
    assert report.changed == 0


def test_the_same_shape_drawn_from_another_corner_is_unchanged(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    turned = town()
    for one in turned:
        (ring,) = one["geometry"]["coordinates"]
        one["geometry"]["coordinates"] = [[*ring[2:-1], *ring[:3]][::-1]]
    assert counts(service.import_grids(session, collection(*turned), PLAIN)) == (5, 0, 5, 0, 0)


def test_children_join_a_known_parent_and_must_fit_what_is_there(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    how = forms.Options(parent="S2")
    east = feature("S2a", box(119.955, 31.84, 119.96, 31.86))
    report = service.import_grids(session, collection(east), how)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert "gap between children of S2" in report.warnings[0].reason
    west = feature("S2b", box(119.95, 31.84, 119.956, 31.86))
    report = service.import_grids(session, collection(west), how)
    assert "overlaps its sibling S2a (already known)" in report.errors[0].reason
    outside = feature("S2c", box(119.93, 31.84, 119.955, 31.86))
    report = service.import_grids(session, collection(outside), how)
    assert "outside its parent S2" in report.errors[0].reason
    fits = feature("S2d", box(119.95, 31.84, 119.955, 31.86))
    assert service.import_grids(session, collection(fits), how).warnings == ()
    grids = queries.by_codes(session, ["S", "S2a", "S2d", "nobody"])
    assert {grids["S2a"].root_id, grids["S2d"].root_id} == {grids["S"].id}


def test_an_unknown_common_parent_makes_orphans(session: Session) -> None:
    report = service.import_grids(session, collection(feature("A", box(0, 0, 1, 1))), forms.Options(parent="X"))
    assert [(e.column, e.value) for e in report.errors] == [("parent_code", "X")]


def test_jurisdictions_of_different_files_may_lie_over_each_other(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    other = feature("T", box(119.945, 31.84, 119.97, 31.86), level="street")
    assert counts(service.import_grids(session, collection(other), PLAIN)) == (1, 1, 0, 0, 0)
    index = queries.index(session)
    place = index.locate(119.955, 31.85)
    assert place is not None
    assert place.code == "S2"  # over all roots the deepest has it
    root = queries.by_code(session, "T")
    assert root is not None
    place = queries.index(session, root_id=root.id).locate(119.955, 31.85)
    assert place is not None
    assert place.code == "T"


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_shifted_files_are_checked_as_drawn_and_kept_in_wgs84(session: Session, crs: Crs) -> None:
    # Squares in the file's system: corners in the middle of a neighbour's edge are off that edge once converted.
    street, *parts = town()
    how = forms.Options(crs=crs)
    assert service.import_grids(session, collection(street), how).errors == ()
    report = service.import_grids(session, collection(*parts), how)
    assert (report.errors, report.warnings, report.new) == ((), (), 4)
    place = queries.index(session).locate(*to_wgs84(119.9401, 31.8501, crs))
    assert place is not None
    assert place.code == "S1a"
    assert counts(service.import_grids(session, collection(street, *parts), how)) == (5, 0, 5, 0, 0)


def test_a_grid_has_a_beginning_and_an_end(session: Session) -> None:
    features = town()
    features[4]["properties"]["valid_from"] = "2017-03-01"
    features[3]["properties"]["valid_to"] = "2017-04-01"
    assert service.import_grids(session, collection(*features), PLAIN).errors == ()
    found = {
        day: [
            place.code if (place := queries.index(session, day).locate(119.945, lat)) else None
            for lat in (31.845, 31.855)
        ]
        for day in (date(2017, 2, 28), date(2017, 3, 1), date(2017, 4, 1))
    }
    assert list(found.values()) == [["S1", "S1a"], ["S1b", "S1a"], ["S1b", "S1"]]
    assert queries.index(session, date(2017, 3, 1)) is queries.index(session, date(2017, 3, 31))


def test_what_is_kept_in_memory_follows_the_database(database: Engine) -> None:
    def code_of(session: Session) -> str | None:
        place = queries.index(session).locate(119.955, 31.85)
        return place.code if place else None

    with reading() as session:
        assert code_of(session) is None
    with contextlib.suppress(ZeroDivisionError), transaction() as session:
        service.import_grids(session, collection(*town()), PLAIN)
        assert code_of(session) == "S2"
        raise ZeroDivisionError
    with reading() as session:
        assert code_of(session) is None
    with transaction() as session:
        service.import_grids(session, collection(town()[0]), PLAIN)
    with reading() as session:
        assert code_of(session) == "S"
        before = queries.Snapshot(session)
    with transaction() as session:
        service.import_grids(session, collection(*town()), PLAIN)
    with reading() as session:
        assert code_of(session) == "S2"
        assert set(before.tree().by_code) == {"S"}
        assert queries.index(session) is queries.index(session)


def test_questions_to_the_territory(session: Session) -> None:
    service.import_grids(session, collection(*town()), PLAIN)
    root = queries.roots(session)[0]
    assert [node.code for node in queries.children(session, root.grid_id)] == ["S1", "S2"]
    assert queries.level_counts(session, root.grid_id).count == 2
    assert str(queries.level_counts(session, root.grid_id, level=Level.STREET).area_km2) == "4.20"
    west = queries.by_code(session, "S1a")
    assert west is not None
    assert [version.name for version in queries.versions(session, west.id)] == ["name of S1a"]
    rows = list(queries.export_rows(session, within=root.grid_id, level=Level.GRID))
    assert [(row["code"], row["parent_code"], row["valid_from"]) for row in rows] == [
        ("S1a", "S1", ""),
        ("S1b", "S1", ""),
    ]
    assert tuple(rows[0]) == queries.EXPORT_COLUMNS
    assert [row["code"] for row in queries.export_rows(session, grid_ids=[west.id])] == ["S1a"]


@pytest.mark.parametrize("tolerance", [0.0, 0.0001])
def test_grids_come_as_valid_geojson(session: Session, tolerance: float) -> None:
    service.import_grids(session, collection(*street_features()["features"]), PLAIN)
    found = queries.feature_collection(session, level=Level.GRID, tolerance_deg=tolerance)
    # The library is asked for its judgement only: it rounds to six places, which tears borders apart.
    assert geojson.loads(json.dumps(found)).is_valid
    assert len(found["features"]) == 60
    shapes = [shapely.geometry.shape(one["geometry"]) for one in found["features"]]
    assert shapely.coverage_is_valid(shapes)
    assert list(shapely.total_bounds(shapes)) == found["bbox"]
    parents = {one["properties"]["parent_code"] for one in found["features"]}
    assert parents == {code for code, *_ in PARTS}


def test_the_demo_street_is_taken_without_a_warning(session: Session) -> None:
    features = street_features()
    assert features == street_features()
    report = service.import_grids(session, json.dumps(features).encode(), PLAIN)
    assert (counts(report), report.errors, report.warnings) == ((68, 68, 0, 0, 0), (), ())
    street = queries.by_code(session, "320411003")
    assert street is not None
    assert queries.level_counts(session, street.id).count == 60
    names = {node.name for node in queries.children(session, street.id)}
    assert names == {name for _, name, *_ in PARTS}
    tree = queries.tree(session)
    assert [len(tree.children(tree.by_code[code].grid_id)) for code, *_ in PARTS] == [n for *_, n in PARTS]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_point_of_the_demo_street_lies_in_a_grid_of_its_part(seed: int) -> None:
    features = street_features()["features"]
    shapes = {one["properties"]["code"]: shapely.geometry.shape(one["geometry"]) for one in features}
    leaves = {code: shape for code, shape in shapes.items() if len(code) == 15}
    rng = np.random.default_rng(seed)
    west, south, east, north = shapes["320411003"].bounds
    for lon, lat in zip(rng.uniform(west, east, 40), rng.uniform(south, north, 40), strict=True):
        holding = [code for code, shape in leaves.items() if shapely.intersects_xy(shape, lon, lat)]
        assert bool(holding) is bool(shapely.intersects_xy(shapes["320411003"], lon, lat))
        assert all(shapely.intersects_xy(shapes[code[:12]], lon, lat) for code in holding)


@pytest.mark.acceptance
def test_amsterdam_is_taken(session: Session) -> None:
    raw = shared("data", "boundaries", "amsterdam.geojson").read_bytes()
    report = service.import_grids(session, raw, NAMES)
    assert (counts(report), report.warnings) == ((97, 97, 0, 0, 0), ())
    assert counts(service.import_grids(session, raw, NAMES)) == (97, 0, 97, 0, 0)
    assert len(queries.roots(session)) == 97
    assert all(grid.root_id == grid.id for grid in session.scalars(select(Grid)))


@pytest.mark.acceptance
def test_san_francisco_is_refused_naming_its_faults(session: Session) -> None:
    raw = shared("data", "boundaries", "san-francisco.geojson").read_bytes()
    report = service.import_grids(session, raw, NAMES)
    invalid = {error.value for error in report.errors if error.reason.startswith("invalid polygon: ")}
    overlaps = {
        (error.reason.split("sibling ")[1].split(" (feature")[0], error.value)
        for error in report.errors
        if error.reason.startswith("overlaps")
    }
    assert invalid == {"Marina", "Downtown/Civic Center", "North Beach"}
    assert overlaps == {
        ("Nob Hill", "Downtown/Civic Center"),
        ("Downtown/Civic Center", "Chinatown"),
        ("Chinatown", "Financial District"),
    }
    assert len(report.errors) == 6
    assert len(report.warnings) == 10
    assert stored(session) == (0, 0)


@pytest.mark.acceptance
@pytest.mark.parametrize(("folder", "number"), [("edges", 3), ("tianmen-2016-12", 2), ("zhengzhou-2019-w15", 6)])
def test_acceptance_territories_are_taken_beside_the_demo(session: Session, folder: str, number: int) -> None:
    service.import_grids(session, json.dumps(street_features()).encode(), PLAIN)
    report = service.import_grids(session, shared("acceptance", folder, "grids.geojson").read_bytes(), PLAIN)
    assert (counts(report), report.warnings) == ((number, number, 0, 0, 0), ())
