"""What is new in one's scope: nothing of others, nothing overlooked, nothing told twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import changes
from gridops.cases.queries.changes import changed_since, version_of
from gridops.cases.rules.changes import Version, read
from gridops.cases.rules.moves import Move
from gridops.cases.service import move, report
from gridops.core import db
from gridops.grids.models import Grid
from gridops.people.queries import Scope
from gridops.people.queries.access import UnitsIn
from tests.cases.world import World, make_world
from tests.conftest import empty

WEST, EAST = (119.955, 31.855), (119.965, 31.855)


@pytest.fixture
def world(database: Engine) -> World:
    with db.transaction() as session:
        return make_world(session)


@pytest.fixture
def on_postgresql(postgresql_engine: Engine) -> Iterator[World]:
    """Where the lower id may go to who commits last; SQLite has one writer at a time."""
    db.use(postgresql_engine)
    with db.transaction() as session:
        world = make_world(session)
    yield world
    empty(postgresql_engine)


def scope(world: World, *grids: Grid) -> Scope:
    """The whole street, or these grids alone."""
    own = frozenset(grid.id for grid in grids) if grids else None
    return Scope(world.root.id, 10**9, own)


def reported(world: World, at: tuple[float, float] = WEST) -> Case:
    with db.transaction() as session:
        return report(session, ReportIn(category="0110", location=Location(*at)), world.people["inspector"])


def version(of: Scope) -> Version:
    with db.reading() as session:
        return version_of(session, of)


def asked(of: Scope, since: Version) -> changes.Changes:
    with db.reading() as session:
        return changed_since(session, of, since)


def test_a_change_is_told_once_and_to_those_who_see_the_case_alone(world: World) -> None:
    whole, west = scope(world), scope(world, world.west)
    reported(world)
    before = {of: version(of) for of in (whole, west)}
    assert not asked(whole, before[whole])
    east = reported(world, EAST)
    found = asked(whole, before[whole])
    assert (found.case_ids, found.late) == ((east.id,), 0)
    assert not asked(whole, found.version)
    unseen = asked(west, before[west])
    assert (unseen.case_ids, unseen.late, unseen.version) == ((), 0, before[west])


def test_of_what_happens_elsewhere_the_version_tells_only_in_the_large(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    west = scope(world, world.west)
    since = version(west)
    reported(world, EAST)
    assert asked(west, since).version == since
    monkeypatch.setattr(changes, "_MOVES_ON", 1)
    moved_on = asked(west, since)
    assert not moved_on
    assert moved_on.version.highest > since.highest
    own = reported(world)
    assert asked(west, moved_on.version).case_ids == asked(west, since).case_ids == (own.id,)


def test_a_case_that_left_the_sight_is_told_once_as_gone(world: World) -> None:
    def moved(case: Case, what: Move, who: str, **fields: Any) -> None:
        with db.transaction() as session:
            move(session, case.id, what, world.people[who], MoveFields(**fields))

    west, case = scope(world, world.west), reported(world)
    theirs = Scope(world.root.id, 10**9, frozenset(), (UnitsIn(frozenset({world.units["cleaning"].id}), None),))
    moved(case, Move.FILE, "leader", condition=world.condition.id)
    moved(case, Move.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
    before = {of: version(of) for of in (west, theirs)}
    moved(case, Move.RETURN, "handler", reason="不归我所")
    moved(case, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
    assert (asked(west, before[west]).case_ids, asked(west, before[west]).gone) == ((case.id,), ())
    left = asked(theirs, before[theirs])
    assert (left.case_ids, left.gone) == ((), (case.id,))
    assert not asked(theirs, left.version)
    here = version(west)
    moved(case, Move.RELOCATE, "dispatcher", lon=EAST[0], lat=EAST[1])
    left = asked(west, here)
    assert (left.case_ids, left.gone) == ((), (case.id,))
    assert not asked(west, left.version)
    # who never saw it is told nothing
    assert not asked(theirs, version(theirs))


def test_a_case_that_a_unit_helped_with_outside_its_own_territory_is_told_as_gone(world: World) -> None:
    def made(what: Move, who: str, **fields: Any) -> None:
        with db.transaction() as session:
            move(session, case.id, what, world.people[who], MoveFields(**fields))

    case, parks = reported(world), world.units["parks"].id
    eastern = Scope(world.root.id, 10**9, frozenset(), (UnitsIn(frozenset({parks}), frozenset({world.east.id})),))
    made(Move.FILE, "leader", condition=world.condition.id)
    made(Move.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
    made(Move.JOIN, "dispatcher", unit=parks, words="修剪树枝")
    before = version(replace(eastern, helped=frozenset({case.id})))
    made(Move.END_HELP, "dispatcher", unit=parks, reason="不用了")
    left = asked(eastern, before)
    assert (left.case_ids, left.gone) == ((), (case.id,))


def test_an_empty_house_has_a_version_too(world: World) -> None:
    since = version(scope(world))
    assert (since.known, since.seen) == (0, 0)
    case = reported(world)
    assert asked(scope(world), since).case_ids == (case.id,)


def test_of_two_that_commit_in_reverse_order_none_is_overlooked(on_postgresql: World) -> None:
    world = on_postgresql
    slow, quick = reported(world), reported(world)
    whole = scope(world)
    since = version(whole)
    taken, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with db.transaction() as session:
            move(session, slow.id, Move.FILE, world.people["leader"], MoveFields(condition=world.condition.id))
            session.flush()
            taken.set()
            assert go_on.wait(20)

    thread = threading.Thread(target=slowly)
    thread.start()
    assert taken.wait(20)
    with db.transaction() as session:
        move(session, quick.id, Move.FILE, world.people["leader"], MoveFields(condition=world.condition.id))
    first = asked(whole, since)
    assert first.case_ids == (quick.id,)
    go_on.set()
    thread.join(20)
    second = asked(whole, first.version)
    assert (second.version.highest, second.late) == (first.version.highest, 1)
    assert not asked(whole, second.version)


@pytest.mark.parametrize("text", ["", "1", "1.2", "a.b.c", "1.2.3.4", "-1.2.3", "1.2.12345", "１.2.3"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        read(text)


def test_a_version_is_read_as_it_was_written() -> None:
    assert read(Version(123, 45, 6).written()) == Version(123, 45, 6)


def test_who_is_far_behind_is_told_of_what_is_in_sight(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    west = scope(world, world.west)
    since = version(west)
    own = reported(world)
    for _ in range(4):
        reported(world, EAST)
    monkeypatch.setattr(changes, "MOST", 3)
    assert asked(west, since).case_ids == (own.id,)
