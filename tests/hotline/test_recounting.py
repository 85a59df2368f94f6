"""Deadlines of 12345 orders counted anew when the calendar changes: the counted ones whose step is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case
from gridops.cases.service.recounting import MANY, SETTLED
from gridops.core import clock, owed
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict
from gridops.hotline import queries, service
from gridops.hotline.forms import OrderForm, StepForm
from gridops.hotline.models import HotlineOrder
from gridops.hotline.rules import Due, Limit, Progress, StepKind, Terms, recounted, settled
from gridops.tasks import jobs
from gridops.worktime import service as worktime
from gridops.worktime.forms import DayRow, HoursForm
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours
from gridops.worktime.rules.changes import Change, What
from tests.cases.world import World, make_world
from tests.factories import at

C, A = StepKind.CONTACT, StepKind.ANSWER
TAKEN = at("2026-12-30 10:00")  # a Wednesday
HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")
ASSUMED = Calendar()
# 2027 as published: New Year's Day (a Friday) is free.
NEW_YEAR = [DayRow(date(2027, 1, 1), False, "元旦")]
PUBLISHED = Calendar({date(2027, 1, 1): False})
DAY, FIVE = Limit(24, LimitUnit.URGENT_HOUR), Limit(5, LimitUnit.WORKING_DAY)
OFFICE = Limit(20, LimitUnit.WORKING_HOUR)
BEFORE, AFTER = at("2027-01-06 23:59:59"), at("2027-01-07 23:59:59")
WAITS, SPOKEN = Progress(), Progress(contacted_at=TAKEN)
ANSWERED = Progress(answered_at=TAKEN)


@pytest.mark.parametrize(
    ("contact", "answer", "stands", "moves"),
    [
        (DAY, FIVE, WAITS, {A: "2027-01-07 23:59:59"}),
        (DAY, None, WAITS, {}),  # given
        (OFFICE, FIVE, WAITS, {C: "2027-01-04 16:30", A: "2027-01-07 23:59:59"}),
        (OFFICE, FIVE, SPOKEN, {A: "2027-01-07 23:59:59"}),
        (OFFICE, None, WAITS, {C: "2027-01-04 16:30"}),
        (OFFICE, FIVE, ANSWERED, {}),  # who has been answered need not be contacted any more
        (DAY, Limit(10, LimitUnit.CALENDAR_DAY), WAITS, {}),
        (DAY, Limit(1, LimitUnit.WORKING_DAY), WAITS, {}),  # ends before the year
    ],
)
def test_counted_deadlines_that_run_follow_the_calendar(
    contact: Limit, answer: Limit | None, stands: Progress, moves: dict[StepKind, str]
) -> None:
    dues = {
        kind: Due(limit.due(TAKEN, ASSUMED, HOURS), limit) if limit else Due(BEFORE)
        for kind, limit in ((C, contact), (A, answer))
    }
    found = recounted(dues, stands.running, lambda limit: limit.due(TAKEN, PUBLISHED, HOURS))
    assert {kind: due.at for kind, due in found.items()} == {kind: at(due) for kind, due in moves.items()}
    assert recounted({**dues, **found}, stands.running, lambda limit: limit.due(TAKEN, PUBLISHED, HOURS)) == {}
    assert recounted(dues, stands.running, lambda limit: limit.due(TAKEN, ASSUMED, HOURS)) == {}


GIVEN, COUNTED = Due(at("2027-01-08 17:30")), Due(BEFORE, FIVE)
OTHER = Limit(1, LimitUnit.WORKING_DAY)  # what the terms say now


@pytest.mark.parametrize(
    ("typed", "stands", "seen", "anew", "wanted"),
    [
        (None, None, False, False, Due(AFTER, OTHER)),
        ("2027-01-08 17:30", None, False, False, GIVEN),
        ("2027-01-06 23:59", COUNTED, True, False, Due(at("2027-01-06 23:59"))),
        ("2027-01-08 17:30", GIVEN, True, True, GIVEN),
        ("2027-01-06 23:59", Due(BEFORE), True, False, Due(BEFORE)),  # a form holds no seconds
        (None, COUNTED, True, False, COUNTED),
        (None, COUNTED, True, True, Due(AFTER, FIVE)),  # another begin, the same limit
        (None, GIVEN, True, False, Due(AFTER, OTHER)),  # taken back
        (None, GIVEN, False, True, GIVEN),
    ],
)
def test_what_a_form_makes_of_a_deadline(
    typed: str | None, stands: Due | None, seen: bool, anew: bool, wanted: Due
) -> None:
    said = at(typed) if typed else None
    assert settled(said, stands, OTHER, lambda _: AFTER, seen=seen, begins_anew=anew) == wanted


# The service, on both databases.


@pytest.fixture
def street(session: Session) -> Iterator[World]:
    with clock.set_to(TAKEN):
        yield make_world(session)


def drain(session: Session, limit: int = MANY) -> list[tuple[int, int]]:
    """All portions of all that is owed."""
    found = []
    while done := service.recount_owed(session, limit):
        found.append((done.seen, done.changed))
    return found


def publish(world: World, rows: list[DayRow] = NEW_YEAR) -> None:
    worktime.upload(world.session, world.root.id, rows, source="国办通知", fill_years=True)


def taken(world: World, number: str = "GD-1", **more: datetime) -> tuple[Case, HotlineOrder]:
    """A 12345 case with its order."""
    case = world.report("hotline_12345", "clerk", source_number=number)
    form = OrderForm(number, received_at=TAKEN, **more)
    return case, service.keep_order(world.session, world.people["clerk"], case.id, form)


def moved(world: World) -> list[tuple[str, StepKind, datetime, datetime]]:
    """The list of what moved, oldest first."""
    rows = reversed(queries.moved(world.session, world.root.id))
    return [(row.order_number, row.recount.kind, row.recount.before, row.recount.after) for row in rows]


def test_publishing_the_year_late_moves_the_answer_and_says_so_once(street: World) -> None:
    case, order = taken(street)
    assert order.answer_due_at == BEFORE
    publish(street)
    assert drain(street.session) == [(1, 1)]
    assert (order.answer_due_at, order.contact_due_at) == (AFTER, at("2026-12-31 10:00"))
    assert taken(street, "GD-2")[1].answer_due_at == AFTER, "as one that is taken now"
    assert moved(street) == [("GD-1", A, BEFORE, AFTER)]
    (row,) = queries.recounts_of(street.session, order.id)
    assert (row.changed, row.first) == (What.DAYS, date(2027, 1, 1))
    told = street.session.scalars(select(AuditEntry).where(AuditEntry.act == "hotline.recount")).all()
    assert [entry.subject_id for entry in told] == [str(case.id)]

    # The same again: the same table owes nothing, and the same change moves nothing.
    publish(street)
    assert drain(street.session) == []
    key = Change(street.root.id, What.DAYS, date(2027, 1, 1), date(2027, 12, 31)).key
    owed.owe(street.session, worktime.CHANGED_FOR_ORDERS, [key])
    assert drain(street.session) == [(2, 0)]
    with clock.set_to(TAKEN + SETTLED):  # gone through once more for what was not committed yet
        assert drain(street.session) == [(2, 0)]
    assert len(moved(street)) == 1


def test_a_given_deadline_stays_and_so_does_one_that_is_met(street: World) -> None:
    session, clerk = street.session, street.people["clerk"]
    _, given = taken(street, "GD-1", answer_due_at=BEFORE)
    answered, met = taken(street, "GD-2")
    service.record_step(session, clerk, answered.id, StepForm(A, words="已清理"))
    spoken, waits = taken(street, "GD-3")
    service.record_step(session, clerk, spoken.id, StepForm(C, reached=True))
    publish(street)
    assert drain(session) == [(1, 1)]
    assert (given.answer_due_at, met.answer_due_at, waits.answer_due_at) == (BEFORE, BEFORE, AFTER)
    assert [given.version, met.version, waits.version] == [1, 1, 2]
    assert waits.runs_out_at == AFTER


def test_a_deadline_that_runs_again_follows_the_calendar_that_changed_meanwhile(street: World) -> None:
    session, clerk = street.session, street.people["clerk"]
    case, order = taken(street)
    wrong = service.record_step(session, clerk, case.id, StepForm(A, words="已清理"))
    publish(street)
    assert drain(session) == [(0, 0)]
    service.record_step(session, clerk, case.id, StepForm(A, words="没有答复", corrects=wrong.id, withdrawn=True))
    assert (order.answer_due_at, moved(street)) == (AFTER, [("GD-1", A, BEFORE, AFTER)])


def test_other_office_hours_on_some_days_move_a_contact_counted_in_them(street: World) -> None:
    session, admin = street.session, street.people["admin"]
    service.set_terms(
        session, street.root.id, Terms(4, LimitUnit.WORKING_HOUR, 5, LimitUnit.WORKING_DAY), actor_id=admin.user_id
    )
    _, order = taken(street)
    _, given = taken(street, "GD-2", contact_due_at=at("2026-12-30 15:30"))
    assert order.contact_due_at == order.runs_out_at == at("2026-12-30 15:30")
    # New limits are for new orders: this one is counted anew by its own.
    service.set_terms(session, street.root.id, Terms(), actor_id=admin.user_id)
    short = HoursForm("10:00-12:00,14:30-17:30", date(2026, 12, 30), date(2026, 12, 30))
    worktime.set_hours(session, street.root.id, short)
    drain(session)
    assert order.contact_due_at == order.runs_out_at == at("2026-12-30 16:30")
    assert (given.contact_due_at, order.answer_due_at) == (at("2026-12-30 15:30"), BEFORE)
    assert moved(street) == [("GD-1", C, at("2026-12-30 15:30"), at("2026-12-30 16:30"))]
    (row,) = queries.recounts_of(session, order.id)
    assert (row.changed, row.first) == (What.HOURS, date(2026, 12, 30))


def test_a_correction_moves_it_back_and_another_street_is_left_alone(street: World) -> None:
    _, order = taken(street)
    publish(street)
    drain(street.session)
    worktime.override_day(street.session, street.root.id, DayRow(date(2027, 1, 1), True, "防汛值守"))
    drain(street.session)
    assert order.answer_due_at == BEFORE
    worktime.override_day(street.session, street.root.id + 1, DayRow(date(2027, 1, 4), False, "停工"))
    assert drain(street.session) == [(0, 0)]
    assert [after for *_, after in moved(street)] == [AFTER, BEFORE]


def test_a_form_that_was_open_meanwhile_does_not_bring_the_old_deadline_back(street: World) -> None:
    case, order = taken(street)
    form = OrderForm("GD-1", received_at=TAKEN, caller="张三丰", version=order.version)
    publish(street)
    drain(street.session)
    clerk = street.people["clerk"]
    with pytest.raises(Conflict):
        service.keep_order(street.session, clerk, case.id, form)
    service.keep_order(street.session, clerk, case.id, replace(form, version=order.version))
    assert (order.caller, order.answer_due_at, order.dues[A].limit) == ("张三丰", AFTER, FIVE)


def test_many_orders_are_counted_in_portions_and_one_that_cannot_be_keeps_none_waiting(street: World) -> None:
    orders = [taken(street, f"GD-{n}")[1] for n in range(3)]
    endless = update(HotlineOrder).where(HotlineOrder.id == orders[0].id).values(answer_limit=10**12)
    street.session.execute(endless)
    publish(street)
    done = service.recount_owed(street.session, 2)
    assert done is not None
    assert (done.seen, done.changed, [text.partition(":")[0] for text in done.failed]) == (2, 1, ["GD-0"])
    assert drain(street.session, 2) == [(1, 1)]
    assert [order.answer_due_at for order in orders] == [BEFORE, AFTER, AFTER]


def test_the_job_counts_orders_with_the_cases(database: Engine) -> None:
    with clock.set_to(TAKEN):
        with transaction() as session:
            world = make_world(session)
            _, order = taken(world)
            order_id = order.id
        with transaction() as session:
            publish(replace(world, session=session))
        for _again in range(2):
            jobs.recount()
    with reading() as session:
        assert session.get_one(HotlineOrder, order_id).answer_due_at == AFTER
        assert len(queries.recounts_of(session, order_id)) == 1
        assert not owed.pending(session, worktime.CHANGED_FOR_ORDERS)
