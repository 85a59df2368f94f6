"""The bulletin office in a real browser, on the desk and on a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from gridops.core import db
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.web.office import make_office, work
from tests.webapp import web_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of the running program with the office's street in it, and its data folder."""
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        make_office()
        with served(app) as address:
            yield address, tmp_path
    empty(sqlite_engine)


def open_march(page: Page, folder: Path, *, build: bool = True) -> int:
    page.goto("/bulletins")
    page.click("[data-open=open-draft]")
    page.fill("#other", "2017-03")
    expect(page.locator("#jurisdiction option:checked")).to_have_text("龙虎塘街道")
    page.click("#open-draft button[type=submit]")
    page.wait_for_url("**/bulletins/*")
    bulletin_id = int(page.url.rsplit("/", 1)[1])
    if build:
        work(folder, bulletin_id)
        page.reload()
    return bulletin_id


def take(page: Page, step: str, reason: str = "") -> None:
    page.click(f"[data-open=step-{step}]")
    if reason:
        page.fill(f"#reason-{step}", reason)
    page.click(f"#step-{step} button[type=submit]")
    page.wait_for_load_state()


def test_a_draft_fills_itself_when_its_build_is_done(browser: Chromium, place: tuple[str, Path]):
    page, complaints = page_of(browser, place[0])
    sign_in(page, "editor")
    bulletin_id = open_march(page, place[1], build=False)
    expect(page.locator("#build")).to_be_visible()
    work(place[1], bulletin_id)
    expect(page.locator("article.paper")).to_be_visible()
    expect(page.locator("#build")).to_have_count(0)
    assert complaints == []


def test_the_charts_of_the_paper_are_drawn_under_the_policy(browser: Chromium, place: tuple[str, Path]):
    page, complaints = page_of(browser, place[0])
    sign_in(page, "editor")
    open_march(page, place[1])
    drawings = page.locator(".paper-vega")
    for number in range(drawings.count()):
        expect(drawings.nth(number).locator("svg")).to_be_visible()
    page.click("#fig-cases\\.closing_rate summary")
    expect(page.locator("#fig-cases\\.closing_rate")).to_contain_text("40 / 60")
    assert complaints == []


def test_the_life_of_a_bulletin_by_its_buttons(browser: Chromium, place: tuple[str, Path]):
    page, complaints = page_of(browser, place[0])
    sign_in(page, "both")
    number = open_march(page, place[1])
    page.click("[data-open=step-freeze]")
    expect(page.locator("#step-freeze")).to_contain_text("锁定不能撤销")
    page.keyboard.press("Escape")
    expect(page.locator("#step-freeze")).to_be_hidden()
    take(page, "freeze")
    take(page, "review")
    expect(page.locator(".notice-wait", has_text="须由他人签发")).to_be_visible()
    other, more = page_of(browser, place[0])
    sign_in(other, "approver")
    other.goto(f"/bulletins/{number}")
    take(other, "approve")
    take(other, "issue")
    expect(other.locator(".way-here")).to_contain_text("印发")
    other.click("#seal form button")
    expect(other.locator(".notice-good", has_text="复核一致")).to_be_visible()
    expect(other.locator("#seal")).to_contain_text("没有差异")
    assert complaints == more == []


def test_chapters_are_added_moved_and_dropped(browser: Chromium, place: tuple[str, Path]):
    page, complaints = page_of(browser, place[0])
    sign_in(page, "editor")
    number = open_march(page, place[1])
    page.goto(f"/bulletins/{number}/text")
    before = page.locator(".chapter").count()
    page.click("[data-new]")
    page.keyboard.type("表扬")
    added = page.locator(".chapter").nth(before)
    added.locator("textarea").fill("盘龙社区处置及时。")
    added.locator("[data-up]").click()
    page.on("dialog", lambda asked: asked.accept())
    page.locator(".chapter").nth(before).locator("[data-drop]").click()
    expect(page.locator(".chapter")).to_have_count(before)
    page.click("form[data-keep] button[type=submit]")
    page.wait_for_url(f"**/bulletins/{number}")
    expect(page.locator("article.paper")).to_contain_text("表扬")
    expect(page.locator("article.paper")).to_contain_text("盘龙社区处置及时。")
    assert complaints == []


@pytest.mark.parametrize(("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk-light", "phone-dark"])
def test_every_page_is_open_to_everyone_and_fits(
    browser: Chromium, place: tuple[str, Path], size: tuple[int, int], dark: bool
):
    page, complaints = page_of(browser, place[0], size, dark=dark)
    sign_in(page, "editor")
    number = open_march(page, place[1])
    for path in ("", f"/{number}/records/cases.filed", f"/{number}/tables/by_grid", f"/{number}/text"):
        page.goto(f"/bulletins{path}")
        assert violations(page) == [], path
        assert not overflows(page), path
    page.goto("/bulletins")
    page.click("[data-open=open-draft]")
    assert violations(page) == []
    page.goto(f"/bulletins/{number}")
    take(page, "freeze")
    work(place[1], number)
    page.goto(f"/bulletins/{number}")
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert not overflows(page)
    page.click("[data-open=step-review]")
    assert violations(page) == []
    assert complaints == []
