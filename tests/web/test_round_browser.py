"""A night round in a real browser: planned at the desk, walked on a phone, its findings seen at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from gridops.core import clock, db
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.web.nights import make_night
from tests.web.street import make_street
from tests.web.test_outing_browser import sign_on_the_glass
from tests.webapp import web_program

pytestmark = pytest.mark.browser


@pytest.fixture
def address(sqlite_engine: Engine, tmp_path: Path) -> Iterator[str]:
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        make_night(make_street(app))
        with served(app) as found:
            yield found
    empty(sqlite_engine)


def holds(page: Page) -> None:
    """The page can be used by everyone and on its screen."""
    assert not violations(page)
    assert not overflows(page)


def test_a_round_is_planned_walked_and_followed(address: str) -> None:
    with chromium() as browser:
        desk, complaints = page_of(browser, address, DESK)
        sign_in(desk, "desk")
        desk.goto("/desk/rounds/new")
        holds(desk)
        desk.fill("#theme", "涉气")
        desk.fill("#planned_for", f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}")
        desk.fill("#leader", "officer")
        desk.fill("#people", "second")
        desk.get_by_text("已批准作为行政检查").click()
        desk.fill("#approval", "王主任 夜查3号")
        desk.fill("#by_risk", "1")
        desk.get_by_role("button", name="保存").click()
        expect(desk.locator(".notice-good")).to_contain_text("已计划")
        holds(desk)
        number = desk.url.rpartition("/")[2]

        phone, more = page_of(browser, address, PHONE, dark=True)
        sign_in(phone, "officer")
        phone.goto("/field/rounds")
        holds(phone)
        phone.get_by_role("button", name="开始这次夜查").click()
        expect(phone.locator(".notice-good").first).to_contain_text("夜查已开始")
        holds(phone)

        other, _told = page_of(browser, address, PHONE)
        sign_in(other, "second")
        other.goto(f"/field/rounds/{number}")
        other.get_by_role("button", name="我已到岗").click()
        expect(other.locator(".notice-good").first).to_contain_text("已签到")

        phone.reload()
        phone.get_by_role("link", name="宏达喷涂厂").click()
        holds(phone)
        phone.locator("fieldset", has_text="治污设施正常运行").get_by_text("不符合", exact=True).click()
        phone.fill("#finding_0_text", "危废未分类存放")
        phone.locator("label.segment", has_text="责令改正").click()
        phone.fill("#due_on", f"{clock.local_date(clock.now()) + timedelta(days=2)}")
        phone.locator("label.segment", has_text="已签收").click()
        sign_on_the_glass(phone)
        phone.get_by_role("button", name="登记", exact=True).click()
        expect(phone.locator(".notice-good").first).to_contain_text("检查走访已登记")
        holds(phone)
        phone.get_by_role("button", name="确认并结束").click()
        expect(phone.locator(".notice-good").first).to_contain_text("夜查已结束")

        desk.goto(f"/desk/rounds/{number}")
        expect(desk.locator("main")).to_contain_text("计入夜查次数")
        holds(desk)
        desk.goto("/desk/rounds")
        expect(desk.locator("main")).to_contain_text("待复查")
        holds(desk)
        desk.goto("/desk/rounds?view=calendar")
        holds(desk)
        desk.goto("/desk/rounds")
        desk.get_by_role("link", name="宏达喷涂厂").first.click()
        expect(desk.locator("main")).to_contain_text("危废未分类存放")
        holds(desk)
        assert not complaints
        assert not more
