"""Several units, one leads: who helps sees the case, says its line and no more; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.listing import queue
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.facts import Event, Helper
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import project
from gridops.cases.rules.queue import QueueFilter
from gridops.core import clock
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.people.queries import scope_of
from tests.cases.world import World, fields_of, make_world, monday

M, S = Move, State


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def joined(world: World, unit: str = "parks", **more: object) -> Case:
    case = world.dispatched()
    return world.move(case, M.JOIN, "dispatcher", unit=world.units[unit].id, words="修剪挡路的树枝", **more)


def listed(world: World, who: str) -> list[str]:
    rows = queue(world.session, scope_of(world.session, world.people[who]), QueueFilter()).rows
    return [row.number for row in rows]


# What a history leaves of the units that help (7, 8), by the case's own unit 1.
WALKS: dict[str, tuple[list[tuple[Move, int | None]], list[tuple[int, bool]]]] = {
    "two help": ([(M.JOIN, 7), (M.JOIN, 8)], [(7, True), (8, True)]),
    "one has told its result": ([(M.JOIN, 7), (M.JOIN, 8), (M.HELP_DONE, 7)], [(7, False), (8, True)]),
    "one returned its task": ([(M.JOIN, 7), (M.JOIN, 8), (M.HELP_RETURN, 8)], [(7, True)]),
    "one was let go": ([(M.JOIN, 7), (M.END_HELP, 7)], []),
    "named again it owes a result again": ([(M.JOIN, 7), (M.HELP_DONE, 7), (M.JOIN, 7)], [(7, True)]),
    "who leads now helps no longer": ([(M.JOIN, 7), (M.RETURN, None), (M.DISPATCH, 7)], []),
    "who leads cannot help": ([(M.JOIN, 1)], []),
    "a closing changes nothing": ([(M.JOIN, 7), (M.CLOSE, None)], [(7, True)]),
}  # fmt: skip


@pytest.mark.parametrize("walk", WALKS)
def test_who_helps_follows_from_the_events(walk: str) -> None:
    steps, wanted = WALKS[walk]
    begin = [(M.REPORT, None), (M.FILE, None), (M.DISPATCH, 1)]
    events = [Event(move, monday("09:00"), seq, unit_id=unit) for seq, (move, unit) in enumerate([*begin, *steps], 1)]
    facts = project(events)
    assert [(one.unit_id, one.open) for one in facts.helpers] == wanted
    assert facts.unit_id == (7 if walk.startswith("who leads now") else 1)


def test_help_with_an_overdue_case_may_have_a_date(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
    assert case.due_at is not None
    with clock.set_to(case.due_at + timedelta(hours=1)):
        world.move(
            case, M.JOIN, "dispatcher", unit=world.units["parks"].id, words="x", due=clock.now() + timedelta(hours=2)
        )
    world.holds(case)


def test_who_helps_sees_the_case_says_a_line_and_cannot_answer_for_it(world: World) -> None:
    with clock.set_to(monday("09:00")):
        other = world.dispatched()
        case = joined(world, due=monday("11:00"))
    assert listed(world, "parks_handler") == [case.number]
    file = case_file(world.session, world.people["parks_handler"], case.number)
    assert file.moves == (M.HELP_DONE, M.HELP_RETURN, M.ADD_EVIDENCE)
    assert file.facts.helpers == (Helper(world.units["parks"].id, monday("09:00"), 4, monday("11:00")),)
    with pytest.raises(NotFound):
        case_file(world.session, world.people["parks_handler"], other.number)
    version, moved = case.version, case.last_moved_at
    with clock.set_to(monday("10:00")):
        world.move(case, M.HELP_DONE, "parks_handler", words="已修剪")
        with pytest.raises(NotAllowed):
            world.move(case, M.FEEDBACK, "parks_handler", words="x")
    assert (case.version, case.last_moved_at, case.unit_id) == (version, moved, world.units["cleaning"].id)
    assert M.HELP_DONE not in case_file(world.session, world.people["parks_handler"], case.number).moves
    world.holds(case)


def test_a_returned_task_takes_the_case_out_of_sight(world: World) -> None:
    case = joined(world)
    world.move(case, M.HELP_RETURN, "parks_handler", reason="树木归养护公司")
    assert listed(world, "parks_handler") == []
    assert case.state is S.DISPATCHED


def test_a_community_that_helps_sees_one_case_of_another_and_no_more(world: World) -> None:
    east = {"location": None, "grid": world.east.code}
    case = world.dispatched(**east)
    world.dispatched(**east)
    assert listed(world, "community_handler") == []
    world.move(case, M.JOIN, "dispatcher", unit=world.units["community"].id, words="劝导商户")
    assert listed(world, "community_handler") == [case.number]
    world.move(case, M.END_HELP, "dispatcher", unit=world.units["community"].id, reason="已不需要")
    assert listed(world, "community_handler") == []


def test_what_is_wrong_with_help_is_named(world: World) -> None:
    case = joined(world)
    unit = world.units
    for fields, wrong in (
        ({"unit": unit["cleaning"].id}, "unit"),  # it leads
        ({"unit": 0}, "unit"),
        ({"unit": unit["community"].id, "due": monday("08:00", 1)}, "due"),  # gone by
        ({"unit": unit["community"].id, "due": case.due_at + (case.due_at - case.filed_at) * 99}, "due"),  # too late
    ):
        with pytest.raises(Invalid) as refused:
            world.move(case, M.JOIN, "dispatcher", words="x", **fields)
        assert fields_of(refused) == [wrong]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.END_HELP, "dispatcher", unit=unit["community"].id, reason="x")
    assert fields_of(refused) == ["unit"]
