"""Which people are told of a case, on both databases: those whom it concerns, once, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import in_sight_of
from gridops.cases.rules.moves import Move
from gridops.cases.service.telling import owe_running_out, tell_owed
from gridops.core import clock
from gridops.notices.models import PersonalNotice
from gridops.notices.queries import people as queries
from gridops.notices.rules import Occasion
from gridops.notices.rules.personal import Choice, DigestHours, Mail
from gridops.notices.service import people as service
from gridops.people.models import User
from tests.cases.world import World, make_world, monday


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def told(world: World) -> set[tuple[str, Occasion]]:
    """Whom of the world was told of what, after a worker has looked."""
    while tell_owed(world.session) is not None:
        pass
    names = {person.user_id: name for name, person in world.people.items()}
    rows = world.session.scalars(select(PersonalNotice))
    return {(names[row.user_id], row.occasion) for row in rows}


def unread(world: World, who: str) -> int:
    return queries.unread(world.session, world.people[who].user_id)


def returned(world: World, case: Case) -> None:
    world.move(case, Move.RETURN, "handler", reason="不归我所")


def failed(world: World, case: Case) -> None:
    world.move(case, Move.FEEDBACK, "handler", words="已清理")
    world.move(case, Move.SEND_TO_CHECK, "desk")
    world.move(case, Move.CHECK_FAILED, "inspector", reason="没有清理")


def closed(world: World, case: Case) -> None:
    world.move(case, Move.FEEDBACK, "handler", words="已清理")
    world.move(case, Move.SEND_TO_CHECK, "desk")
    world.move(case, Move.CHECK_PASSED, "inspector")
    world.move(case, Move.CLOSE, "leader", closing_condition=world.condition.id)


def decided(world: World, case: Case, move: Move, **said: str) -> None:
    world.move(case, Move.ASK_EXTENSION, "handler", reason="下雨", due=monday("09:00", 9))
    world.move(case, move, "leader", **said)


def answered(world: World, case: Case) -> None:
    world.move(case, Move.PRESS, "leader", words="请尽快", due=monday("17:00"))
    world.move(case, Move.ANSWER_PRESS, "handler", words="今天办完")


HANDLERS = {"handler", "everything"}
WAYS = {
    # the unit's own handlers: not those of another unit, of a community, nor the desk
    "dispatched": (lambda world, case: None, Occasion.DISPATCHED, HANDLERS),
    "reminded": (lambda world, case: world.move(case, Move.REMIND, "desk"), Occasion.REMINDED, HANDLERS),
    "failed": (failed, Occasion.SENT_BACK, HANDLERS),
    # dispatchers of the territory
    "returned": (returned, Occasion.RETURNED, {"dispatcher", "desk", "everything"}),
    "asked": (
        lambda world, case: world.move(case, Move.ASK_EXTENSION, "handler", reason="下雨", due=monday("09:00", 9)),
        Occasion.EXTENSION_ASKED,
        {"leader", "desk", "everything"},
    ),
    # the unit learns whether it has more time
    "extended": (lambda world, case: decided(world, case, Move.EXTEND), Occasion.EXTENDED, HANDLERS),
    "refused": (
        lambda world, case: decided(world, case, Move.REFUSE_EXTENSION, reason="天晴了"),
        Occasion.NOT_EXTENDED,
        HANDLERS,
    ),
    # who pressed: no other leader
    "answered": (answered, Occasion.PRESS_ANSWERED, {"leader"}),
    # who reported it, and only their own
    "closed": (closed, Occasion.OWN_REPORT, {"inspector"}),
    "voided": (
        lambda world, case: world.move(case, Move.VOID, "leader", reason="重复"), Occasion.OWN_REPORT, {"inspector"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_those_are_told_whom_it_concerns(world: World, way: str) -> None:
    happen, occasion, wanted = WAYS[way]
    with clock.set_to(monday("09:00")):
        happen(world, world.dispatched())
        found = told(world)
    assert {who for who, what in found if what is occasion} == wanted


def test_of_a_case_of_a_crew_those_are_told_who_may_receive_it(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched(unit="crew")
        assert told(world) == {(who, Occasion.DISPATCHED) for who in HANDLERS}
        world.move(case, Move.RECEIVE, "handler")


def test_nobody_is_told_twice_nor_of_what_they_did_themselves(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        world.move(case, Move.REMIND, "everything")
        found = told(world)
        rows = len(world.session.scalars(select(PersonalNotice.id)).all())
        service.tell_people(world.session, [])
        assert tell_owed(world.session) is None
        assert told(world) == found
    assert ("handler", Occasion.REMINDED) in found
    assert ("everything", Occasion.REMINDED) not in found
    assert len(world.session.scalars(select(PersonalNotice.id)).all()) == rows


def test_a_case_that_went_elsewhere_before_a_worker_looked_is_told_to_nobody(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        returned(world, case)
        world.move(case, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
        assert told(world) == {("parks_handler", Occasion.DISPATCHED)}


def test_time_that_runs_out_is_told_once_for_a_deadline(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        told(world)
    with clock.set_to(case.runs_out_at - timedelta(hours=1)):
        assert (owe_running_out(world.session), owe_running_out(world.session)) == (1, 0)
        assert {who for who, what in told(world) if what is Occasion.DUE_SOON} == HANDLERS


def test_who_wants_neither_bell_nor_mail_is_told_nothing(world: World) -> None:
    person = world.people["handler"]
    chosen = {Occasion.DISPATCHED: Choice(False), Occasion.REMINDED: Choice(False, Mail.DIGEST)}
    service.set_choices(world.session, person, chosen, DigestHours(9, True), "wang@example.cn")
    with clock.set_to(monday("09:00")):
        world.move(world.dispatched(), Move.REMIND, "desk")
        found = told(world)
        assert unread(world, "handler") == 0, "by mail only"
    assert ("handler", Occasion.DISPATCHED) not in found
    assert ("handler", Occasion.REMINDED) in found
    assert queries.hours_of(world.session, person.user_id) == DigestHours(9, True)
    assert queries.choices_of(world.session, person.user_id, chosen) == chosen


def test_who_may_still_read_of_a_case_is_asked_of_where_it_lies_now(world: World) -> None:
    def may_read(who: str) -> bool:
        return case.number in in_sight_of(world.session, world.people[who].user_id, {case.number, "gone"})

    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        told(world)
        assert (unread(world, "handler"), unread(world, "parks_handler")) == (1, 0)
        assert (may_read("handler"), may_read("parks_handler")) == (True, False)
        returned(world, case)
        world.move(case, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
        assert (may_read("handler"), may_read("parks_handler")) == (False, True)
        world.session.get_one(User, world.people["parks_handler"].user_id).active = False
        assert not may_read("parks_handler")


def test_a_page_of_notices_leads_to_the_next(world: World) -> None:
    with clock.set_to(monday("09:00")):
        for _ in range(5):
            world.dispatched()
        told(world)
        me = world.people["handler"].user_id
        seen, after = [], None
        while True:
            rows, after = queries.own_page(world.session, me, after=after, size=2)
            seen += [row.id for row in rows]
            if after is None:
                break
        assert seen == sorted(set(seen), reverse=True)
        assert (len(seen), queries.unread(world.session, me)) == (5, 5)
        service.read_one(world.session, world.people["handler"], seen[0])
        assert queries.unread(world.session, me) == 4
        service.read_all(world.session, world.people["handler"])
        assert queries.unread(world.session, me) == 0


def test_who_may_not_sign_in_any_more_is_told_nothing(world: World) -> None:
    world.session.get_one(User, world.people["handler"].user_id).active = False
    with clock.set_to(monday("09:00")):
        world.dispatched()
        assert {who for who, _ in told(world)} == {"everything"}


def test_of_one_thing_so_many_are_told_at_once_and_the_others_after_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_TOLD", 1)
    with clock.set_to(monday("09:00")):
        world.dispatched()
        portions = [tell_owed(world.session) for _ in range(3)]
        found = told(world)
    assert [(one.notices, len(one.unfinished)) if one else None for one in portions] == [(1, 1), (1, 0), None]
    assert found == {(who, Occasion.DISPATCHED) for who in HANDLERS}


def test_who_reported_a_merged_case_is_told_of_the_end_of_the_one_it_went_into(world: World) -> None:
    with clock.set_to(monday("09:00")):
        lead = world.dispatched()
        again, further = (world.filed(source="leader", who=who) for who in ("clerk", "desk"))
        back = world.filed(who="eastern_inspector")
        world.move(further, Move.MERGE, "leader", into=again.number)
        world.move(back, Move.MERGE, "leader", into=lead.number)
        merge = {"into": lead.number, "record_id": "0190d7e2-0000-7000-8000-000000000001"}
        for _ in range(2):  # sent twice
            world.move(again, Move.MERGE, "leader", **merge)
        world.move(back, Move.UNDO_MERGE, "leader", reason="不是同一处")
        closed(world, lead)
        found = told(world)
        rows = list(world.session.scalars(select(PersonalNotice).where(PersonalNotice.occasion == Occasion.OWN_REPORT)))
    assert {who for who, what in found if what is Occasion.OWN_REPORT} == {"inspector", "clerk", "desk"}
    # Each by the number that is known to them.
    assert sorted(row.number for row in rows) == sorted(one.number for one in (lead, again, further))


def test_a_unit_that_is_to_help_is_told_and_the_desk_of_its_return(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        world.move(case, Move.JOIN, "dispatcher", unit=world.units["parks"].id, words="修剪")
        assert {who for who, what in told(world) if what is Occasion.JOINED} == {"parks_handler"}
        world.move(case, Move.HELP_RETURN, "parks_handler", reason="不归我所")
        assert {who for who, what in told(world) if what is Occasion.HELP_RETURNED} == {
            "dispatcher", "desk", "everything",
        }  # fmt: skip
