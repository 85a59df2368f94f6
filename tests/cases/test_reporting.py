"""Reports begin cases, on both databases."""

import pytest
from sqlalchemy import func, select

from gridops.cases.forms import Fix, Location
from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move, State
from gridops.core.coordinates import Crs, from_wgs84
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.world import World, fields_of, owed_days, told
from tests.factories import make_grid

S, M = State, Move


def test_a_report_finds_its_grid_and_has_a_number(world: World) -> None:
    case = world.report(description="路边暴露垃圾", address="龙城大道1号")
    assert (case.state, case.grid_id, case.version) == (S.REPORTED, world.west.id, 1)
    assert case.number == f"20170306-{case.id:06d}"
    assert case.reporter_id == world.people["inspector"].user_id
    assert owed_days(world.session) == {f"{world.west.id}:2017-03-06"}
    world.holds(case)


def test_a_point_in_gcj02_is_converted_and_what_was_sent_is_kept(world: World) -> None:
    lon, lat = from_wgs84(119.965, 31.855, Crs.GCJ02)
    sent = Location(lon, lat, 12.5, Crs.GCJ02, picked=True, fix=Fix(119.9, 31.8, 30.0))
    case = world.report(location=sent)
    assert case.grid_id == world.east.id
    assert (case.lon, case.lat) == pytest.approx((119.965, 31.855), abs=1e-6)
    assert case.place == {
        "lon": lon, "lat": lat, "accuracy_m": 12.5, "crs": "gcj02", "picked": True,
        "fix": {"lon": 119.9, "lat": 31.8, "accuracy_m": 30.0, "crs": "wgs84"},
    }  # fmt: skip


def test_a_point_just_outside_goes_to_the_nearest_grid_and_is_marked(world: World) -> None:
    case = world.report(location=Location(119.949, 31.855))
    assert case.grid_id == world.west.id
    assert case.place is not None
    assert case.place["nearest"] is True
    assert 90 < case.place["distance_m"] < 100


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"location": Location(125.0, 30.0)}, "location"),  # the sea
        ({"location": None, "grid": "nowhere"}, "grid"),
        ({"category": "9999"}, "category"),
        ({"category_list": "Z"}, "category_list"),
        ({"campaign": "none"}, "campaign"),
        ({"source": "hotline_12345"}, "source"),
    ],
)
def test_a_report_that_fits_nowhere_is_refused_by_name(world: World, given: dict, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        world.report(**given)
    assert fields_of(refused) == [field]
    assert world.session.scalar(select(func.count()).select_from(Case)) == 0


def test_codes_of_another_jurisdiction_are_refused(world: World) -> None:
    other = make_grid(world.session, west=120.5)
    with pytest.raises(Invalid) as refused:
        world.report(location=None, grid=other.code)
    assert fields_of(refused) == ["grid"]
    with pytest.raises(Invalid) as refused:
        world.report(location=Location(120.505, 31.855))
    assert fields_of(refused) == ["location"]


def test_a_report_without_a_point_names_its_grid(world: World) -> None:
    case = world.report(location=None, grid=world.east.code)
    assert (case.grid_id, case.lon, case.open_tile) == (world.east.id, None, None)


def test_what_is_put_right_on_the_spot_is_reported_and_never_accepted(world: World) -> None:
    case = world.report(self_handled=True)
    assert (case.state, case.accepted_at, case.version) == (S.SELF_HANDLED, None, 2)
    assert case.self_handled_at == case.reported_at
    with pytest.raises(Invalid) as refused:
        world.report(who="clerk", self_handled=True)
    assert fields_of(refused) == ["self_handled"]


def test_the_desk_registers_what_others_reported(world: World) -> None:
    case = world.report("hotline_12345", "clerk", source_number="CZ-1")
    assert (case.source.value, case.source_number) == ("hotline_12345", "CZ-1")


def test_an_admin_reports_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.report(who="admin")


def test_a_report_sent_twice_is_one_case(world: World) -> None:
    first = world.report(record_id="0190-a")
    again = world.report(record_id="0190-a", description="other words")
    assert again.id == first.id
    assert world.session.scalar(select(func.count()).select_from(CaseEvent)) == 1


def test_a_case_seen_again_gets_evidence_and_no_twin(world: World) -> None:
    first = world.report(record_id="0190-a")
    for _ in range(2):
        again = world.report(
            who="eastern_inspector",
            same_as="0190-a",
            record_id="0190-b",
            description="还在",
            location=Location(119.951, 31.852),
        )
        assert again.id == first.id
    found = told(world.session, first)
    assert [event.move for event in found] == [M.REPORT, M.ADD_EVIDENCE]
    assert found[1].reason == "还在"
    assert found[1].details == {"location": {"lon": 119.951, "lat": 31.852, "crs": "wgs84"}}
    assert again.version == 1
    with pytest.raises(NotFound):
        world.report(same_as="20170306-999999")


def test_a_record_is_not_used_for_two_things(world: World) -> None:
    one, two = world.dispatched(), world.dispatched()
    world.move(one, M.RECEIVE, "handler", record_id="0190-x")
    with pytest.raises(Conflict):
        world.move(two, M.RECEIVE, "handler", record_id="0190-x")
    with pytest.raises(Conflict):
        world.report(record_id="0190-x")
