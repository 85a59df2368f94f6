"""The calendar in the database: shipped years, uploads, overrides, office hours."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridops.core import db, owed
from gridops.core.clock import parse_instant
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.worktime import queries, service
from gridops.worktime.forms import DayRow, parse_day, parse_days, parse_hours
from gridops.worktime.rules import LimitUnit, deadline
from gridops.worktime.rules.changes import Change


def test_the_shipped_years_are_brought_in_once(session: Session) -> None:
    assert service.seed(session) == 8401
    assert service.seed(session) == 0
    calendar = queries.calendar_for(session, None)
    assert len(calendar.days) == 8401
    assert calendar.is_workday(date(2017, 1, 22))
    assert calendar.names[date(2017, 1, 22)] == "春节调休上班"
    assert not calendar.is_workday(date(2017, 10, 8))
    assert calendar.names[date(2017, 10, 3)] == "国庆节"
    assert [day for day in (date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)))
            if not calendar.is_workday(day)] == []  # fmt: skip
    assert str(queries.office_hours_for(session, None).on(date(2017, 3, 8))) == "08:30-12:00,13:30-17:30"


def test_an_unpublished_year_is_provisional_and_says_so(session: Session) -> None:
    service.seed(session)
    assert queries.provisional_years(session, 7, range(2024, 2030)) == [2027, 2028, 2029]
    working = queries.working_time(session, 7)
    found = deadline(parse_instant("2026-12-31T16:30"), 2, LimitUnit.WORKING_HOUR, working.calendar, working.hours)
    assert found.provisional
    assert found.at == parse_instant("2027-01-01T09:30")


def test_before_anything_is_brought_in_everything_is_provisional(session: Session) -> None:
    assert queries.provisional_years(session, 7, [2017]) == [2017]
    assert queries.calendar_for(session, 7).is_workday(date(2017, 3, 8))


def test_a_yearly_upload_may_name_only_holidays(session: Session) -> None:
    service.seed(session)
    rows = [DayRow(date(2027, 1, 1), False, "元旦"), DayRow(date(2027, 1, 9), True, "元旦调休上班")]
    uploaded = service.upload(session, 7, rows, source="国办发明电〔2026〕1号", fill_years=True)
    assert (uploaded.new, uploaded.changed, uploaded.unchanged, uploaded.years) == (365, 0, 0, (2027,))
    again = service.upload(session, 7, rows, source="国办发明电〔2026〕1号", fill_years=True)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 365)
    assert queries.provisional_years(session, 7, [2027]) == []
    assert queries.provisional_years(session, 8, [2027]) == [2027]
    assert queries.calendar_for(session, 7).is_workday(date(2027, 1, 9))


def test_a_local_override_wins_over_the_common_row_and_can_be_dropped(session: Session) -> None:
    service.seed(session)
    flood = DayRow(date(2017, 7, 1), True, "防汛值守")
    service.override_day(session, 7, flood, actor_id=1)
    assert queries.calendar_for(session, 7).is_workday(flood.day)
    assert not queries.calendar_for(session, 8).is_workday(flood.day)
    shown = queries.year_of_days(session, 7, 2017)[181]
    assert (shown.day, shown.own, shown.name, shown.provisional) == (flood.day, True, "防汛值守", False)
    service.drop_override(session, 7, flood.day)
    assert not queries.calendar_for(session, 7).is_workday(flood.day)
    with pytest.raises(NotFound):
        service.drop_override(session, 7, flood.day)


def test_own_office_hours_hold_from_their_first_day(session: Session) -> None:
    service.seed(session)
    service.set_hours(session, 7, parse_hours({"hours": "09:00-12:00，14:00-18:00", "valid_from": "2017-05-01"}))
    hours = queries.office_hours_for(session, 7)
    assert str(hours.on(date(2017, 4, 30))) == "08:30-12:00,13:30-17:30"
    assert str(hours.on(date(2017, 5, 1))) == "09:00-12:00,14:00-18:00"
    assert str(queries.office_hours_for(session, 8).on(date(2017, 5, 1))) == "08:30-12:00,13:30-17:30"
    with pytest.raises(Conflict):
        service.set_hours(session, 7, parse_hours({"hours": "09:00-12:00,14:00-18:00", "valid_from": "2017-05-01"}))


def test_hours_of_some_days_end_and_those_before_hold_again(session: Session) -> None:
    service.seed(session)
    flood = {"hours": "08:30-12:00,13:30-20:00", "valid_from": "2017-07-01", "last_day": "2017-07-03"}
    service.set_hours(session, 7, parse_hours(flood))
    hours = queries.office_hours_for(session, 7)
    found = [str(hours.on(date(2017, month, day))) for month, day in ((6, 30), (7, 1), (7, 3), (7, 4))]
    assert found == ["08:30-12:00,13:30-17:30", flood["hours"], flood["hours"], "08:30-12:00,13:30-17:30"]
    changed = [Change.of(work.key) for work in owed.pending(session, service.CHANGED)]
    assert [(one.first, one.last) for one in changed] == [(date(2017, 7, 1), date(2017, 7, 3))]
    # Others begin in between, it ends before it begins, and nobody knows when it begins.
    with pytest.raises(Invalid):
        service.set_hours(session, 7, parse_hours({**flood, "valid_from": "2017-06-30", "last_day": "2017-07-02"}))
    for wrong in ({"last_day": "2017-06-30"}, {"valid_from": ""}):
        with pytest.raises(Invalid):
            parse_hours({**flood, **wrong})


def test_a_process_sees_what_another_one_changed(database: Engine) -> None:
    with db.transaction() as session:
        service.seed(session)
    with db.reading() as session:
        before = queries.calendar_for(session, 7)
        assert queries.calendar_for(session, 7) is before
    with db.transaction() as session:
        service.override_day(session, 7, DayRow(date(2017, 7, 1), True, "防汛值守"))
    with db.reading() as session:
        assert queries.calendar_for(session, 7).is_workday(date(2017, 7, 1))
    with db.transaction() as session:
        service.upload(session, None, [DayRow(date(2017, 7, 2), True, "测试")], source="common")
    with db.reading() as session:
        assert queries.calendar_for(session, 7).is_workday(date(2017, 7, 2))


def test_an_upload_reads_what_excel_writes() -> None:
    text = "date,is_workday,name\r\n2027/1/1,休,元旦\r\n2027-01-09,1,元旦调休上班\r\n"
    expected = (DayRow(date(2027, 1, 1), False, "元旦"), DayRow(date(2027, 1, 9), True, "元旦调休上班"))
    assert parse_days(text.encode("gb18030")) == expected
    assert parse_days(("\ufeff" + text).encode()) == expected


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"", ["date", "is_workday"]),
        (b"day,works\n2027-01-01,0\n", ["date", "is_workday"]),
        (b"date,is_workday,name\n", ["file"]),
        (b"date,is_workday,name\n2027-02-30,0,x\n2027-01-01,maybe,\n", ["2.date", "3.is_workday"]),
        (b"date,is_workday,name\n2027-01-01,0,a\n2027-01-01,1,b\n", ["3.date"]),
        (b"date,is_workday,name\n0001-01-01,0,a\n", ["2.date"]),
        (b"date,is_workday,name\n2027-01-01,0," + b"x" * 61 + b"\n", ["2.name"]),
        (b"date,is_workday,name\n2027-01-01,0,a\x07b\n", ["2.name"]),
        (b'date,is_workday\n"2027-01-01,0\n', ["2"]),
        (b"\xff\xfe\x00\x00", ["file"]),
        (b"date,is_workday\n2027-01-01\n", ["2.is_workday"]),
    ],
)
def test_a_wrong_upload_names_its_cells(content: bytes, fields: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_days(content)
    assert [error.field for error in refused.value.errors] == fields


def test_a_wrong_override_names_its_fields() -> None:
    with pytest.raises(Invalid) as refused:
        parse_day({"date": "tomorrow", "is_workday": ""})
    assert [error.field for error in refused.value.errors] == ["date", "is_workday"]
    with pytest.raises(Invalid):
        parse_hours({"hours": "08:30-12:00", "valid_from": "2017-13-01"})
