"""Rows are the projection of their events after any walk through the table, undoings included; bulk equals live."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.forms import PartIn
from gridops.cases.models import Case, CaseEvent, CasePart
from gridops.cases.queries import lookups
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.moves import MOVES, Move, State, Suspension
from gridops.cases.rules.projection import project
from gridops.cases.rules.standing import moves_for
from gridops.cases.service import NewCase, Said, rebuild, write_cases
from gridops.cases.service.writing import EVENT_COLUMNS
from gridops.core import clock
from gridops.people.models import Helping
from tests.cases.world import MORNING, World, owed_days
from tests.factories import make_case

STEPS = 60
FINAL = frozenset({Move.SELF_HANDLE, Move.DECLINE, Move.NOT_FILE})
WALKERS = ("desk", "leader", "clerk", "dispatcher", "handler", "parks_handler", "inspector", "community_handler")


def fields_for(world: World, case: Case, move: Move, dice: random.Random) -> dict[str, Any]:
    """Fields that a person might hand in."""
    now = clock.now()
    parts = set(world.session.scalars(select(CasePart.part_id)))  # once they were used, nothing is put together again
    cases = [each for each in world.session.scalars(select(Case)) if each.id not in {case.id, *parts}]
    filed = [each for each in cases if each.state is State.FILED]
    units = [world.units[name].id for name in ("cleaning", "parks", "community")]
    helping = select(Helping.unit_id).where(Helping.case_id == case.id).order_by(Helping.unit_id)
    helper = world.session.scalar(helping.limit(1)) or units[0]
    given: dict[Move, dict[str, Any]] = {
        Move.VERIFY: {"outcome": dice.random() < 0.8},
        Move.DECLINE: {"reason": "x"},
        Move.FILE: {"condition": condition(world, case)},
        Move.NOT_FILE: {"reason": "x"},
        Move.DISPATCH: {"unit": world.units[dice.choice(("cleaning", "parks", "community"))].id, "words": "x"},
        Move.FEEDBACK: {"words": "x"},
        Move.CHECK_FAILED: {"reason": "x"},
        Move.CLOSE: {"closing_condition": condition(world, case)},
        Move.ASK_EXTENSION: {"reason": "x", "due": (case.due_at or now) + timedelta(hours=dice.randint(1, 90))},
        Move.PRESS: {"words": "x", "due": now + timedelta(days=1)},
        Move.ANSWER_PRESS: {"words": "x"},
        Move.JOIN: {"words": "x", "unit": dice.choice([one for one in units if one != case.unit_id])},
        Move.HELP_DONE: {"words": "x"},
        Move.END_HELP: {"reason": "x", "unit": helper},
        Move.SUSPEND: {"reason": "x", "suspension": Suspension.OUTSIDE},
        Move.MERGE: {"into": filed[0].number if filed else "none"},
        Move.SPLIT: {"parts": (PartIn("x"), PartIn("y", category=other_category(world, case)))},
        Move.RELOCATE: {"address": "x", "lon": 119.951 + dice.random() / 200, "lat": 31.855},
        Move.RECATEGORISE: recategorised(world, case),
    }
    reasons = (Move.UNDO_CLOSING, Move.RETURN, Move.REFUSE_EXTENSION, Move.VOID, Move.UNDO_VOID, Move.UNDO_MERGE)
    reasons += (Move.UNDO_SPLIT, Move.HELP_RETURN)
    return {**given, **{each: {"reason": "x"} for each in reasons}}.get(move, {})


def offered_to(world: World, case: Case, who: str) -> list[Move]:
    """The moves this person may make now; merging only where there is a case to merge into."""
    history = lookups.history(world.session, case.id)
    standing = standing_of(world.session, world.people[who], case, history)
    parts = select(CasePart.part_id)
    filed = select(Case.id).where(Case.state == State.FILED, Case.id != case.id, Case.id.not_in(parts))
    others = world.session.scalar(filed.limit(1))
    offered = moves_for(project(history.events), case.source, standing)
    return [move for move in offered if others or move is not Move.MERGE]


def condition(world: World, case: Case) -> int:
    return (world.condition if case.category_id == world.category.id else world.other_condition).id


def other_category(world: World, case: Case) -> int:
    return (world.other_category if case.category_id == world.category.id else world.category).id


def recategorised(world: World, case: Case) -> dict[str, Any]:
    """Another category; of a filed case with the condition it stands under from then on."""
    other = world.other_condition if case.category_id == world.category.id else world.condition
    return {"category": other.category_id} | ({"condition": other.id} if case.filed_at else {})


@pytest.mark.parametrize("seed", range(6))
def test_rows_say_what_their_events_say_after_any_walk(world: World, seed: int) -> None:
    dice = random.Random(seed)
    world.condition.handle_limit = 2
    cases = [world.report("public", "clerk"), world.filed(), world.dispatched(), world.checking()]
    made: Counter[Move] = Counter()
    now = MORNING
    for _ in range(STEPS):
        now += timedelta(minutes=dice.randint(0, 600))
        with clock.set_to(now):
            case = dice.choice(cases)
            offered = [(move, who) for who in WALKERS for move in offered_to(world, case, who)]
            # Rarely walked ways first, so that a short walk comes far.
            move, who = min(offered, key=lambda way: (made[way[0]] + 2 * (way[0] in FINAL), dice.random()))
            said = now - timedelta(minutes=dice.randint(-5, 300))
            world.move(case, move, who, happened_at=said, **fields_for(world, case, move, dice))
            made[move] += 1
    assert len(made) > 15, made
    for case in cases:
        world.holds(case)
        told = lookups.history(world.session, case.id).events
        moves = [event for event in told if MOVES[event.move].changes]
        assert [event.happened_at for event in moves] == sorted(event.happened_at for event in moves)
        assert case.version == len(moves)
    assert rebuild(world.session, [case.id for case in cases]) == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_in_bulk_is_what_the_verbs_write(world: World, seed: int) -> None:
    dice = random.Random(seed)
    live = [
        world.closed(),
        world.checking(),
        world.report(self_handled=True),
        world.dispatched("parks", description="x"),
    ]
    dice.shuffle(live)
    days = owed_days(world.session)
    copies = write_cases(world.session, [copy_of(world.session, case) for case in live])
    assert owed_days(world.session) == days
    for case, copy_id in zip(live, copies, strict=True):
        copy = world.session.get(Case, copy_id)
        assert copy is not None
        assert {**row(copy), "id": 0, "number": ""} == {**row(case), "id": 0, "number": ""}
        assert told(world.session, copy_id) == told(world.session, case.id)
        assert copy.number == f"20170306-{copy_id:06d}"
        world.holds(copy)


def test_the_next_single_case_does_not_meet_the_bulk(world: World) -> None:
    first = world.report()
    (second,) = write_cases(world.session, [copy_of(world.session, first)])
    third = world.report()
    assert first.id < second < third.id
    assert write_cases(world.session, []) == []


def row(case: Case) -> dict[str, Any]:
    return {column.name: getattr(case, column.name) for column in Case.__table__.columns}


def told(session: Session, case_id: int) -> list[tuple[Any, ...]]:
    names = [name for name in EVENT_COLUMNS if name != "case_id"]
    columns = [getattr(CaseEvent, name) for name in names]
    rows = session.execute(select(*columns).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq))
    return [tuple(found) for found in rows]


def copy_of(session: Session, case: Case) -> NewCase:
    """The same case again, as an import or the demo would hand it in."""
    events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all()
    said = {e.seq: Said(e.actor_id, None, e.reason, e.details, e.recorded_at) for e in events}
    given = {name: value for name, value in row(case).items() if name not in ("id", "number")}
    return NewCase(given, lookups.history(session, case.id).events, said)


def test_a_case_built_for_a_test_is_a_case_like_any_other(world: World) -> None:
    case = make_case(world.session, world.east, world.category)
    assert (case.state, case.grid_id, case.version) == (State.REPORTED, world.east.id, 1)
    world.holds(case)
