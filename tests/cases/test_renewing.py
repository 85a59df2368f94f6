"""Limits by class of area, and running cases made to follow settings that changed, where somebody asks for it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case
from gridops.cases.queries import renewing as queries
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.deadlines import Cause, Due, Terms, WorkingClock, filing_due
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move, Suspension
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import recounted
from gridops.cases.rules.renewing import Wish
from gridops.cases.service import moving, recounting, renewing
from gridops.catalogue import queries as catalogue
from gridops.catalogue import service as catalogue_service
from gridops.catalogue.forms import AreaForm, ConditionForm
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import Area
from gridops.core import clock, owed
from gridops.core.errors import Conflict, Invalid
from gridops.worktime import service as worktime
from gridops.worktime.forms import DayRow
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours
from tests.cases.world import World, monday, told
from tests.factories import at

CLOCK = WorkingClock(Calendar(), OfficeHours.parse("08:30-12:00,13:30-17:30"))
FILED = at("2017-03-06 09:00")
TERMS = {1: Terms(4, LimitUnit.WORKING_HOUR), 2: Terms(2, LimitUnit.WORKING_HOUR), 3: Terms(3, LimitUnit.WORKING_DAY)}
FOUR_HOURS, TWO_HOURS, THREE_DAYS = (filing_due(FILED, terms, CLOCK) for terms in TERMS.values())


def events(*more: tuple[Move, int | None]) -> list[Event]:
    """A case filed under condition 1, and what came after it, each at noon of the next day: (move, condition)."""
    found = [Event(Move.REPORT, FILED, 1), Event(Move.FILE, FILED, 2, condition_id=1, due_at=FOUR_HOURS)]
    return [*found, *(Event(move, monday("12:00", 7), 3 + n, condition_id=to) for n, (move, to) in enumerate(more))]


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ((), FOUR_HOURS),  # nobody asked: by the condition it was filed under
        (((Move.RECOUNT, None),), FOUR_HOURS),  # a recount of the calendar names no condition
        (((Move.RECOUNT, 2),), TWO_HOURS),  # replaced once
        (((Move.RECOUNT, 2), (Move.RECOUNT, 3)), THREE_DAYS),  # replaced twice: by the last
        (((Move.RECOUNT, 2), (Move.RECOUNT, 1)), FOUR_HOURS),  # and back
        (((Move.RECOUNT, 2), (Move.RECOUNT, 2)), TWO_HOURS),  # only the class of the area changed
        (((Move.RECATEGORISE, 3),), FOUR_HOURS),  # another kind of problem keeps the deadline it was filed under
        (((Move.RECATEGORISE, 3), (Move.RECOUNT, 2)), FOUR_HOURS),  # what replaced that of the new kind is not asked
    ],
)
def test_a_recount_of_the_calendar_counts_by_the_condition_that_was_put_in_its_place(more: tuple, due: object) -> None:
    said = events(*more)
    now = project(said).due_at
    assert recounted(said, lambda cid: TERMS[cid or 1], CLOCK) == (Due(case=due) if due != now else Due())


def edited(world: World, **changes: object) -> FilingCondition:
    """The condition as the admin changes it from today on."""
    names = asdict(ConditionForm("", "", None, None, None))
    said = {name: getattr(world.condition, name) for name in names} | {"valid_from": None, **changes}
    row = catalogue_service.edit_condition(world.session, world.condition.id, world.root.id, ConditionForm(**said))
    world.session.flush()
    return row


def wish(world: World, **scope: int) -> Wish:
    return Wish(world.root.id, world.people["admin"].user_id, **scope)


def test_the_class_of_the_grid_on_the_day_of_filing_picks_the_limit(world: World) -> None:
    world.condition.class_limits = {"A": [1, None]}
    root, day = world.root.id, clock.local_date(clock.now())
    catalogue_service.set_area(world.session, root, AreaForm(root, Area.C))
    usual = world.filed()
    catalogue_service.set_area(world.session, root, AreaForm(world.west.id, Area.A))
    tight = world.filed()
    assert (usual.due_at, tight.due_at) == (monday("14:30"), monday("10:00"))
    why = case_file(world.session, world.people["desk"], tight.number).why_due
    assert (why.area, why.counted and why.counted.limit) == (Area.A, 1)
    assert case_file(world.session, world.people["desk"], usual.number).why_due.area is None
    assert catalogue.area_on(world.session, root, world.east.id, day) is Area.C
    with pytest.raises(Conflict):
        catalogue_service.set_area(world.session, root, AreaForm(world.west.id, Area.A))
    with pytest.raises(Invalid):
        catalogue_service.set_area(world.session, root + 999, AreaForm(world.west.id, Area.B))
    # The class is changed: what runs keeps its own until someone asks.
    catalogue_service.set_area(world.session, root, AreaForm(world.west.id, None))
    assert tight.due_at == monday("10:00")
    found = renewing.offered(world.session, wish(world, grid_id=root))
    assert [(one.case.id, one.area_before, one.area, one.due.case) for one in found] == [
        (tight.id, Area.A, Area.C, monday("14:30")),
    ]
    assert renewing.renew(world.session, wish(world, grid_id=root)).changed == 1
    assert tight.due_at == monday("14:30")
    world.holds(tight)


def test_a_changed_condition_leaves_running_cases_until_somebody_asks(world: World) -> None:
    kept, closed = world.dispatched(), world.closed()
    before = kept.due_at
    now = edited(world, limit=2, handle_limit=1)
    assert (kept.condition_id, kept.due_at) == (world.condition.id, before)
    asked = wish(world, condition_id=now.id)
    assert queries.counts_under(world.session, world.root.id, [world.condition.id]) == {world.condition.id: 1}
    (found,) = renewing.offered(world.session, asked)
    assert (found.case.id, found.after.id, found.due.case) == (kept.id, now.id, monday("11:00"))
    version = kept.version
    assert renewing.renew(world.session, asked) == renewing.Renewed(1, more=False)
    assert (kept.condition_id, kept.due_at, kept.version) == (now.id, monday("11:00"), version)
    assert closed.condition_id == world.condition.id
    event = told(world.session, kept)[-1]
    assert (event.move, event.actor_id, event.condition_id) == (Move.RECOUNT, asked.actor_id, now.id)
    world.holds(kept)
    why = case_file(world.session, world.people["desk"], kept.number).why_due
    assert [step.cause for step in why.steps] == [Cause.FILED, Cause.RENEWED]
    (moved,) = queries.moved(world.session, world.root.id)
    assert (moved.number, clock.parse_instant(moved.details["due_before"]), moved.due_at) == (
        kept.number,
        before,
        monday("11:00"),
    )
    wanted = {"case.recount", "condition.apply"}
    assert set(world.session.scalars(select(AuditEntry.act).where(AuditEntry.act.in_(wanted)))) == wanted
    # Twice is once, and a recount of the calendar counts by the new condition.
    assert renewing.renew(world.session, asked).changed == 0
    worktime.upload(world.session, world.root.id, [DayRow(monday("09:00").date(), False, "休")], source="本地调整")
    recounting.recount_owed(world.session)
    assert kept.due_at == at("2017-03-07 10:30")


def test_more_than_a_portion_is_owed_and_drained(world: World) -> None:
    cases: list[Case] = [world.filed() for _ in range(3)]
    now = edited(world, limit=2)
    assert renewing.renew(world.session, wish(world, condition_id=now.id), limit=2) == renewing.Renewed(2, more=True)
    assert cases[2].condition_id == world.condition.id
    assert renewing.renew_owed(world.session, 2) == renewing.Renewed(1, more=False)
    assert renewing.renew_owed(world.session) is None
    assert {case.due_at for case in cases} == {monday("11:00")}
    # The audit tells it once, and all of it.
    (told_of,) = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "condition.apply"))
    assert told_of.details["cases"] == 3
    half = replace(wish(world, grid_id=4), after=9, moved=7)
    assert Wish.of(half.key) == half


def test_a_portion_that_two_workers_read_is_done_by_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        world.filed()
    renewing.renew(world.session, wish(world, condition_id=edited(world, limit=2).id), limit=1)
    read_by_both = owed.pending(world.session, renewing.WISHED)
    assert renewing.renew_owed(world.session, 1) == renewing.Renewed(1, more=True)
    left = owed.pending(world.session, renewing.WISHED)
    monkeypatch.setattr(owed, "pending", lambda *_given: read_by_both)
    assert renewing.renew_owed(world.session, 1) is None
    monkeypatch.undo()
    assert owed.pending(world.session, renewing.WISHED) == left


def test_a_case_whose_day_to_go_on_has_come_goes_on_before_its_settings_are_renewed(world: World) -> None:
    def suspended() -> Case:
        case = world.dispatched()
        with clock.set_to(monday("10:00")):
            given = {"reason": "等待开工", "suspension": Suspension.SET_DATE, "resume_on": date(2017, 3, 8)}
            return world.move(case, Move.SUSPEND, "leader", **given)

    one, other = suspended(), suspended()
    now = edited(world, limit=2)
    with clock.set_to(monday("00:01", 8)):  # the calendar has not been there yet
        renewing.renew(world.session, wish(world, condition_id=now.id), limit=1)
        moving.resume_due(world.session)  # the other was let go on in time
        renewing.renew(world.session, wish(world, condition_id=now.id))
    assert one.suspended_at is None
    assert one.due_at == other.due_at == at("2017-03-08 09:30")
    world.holds(one)
