"""Deadlines counted anew when the calendar of a year is published or corrected."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.deadlines import Cause, Due, Terms, WorkingClock, filing_due
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move, State, Suspension
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import recounted
from gridops.cases.service import recounting
from gridops.core import clock, owed
from gridops.core.db import reading, transaction
from gridops.core.errors import NotAllowed, NotFound
from gridops.tasks import jobs
from gridops.worktime import service as worktime
from gridops.worktime.forms import DayRow, HoursForm
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours, explained_zh
from gridops.worktime.rules.changes import Change, What
from tests.cases.world import World, make_world, told
from tests.factories import at, make_case, make_condition, make_grid

HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")
ASSUMED = WorkingClock(Calendar(), HOURS)
# 2027 as published: New Year's Day (a Friday) is free, Saturday the 2nd is worked for it.
PUBLISHED = WorkingClock(Calendar({date(2027, 1, 1): False, date(2027, 1, 2): True}), HOURS)
FILED = at("2026-12-31 16:30")
FOUR_HOURS = Terms(4, LimitUnit.WORKING_HOUR)
TWO_DAYS = Terms(2, LimitUnit.WORKING_DAY)
OWN_CLOCK = Terms(2, LimitUnit.WORKING_DAY, 1)


def filed(terms: Terms, due: datetime | None = None) -> list[Event]:
    """A case reported and filed on the last day of 2026, counted by the assumed calendar unless a deadline is given."""
    due = due or filing_due(FILED, terms, ASSUMED)
    return [
        Event(Move.REPORT, FILED, 1),
        Event(Move.FILE, FILED, 2, condition_id=1 if terms.unit else None, due_at=due),
    ]


@pytest.mark.parametrize(
    ("terms", "before", "after"),
    [
        (FOUR_HOURS, at("2027-01-01 11:30"), at("2027-01-02 11:30")),
        (TWO_DAYS, at("2027-01-04 23:59:59"), at("2027-01-04 23:59:59")),  # Fri+Mon, or Sat+Mon
        (Terms(1, LimitUnit.WORKING_DAY), at("2027-01-01 23:59:59"), at("2027-01-02 23:59:59")),
        (Terms(4, LimitUnit.URGENT_HOUR), at("2026-12-31 20:30"), at("2026-12-31 20:30")),
        (Terms(3, LimitUnit.CALENDAR_DAY), at("2027-01-03 23:59:59"), at("2027-01-03 23:59:59")),
    ],
)
def test_a_limit_is_counted_anew_where_its_clock_stands_still_on_days_of_rest(
    terms: Terms, before: datetime, after: datetime
) -> None:
    events = filed(terms)
    assert project(events).due_at == before
    found = recounted(events, lambda _: terms, PUBLISHED)
    assert found == (Due(case=after) if before != after else Due())
    assert recounted(events, lambda _: terms, ASSUMED) == Due()


def test_a_deadline_handed_in_stays() -> None:
    given = filed(Terms(None, None), at("2027-01-01 12:00"))
    given.append(Event(Move.SUSPEND, at("2026-12-31 17:00"), 3))
    given.append(Event(Move.RESUME, at("2027-01-02 09:00"), 4, due_at=at("2027-01-05 12:00")))
    assert recounted(given, lambda _: Terms(None, None), PUBLISHED) == Due()


def test_the_date_of_an_extension_stays_unless_the_limit_alone_reaches_further() -> None:
    events = filed(Terms(1, LimitUnit.WORKING_DAY))
    granted = [*events, Event(Move.EXTEND, FILED, 3, due_at=at("2027-01-06 12:00"))]
    assert recounted(granted, lambda _: Terms(1, LimitUnit.WORKING_DAY), PUBLISHED) == Due()
    short = [*events, Event(Move.EXTEND, FILED, 3, due_at=at("2027-01-02 12:00"))]
    found = recounted(short, lambda _: Terms(1, LimitUnit.WORKING_DAY), PUBLISHED)
    assert found == Due(case=at("2027-01-02 23:59:59"))


def test_a_units_own_clock_is_counted_anew() -> None:
    events = [*filed(OWN_CLOCK), Event(Move.DISPATCH, FILED, 3, unit_id=1, handle_due_at=at("2027-01-01 23:59:59"))]
    assert recounted(events, lambda _: OWN_CLOCK, PUBLISHED) == Due(unit=at("2027-01-02 23:59:59"))


def test_a_suspension_is_counted_anew() -> None:
    # Half an hour had run when it began; the other three and a half run from the first office hour after it.
    resume = Event(Move.RESUME, at("2027-01-01 08:30"), 4, due_at=at("2027-01-01 12:00"))
    events = [*filed(FOUR_HOURS), Event(Move.SUSPEND, at("2026-12-31 17:00"), 3), resume]
    assert recounted(events, lambda _: FOUR_HOURS, ASSUMED) == Due()
    assert recounted(events, lambda _: FOUR_HOURS, PUBLISHED) == Due(case=at("2027-01-02 12:00"))


def test_being_on_time_follows_a_recount_even_after_the_assumed_deadline_had_passed() -> None:
    events = filed(FOUR_HOURS)
    recount = Event(Move.RECOUNT, at("2027-01-01 15:00"), 3, due_at=at("2027-01-02 11:30"))
    facts = project([*events, recount])
    assert (facts.due_at, facts.due_fair_at, facts.due_first_at) == (
        at("2027-01-02 11:30"),
        at("2027-01-02 11:30"),
        at("2027-01-01 11:30"),
    )
    assert facts.last_rewritten_at == recount.happened_at
    late = Event(Move.EXTEND, at("2027-01-01 15:00"), 3, due_at=at("2027-01-05 12:00"))
    facts = project([*events, late, Event(Move.RECOUNT, at("2027-01-04 09:00"), 4, due_at=at("2027-01-06 12:00"))])
    assert (facts.due_at, facts.due_fair_at) == (at("2027-01-06 12:00"), at("2027-01-01 11:30"))


def test_what_was_counted_anew_is_not_counted_twice() -> None:
    events = filed(FOUR_HOURS)
    recount = Event(Move.RECOUNT, at("2027-01-01 15:00"), 3, due_at=at("2027-01-02 11:30"))
    assert recounted([*events, recount], lambda _: FOUR_HOURS, PUBLISHED) == Due()
    assert recounted([*events, recount], lambda _: FOUR_HOURS, ASSUMED) == Due(case=at("2027-01-01 11:30"))


# The service, on both databases. The street of `world` files under 4 working hours.

NEW_YEAR = [DayRow(date(2027, 1, 1), False, "元旦"), DayRow(date(2027, 1, 2), True, "元旦调休上班")]


@pytest.fixture
def street(_nine_oclock: None, session: Session) -> Iterator[World]:
    with clock.set_to(FILED):
        yield make_world(session)


def drain(session: Session, limit: int = recounting.MANY) -> list[tuple[int, int]]:
    """All portions of all that is owed."""
    found = []
    while done := recounting.recount_owed(session, limit):
        found.append((done.seen, done.changed))
    return found


def publish(world: World, rows: list[DayRow] = NEW_YEAR) -> None:
    worktime.upload(world.session, world.root.id, rows, source="国办通知", fill_years=True)


def test_publishing_a_year_moves_the_deadlines_of_open_cases_and_says_so(street: World) -> None:
    case = street.dispatched()
    version = case.version
    assert case.due_at == at("2027-01-01 11:30")
    publish(street)
    assert drain(street.session) == [(1, 1)]
    assert (case.due_at, case.due_fair_at, case.runs_out_at) == (at("2027-01-02 11:30"),) * 3
    assert (case.due_first_at, case.version, case.state) == (at("2027-01-01 11:30"), version, State.DISPATCHED)
    event = told(street.session, case)[-1]
    assert (event.move, event.actor_id, event.happened_at, event.recorded_at) == (Move.RECOUNT, None, FILED, FILED)
    assert event.details is not None
    assert (event.details["changed"], event.details["first"]) == ("days", "2027-01-01")
    assert clock.parse_instant(event.details["due_before"]) == at("2027-01-01 11:30")
    street.holds(case)
    why = case_file(street.session, street.people["desk"], case.number).why_due
    assert why.counted is not None
    assert "元旦假期不计" in explained_zh(why.counted)
    assert 2027 not in why.counted.provisional_years
    assert why.steps[-1].cause is Cause.RECOUNTED


def test_running_again_changes_nothing(street: World) -> None:
    case = street.filed()
    publish(street)
    drain(street.session)
    before = len(told(street.session, case))
    publish(street)  # the same table again owes nothing
    assert drain(street.session) == []
    key = Change(street.root.id, What.DAYS, date(2027, 1, 1), date(2027, 12, 31)).key
    owed.owe(street.session, worktime.CHANGED, [key])
    assert drain(street.session) == [(1, 0)]
    assert len(told(street.session, case)) == before


def test_a_correction_moves_them_back(street: World) -> None:
    case = street.filed()
    publish(street)
    drain(street.session)
    worktime.override_day(street.session, street.root.id, DayRow(date(2027, 1, 1), True, "防汛值守"))
    drain(street.session)
    assert case.due_at == at("2027-01-01 11:30")
    worktime.override_day(street.session, street.root.id, NEW_YEAR[0])
    drain(street.session)
    assert case.due_at == at("2027-01-02 11:30")
    worktime.set_hours(street.session, street.root.id, HoursForm("09:30-12:00,13:30-17:30", date(2027, 1, 2)))
    drain(street.session)
    assert case.due_at == at("2027-01-02 14:00")
    assert [event.move for event in told(street.session, case)].count(Move.RECOUNT) == 4
    street.holds(case)


def test_closed_cases_and_clocks_that_end_before_the_year_stay(street: World) -> None:
    closed, ended = street.closed(), street.report()
    with clock.set_to(at("2026-12-30 09:00")):
        early = street.filed(happened_at=at("2026-12-30 09:00"))
    rows = {case.id: (case.due_at, case.version) for case in (closed, ended, early)}
    publish(street)
    assert drain(street.session) == [(0, 0)]
    assert {case.id: (case.due_at, case.version) for case in (closed, ended, early)} == rows


def test_only_the_root_whose_calendar_changed_is_touched(street: World, session: Session) -> None:
    here, there = street.filed(), filed_elsewhere(street)
    publish(street)
    drain(session)
    assert (here.due_at, there.due_at) == (at("2027-01-02 11:30"), at("2027-01-01 11:30"))
    worktime.upload(session, None, NEW_YEAR, source="国办通知", fill_years=True)
    drain(session)
    assert there.due_at == at("2027-01-02 11:30")


def filed_elsewhere(street: World) -> Case:
    """A case of another street, filed under the same condition."""
    other = make_grid(street.session, name="另一街道", west=121.0)
    due = at("2027-01-01 11:30")
    return make_case(
        street.session,
        other,
        street.category,
        Event(Move.REPORT, FILED, 1, category_id=street.category.id),
        Event(Move.FILE, FILED, 2, condition_id=street.condition.id, due_at=due),
    )


def test_many_cases_are_counted_in_portions_and_none_is_left_out(street: World) -> None:
    cases = [street.filed() for _ in range(3)]
    publish(street)
    assert drain(street.session, limit=2) == [(2, 2), (1, 1)]
    assert {case.due_at for case in cases} == {at("2027-01-02 11:30")}


def test_a_case_that_cannot_be_counted_is_named_and_keeps_no_other_waiting(street: World) -> None:
    broken, good = street.filed(), street.filed()
    endless = make_condition(street.session, street.category, limit=10**12)
    street.session.execute(
        update(CaseEvent)
        .where(CaseEvent.case_id == broken.id, CaseEvent.move == Move.FILE)
        .values(condition_id=endless.id)
    )
    publish(street)
    done = recounting.recount_owed(street.session)
    assert done is not None
    assert (done.seen, done.changed) == (2, 1)
    assert [text.partition(":")[0] for text in done.failed] == [broken.number]
    assert (broken.due_at, good.due_at) == (at("2027-01-01 11:30"), at("2027-01-02 11:30"))
    assert drain(street.session) == []


def test_a_suspension_to_a_day_that_has_come_ends_first(street: World) -> None:
    case = street.filed()
    street.move(
        case, Move.SUSPEND, "leader", reason="等待开工", suspension=Suspension.SET_DATE, resume_on=date(2027, 1, 1)
    )
    publish(street)
    with clock.set_to(at("2027-01-02 09:00")):
        assert drain(street.session) == [(1, 1)]
        assert [event.move for event in told(street.session, case)][-2:] == [Move.RESUME, Move.RECOUNT]
    assert case.due_at == at("2027-01-02 14:00")  # nothing of the four hours had run
    street.holds(case)


def test_nobody_counts_anew_by_hand(street: World) -> None:
    case = street.filed()
    for who in ("leader", "admin", "everything"):
        with pytest.raises((NotAllowed, NotFound)):
            street.move(case, Move.RECOUNT, who)
    assert Move.RECOUNT not in case_file(street.session, street.people["desk"], case.number).moves


def test_the_job_counts_anew_what_an_upload_owes(database: Engine) -> None:
    with clock.set_to(FILED):
        with transaction() as session:
            world = make_world(session)
            case_id = world.filed().id
        with transaction() as session:
            worktime.upload(session, world.root.id, NEW_YEAR, source="国办通知", fill_years=True)
        for _again in range(2):
            jobs.recount()
    with reading() as session:
        case = session.get_one(Case, case_id)
        assert case.due_at == at("2027-01-02 11:30")
        assert len(told(session, case)) == 3
        assert not owed.pending(session, worktime.CHANGED)


def test_a_case_filed_by_the_old_calendar_and_committed_after_the_count_is_counted_too(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time: nothing is committed in between")
    filed_it, go_on, ids = threading.Event(), threading.Event(), list[int]()
    with clock.set_to(FILED), transaction() as session:
        world = make_world(session)

    def file_slowly() -> None:
        with clock.set_to(FILED), transaction() as slow:
            ids.append(replace(world, session=slow).filed().id)
            filed_it.set()
            go_on.wait(30)

    filing = threading.Thread(target=file_slowly)
    filing.start()
    assert filed_it.wait(30)
    with clock.set_to(FILED):
        with transaction() as session:
            worktime.upload(session, world.root.id, NEW_YEAR, source="国办通知", fill_years=True)
        jobs.recount()
    go_on.set()
    filing.join()
    assert due_of(ids[0]) == at("2027-01-01 11:30")
    with clock.set_to(FILED + recounting.SETTLED):
        jobs.recount()
    assert due_of(ids[0]) == at("2027-01-02 11:30")


def due_of(case_id: int) -> datetime | None:
    with reading() as session:
        return session.get_one(Case, case_id).due_at
