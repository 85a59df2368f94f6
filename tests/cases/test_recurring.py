"""A closed case that came back: a table of cases for the rule, and what a person says and takes back, on both."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case, CaseRecurrence
from gridops.cases.queries.recurring import after, before
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.recurring import refusal
from gridops.cases.service.recurring import link, take_back
from gridops.core import clock
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.people.queries import load_person, scope_of
from gridops.people.rules import Role
from tests.cases.world import MORNING, World, fields_of
from tests.factories import at, make_user

pytestmark = pytest.mark.both
CLOSED_AT = at("2017-03-01 10:00")


@pytest.mark.parametrize(
    ("state", "reported", "earlier", "closed_at", "field"),
    [
        # the next morning, whatever has become of it since
        (State.REPORTED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, None),
        (State.CLOSED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, None),
        # done with on the spot: it was there again all the same
        (State.SELF_HANDLED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, None),
        # a second after the closing; at it, and before it: the same problem, reported twice
        (State.FILED, "2017-03-01 10:00:01", State.CLOSED, CLOSED_AT, None),
        (State.FILED, "2017-03-01 10:00", State.CLOSED, CLOSED_AT, "earlier"),
        (State.FILED, "2017-03-01 09:00", State.CLOSED, CLOSED_AT, "earlier"),
        # exactly 30 days, and a second more
        (State.FILED, "2017-03-31 10:00", State.CLOSED, CLOSED_AT, None),
        (State.FILED, "2017-03-31 10:00:01", State.CLOSED, CLOSED_AT, "earlier"),
        # never closed, its closing undone, voided or merged after all
        (State.FILED, "2017-03-02 09:00", State.FILED, None, "earlier"),
        (State.FILED, "2017-03-02 09:00", State.RECEIVED, None, "earlier"),
        (State.FILED, "2017-03-02 09:00", State.VOIDED, CLOSED_AT, "earlier"),
        (State.FILED, "2017-03-02 09:00", State.MERGED, None, "earlier"),
        # handled on the spot by who saw it: it was never filed, so never closed
        (State.FILED, "2017-03-02 09:00", State.SELF_HANDLED, None, "earlier"),
        # the new one is none, or is told of by another
        (State.VOIDED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, "case"),
        (State.MERGED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, "case"),
        (State.DECLINED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, "case"),
        (State.NOT_FILED, "2017-03-02 09:00", State.CLOSED, CLOSED_AT, "case"),
    ],
)
def test_what_may_be_a_recurrence_of_what(
    state: State, reported: str, earlier: State, closed_at: datetime | None, field: str | None
) -> None:
    found = refusal(state, at(reported), earlier, closed_at)
    assert (found and found[0]) == field


def scope(world: World, who: str = "leader"):
    return scope_of(world.session, world.people[who])


def pair(world: World, days: float = 3) -> tuple[Case, Case]:
    """A closed case, and one reported some days later."""
    earlier = world.closed()
    with clock.set_to(MORNING + timedelta(days=days)):
        return earlier, world.report()


def say(world: World, case: Case, number: str, who: str = "leader") -> Case:
    return link(world.session, scope(world, who), case.id, number, world.people[who])


def shown(world: World, case: Case, who: str = "leader") -> tuple[list[str], list[str]]:
    world.session.flush()
    return tuple([one.number for one in told(world.session, scope(world, who), case)] for told in (before, after))


def acts(world: World) -> list[tuple[str, str, str]]:
    asked = select(AuditEntry).where(AuditEntry.act.like("case.recurred%")).order_by(AuditEntry.id)
    return [(row.act, row.subject_id, row.details["earlier"]) for row in world.session.scalars(asked)]


def test_a_person_says_so_once_and_who_and_when_is_kept(world: World) -> None:
    earlier, case = pair(world)
    when = MORNING + timedelta(days=3, hours=1)
    for who, later in (("leader", 0), ("clerk", 1)):  # said again, by another: nothing more
        with clock.set_to(when + timedelta(hours=later)):
            assert say(world, case, earlier.number, who).id == earlier.id
    (row,) = world.session.scalars(select(CaseRecurrence))
    assert (row.root_id, row.case_id, row.earlier_id) == (world.root.id, case.id, earlier.id)
    assert (row.linked_at, row.linked_by, row.undone_at) == (when, world.people["leader"].user_id, None)
    assert (shown(world, case), shown(world, earlier)) == (([earlier.number], []), ([], [case.number]))
    assert acts(world) == [("case.recurred", str(case.id), earlier.number)]
    world.holds(case)  # neither case changes by it
    world.holds(earlier)


def test_it_is_taken_back_and_may_be_said_anew_and_all_of_it_is_kept(world: World) -> None:
    earlier, case = pair(world)
    given = (world.session, scope(world), case.id, earlier.number, world.people["leader"])
    take_back(*given)  # nobody had said so
    link(*given)
    for hours in (5, 6):
        with clock.set_to(MORNING + timedelta(days=3, hours=hours)):
            take_back(*given)
    assert (shown(world, case), shown(world, earlier)) == (([], []), ([], []))
    link(*given)
    assert shown(world, case) == ([earlier.number], [])
    rows = world.session.scalars(select(CaseRecurrence).order_by(CaseRecurrence.id)).all()
    ends = [(row.undone_at, row.undone_by) for row in rows]
    assert ends == [(MORNING + timedelta(days=3, hours=5), world.people["leader"].user_id), (None, None)]
    assert [act for act, *_ in acts(world)] == ["case.recurred", "case.recurred_undone", "case.recurred"]


def test_of_two_cases_one_link_stands_at_most(world: World) -> None:
    earlier, case = pair(world)
    say(world, case, earlier.number)
    more = {"root_id": world.root.id, "case_id": case.id, "earlier_id": earlier.id}
    world.session.add(CaseRecurrence(**more, linked_at=MORNING, linked_by=world.people["leader"].user_id))
    with pytest.raises(IntegrityError):
        world.session.flush()


def test_a_case_may_be_the_recurrence_of_two_and_come_back_itself(world: World) -> None:
    first, second = world.closed(), world.closed()
    with clock.set_to(MORNING + timedelta(days=3)):
        case = world.closed()
        for one in (first, second):
            say(world, case, one.number)
    with clock.set_to(MORNING + timedelta(days=9)):
        again = world.report()
        say(world, again, case.number)
    assert shown(world, case) == ([second.number, first.number], [again.number])


def test_what_is_refused_names_the_field(world: World) -> None:
    earlier, case = pair(world)
    _old, late = pair(world, 30.1)
    open_one = world.filed()
    tries = [(case, case.number), (case, "20170101-000001"), (case, open_one.number), (late, earlier.number)]
    tries += [(open_one, earlier.number)]  # reported before that was closed
    for one, number in tries:
        with pytest.raises(Invalid) as refused:
            say(world, one, number)
        assert fields_of(refused) == ["earlier"], number
    with clock.set_to(MORNING + timedelta(days=4)):
        world.move(case, Move.DECLINE, "clerk", reason="重复")
    with pytest.raises(Invalid) as refused:
        say(world, case, earlier.number)
    assert fields_of(refused) == ["case"]
    assert world.session.scalars(select(CaseRecurrence)).all() == []


def test_who_neither_accepts_nor_files_does_not_say_so(world: World) -> None:
    earlier, case = pair(world)
    for who in ("dispatcher", "inspector", "handler"):
        refused = NotFound if who == "handler" else NotAllowed  # it is not with his unit
        with pytest.raises(refused):
            say(world, case, earlier.number, who)
        with pytest.raises(refused):
            take_back(world.session, scope(world, who), case.id, earlier.number, world.people[who])


def test_of_a_case_out_of_sight_nothing_is_told_nor_said(world: World) -> None:
    earlier = world.closed()
    with clock.set_to(MORNING + timedelta(days=3)):
        case = world.report(who="eastern_inspector", location=None, grid=world.east.code)
    user = make_user(world.session, world.root, Role.SHIFT_LEADER, grid=world.east)
    eastern = load_person(world.session, user.id)
    assert eastern is not None
    world.people["eastern"] = eastern
    absent, hidden = [], []
    for told, number in ((absent, "20170101-000001"), (hidden, earlier.number)):
        with pytest.raises(Invalid) as refused:
            say(world, case, number, "eastern")
        told += [(error.field, error.reason) for error in refused.value.errors]
    assert absent == hidden  # which of the two it is, nobody learns
    say(world, case, earlier.number)
    assert (shown(world, case), shown(world, case, "eastern")) == (([earlier.number], []), ([], []))
    with pytest.raises(NotFound):
        link(world.session, scope(world, "eastern"), earlier.id, case.number, eastern)


def test_one_whose_closing_was_undone_stays_linked_and_counts_no_more(world: World) -> None:
    earlier, case = pair(world)
    say(world, case, earlier.number)
    with clock.set_to(MORNING + timedelta(days=5)):
        world.move(earlier, Move.UNDO_CLOSING, "leader", reason="未整改")
    (of_new,), (of_old,) = (
        before(world.session, scope(world), case),
        after(world.session, scope(world), earlier),
    )
    assert (of_new.number, of_new.counts, of_old.number, of_old.counts) == (earlier.number, False, case.number, False)
