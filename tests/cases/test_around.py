"""Cases of the same kind here in 90 days, on both databases."""

from datetime import timedelta

from gridops.cases.forms import Location
from gridops.cases.queries.around import related
from gridops.core import clock
from gridops.people.queries import scope_of
from tests.cases.world import MORNING, World

HERE = (119.955, 31.855)


def found(world: World, case, who: str = "leader", **more) -> list:
    return related(world.session, scope_of(world.session, world.people[who]), case, **more)


def away(metres: float) -> Location:
    return Location(HERE[0], HERE[1] + metres / 111_320)


def test_a_case_knows_those_of_its_kind_within_a_hundred_metres_newest_first(world: World):
    old = world.report(location=away(40), happened_at=MORNING - timedelta(days=89))
    world.report(location=away(40), happened_at=MORNING - timedelta(days=91))
    world.report(location=away(110))
    world.report(location=away(5), category="0111")
    near = world.closed(location=away(90))
    case = world.report(location=Location(*HERE))
    assert [(one.row.number, round(one.metres)) for one in found(world, case)] == [(near.number, 90), (old.number, 40)]


def test_without_a_place_its_grid_tells(world: World):
    world.report(location=None, grid=world.east.code)
    same, case = (world.report(location=None, grid=world.west.code) for _ in range(2))
    assert [(one.row.number, one.metres) for one in found(world, case)] == [(same.number, None)]


def test_nobody_is_told_of_a_case_out_of_sight_and_no_more_than_asked(world: World):
    case = world.dispatched()
    others = [world.report(location=away(n)) for n in range(3)]
    assert found(world, case, "handler") == []
    assert [one.row.number for one in found(world, case, most=2)] == [others[2].number, others[1].number]


def test_of_a_closed_case_what_was_here_before_its_end_is_told(world: World):
    before = world.report(location=away(10))
    case = world.closed(location=away(0))
    with clock.set_to(MORNING + timedelta(days=200)):
        world.report(location=away(10))
        assert [one.row.number for one in found(world, case)] == [before.number]
