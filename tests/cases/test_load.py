"""What lies with each unit and person, on both databases; and that the queue shows the same cases."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from gridops.cases.queries.listing import queue
from gridops.cases.queries.load import load
from gridops.cases.rules.load import Load, with_those_below
from gridops.cases.rules.moves import Move
from gridops.cases.rules.queue import Group, Lately, QueueFilter
from gridops.core import clock
from gridops.people.queries import scope_of
from tests.cases.world import World, make_world, monday


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def worked(world: World) -> dict[str, int]:
    """Cases of a Monday: untouched, taken, returned, failed; ids by what became of them."""
    with clock.set_to(monday("09:00")):
        untouched, taken, back, failed = (world.dispatched() for _ in range(4))
        parks = world.dispatched("parks")
        world.move(taken, Move.RECEIVE, "handler")
        world.move(back, Move.RETURN, "handler", reason="不在管辖范围")
        for _ in range(2):
            world.move(failed, Move.FEEDBACK, "handler", words="已清理")
            world.move(failed, Move.SEND_TO_CHECK, "dispatcher")
            world.move(failed, Move.CHECK_FAILED, "inspector", reason="没有清理")
    return {"untouched": untouched.id, "taken": taken.id, "back": back.id, "failed": failed.id, "parks": parks.id}


def test_numbers_are_by_unit_and_by_who_took_it(world: World) -> None:
    worked(world)
    cleaning, parks = world.units["cleaning"].id, world.units["parks"].id
    handler = world.people["handler"].user_id
    scope = scope_of(world.session, world.people["leader"])
    with clock.set_to(monday("12:00")):
        assert load(world.session, scope) == {
            (cleaning, None): Load(open=1, due_today=1),
            (cleaning, handler): Load(open=2, due_today=2, returned=1, rework=1),
            (parks, None): Load(open=1, due_today=1),
        }
    with clock.set_to(monday("12:00", 8)):
        assert load(world.session, scope)[cleaning, handler] == Load(open=2, overdue=2, returned=1, rework=1)
    with clock.set_to(monday("12:00", 6).replace(month=5)):
        assert load(world.session, scope)[cleaning, handler] == Load(open=2, overdue=2), "thirty days are over"


def test_each_number_leads_to_its_cases_in_the_queue(world: World) -> None:
    made = worked(world)
    handler = world.people["handler"].user_id
    scope = scope_of(world.session, world.people["leader"])
    wanted = {
        QueueFilter(group=Group.HANDLING, holder_id=handler): {"taken", "failed"},
        QueueFilter(group=Group.HANDLING, unit_id=world.units["cleaning"].id): {"untouched", "taken", "failed"},
        QueueFilter(lately=Lately.RETURNED): {"back"},
        QueueFilter(lately=Lately.REWORK, holder_id=handler): {"failed"},
        QueueFilter(lately=Lately.REWORK, unit_id=world.units["parks"].id): set(),
    }
    with clock.set_to(monday("12:00")):
        for asked, names in wanted.items():
            found = {row.id for row in queue(world.session, scope, asked).rows}
            assert found == {made[name] for name in names}, asked


def test_a_new_dispatch_finds_a_case_with_nobody(world: World) -> None:
    made = worked(world)
    with clock.set_to(monday("10:00")):
        case = world.session.get_one(type(world.filed()), made["back"])
        world.move(case, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
        found = load(world.session, scope_of(world.session, world.people["leader"]))
    assert found[world.units["parks"].id, None] == Load(open=2, due_today=2, returned=1)


def test_what_is_out_of_scope_is_not_counted(world: World) -> None:
    worked(world)
    with clock.set_to(monday("12:00")):
        for who, units in (("parks_handler", {"parks"}), ("handler", {"cleaning"}), ("eastern_inspector", set())):
            found = load(world.session, scope_of(world.session, world.people[who]))
            assert {unit for unit, _ in found} == {world.units[name].id for name in units}, who


@pytest.mark.parametrize(
    ("own", "whole"),
    [
        ({}, {}),  # nothing lies anywhere
        ({1: Load(1)}, {1: Load(1)}),  # with the uppermost only
        ({3: Load(1), 2: Load(2, 1)}, {1: Load(3, 1), 2: Load(3, 1), 3: Load(1)}),  # each counts for all above it
        ({4: Load(1)}, {4: Load(1)}),  # a unit that nobody knows stands for itself
    ],
)
def test_a_unit_counts_with_those_below(own: dict[int, Load], whole: dict[int, Load]) -> None:
    assert with_those_below(own, {1: None, 2: 1, 3: 2}) == whole
