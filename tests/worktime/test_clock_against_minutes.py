"""The arithmetic against a naive twin that walks minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.clock import LOCAL
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours, after_suspension, deadline, worked

BEGIN = date(2017, 1, 20)
MINUTE = timedelta(minutes=1)

calendars = st.dictionaries(
    st.integers(0, 40).map(lambda n: BEGIN + timedelta(days=n)), st.booleans(), max_size=30
).map(Calendar)
instants = st.integers(0, 12 * 24 * 60).map(lambda n: datetime(2017, 1, 20, tzinfo=LOCAL) + n * MINUTE)
offices = st.lists(st.integers(0, 24 * 4).map(lambda n: 15 * n), min_size=2, max_size=6, unique=True).map(
    lambda marks: _office(sorted(marks))
)
checked = settings(max_examples=60, deadline=None)


def _office(marks: list[int]) -> OfficeHours:
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return OfficeHours(tuple((timedelta(minutes=a), timedelta(minutes=b)) for a, b in pairs))


def ticks(minute: datetime, unit: LimitUnit, calendar: Calendar, office: OfficeHours) -> bool:
    """Whether the clock of the unit runs during the minute that begins here."""
    here = minute.astimezone(LOCAL)
    if unit in (LimitUnit.URGENT_HOUR, LimitUnit.CALENDAR_DAY):
        return True
    if not calendar.is_workday(here.date()):
        return False
    since = timedelta(hours=here.hour, minutes=here.minute)
    return unit is LimitUnit.WORKING_DAY or any(begins <= since < ends for begins, ends in office.spans)


@checked
@given(instants, instants, st.sampled_from(LimitUnit), calendars, offices)
def test_the_clock_that_ran_is_the_sum_of_its_minutes(
    start: datetime, end: datetime, unit: LimitUnit, calendar: Calendar, office: OfficeHours
) -> None:
    count, minute = 0, start
    while minute < end:
        count += ticks(minute, unit, calendar, office)
        minute += MINUTE
    assert worked(start, end, unit, calendar, office) == count * MINUTE


@checked
@given(instants, st.integers(1, 12), st.sampled_from(LimitUnit), calendars, offices)
def test_a_deadline_is_where_counting_minutes_ends(
    start: datetime, limit: int, unit: LimitUnit, calendar: Calendar, office: OfficeHours
) -> None:
    found = deadline(start, limit, unit, calendar, office)
    assert found.at == _naive_deadline(start, limit, unit, calendar, office)
    assert start < found.at
    if not unit.in_days:
        assert worked(start, found.at, unit, calendar, office) == timedelta(hours=limit)


def _naive_deadline(start: datetime, limit: int, unit: LimitUnit, calendar: Calendar, office: OfficeHours) -> datetime:
    minute, left = start, limit if unit.in_days else limit * 60
    while left:
        if unit.in_days:
            begun = (minute + MINUTE).astimezone(LOCAL)
            left -= (begun.hour, begun.minute) == (0, 0) and ticks(begun, unit, calendar, office)
        else:
            left -= ticks(minute, unit, calendar, office)
        minute += MINUTE
    if not unit.in_days:
        return minute.astimezone(UTC)
    return datetime(minute.year, minute.month, minute.day, 23, 59, 59, tzinfo=LOCAL).astimezone(UTC)


@checked
@given(instants, instants, instants, st.sampled_from(LimitUnit), calendars, offices)
def test_the_clock_adds_up(
    a: datetime, b: datetime, c: datetime, unit: LimitUnit, calendar: Calendar, office: OfficeHours
) -> None:
    first, middle, last = sorted((a, b, c))
    parts = worked(first, middle, unit, calendar, office) + worked(middle, last, unit, calendar, office)
    assert parts == worked(first, last, unit, calendar, office)


@checked
@given(instants, st.integers(1, 8), instants, instants, st.sampled_from(LimitUnit), calendars, offices)
def test_a_suspension_gives_back_the_clock_that_was_left(
    start: datetime, limit: int, a: datetime, b: datetime, unit: LimitUnit, calendar: Calendar, office: OfficeHours
) -> None:
    due = deadline(start, limit, unit, calendar, office).at
    suspended, resumed = sorted((a, b))
    moved = after_suspension(due, suspended, resumed, unit, calendar, office).at
    assert moved >= due
    if suspended >= due:
        assert moved == due
    elif unit.in_days:
        assert moved.astimezone(LOCAL).strftime("%H:%M:%S") == "23:59:59"
        assert moved >= resumed
    else:
        left = worked(suspended, due, unit, calendar, office)
        assert worked(resumed, moved, unit, calendar, office) == left


@checked
@given(instants, st.integers(1, 8), instants, instants, instants, st.sampled_from(LimitUnit), calendars, offices)
def test_a_longer_suspension_never_brings_an_earlier_deadline(
    start: datetime,
    limit: int,
    a: datetime,
    b: datetime,
    c: datetime,
    unit: LimitUnit,
    calendar: Calendar,
    office: OfficeHours,
) -> None:
    due = deadline(start, limit, unit, calendar, office).at
    suspended, sooner, later = sorted((a, b, c))
    one = after_suspension(due, suspended, sooner, unit, calendar, office).at
    assert one <= after_suspension(due, suspended, later, unit, calendar, office).at
