"""An outing of two agencies in a real browser: counted on a phone, handed over on the glass, its referral answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from gridops.core import clock, db
from gridops.core.db import transaction
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.operations.force import make_force
from tests.webapp import PASSWORD_HASH, web_program

pytestmark = pytest.mark.browser


@pytest.fixture
def address(sqlite_engine: Engine, tmp_path: Path) -> Iterator[str]:
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        with transaction() as session:
            make_force(session, PASSWORD_HASH)
        with served(app) as found:
            yield found
    empty(sqlite_engine)


def holds(page: Page) -> None:
    """The page can be used by everyone and on its screen."""
    assert not violations(page)
    assert not overflows(page)


def sign_on_the_glass(page: Page) -> None:
    glass = page.locator("[data-sign] canvas")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    # The policy of our pages lets nobody wait by a script of text.
    for _try in range(100):
        if page.evaluate("document.querySelector('[name=photo_signature]').files.length") == 1:
            return
        page.wait_for_timeout(50)
    pytest.fail("what was drawn is not in the form")


def test_an_outing_of_two_agencies_to_its_answered_referral(address: str) -> None:
    with chromium() as browser:
        leader, complaints = page_of(browser, address, PHONE, dark=True)
        sign_in(leader, "leader")
        leader.goto("/field/outings")
        holds(leader)
        leader.select_option("#campaign", "FJDC")
        leader.locator("label.segment", has_text="派出所").click()
        leader.get_by_role("button", name="开始", exact=True).click()
        expect(leader.locator(".notice-good")).to_contain_text("行动已开始")
        holds(leader)
        number = leader.url.rpartition("/")[2]
        code = leader.locator(".secret").inner_text()

        other, more = page_of(browser, address, PHONE)
        sign_in(other, "policeman")
        other.goto("/field/outings")
        other.fill("#code", code)
        other.get_by_role("button", name="签到").click()
        for _touch in range(2):
            other.get_by_role("button", name="规范摆放 +1").click()
            expect(other.locator(".notice-good")).to_contain_text("已记录")
        other.get_by_role("button", name="撤销").first.click()
        expect(other.locator(".notice-good")).to_contain_text("已撤回")
        expect(other.locator(".count", has_text="规范摆放").first.locator("strong")).to_have_text("1")

        leader.goto(f"/field/outings/{number}/incident")
        holds(leader)
        leader.select_option("#kind", "referred")
        leader.fill("#items", "偷倒垃圾线索1条")
        leader.fill("#to_agency", "区生态环境局")
        leader.fill("#deadline", f"{clock.local(clock.now() + timedelta(days=5)):%Y-%m-%dT%H:%M}")
        leader.get_by_role("button", name="登记").click()
        expect(leader.locator(".notice-good")).to_contain_text("事项已登记")

        leader.goto(f"/field/outings/{number}/handover")
        holds(leader)
        leader.select_option("#from_agency", "urban_management")
        leader.select_option("#to_agency", "police_station")
        leader.fill("#what", "三轮车1辆")
        leader.fill("#receiver", "王警官")
        sign_on_the_glass(leader)
        leader.get_by_role("button", name="登记").click()
        expect(leader.locator(".notice-good")).to_contain_text("移交已登记")
        leader.fill("#summary", "整治完毕")
        leader.get_by_role("button", name="确认并结束").click()
        expect(leader.locator(".notice-good")).to_contain_text("行动已结束")

        desk, desk_told = page_of(browser, address, DESK)
        sign_in(desk, "desk")
        desk.goto("/desk/outings")
        holds(desk)
        desk.get_by_role("link", name=number).click()
        expect(desk.get_by_text("整治完毕")).to_be_visible()
        expect(desk.locator(".shot")).to_have_count(1)
        holds(desk)
        desk.get_by_role("link", name="移送", exact=True).click()
        holds(desk)
        for step, fields in (
            ("receipt", {"receipt": "李收", "letter_no": "移〔2026〕1号"}),
            ("answer", {"answer": "已立案查处"}),
        ):
            desk.locator(f"#do-{step} summary").click()
            for name, value in fields.items():
                desk.fill(f"#{step}-{name}", value)
            desk.locator(f"#do-{step} button[type=submit]").click()
            expect(desk.locator(".notice-good")).to_be_visible()
        expect(desk.locator(".chip", has_text="已反馈")).to_be_visible()
        for path in ("/desk/outings?view=calendar", "/desk/incidents", "/desk/campaigns", "/desk/outings/new"):
            desk.goto(path)
            holds(desk)
    assert not [told for told in (*complaints, *more, *desk_told) if not re.search("favicon", told)]
