"""The sentence that says why a case is due when it is."""

from __future__ import annotations

from datetime import date

import pytest

from gridops.core.clock import parse_instant
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours, Timetable, explain, explained_en, explained_zh
from tests.worktime.test_deadlines import CALENDAR

HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")
NAMED = Calendar(
    CALENDAR.days, {day: "国庆节" for day, free in CALENDAR.days.items() if day.month == 10 and day.day < 9}
)


@pytest.mark.parametrize(
    ("start", "limit", "unit", "zh", "en"),
    [
        (
            "2017-03-10T16:20",
            3,
            LimitUnit.WORKING_HOUR,
            "3 工作时，周五 16:20 起算，周末不计，到期 周一 10:20",
            "3 working hours, counted from Fri 16:20, weekend left out, due Mon 10:20",
        ),
        (
            "2017-03-10T23:10",
            2,
            LimitUnit.URGENT_HOUR,
            "2 紧急工作时，周五 23:10 起算，昼夜连续计时，到期 周六 01:10",
            "2 urgent hours, counted from Fri 23:10, day and night, due Sat 01:10",
        ),
        (
            "2017-03-08T18:40",
            1,
            LimitUnit.WORKING_HOUR,
            "1 工作时，周三 18:40 不在办公时间，周四 08:30 起算，到期 周四 09:30",
            "1 working hour, Wed 18:40 is outside office hours, counted from Thu 08:30, due Thu 09:30",
        ),
        (
            "2017-09-29T09:00",
            2,
            LimitUnit.WORKING_DAY,
            (
                "2 个工作日，9月29日（周五）09:00 起算（当日不计），国庆节假期不计，"
                "9月30日调休上班照计，到期 10月9日（周一）23:59"
            ),
            (
                "2 working days, counted from Fri 29 Sep 09:00 (that day not counted), National Day holiday left out, "
                "Sep 30 worked in lieu, due Mon 9 Oct 23:59"
            ),
        ),
        (
            "2017-12-29T09:00",
            1,
            LimitUnit.WORKING_DAY,
            (
                "1 个工作日，周五 09:00 起算（当日不计），周末不计，到期 周一 23:59"
                "（2018年工作日历尚未公布，暂按周一至周五计）"
            ),
            (
                "1 working day, counted from Fri 09:00 (that day not counted), weekend left out, due Mon 23:59 "
                "(calendar of 2018 not published yet: Mon-Fri assumed)"
            ),
        ),
        (
            "2017-03-10T09:00",
            3,
            LimitUnit.CALENDAR_DAY,
            "3 个自然日，周五 09:00 起算（当日不计），节假日照计，到期 周一 23:59",
            "3 calendar days, counted from Fri 09:00 (that day not counted), holidays counted, due Mon 23:59",
        ),
    ],
)
def test_a_deadline_is_explained(start: str, limit: int, unit: LimitUnit, zh: str, en: str) -> None:
    facts = explain(parse_instant(start), limit, unit, NAMED, HOURS)
    assert explained_zh(facts) == zh
    assert explained_en(facts) == en


def test_flood_duty_is_told_days_and_hours() -> None:
    days, duty = {date(2017, 7, 1): True}, {date(2017, 7, 1): "防汛值守"}
    calendar = Calendar({**CALENDAR.days, **days}, duty)
    long = OfficeHours.parse("08:30-12:00,13:30-20:00")
    hours = Timetable(((None, HOURS), (date(2017, 7, 1), long), (date(2017, 7, 4), HOURS)))
    facts = explain(parse_instant("2017-06-30T16:30"), 12, LimitUnit.WORKING_HOUR, calendar, hours)
    assert explained_zh(facts) == (
        "12 工作时，周五 16:30 起算，周末不计，7月1日防汛值守照计，7月1日、7月3日按调整后的办公时间，到期 周一 09:30"
    )
    assert explained_en(facts) == (
        "12 working hours, counted from Fri 16:30, weekend left out, Jul 1 worked (防汛值守), "
        "other office hours Jul 1, Jul 3, due Mon 09:30"
    )


def test_a_moved_deadline_says_so() -> None:
    moved = parse_instant("2017-03-14T10:20")
    facts = explain(parse_instant("2017-03-10T16:20"), 3, LimitUnit.WORKING_HOUR, NAMED, HOURS, in_force=moved)
    assert explained_zh(facts).endswith("到期 周一 10:20，经延期或挂账后到期 周二 10:20")
    assert explained_en(facts).endswith("due Mon 10:20, after extension or suspension due Tue 10:20")


def test_a_deadline_still_in_force_is_told_once() -> None:
    start, due = parse_instant("2017-03-10T16:20"), parse_instant("2017-03-13T10:20")
    assert explain(start, 3, LimitUnit.WORKING_HOUR, NAMED, HOURS, in_force=due).in_force is None
