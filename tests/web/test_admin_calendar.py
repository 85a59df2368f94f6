"""Admin pages of the working calendar and of office hours, through HTTP."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

from gridops.core import db
from gridops.worktime import queries as worktime
from tests.web.catalogue_admin import root_of
from tests.webapp import Browser


def test_a_year_shows_holidays_worked_weekends_and_what_is_not_published(admin: Browser) -> None:
    page = admin.get("/admin/calendar?year=2017").text
    assert "2017-01-22 上班 春节调休上班" in page
    assert "2017-10-03 休息 国庆节" in page
    assert "尚未公布完整" not in page
    unpublished = admin.get("/admin/calendar?year=2027").text
    assert "2027年的安排尚未公布完整" in unpublished
    assert "2027-01-01 上班 暂定" in unpublished
    for hostile in ("?year=0", "?year=99999", "?year=x", "?day=0001-01-01", "?day=x&year=2017"):
        assert admin.get(f"/admin/calendar{hostile}").status_code == 200


def workday(day: date, username: str = "admin") -> bool:
    with db.reading() as session:
        return worktime.calendar_for(session, root_of(username)).is_workday(day)


def test_a_day_is_overridden_for_this_street_and_given_back(admin: Browser) -> None:
    admin.get("/admin/calendar")
    flood = {"date": "2017-07-01", "is_workday": "1", "name": "防汛值守"}
    assert admin.post("/admin/calendar/days", flood).status_code == 302
    assert workday(date(2017, 7, 1))
    assert not workday(date(2017, 7, 1), "neighbour")
    assert "防汛值守" in admin.get("/admin/calendar?year=2017&day=2017-07-01").text
    day = "/admin/calendar?year=2017&day=2017-07-01"
    assert admin.edit("/admin/calendar/days/drop", {"date": "2017-07-01"}, day).status_code == 302
    assert not workday(date(2017, 7, 1))
    assert admin.post("/admin/calendar/days/drop", {"date": "2017-07-01"}).status_code == 404
    assert admin.post("/admin/calendar/days/drop", {"date": "x"}).status_code == 422
    assert admin.post("/admin/calendar/days", {"date": "2017-02-30", "is_workday": "2"}).status_code == 422
    assert admin.post("/admin/calendar/days", {**flood, "name": "\x00"}).status_code == 422


def send(browser: Browser, content: bytes, **form: Any) -> Any:
    return browser.post("/admin/calendar/upload", {"file": (io.BytesIO(content), "2027年安排.csv"), **form})


def test_a_year_is_uploaded_all_or_nothing(admin: Browser) -> None:
    admin.get("/admin/calendar")
    refused = send(admin, b"date,is_workday,name\n2027-01-01,0,x\n2027-13-01,0,y\n")
    assert refused.status_code == 422
    assert "3.date" in refused.text
    assert "没有保存任何内容" in refused.text
    assert workday(date(2027, 1, 1))
    table = "date,is_workday,name\n2027-01-01,0,元旦\n2027-01-09,1,元旦调休上班\n".encode()
    assert send(admin, table, fill_years="yes").status_code == 302
    assert not workday(date(2027, 1, 1))
    assert workday(date(2027, 1, 9))
    assert "尚未公布完整" not in admin.get("/admin/calendar?year=2027").text
    assert send(admin, b"").status_code == 422
    assert send(admin, b"\x89PNG\r\n\x1a\n" + bytes(range(256))).status_code == 422
    assert send(admin, b"x" * 1_000_001).status_code == 422
    assert admin.post("/admin/calendar/upload").status_code == 422


def test_office_hours_are_set_from_a_day_on(admin: Browser) -> None:
    admin.get("/admin/calendar")
    summer = {"hours": "08:30-12:00,14:00-18:00", "valid_from": "2017-05-01"}
    assert admin.post("/admin/calendar/hours", summer).status_code == 302
    with db.reading() as session:
        hours = worktime.office_hours_for(session, root_of("admin"))
    assert str(hours.on(date(2017, 5, 1))) == summer["hours"]
    assert admin.post("/admin/calendar/hours", summer).status_code == 409
    assert admin.post("/admin/calendar/hours", {"hours": "12-8"}).status_code == 422
    many = ",".join(f"{n:02d}:00-{n:02d}:30" for n in range(24))
    assert admin.post("/admin/calendar/hours", {"hours": many}).status_code == 422


def test_office_hours_say_for_how_long_they_hold(admin: Browser) -> None:
    def periods() -> list[str]:
        return re.findall(r'<span class="num nowrap">([^<]+)</span> · 本地设置', admin.get("/admin/calendar").text)

    assert admin.post("/admin/calendar/hours", {"hours": "08:00-16:00"}).status_code == 302
    assert periods() == ["一直有效"]
    flood = {"hours": "07:00-19:00", "valid_from": "2017-05-01", "last_day": "2017-05-31"}
    assert admin.post("/admin/calendar/hours", flood).status_code == 302
    assert periods() == ["至 2017-04-30 止", "2017-05-01 至 2017-05-31", "自 2017-06-01 起"]
