"""改址: a case lies elsewhere than was said; figures follow it, nothing is sent anew, history keeps both places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.tiles import tile_of
from gridops.cases.service import rebuild
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.core.owed import Owed
from gridops.core.periods import Period
from gridops.figures import service as figures
from gridops.figures.models import DayTotal, FrozenSet
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.days import SHARED
from gridops.grids.models import Grid
from gridops.people.queries import load_person
from gridops.people.rules import Role
from tests.cases.world import World, fields_of, monday, owed_days, told
from tests.factories import make_user
from tests.figures.histories import PERIOD

M = Move
WEST, EAST = {"lon": 119.955, "lat": 31.855}, {"lon": 119.965, "lat": 31.855}


def totals(world: World) -> dict[int, dict[str, int]]:
    """What the daily totals of each grid sum up to, once nothing is owed any more."""
    figures.drain_all(world.session)
    sums = [func.sum(getattr(DayTotal, name)) for name in SHARED]
    rows = world.session.execute(select(DayTotal.grid_id, *sums).group_by(DayTotal.grid_id))
    return {grid_id: dict(zip(SHARED, map(int, found), strict=True)) for grid_id, *found in rows}


def from_rows(world: World) -> dict[int, int]:
    """How many cases were filed in the month in each grid, counted from the rows."""
    with clock.set_to(PERIOD.end):
        rows = counted_rows(world.session, area_of(world.session, world.root.id), PERIOD)
    return {grid.id: int((rows.child_id == grid.id).sum()) for grid in (world.west, world.east)}


def test_the_address_alone_is_corrected_and_both_are_kept(world: World) -> None:
    case = world.filed(address="盘龙路口")
    before = (case.grid_id, case.lon, case.due_at, case.open_tile, case.version)
    world.session.query(Owed).delete()
    world.move(case, M.RELOCATE, "clerk", address="盘龙路口东侧50米", words="来电更正")
    assert case.address == "盘龙路口东侧50米"
    assert (case.grid_id, case.lon, case.due_at, case.open_tile, case.version - 1) == before
    event = told(world.session, case)[-1]
    assert event.reason == "来电更正"
    assert event.details is not None
    assert [event.details[when]["address"] for when in ("before", "after")] == ["盘龙路口", "盘龙路口东侧50米"]
    assert owed_days(world.session) == set()
    world.holds(case)


def test_a_place_in_another_grid_takes_the_case_there_and_leaves_its_deadline_and_unit(world: World) -> None:
    case = world.dispatched(address="盘龙路口")
    before = (case.state, case.unit_id, case.due_at, case.handle_due_at)
    with clock.set_to(monday("10:00", 8)):
        world.move(case, M.RELOCATE, "dispatcher", **EAST, expected_version=case.version)
    assert (case.grid_id, case.lon, case.lat, case.address) == (world.east.id, *EAST.values(), "盘龙路口")
    assert (case.state, case.unit_id, case.due_at, case.handle_due_at) == before
    assert case.open_tile == tile_of(*EAST.values())
    details: dict[str, Any] = told(world.session, case)[-1].details or {}
    assert [(details[when]["grid_id"], details[when]["lon"]) for when in ("before", "after")] == [
        (world.west.id, WEST["lon"]),
        (world.east.id, EAST["lon"]),
    ]
    kept = {name: getattr(case, name) for name in details["after"] if name != "grid"}
    assert kept == {name: value for name, value in details["after"].items() if name != "grid"}
    world.holds(case)
    assert rebuild(world.session, [case.id]) == []


def test_the_days_of_both_grids_are_counted_anew_and_agree_with_the_rows(world: World) -> None:
    case, other = world.closed(), world.dispatched()
    assert case.state is State.CLOSED
    assert totals(world)[world.west.id]["filed"] == 2
    with clock.set_to(monday("10:00", 8)):
        world.move(other, M.RELOCATE, "leader", **EAST)
    assert owed_days(world.session) == {f"{grid.id}:2017-03-06" for grid in (world.west, world.east)}
    found = totals(world)
    for grid, number in ((world.west, 1), (world.east, 1)):
        assert found[grid.id] == {
            **dict.fromkeys(SHARED, 0),
            **dict.fromkeys(("reported", "accepted", "filed", "dispatched"), number),
        }
    assert from_rows(world) == {world.west.id: 1, world.east.id: 1}
    with clock.set_to(monday("11:00", 8)):
        world.move(other, M.RELOCATE, "leader", **WEST)
    found = totals(world)
    assert (found[world.west.id]["filed"], found.get(world.east.id)) == (2, None)
    assert from_rows(world) == {world.west.id: 2, world.east.id: 0}


def test_the_month_can_still_be_frozen_and_recounted_after_a_case_was_moved(world: World) -> None:
    case = world.dispatched()
    with clock.set_to(monday("10:00", 8)):
        world.move(case, M.RELOCATE, "leader", **EAST)
    as_of = PERIOD.end
    with clock.set_to(as_of):
        for grid in (world.west, world.east, world.root):
            figures.prepare_freeze(world.session, grid.id, PERIOD)
            frozen = figures.freeze(world.session, grid.id, PERIOD, "monthly", as_of)
            assert figures.recount(world.session, frozen).differences == ()
            assert frozen.figures["cases.filed"]["value"] == (0 if grid is world.west else 1)


def test_what_was_frozen_before_stays_and_the_next_month_freezes_with_the_case_where_it_is_now(world: World) -> None:
    case, april = world.dispatched(), PERIOD.next()

    def freeze(grid: Grid, period: Period) -> FrozenSet:
        figures.prepare_freeze(world.session, grid.id, period)
        return figures.freeze(world.session, grid.id, period, "monthly", period.end)

    with clock.set_to(PERIOD.end):
        march = {grid.id: freeze(grid, PERIOD) for grid in (world.west, world.east, world.root)}
    with clock.set_to(april.start + timedelta(days=3)):
        world.move(case, M.RELOCATE, "leader", **EAST)
    with clock.set_to(april.end):
        frozen = [freeze(grid, april) for grid in (world.west, world.east, world.root)]
    assert [one.figures["cases.overdue_open"]["value"] for one in frozen] == [0, 1, 1]
    assert frozen[2].late_records == []
    assert all(figures.recount(world.session, one).same for one in (*march.values(), *frozen))
    assert march[world.west.id].figures["cases.filed"]["value"] == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "address"),
        ({"words": "更正"}, "address"),
        ({"address": "盘龙路口"}, "address"),  # as it is
        (WEST, "address"),
        ({"lon": 119.965}, "lat"),
        ({"lat": 31.855}, "lon"),
        ({"lon": 121.5, "lat": 31.2}, "lon"),  # another city
    ],
)
def test_what_is_no_other_place_of_this_street_is_refused_by_its_field(
    world: World, fields: dict[str, Any], wrong: str
) -> None:
    case = world.report(address="盘龙路口")
    with pytest.raises(Invalid) as refused:
        world.move(case, M.RELOCATE, "leader", **fields)
    assert fields_of(refused) == [wrong]
    assert (case.version, case.grid_id) == (1, world.west.id)


def test_nobody_moves_a_case_out_of_their_own_reach_nor_one_that_has_ended(world: World) -> None:
    user = make_user(world.session, world.root, Role.SHIFT_LEADER, grid=world.west)
    person = load_person(world.session, user.id)
    assert person is not None
    world.people["western_leader"] = person
    case = world.filed()
    with pytest.raises(Invalid, match="责任范围") as refused:
        world.move(case, M.RELOCATE, "western_leader", **EAST)
    assert fields_of(refused) == ["lon"]
    world.move(case, M.RELOCATE, "western_leader", lon=119.956, lat=31.855)
    with pytest.raises(NotAllowed):
        world.move(case, M.RELOCATE, "inspector", address="别处")
    with pytest.raises(Conflict):
        world.move(world.closed(), M.RELOCATE, "leader", address="别处")


def test_a_case_without_a_point_gets_one(world: World) -> None:
    case: Case = world.report("public", "clerk", location=None, grid=world.west.code)
    assert (case.lon, case.open_tile) == (None, None)
    world.move(case, M.RELOCATE, "clerk", **EAST)
    assert (case.grid_id, case.open_tile) == (world.east.id, tile_of(*EAST.values()))
    world.holds(case)
