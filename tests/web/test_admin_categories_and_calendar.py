"""Admin pages of filing conditions, version dates and the working calendar, through HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.catalogue import queries as catalogue
from gridops.catalogue import service as catalogue_service
from gridops.catalogue.rules import Kind
from gridops.core import clock, db
from gridops.core.clock import parse_instant
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.rules import Role
from gridops.worktime import queries as worktime
from gridops.worktime import service as worktime_service
from tests.factories import make_case, make_grid, make_user
from tests.webapp import PASSWORD_HASH, Browser, web_program

CODES = {"admin": "320411003", "neighbour": "320411009"}
TODAY = parse_instant("2017-03-08T10:00")
CONDITION = {
    "condition": "垃圾散落",
    "closing_condition": "清扫干净",
    "limit": "2",
    "limit_unit": "working_hour",
    "handle_limit": "1",
    "in_use": "yes",
}


@pytest.fixture
def roots() -> tuple[str, ...]:
    return ("admin", "neighbour")


@pytest.fixture
def app(database: Engine, tmp_path: Path, roots: tuple[str, ...]) -> Iterator[Flask]:
    with web_program(database, tmp_path) as opened, clock.set_to(TODAY):
        with db.transaction() as session:
            worktime_service.seed(session)
            catalogue_service.seed(session)
            for name in roots:
                root = make_grid(session, CODES[name])
                make_user(session, root, Role.ADMIN, username=name).password_hash = PASSWORD_HASH
                if name == "admin":
                    part = make_grid(session, "320411003001", parent=root, level=Level.COMMUNITY)
                    make_user(session, root, Role.ADMIN, grid=part, username="small").password_hash = PASSWORD_HASH
                    make_user(session, root, Role.INSPECTOR, username="inspector").password_hash = PASSWORD_HASH
        yield opened


@pytest.fixture
def admin(app: Flask) -> Browser:
    browser = Browser(app)
    assert browser.sign_in("admin").status_code == 302
    return browser


def category_id(code: str = "0110", kind: Kind = Kind.EVENT) -> int:
    with db.reading() as session:
        return catalogue_service.find_category(session, "B", kind, code, 0, date(2017, 3, 8)).id


def offered(code: str, username: str = "admin") -> list[tuple[str, int | None]]:
    with db.reading() as session:
        root_id = root_of(username)
        found = catalogue_service.find_category(session, "B", Kind.EVENT, code, root_id, date(2017, 3, 8))
        rows = catalogue_service.conditions_for(session, found.id, root_id, date(2017, 3, 8))
        return [(row.condition, row.limit) for row in rows]


def root_of(username: str) -> int:
    with db.reading() as session:
        code = {"admin": "320411003", "neighbour": "320411009"}[username]
        return session.query(Grid).filter_by(code=code).one().id


def first_condition(page: str, category: int) -> str:
    found = re.search(rf"/admin/categories/{category}/conditions/(\d+)", page)
    assert found
    return found.group(0)


def test_only_an_admin_opens_these_pages(app: Flask) -> None:
    inspector, nobody = Browser(app), Browser(app)
    inspector.sign_in("inspector")
    for path in ("/admin/categories", "/admin/calendar", f"/admin/categories/{category_id()}"):
        assert inspector.get(path).status_code == 403
        assert nobody.get(path).status_code == 302
    assert inspector.post("/admin/calendar/days", {"date": "2017-07-01", "is_workday": "1"}).status_code == 403


def test_the_list_shows_conditions_and_finds_by_word_and_class(admin: Browser) -> None:
    page = admin.get("/admin/categories").text
    assert "GB/T 30428.2-2013" in page
    assert "私搭乱建" in page
    assert "正在搭建未经批准的建筑物、构筑物" in page
    assert "示例" not in admin.get("/admin/categories?q=%25").text
    found = admin.get("/admin/categories?q=露天烧烤").text
    assert "占道或露天经营烧烤" in found
    assert "私搭乱建" not in found
    assert "路灯井盖" in admin.get("/admin/categories?class=component/01").text
    for hostile in ("?class=x/y", "?list=99999999999999999999", "?after=zzz"):
        assert admin.get(f"/admin/categories{hostile}").status_code == 200
    for hostile in ("?after=%00", "?q=%00"):
        assert admin.get(f"/admin/categories{hostile}").status_code == 422


def test_every_category_is_reached_by_turning_pages(admin: Browser) -> None:
    path, codes = "/admin/categories", []
    for _ in range(10):
        page = admin.get(path).text
        codes += re.findall(r"<code>(\d{4})</code></td>", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = following.group(1).replace("&amp;", "&")
    assert len(codes) == 116


def test_a_condition_is_edited_for_this_street_alone(admin: Browser) -> None:
    category = category_id()
    page = admin.get(f"/admin/categories/{category}").text
    edit = first_condition(page, category)
    assert "随产品下发" in admin.get(edit).text
    answer = admin.post(edit, CONDITION)
    assert answer.status_code == 302
    assert offered("0110")[0] == ("垃圾散落", 2)
    assert offered("0110", "neighbour")[0][1] == 4
    after = admin.get(f"/admin/categories/{category}").text
    assert "垃圾散落" in after
    assert "由本地设置代替" in after
    # The page that was open meanwhile is stale.
    assert admin.post(edit, CONDITION).status_code == 409


def test_a_wrong_condition_keeps_what_was_typed_and_stores_nothing(admin: Browser) -> None:
    category = category_id()
    before = offered("0110")
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    answer = admin.post(edit, {**CONDITION, "limit": "0", "condition": "我写的话", "valid_from": "2017-03-07"})
    assert answer.status_code == 422
    assert "我写的话" in answer.text
    assert "须为1至10000的整数" in answer.text
    assert admin.post(edit, {**CONDITION, "valid_from": "2017-03-07"}).status_code == 422
    assert admin.post(edit, {**CONDITION, "condition": "a\x00b"}).status_code == 422
    assert offered("0110") == before


def test_a_condition_is_added_and_ended(admin: Browser) -> None:
    category = category_id("0112")
    assert admin.get(f"/admin/categories/{category}/conditions/new").status_code == 200
    assert admin.post(f"/admin/categories/{category}/conditions/new", CONDITION).status_code == 302
    assert offered("0112")[-1] == ("垃圾散落", 2)
    end = re.search(r'action="([^"]+/end)"', admin.get(f"/admin/categories/{category}").text)
    assert end
    assert admin.post(end.group(1)).status_code == 302
    assert ("垃圾散落", 2) not in offered("0112")
    assert admin.post(end.group(1)).status_code == 409


def test_what_a_condition_asks_is_edited_and_shown(admin: Browser) -> None:
    category = category_id()
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    asks = {"limit_A": "1", "photo_near": "1", "photo_after": "2", "check_rule": "same_time"}
    wrong = admin.post(edit, {**CONDITION, **asks, "limit_A": "3", "photo_near": "10", "check_rule": "never"})
    assert wrong.status_code == 422
    for words in ("区域时限只能更短，不能长于办理时限", "须为0至9的整数", "没有这种核查方式"):
        assert words in wrong.text
    assert admin.post(edit, {**CONDITION, **asks}).status_code == 302
    page = admin.get(f"/admin/categories/{category}").text
    for words in ("上报须有：近景照片 1 张", "处置反馈须有：处置后照片 2 张", "核查方式：同时段核查", "A类区域时限"):
        assert words in page


def test_a_change_says_which_running_cases_it_leaves_and_moves_them_if_asked(admin: Browser) -> None:
    category, root_id = category_id(), root_of("admin")
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    with db.transaction() as session:
        filed = Event(
            Move.FILE, TODAY, 2, condition_id=int(edit.rpartition("/")[2]), due_at=parse_instant("2017-03-08T15:30")
        )
        events = Event(Move.REPORT, TODAY, 1, category_id=category), filed
        kind = catalogue.category(session, category, root_id)
        number = make_case(session, session.get(Grid, root_id), kind, *events).number
    answer = admin.post(edit, CONDITION)
    assert "/admin/running?condition=" in answer.location
    page = admin.get(answer.location).text
    assert number in page
    assert "<strong>2017-03-08 12:00" in page
    assert "1 件在办案件仍按原条件计时" in admin.get(f"/admin/categories/{category}").text
    assert admin.get("/admin/running").status_code == 404
    assert admin.get("/admin/running?condition=999999").status_code == 404
    assert admin.post(answer.location).location.endswith("/admin/running/moved")
    moved = admin.get("/admin/running/moved").text
    assert number in moved
    assert "改按现行立案条件和区域类别" in moved
    assert "没有按原设置计时的在办案件" in admin.get(answer.location).text


def test_the_class_of_a_grid_is_set_from_a_day_on(admin: Browser) -> None:
    path, root_id = "/admin/areas", root_of("admin")
    assert "沿用上级" not in admin.get(path).text.partition("<tbody>")[2]
    assert admin.post(path, {"grid": str(root_id), "area": "B"}).status_code == 302
    page = admin.get(path).text
    assert "没有在办案件受影响" in page
    shown = page.partition("<tbody>")[2]
    assert shown.count("B类区域") == 3  # the street, how it came, and its community
    assert "沿用上级" in shown
    assert admin.post(path, {"grid": str(root_id), "area": "B"}).status_code == 409
    for wrong in ({"grid": "x"}, {"grid": str(root_of("neighbour")), "area": "A"}, {"grid": str(root_id), "area": "D"}):
        assert admin.post(path, wrong).status_code == 422
    assert admin.post(path, {"grid": str(root_id), "area": "A", "valid_from": "2017-03-07"}).status_code == 422


def test_the_limit_of_a_step_is_set(admin: Browser) -> None:
    path, hour = "/admin/steps", {"step": "dispatch", "limit": "1", "limit_unit": "working_hour"}
    assert "没有环节时限" in admin.get(path).text
    assert admin.post(path, {**hour, "limit_unit": ""}).status_code == 422
    assert admin.post(path, {**hour, "category": str(category_id())}).status_code == 302
    assert "暴露垃圾" in admin.get(path).text.partition("<tbody>")[2]
    assert admin.post(path, {**hour, "category": str(category_id())}).status_code == 409


def test_a_local_extension_is_added_from_99_down_and_stopped(admin: Browser) -> None:
    with db.reading() as session:
        listed = next(row.id for row in catalogue.lists(session) if row.code == "B")
    path = f"/admin/extensions/new/{listed}"
    assert "由99往下" in admin.get(path).text
    assert admin.post(path, {"class": "event/01", "code": "0110", "name_zh": "犬只扰民"}).status_code == 422
    made = admin.post(path, {"class": "event/02", "name_zh": "犬只扰民", "name_en": "Dogs"})
    assert made.status_code == 302
    page = admin.get(made.location).text
    assert "0299" in page
    assert "沿用大类的立案条件" in page
    assert "编码已经使用" in admin.post(path, {"class": "event/02", "code": "0299", "name_zh": "又一个"}).text
    end = re.search(r'action="([^"]+/end)"', page)
    assert end
    assert admin.post(end.group(1)).status_code == 302
    assert admin.post(end.group(1)).status_code == 409


def test_a_local_extension_gets_its_name_and_nobody_else_touches_it(admin: Browser, app: Flask) -> None:
    with db.transaction() as session:
        extension, _ = catalogue_service.find_or_extend(
            session, "B", Kind.EVENT, "0177", root_of("admin"), date(2017, 3, 8)
        )
    path = f"/admin/categories/{extension.id}"
    assert "沿用大类的立案条件" in admin.get(path).text
    assert admin.post(f"{path}/name", {"name_zh": ""}).status_code == 422
    assert admin.post(f"{path}/name", {"name_zh": "共享单车围栏"}).status_code == 302
    assert "共享单车围栏" in admin.get(path).text
    assert admin.post(f"/admin/categories/{category_id()}/name", {"name_zh": "x"}).status_code == 403
    neighbour = Browser(app)
    neighbour.sign_in("neighbour")
    assert neighbour.get(path).status_code == 404
    assert neighbour.post(f"{path}/name", {"name_zh": "x"}).status_code == 404
    assert neighbour.post(f"{path}/conditions/new", CONDITION).status_code == 404


def test_what_holds_in_the_whole_jurisdiction_is_kept_by_its_own_admin(app: Flask) -> None:
    small = Browser(app)
    small.sign_in("small")
    category = f"/admin/categories/{category_id()}"
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
        condition = catalogue.condition_rows(session, [category_id()], 0)[category_id()][0].id
    assert small.get(category).status_code == small.get("/admin/calendar").status_code == 200
    for path in (
        f"/admin/categories/lists/{edition}",
        f"{category}/name",
        f"{category}/conditions/new",
        f"{category}/conditions/{condition}",
        f"{category}/conditions/{condition}/end",
        "/admin/calendar/upload",
        "/admin/calendar/days",
        "/admin/calendar/days/drop",
        "/admin/calendar/hours",
    ):
        answer = small.post(path, CONDITION)
        assert answer.status_code == 403, path
        assert "整个辖区" in answer.text


def test_dates_that_several_jurisdictions_share_are_changed_by_none_of_them(admin: Browser) -> None:
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
    answer = admin.post(f"/admin/categories/lists/{edition}", {"valid_from": "2014-01-01"})
    assert answer.status_code == 403
    assert "运行维护人员" in answer.text
    assert "2014-08-15" in admin.get(f"/admin/categories/lists/{edition}").text


@pytest.mark.parametrize("roots", [("admin",)])
def test_version_dates_are_seen_and_corrected(admin: Browser) -> None:
    with db.reading() as session:
        edition = catalogue.editions(session, "B")[0].id
    path = f"/admin/categories/lists/{edition}"
    assert "2014-08-15" in admin.get(path).text
    assert admin.post(path, {"valid_from": "2014-01-01", "valid_to": "2013-01-01"}).status_code == 422
    assert admin.post(path, {"valid_from": "2014-01-01"}).status_code == 302
    assert "2014-01-01" in admin.get("/admin/categories").text
    assert admin.get("/admin/categories/lists/999999").status_code == 404
    assert admin.get("/admin/categories/999999").status_code == 404


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
    assert admin.post("/admin/calendar/days/drop", {"date": "2017-07-01"}).status_code == 302
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
        return re.findall(r'<span class="num">([^<]+)</span> · 本地设置', admin.get("/admin/calendar").text)

    assert admin.post("/admin/calendar/hours", {"hours": "08:00-16:00"}).status_code == 302
    assert periods() == ["一直有效"]
    flood = {"hours": "07:00-19:00", "valid_from": "2017-05-01", "last_day": "2017-05-31"}
    assert admin.post("/admin/calendar/hours", flood).status_code == 302
    assert periods() == ["至 2017-04-30 止", "2017-05-01 至 2017-05-31", "自 2017-06-01 起"]


@pytest.mark.parametrize("number", ["9" * 18, "9" * 25])
def test_an_absurd_number_in_the_address_is_not_found(admin: Browser, number: str) -> None:
    for path in (f"/admin/categories/{number}", f"/admin/categories/lists/{number}"):
        assert admin.get(path).status_code == 404
