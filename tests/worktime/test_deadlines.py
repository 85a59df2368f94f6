"""When a limit ends: a table of cases, each with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gridops.core.clock import parse_instant
from gridops.core.errors import Invalid
from gridops.worktime.rules import (
    Calendar,
    LimitUnit,
    OfficeHours,
    Timetable,
    after_suspension,
    deadline,
    remaining,
    worked,
    worked_seconds,
)

URGENT, HOUR, DAY, NATURAL = (
    LimitUnit.URGENT_HOUR,
    LimitUnit.WORKING_HOUR,
    LimitUnit.WORKING_DAY,
    LimitUnit.CALENDAR_DAY,
)
HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")


def published() -> Calendar:
    """2017 as published: Monday to Friday but for the holidays and the worked weekends around them."""
    days = {date(2017, 1, 1) + timedelta(days=n): True for n in range(365)}
    days = {day: day.weekday() < 5 for day in days}
    free = "01-02 01-27 01-30 01-31 02-01 02-02 04-03 04-04 05-01 05-29 05-30 10-02 10-03 10-04 10-05 10-06"
    for text in free.split():
        days[date.fromisoformat(f"2017-{text}")] = False
    for text in ("01-22", "02-04", "04-01", "05-27", "09-30"):
        days[date.fromisoformat(f"2017-{text}")] = True
    return Calendar(days)


CALENDAR = published()


def at(text: str) -> datetime:
    return parse_instant(text.replace(" ", "T"))


@pytest.mark.parametrize(
    ("start", "limit", "unit", "due", "provisional"),
    [
        # Urgent hours run through the night.
        ("2017-03-10 16:20", 2, URGENT, "2017-03-10 18:20", False),
        ("2017-03-10 23:30", 2, URGENT, "2017-03-11 01:30", False),
        # Urgent hours run through weekends, and into years nobody has published, for they ask no calendar.
        ("2017-12-31 23:00", 4, URGENT, "2018-01-01 03:00", False),
        # Within one morning.
        ("2017-03-08 09:00", 2, HOUR, "2017-03-08 11:00", False),
        # Over noon: 90 minutes are no office time.
        ("2017-03-08 11:00", 2, HOUR, "2017-03-08 14:30", False),
        # Ends exactly when the office closes, not when it opens again.
        ("2017-03-08 16:30", 1, HOUR, "2017-03-08 17:30", False),
        ("2017-03-08 08:30", 3, HOUR, "2017-03-08 11:30", False),
        # Friday afternoon to Monday: 1 h 10 on Friday, the weekend is left out.
        ("2017-03-10 16:20", 4, HOUR, "2017-03-13 11:20", False),
        # Starts at the exact closing minute: begins next morning.
        ("2017-03-08 17:30", 1, HOUR, "2017-03-09 09:30", False),
        # Starts at noon's closing minute: begins at 13:30.
        ("2017-03-08 12:00", 1, HOUR, "2017-03-08 14:30", False),
        # Starts at midnight: begins at 08:30.
        ("2017-03-08 00:00", 1, HOUR, "2017-03-08 09:30", False),
        # Starts on Saturday night: begins on Monday.
        ("2017-03-11 23:00", 1, HOUR, "2017-03-13 09:30", False),
        # Seconds are kept.
        ("2017-03-08 09:00:30", 1, HOUR, "2017-03-08 10:00:30", False),
        # Before Spring Festival: 27 January to 2 February are free, Friday 3 February is worked.
        ("2017-01-26 17:00", 1, HOUR, "2017-02-03 09:00", False),
        # 调休: Sunday 22 January 2017 is worked.
        ("2017-01-21 10:00", 1, HOUR, "2017-01-22 09:30", False),
        # 7.5 hours of office are one day; 15 hours end with the second one.
        ("2017-03-08 08:30", 15, HOUR, "2017-03-09 17:30", False),
        # The day of the start is not counted; the last day ends at 23:59:59.
        ("2017-03-08 09:00", 1, DAY, "2017-03-09 23:59:59", False),
        ("2017-03-08 00:00", 1, DAY, "2017-03-09 23:59:59", False),
        ("2017-03-08 23:59:59", 1, DAY, "2017-03-09 23:59:59", False),
        # Over a weekend.
        ("2017-03-10 09:00", 1, DAY, "2017-03-13 23:59:59", False),
        ("2017-03-11 09:00", 1, DAY, "2017-03-13 23:59:59", False),
        # Over National Day: Saturday 30 September is worked and counts, 1 to 8 October are free.
        ("2017-09-29 09:00", 1, DAY, "2017-09-30 23:59:59", False),
        ("2017-09-29 09:00", 2, DAY, "2017-10-09 23:59:59", False),
        # 15 working days over Spring Festival, with worked Sunday 22 January and Saturday 4 February.
        ("2017-01-20 09:00", 15, DAY, "2017-02-15 23:59:59", False),
        # Into a year without a table: Monday to Friday, and it says so (1 January 2018 is really free).
        ("2017-12-29 16:30", 2, HOUR, "2018-01-01 09:30", True),
        ("2017-12-29 09:00", 1, DAY, "2018-01-01 23:59:59", True),
        # Calendar days count everything and need no table.
        ("2017-12-30 10:00", 3, NATURAL, "2018-01-02 23:59:59", False),
        ("2017-03-10 00:00", 1, NATURAL, "2017-03-11 23:59:59", False),
        # The last second of the year: an urgent hour runs on, a working hour waits for the first office minute there
        # (this table begins with 2017, so the last day of 2016 is provisional).
        ("2017-12-31 23:59:59", 1, URGENT, "2018-01-01 00:59:59", False),
        ("2016-12-31 23:59:59", 1, HOUR, "2017-01-03 09:30", True),
        # The last second of a working day, and of the day before a holiday.
        ("2017-03-08 23:59:59", 1, HOUR, "2017-03-09 09:30", False),
        ("2017-01-26 23:59:59", 1, DAY, "2017-02-03 23:59:59", False),
        # Urgent hours and calendar days run through Spring Festival.
        ("2017-01-26 17:00", 24, URGENT, "2017-01-27 17:00", False),
        ("2017-01-26 17:00", 3, NATURAL, "2017-01-29 23:59:59", False),
        # Leap day.
        ("2016-02-28 10:00", 1, NATURAL, "2016-02-29 23:59:59", False),
    ],
)
def test_a_deadline(start: str, limit: int, unit: LimitUnit, due: str, provisional: bool) -> None:
    found = deadline(at(start), limit, unit, CALENDAR, HOURS)
    assert found.at == at(due)
    assert found.at.tzinfo is UTC
    assert found.provisional is provisional


@pytest.mark.parametrize("limit", [0, -1, 10_001, 10**30])
@pytest.mark.parametrize("unit", LimitUnit)
def test_a_limit_that_cannot_be_counted_is_refused(limit: int, unit: LimitUnit) -> None:
    with pytest.raises(Invalid) as refused:
        deadline(at("2017-03-08 09:00"), limit, unit, CALENDAR, HOURS)
    assert refused.value.errors[0].field == "limit"


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_start_at_the_end_of_time_is_refused_not_a_crash(unit: LimitUnit) -> None:
    with pytest.raises(Invalid) as refused:
        deadline(datetime(9999, 12, 31, 15, 59, tzinfo=UTC), 10_000, unit, CALENDAR, HOURS)
    assert refused.value.errors[0].field == "start"


def test_the_largest_limit_is_counted_in_no_time() -> None:
    found = deadline(at("2017-03-08 09:00"), 10_000, HOUR, CALENDAR, HOURS)
    assert found.provisional
    assert worked(at("2017-03-08 09:00"), found.at, HOUR, CALENDAR, HOURS) == timedelta(hours=10_000)


@pytest.mark.parametrize(
    ("unit", "due", "suspended", "resumed", "moved"),
    [
        # The three hours away are given back, day and night.
        (URGENT, "2017-03-10 18:20", "2017-03-10 17:00", "2017-03-10 20:00", "2017-03-10 21:20"),
        # 2 h 30 of office time were left on Wednesday; they run again from Friday morning.
        (HOUR, "2017-03-08 17:00", "2017-03-08 14:30", "2017-03-10 08:30", "2017-03-10 11:00"),
        # Suspended and resumed outside office hours: nothing was lost, nothing is given.
        (HOUR, "2017-03-09 09:30", "2017-03-08 18:00", "2017-03-08 20:00", "2017-03-09 09:30"),
        # Resumed on Saturday: the rest runs from Monday.
        (HOUR, "2017-03-10 17:30", "2017-03-10 16:30", "2017-03-11 10:00", "2017-03-13 09:30"),
        # Over a weekend: an hour was left on Friday afternoon, and is left on Monday morning.
        (HOUR, "2017-03-10 17:30", "2017-03-10 16:30", "2017-03-13 08:30", "2017-03-13 09:30"),
        # Over a weekend nobody would have worked: Monday's last day stays Monday.
        (DAY, "2017-03-13 23:59:59", "2017-03-10 18:00", "2017-03-12 18:00", "2017-03-13 23:59:59"),
        # Suspended in the last second of Friday: the whole Monday was left, and follows the Tuesday of resumption.
        (DAY, "2017-03-13 23:59:59", "2017-03-10 23:59:59", "2017-03-14 09:00", "2017-03-15 23:59:59"),
        # Over Spring Festival: two days were left (Thu 26 January, Fri 3 February); Mon 6 February is the first after.
        (DAY, "2017-02-03 23:59:59", "2017-01-25 10:00", "2017-02-04 10:00", "2017-02-07 23:59:59"),
        # Three working days were left after Wednesday (Thu, Fri, Mon); they follow the Tuesday of resumption.
        (DAY, "2017-03-13 23:59:59", "2017-03-08 10:00", "2017-03-14 09:00", "2017-03-17 23:59:59"),
        # Suspended and resumed on one day: nothing moves.
        (DAY, "2017-03-13 23:59:59", "2017-03-08 10:00", "2017-03-08 15:00", "2017-03-13 23:59:59"),
        # Only the rest of the last day was left: the day of resumption is the last.
        (DAY, "2017-03-08 23:59:59", "2017-03-08 10:00", "2017-03-10 16:00", "2017-03-10 23:59:59"),
        # The same, resumed on Saturday: Monday is the last.
        (DAY, "2017-03-08 23:59:59", "2017-03-08 10:00", "2017-03-11 16:00", "2017-03-13 23:59:59"),
        # An extension by hand to an hour: resumed at once it stays, and days later it is that hour still,
        (DAY, "2017-03-10 18:40", "2017-03-08 10:00", "2017-03-08 10:00:01", "2017-03-10 18:40"),
        (DAY, "2017-03-10 18:40", "2017-03-08 10:00", "2017-03-09 10:00", "2017-03-13 18:40"),
        # but never an hour that was over when it was resumed.
        (DAY, "2017-03-08 18:40", "2017-03-08 10:00", "2017-03-10 18:00", "2017-03-10 18:40"),
        (DAY, "2017-03-08 18:40", "2017-03-08 10:00", "2017-03-10 19:00", "2017-03-10 23:59:59"),
        # Five calendar days were left; they follow the day of resumption, whatever the hour.
        (NATURAL, "2017-03-10 23:59:59", "2017-03-05 10:00", "2017-03-08 09:00", "2017-03-13 23:59:59"),
        (NATURAL, "2017-03-10 23:59:59", "2017-03-05 10:00", "2017-03-08 23:00", "2017-03-13 23:59:59"),
        # Suspended at the very deadline, or after it: what fell due stays due.
        (URGENT, "2017-03-10 18:20", "2017-03-10 18:20", "2017-03-12 08:00", "2017-03-10 18:20"),
        (HOUR, "2017-03-08 11:00", "2017-03-08 11:01", "2017-03-10 08:30", "2017-03-08 11:00"),
        (DAY, "2017-03-08 23:59:59", "2017-03-09 00:00", "2017-03-20 08:00", "2017-03-08 23:59:59"),
        # An extension by hand to a Saturday: Friday evening no office time is left, and Saturday still holds.
        (HOUR, "2017-03-11 10:00", "2017-03-10 18:00", "2017-03-10 19:00", "2017-03-11 10:00"),
    ],
)
def test_a_suspension(unit: LimitUnit, due: str, suspended: str, resumed: str, moved: str) -> None:
    assert after_suspension(at(due), at(suspended), at(resumed), unit, CALENDAR, HOURS).at == at(moved)


def test_a_suspension_into_a_year_without_a_table_is_provisional() -> None:
    found = after_suspension(
        at("2017-12-28 23:59:59"), at("2017-12-27 10:00"), at("2018-01-02 10:00"), DAY, CALENDAR, HOURS
    )
    assert found.provisional
    assert found.at == at("2018-01-03 23:59:59")


def test_a_suspension_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid):
        after_suspension(at("2017-03-10"), at("2017-03-09"), at("2017-03-08"), HOUR, CALENDAR, HOURS)


@pytest.mark.parametrize(
    ("start", "end", "unit", "seconds"),
    [
        # Over a weekend: 70 minutes on Friday, 110 on Monday.
        ("2017-03-10 16:20", "2017-03-13 10:20", HOUR, 3 * 3600),
        # A whole night holds no office time.
        ("2017-03-08 17:30", "2017-03-09 08:30", HOUR, 0),
        # Working days run whole: Friday evening and Monday morning.
        ("2017-03-10 18:00", "2017-03-13 06:00", DAY, 12 * 3600),
        ("2017-03-10 18:00", "2017-03-13 06:00", NATURAL, 60 * 3600),
        ("2017-03-10 18:00", "2017-03-13 06:00", URGENT, 60 * 3600),
        # Nothing runs backwards.
        ("2017-03-13 06:00", "2017-03-10 18:00", URGENT, 0),
    ],
)
def test_the_clock_that_ran(start: str, end: str, unit: LimitUnit, seconds: int) -> None:
    assert worked_seconds(at(start), at(end), unit, CALENDAR, HOURS) == seconds


def test_what_remains_turns_negative_past_the_deadline() -> None:
    due = at("2017-03-10 17:00")
    assert remaining(at("2017-03-10 16:20"), due, HOUR, CALENDAR, HOURS) == timedelta(minutes=40)
    assert remaining(at("2017-03-13 09:00"), due, HOUR, CALENDAR, HOURS) == timedelta(hours=-1)


def test_hours_that_change_in_summer_hold_from_their_first_day() -> None:
    summer = OfficeHours.parse("08:30-12:00,14:00-18:00")
    hours = Timetable(((None, HOURS), (date(2017, 5, 1), summer), (date(2017, 10, 1), HOURS)))
    # Friday 28 April closes at 17:30; Tuesday 2 May opens at 14:00 after noon.
    assert deadline(at("2017-04-28 17:00"), 8, HOUR, CALENDAR, hours).at == at("2017-05-02 18:00")
    assert deadline(at("2017-05-02 11:30"), 1, HOUR, CALENDAR, hours).at == at("2017-05-02 14:30")
    assert deadline(at("2017-10-09 11:30"), 1, HOUR, CALENDAR, hours).at == at("2017-10-09 14:00")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "至少填写"),
        ("8-12", "应形如"),
        ("08:30-12:00,11:00-17:00", "重叠"),
        ("13:30-17:30,08:30-12:00", "颠倒"),
        ("12:00-08:30", "结束须晚于开始"),
        ("08:30-08:30", "结束须晚于开始"),
        ("08:61-12:00", "没有这样的时刻"),
        ("08:00-24:01", "没有这样的时刻"),
        ("22:00-06:00", "结束须晚于开始"),
    ],
)
def test_wrong_office_hours_are_refused(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        OfficeHours.parse(text)


@pytest.mark.parametrize("text", ["08:30-12:00,13:30-17:30", "00:00-24:00", "08:00-12:00,12:00-18:00"])
def test_office_hours_read_what_they_print(text: str) -> None:
    assert str(OfficeHours.parse(text)) == text
    assert OfficeHours.parse(f" {text.replace(',', ' ， ')} ") == OfficeHours.parse(text)
