"""Deadlines from conditions, and the words that explain them."""

from datetime import date

import pytest

from gridops.cases.rules.deadlines import (
    Cause,
    Due,
    Terms,
    WorkingClock,
    extended,
    filing_due,
    handling_due,
    resumed,
    why_due,
)
from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import Move
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours, explained_zh
from tests.factories import at

CLOCK = WorkingClock(
    Calendar({date(2017, 3, day): date(2017, 3, day).weekday() < 5 for day in range(1, 32)}),
    OfficeHours.parse("08:30-12:00,13:30-17:30"),
)
FOUR_HOURS = Terms(4, LimitUnit.WORKING_HOUR)
FRIDAY = at("2017-03-10 16:20")


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        (FOUR_HOURS, at("2017-03-13 11:20")),  # 1:10 on Friday, the rest on Monday
        (Terms(2, LimitUnit.URGENT_HOUR), at("2017-03-10 18:20")),
        (Terms(2, LimitUnit.WORKING_DAY), at("2017-03-14 23:59:59")),
        (Terms(2, LimitUnit.CALENDAR_DAY), at("2017-03-12 23:59:59")),
        (Terms(None, None), None),
    ],
)
def test_a_case_is_due_by_its_condition(terms: Terms, due: object) -> None:
    assert filing_due(FRIDAY, terms, CLOCK) == due


def test_a_unit_has_its_own_clock_only_where_the_condition_gives_one() -> None:
    assert handling_due(FRIDAY, FOUR_HOURS, CLOCK) is None
    assert handling_due(FRIDAY, Terms(4, LimitUnit.WORKING_HOUR, 1), CLOCK) == at("2017-03-10 17:20")


def test_an_extension_moves_a_units_own_deadline_by_as_much() -> None:
    facts = Facts(due_at=at("2017-03-13 12:00"), handle_due_at=at("2017-03-13 10:00"), handle_due_own=True)
    moved = extended(facts, at("2017-03-14 12:00"))
    assert moved == Due(at("2017-03-14 12:00"), at("2017-03-14 10:00"))
    assert extended(Facts(due_at=FRIDAY), at("2017-03-14 12:00")) == Due(at("2017-03-14 12:00"))


def test_a_resumed_case_has_the_time_it_had_left() -> None:
    facts = Facts(due_at=at("2017-03-13 11:20"), suspended_at=at("2017-03-10 17:00"))
    assert resumed(facts, at("2017-03-20 08:30"), FOUR_HOURS, CLOCK) == Due(at("2017-03-20 11:50"))
    assert resumed(facts, at("2017-03-11 17:00"), Terms(None, None), CLOCK) == Due(at("2017-03-14 11:20"))
    overdue = Facts(due_at=at("2017-03-10 12:00"), suspended_at=at("2017-03-10 17:00"))
    assert resumed(overdue, at("2017-03-20 08:30"), FOUR_HOURS, CLOCK) == Due()
    assert resumed(Facts(due_at=FRIDAY), FRIDAY, FOUR_HOURS, CLOCK) == Due()


def test_why_a_case_is_due() -> None:
    filed = Event(Move.FILE, FRIDAY, 2, due_at=at("2017-03-13 11:20"))
    events = [Event(Move.REPORT, FRIDAY, 1), filed]
    why = why_due(events, FOUR_HOURS, CLOCK)
    assert why.counted is not None
    assert explained_zh(why.counted) == "4 工作时，周五 16:20 起算，周末不计，到期 周一 11:20"
    assert [(step.cause, step.after, step.counts) for step in why.steps] == [
        (Cause.FILED, at("2017-03-13 11:20"), True)
    ]
    late = Event(Move.EXTEND, at("2017-03-13 15:00"), 3, due_at=at("2017-03-14 12:00"))
    moved = why_due([*events, late], FOUR_HOURS, CLOCK)
    assert [(s.cause, s.before, s.counts) for s in moved.steps[1:]] == [(Cause.EXTENDED, at("2017-03-13 11:20"), False)]
    assert moved.due_at == at("2017-03-14 12:00")


def test_a_deadline_that_was_handed_in_says_so() -> None:
    events = [Event(Move.REPORT, FRIDAY, 1), Event(Move.FILE, FRIDAY, 2, due_at=at("2017-03-20 09:00"))]
    assert why_due(events, FOUR_HOURS, CLOCK).steps[0].cause is Cause.GIVEN
    assert why_due(events, Terms(None, None), CLOCK).counted is None
    assert why_due([Event(Move.REPORT, FRIDAY, 1)], FOUR_HOURS, CLOCK).due_at is None
