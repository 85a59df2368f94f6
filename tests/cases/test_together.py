"""Two people at once, with real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move, State
from gridops.cases.service import dispatch_many, move, move_in_sight, report
from gridops.core import db
from gridops.core.errors import Conflict, GridopsError, NotFound
from gridops.people.queries import scope_of
from tests.cases.world import World, make_world

pytestmark = pytest.mark.both


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each of these gave, or the error of the house it ended in; all begin together."""
    begin = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        begin.wait()
        try:
            answers[place] = act()
        except GridopsError as refused:
            answers[place] = refused

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def street() -> World:
    with db.transaction() as session:
        return make_world(session)


def act(
    case: Case, what: Move, world: World, who: str, version: int | None = None, **fields: Any
) -> Callable[[], State]:
    """As a phone makes a move."""

    def run() -> State:
        with db.transaction() as session:
            done = move(session, case.id, what, world.people[who], MoveFields(**fields), expected_version=version)
            return done.state

    return run


def act_at_desk(
    case: Case, what: Move, world: World, who: str, version: int | None = None, record_id: str | None = None,
    **fields: Any,
) -> Callable[[], State]:  # fmt: skip
    """As a form makes it: by the number."""
    person, about = world.people[who], {"expected_version": version, "record_id": record_id}

    def run() -> State:
        with db.transaction() as session:
            scope = scope_of(session, person)
            return move_in_sight(session, scope, case.number, what, person, MoveFields(**fields), **about).state

    return run


either_way = pytest.mark.parametrize("act", [act, act_at_desk])


def filed(world: World) -> Case:
    with db.transaction() as session:
        case = report(session, ReportIn(category="0110", location=Location(119.955, 31.855)), world.people["inspector"])
        return move(session, case.id, Move.FILE, world.people["leader"], MoveFields(condition=world.condition.id))


@either_way
def test_of_two_dispatchers_at_the_same_instant_one_wins_and_the_other_is_told(
    database: Engine, act: Callable[..., Callable[[], State]]
) -> None:
    world = street()
    case = filed(world)
    sent = [(who, world.units[unit].id) for who, unit in (("dispatcher", "cleaning"), ("desk", "parks")) * 2]
    answers = at_once(*(act(case, Move.DISPATCH, world, who, case.version, unit=unit) for who, unit in sent))
    assert answers.count(State.DISPATCHED) == 1
    who, unit = sent[answers.index(State.DISPATCHED)]
    told = [str(answer) for answer in answers if isinstance(answer, Conflict)]
    assert told == ["案件已被他人更新，请刷新后再办理"] * 3
    with db.reading() as session:
        dispatches = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.move == Move.DISPATCH)
        (kept,) = session.scalars(dispatches)
        assert (kept.actor_id, kept.unit_id) == (world.people[who].user_id, unit)
        assert session.get_one(Case, case.id).unit_id == unit


def test_a_form_that_comes_twice_at_once_moves_its_case_once_and_both_are_told_so(database: Engine) -> None:
    world = street()
    case, name = filed(world), str(uuid4())
    unit = world.units["parks"].id
    sent = act_at_desk(case, Move.DISPATCH, world, "dispatcher", case.version, record_id=name, unit=unit)
    assert at_once(sent, sent) == [State.DISPATCHED] * 2
    with db.reading() as session:
        dispatches = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.move == Move.DISPATCH)
        assert len(session.scalars(dispatches).all()) == 1


@either_way
def test_two_cases_merged_into_each_other_at_once_never_form_a_ring(
    database: Engine, act: Callable[..., Callable[[], State]]
) -> None:
    world = street()
    one, two = filed(world), filed(world)
    answers = at_once(
        act(one, Move.MERGE, world, "leader", into=two.number),
        act(two, Move.MERGE, world, "leader", into=one.number),
    )
    assert answers.count(State.MERGED) == 1
    assert sum(isinstance(answer, GridopsError) for answer in answers) == 1


def test_a_form_moves_no_case_that_its_scope_does_not_show(database: Engine) -> None:
    world = street()
    case, person = filed(world), world.people["dispatcher"]
    given = MoveFields(unit=world.units["parks"].id)
    with db.transaction() as session:
        elsewhere = replace(scope_of(session, person), grid_ids=frozenset({world.east.id}))
        with pytest.raises(NotFound):
            move_in_sight(session, elsewhere, case.number, Move.DISPATCH, person, given)
    with db.reading() as session:
        assert session.get_one(Case, case.id).state is State.FILED


def test_two_who_dispatch_the_same_list_do_not_wait_in_a_ring(database: Engine) -> None:
    world = street()
    cases = [filed(world).id for _ in range(6)]
    unit = world.units["parks"].id

    def many(ids: list[int]) -> Callable[[], int]:
        def run() -> int:
            with db.transaction() as session:
                return sum(o.done for o in dispatch_many(session, ids, unit, world.people["dispatcher"]))

        return run

    assert sorted(at_once(many(cases), many(cases[::-1]))) == [0, 6]


def test_reports_at_once_have_numbers_of_their_own(database: Engine) -> None:
    world = street()

    def one() -> str:
        with db.transaction() as session:
            return report(
                session, ReportIn(category="0110", location=Location(119.955, 31.855)), world.people["inspector"]
            ).number

    answers = at_once(*[one] * 8)
    assert len(set(answers)) == 8
    assert all(isinstance(answer, str) for answer in answers)
