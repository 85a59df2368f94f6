"""Who may close is data: which entitlements of the table count; of reporters' closings a share is looked at again."""

import itertools
from dataclasses import replace

import pytest
from sqlalchemy import select

from gridops.cases.models import Case, SpotCheckCase
from gridops.cases.queries import samples
from gridops.cases.queries.closing import closing_of
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.closing import CLOSERS, EVERYBODY, Closing
from gridops.cases.rules.moves import MOVES, Bar, Move, Tie
from gridops.cases.rules.standing import Standing, closes_as_reporter, person_refused
from gridops.cases.service.closing import set_closing
from gridops.core.errors import Invalid, NotAllowed
from gridops.people.queries import scope_of
from gridops.people.rules import Role
from tests.cases.world import World

LEADER, HANDLERS = frozenset({Role.SHIFT_LEADER}), frozenset({Role.HANDLER})
PEOPLE = {
    Tie.TERRITORY: Standing(territory=LEADER),
    Tie.REPORTER: Standing(reporter=True),
    Tie.OTHER_COMMUNITY: Standing(other_community=HANDLERS),
}


@pytest.mark.parametrize("choice", list(itertools.product((True, False), repeat=3)))
def test_only_those_whom_the_jurisdiction_lets_may_close_and_the_handler_never(choice: tuple[bool, bool, bool]):
    ties = Closing(*choice).ties
    for tie, person in PEOPLE.items():
        assert (person_refused(Move.CLOSE, replace(person, closers=ties)) is None) == (tie in ties)
        handling = Standing(territory=LEADER, reporter=True, other_community=HANDLERS, handler=True, closers=ties)
        assert person_refused(Move.CLOSE, handling)
    assert Bar.HANDLER in MOVES[Move.CLOSE].bars


def test_other_moves_know_nothing_of_it():
    nobody = frozenset[Tie]()
    assert person_refused(Move.FILE, Standing(territory=LEADER, closers=nobody)) is None
    assert EVERYBODY.ties == CLOSERS == PEOPLE.keys()


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        # the inspector who reported it
        (Standing(reporter=True), True),
        # a shift leader who reported it closes as shift leader
        (Standing(reporter=True, territory=LEADER), False),
        # unless shift leaders do not close here
        (Standing(reporter=True, territory=LEADER, closers=frozenset({Tie.REPORTER})), True),
        (Standing(territory=LEADER), False),
    ],
)
def test_who_closes_as_the_reporter(standing: Standing, told: bool):
    assert closes_as_reporter(standing) is told


def admin(world: World) -> int:
    return world.people["admin"].user_id


def checked(world: World) -> Case:
    return world.move(world.checking(), Move.CHECK_PASSED, "inspector")


def close(world: World, case: Case, who: str) -> Case:
    return world.move(case, Move.CLOSE, who, closing_condition=world.condition.id)


def test_what_is_set_holds_from_then_on_for_moves_and_offers(world: World):
    assert closing_of(world.session, world.root.id) == EVERYBODY
    set_closing(world.session, world.root.id, Closing(originator=False, recheck_percent=0), actor_id=admin(world))
    case = checked(world)
    with pytest.raises(NotAllowed):
        close(world, case, "inspector")
    assert Move.CLOSE not in case_file(world.session, world.people["inspector"], case.number).moves
    assert Move.CLOSE in case_file(world.session, world.people["leader"], case.number).moves
    close(world, case, "leader")
    for wrong in (Closing(False, False, False), Closing(recheck_percent=101), Closing(recheck_percent=-1)):
        with pytest.raises(Invalid):
            set_closing(world.session, world.root.id, wrong, actor_id=admin(world))


@pytest.mark.parametrize(("percent", "who", "drawn"), [(100, "inspector", 1), (0, "inspector", 0), (100, "leader", 0)])
def test_what_its_reporter_closed_is_drawn_to_be_looked_at_again(world: World, percent: int, who: str, drawn: int):
    set_closing(world.session, world.root.id, Closing(recheck_percent=percent), actor_id=admin(world))
    case = close(world, checked(world), who)
    assert list(world.session.scalars(select(SpotCheckCase.case_id))) == [case.id] * drawn
    found = samples.drawn(world.session, scope_of(world.session, world.people["leader"]), None)
    assert [one.row.number for one in found] == [case.number] * drawn
    assert samples.drawn(world.session, scope_of(world.session, world.people["eastern_inspector"]), None) == []
