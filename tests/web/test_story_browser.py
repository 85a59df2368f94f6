"""The main job in a real browser: from a report on a phone to the month's draft; the main pages for everyone."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader
from sqlalchemy import Engine

from gridops.cases.rules.moves import Move, State
from gridops.core import db
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.evidence.pictures import picture
from tests.web.office import work
from tests.web.street import EAST_POINT, WEST_POINT, Street, make_street
from tests.webapp import web_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[str, Street]]:
    """The address of the running program, and the street in it."""
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        street = make_street(app)
        with served(app) as address:
            yield address, street
    empty(sqlite_engine)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a phone keeps it."""
    file = tmp_path / "photo.jpg"
    file.write_bytes(picture(size=(640, 480), seed=1))
    return file


def on_phone(
    browser: Chromium, address: str, who: str, at: tuple[float, float] | None = WEST_POINT
) -> tuple[Page, list[str]]:
    """A phone with (or without) a fix, signed in."""
    page, complaints = page_of(browser, address, PHONE)
    if at:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 12})
    sign_in(page, who)
    return page, complaints


def make(page: Page, move: str) -> None:
    """Send one move's form; the first of them stands open."""
    form = page.locator(f"#move-{move}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    form.locator("button[type=submit]").click()
    expect(page.locator(".notice-good")).to_be_visible()


def is_printed_whole(page: Page) -> None:
    """A case on paper: times in full, the deadline with its reason, photos on the page of their heading."""
    pages = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    # Printed glyphs may be of the block of radicals (⼯): the same character to a reader.
    texts = [unicodedata.normalize("NFKC", found.extract_text()) for found in pages]
    told = "".join(texts)
    assert "4 工作时" in told
    assert len(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told)) > 5
    assert not re.search("今天|昨天|还剩|超期", told)
    (photos,) = (number for number, text in enumerate(texts) if "处置前" in text)
    assert len(pages[photos].images) >= 3


def test_a_report_goes_from_the_street_into_the_months_draft(
    browser: Chromium, place: tuple[str, Street], photo: Path, tmp_path: Path
):
    address, _ = place
    phone, complaints = on_phone(browser, address, "inspector")
    phone.get_by_role("link", name="上报", exact=True).click()
    phone.set_input_files("[name=photo_before]", photo)
    expect(phone.locator(".pick-seen img")).to_be_visible()
    expect(phone.locator("[data-named]")).to_contain_text("西社区")
    expect(phone.locator("[data-status]")).to_contain_text("12 米")
    phone.fill("#category-search", "暴露")
    phone.locator(".pick-one", has_text="暴露垃圾").click()
    expect(phone.locator("[data-chosen]")).to_contain_text("暴露垃圾")
    phone.fill("#description", "路边一堆垃圾")
    phone.locator(".report > button[type=submit]").click()
    expect(phone.locator(".receipt")).to_contain_text("已收到")
    expect(phone.locator(".facts").first).to_contain_text("西社区")
    number = phone.locator(".receipt-number").inner_text()

    desk, more = page_of(browser, address, DESK)
    sign_in(desk, "desk")
    desk.goto("/desk")
    desk.locator(".row-open", has_text="路边一堆垃圾").or_(desk.locator(".row-open", has_text=number)).first.click()
    expect(desk.locator(".both-sides img")).to_be_visible()
    make(desk, "accept")
    make(desk, "file")
    expect(desk.locator(".clock-why").first).to_contain_text("4 工作时")
    desk.locator("#move-dispatch select").select_option(label="环卫所")
    make(desk, "dispatch")

    handler, _ = on_phone(browser, address, "handler")
    handler.goto("/field/plain")
    handler.locator(".job", has_text=number).click()
    handler.get_by_role("button", name="接收任务").click()
    handler.set_input_files("#feedback [name=photo_after]", photo)
    handler.fill("#feedback #words", "已清理")
    handler.get_by_role("button", name="提交反馈").click()
    expect(handler.locator(".receipt")).to_contain_text("已提交")

    desk.reload()
    make(desk, "send_to_check")
    phone.goto("/field/tasks")
    phone.locator(".job", has_text=number).click()
    phone.locator("#check .either-one", has_text="通过").first.click()
    phone.set_input_files("#check [name=photo_check]", photo)
    phone.get_by_role("button", name="提交核查").click()
    expect(phone.locator(".receipt")).to_contain_text("已提交")
    desk.reload()
    make(desk, "close")
    expect(desk.locator(".case-lead")).to_contain_text("已结案")
    assert desk.locator(".both-sides img").count() == 3
    is_printed_whole(desk)

    editor, _ = page_of(browser, address, DESK)
    sign_in(editor, "editor")
    editor.goto("/bulletins")
    editor.click("[data-open=open-draft]")
    editor.click("#open-draft button[type=submit]")
    editor.wait_for_url("**/bulletins/*")
    work(tmp_path, int(editor.url.rsplit("/", 1)[1]))
    editor.reload()
    for key in ("reported", "filed", "closed"):
        expect(editor.locator(f"#fig-cases\\.{key}")).to_contain_text(re.compile(r"\b1\b"))
    editor.goto(f"{editor.url}/records/cases.closed")
    expect(editor.locator("main")).to_contain_text(number)
    assert complaints == more == []


def test_what_was_typed_outlives_the_session_and_the_network(browser: Chromium, place: tuple[str, Street], photo: Path):
    phone, _ = on_phone(browser, place[0], "inspector")
    phone.goto("/field/report")
    phone.set_input_files("[name=photo_before]", photo)
    phone.fill("#category-search", "暴露")
    phone.locator(".pick-one", has_text="暴露垃圾").click()
    phone.fill("#description", "打了很久的字")
    send = phone.locator(".report > button[type=submit]")
    phone.context.set_offline(True)
    send.click()
    expect(phone.locator("[data-unreached]")).to_be_visible()
    phone.context.set_offline(False)
    phone.context.clear_cookies()
    send.click()
    expect(phone.locator("[data-signed-out]")).to_be_visible()
    expect(phone.locator("#description")).to_have_value("打了很久的字")
    with phone.context.expect_page() as opened:
        phone.locator("[data-signed-out] a").click()
    sign_in(opened.value, "inspector")
    send.click()
    expect(phone.locator(".receipt")).to_contain_text("已收到")


def test_a_wet_double_touch_counts_once(browser: Chromium, place: tuple[str, Street]):
    phone, complaints = on_phone(browser, place[0], "inspector")
    phone.goto("/field/report")
    expect(phone.locator("[data-named]")).to_contain_text("西社区")
    phone.fill("#category-search", "暴露")
    phone.locator(".pick-one", has_text="暴露垃圾").click()
    phone.locator(".report > button[type=submit]").dblclick()
    expect(phone.locator(".receipt")).to_be_visible()
    phone.goto("/field/reports")
    expect(phone.locator(".job")).to_have_count(1)
    assert complaints == []


def test_without_a_fix_the_place_is_picked_on_the_map(browser: Chromium, place: tuple[str, Street]):
    phone, complaints = on_phone(browser, place[0], "inspector", at=None)
    phone.goto("/field/report")
    expect(phone.locator("[data-status]")).to_contain_text(re.compile("没有定位"))
    phone.click("[data-pick]")
    expect(phone.locator(".grid-line").first).to_be_visible()
    phone.locator("[data-map]").click(position={"x": 80, "y": 150})
    expect(phone.locator("[data-status]")).to_contain_text("已在地图上选点")
    assert phone.locator("[name=picked]").input_value() == "yes"
    expect(phone.locator("[data-named]")).not_to_be_empty()
    expect(phone.locator(".grid-name").first).to_be_visible()
    # The cross in the middle does what a touch does, with a button made for a thumb.
    button = phone.get_by_role("button", name="用这个点")
    assert (button.bounding_box() or {"height": 0})["height"] >= 44
    before = phone.locator("[name=lon]").input_value()
    button.click()
    expect(phone.locator("[name=lon]")).not_to_have_value(before)
    tone = phone.locator("[data-fix]")
    expect(tone).to_have_attribute("data-tone", "good")
    expect(phone.locator("[data-named]")).to_contain_text("社区")
    # Nothing is green before the grid is known, nor what lies in none.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    phone.route("**/field/place*", hold)
    button.click()
    expect(tone).to_have_attribute("data-tone", "asking")
    held[0].continue_()
    phone.unroute("**/field/place*")
    expect(tone).to_have_attribute("data-tone", "good")
    phone.locator(".by-hand summary").click()
    phone.fill("#lon", "100")
    phone.locator("#lon").blur()
    expect(tone).to_have_attribute("data-tone", "wait")
    expect(phone.locator("[data-named]")).to_contain_text("不在本辖区内")
    assert complaints == []


def test_the_same_problem_nearby_takes_the_photo(browser: Chromium, place: tuple[str, Street], photo: Path):
    case = place[1].report()
    phone, complaints = on_phone(browser, place[0], "inspector")
    phone.goto("/field/report")
    phone.set_input_files("[name=photo_before]", photo)
    phone.fill("#category-search", "暴露")
    phone.locator(".pick-one", has_text="暴露垃圾").click()
    phone.get_by_role("button", name="就是它").click()
    expect(phone.locator(".receipt")).to_contain_text(case.number)
    expect(phone.locator(".receipt")).to_contain_text("补充证据")
    assert complaints == []


def test_without_scripts_a_report_and_its_answers_work(browser: Chromium, place: tuple[str, Street], photo: Path):
    address, street = place
    context = browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN"
    )
    page = context.new_page()
    sign_in(page, "inspector")
    page.goto("/field/report")
    page.set_input_files("[name=photo_before]", photo)
    page.locator(".pick-class summary").first.click()
    page.locator(".pick-one", has_text="暴露垃圾").click()
    page.locator(".by-hand summary").click()
    page.select_option("#grid", street.west)
    page.locator(".report > button[type=submit]").click()
    expect(page.locator(".receipt")).to_contain_text("已收到")


@pytest.mark.parametrize("plain", [False, True], ids=["as it comes", "without WebGL"])
def test_the_map_shows_cases_and_opens_them(browser: Chromium, place: tuple[str, Street], plain: bool):
    address, street = place
    case = street.report()
    street.report("eastern", EAST_POINT)
    desk, _ = page_of(browser, address, DESK)
    sign_in(desk, "desk")
    desk.goto("/desk/map?plain=1" if plain else "/desk/map")
    expect(desk.locator("[data-drawn=yes]")).to_be_visible(timeout=30_000)
    expect(desk.locator("[data-count=to_accept]")).to_have_text("2")
    if plain:
        desk.locator(".leaflet-marker-icon").first.click()
        desk.locator(".map-card a").click()
        expect(desk.locator("h1")).to_have_text("暴露垃圾")
    desk.goto("/desk/map?plain=1")
    desk.locator("input[value=to_accept]").uncheck()
    expect(desk.locator("[data-count=to_accept]")).to_have_text("")
    assert case.state is State.REPORTED


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_main_pages_are_open_to_everyone_and_fit(
    browser: Chromium, place: tuple[str, Street], size: tuple[int, int], dark: bool
):
    address, street = place
    told = street.move(street.report("desk", source="hotline_12345"), Move.SEND_TO_VERIFY, "desk")
    filed, at_unit, checking = street.filed(), street.dispatched(), street.checking()
    paths = {
        "inspector": ["/field/plain", "/field/tasks", "/field/report", "/field/reports", f"/field/cases/{told.number}",
                      f"/field/cases/{checking.number}"],
        "handler": [f"/field/cases/{at_unit.number}"],
        "desk": ["/desk", "/desk?group=to_dispatch&q=路", f"/desk/cases/{filed.number}", f"/desk/cases/{told.number}",
                 "/desk/report", "/desk/records", "/desk/map?plain=1"],
    }  # fmt: skip
    for who, own in paths.items():
        page, complaints = page_of(browser, address, size, dark=dark)
        sign_in(page, who)
        for path in own:
            page.goto(path)
            assert violations(page) == [], path
            assert not overflows(page), path
            small = page.evaluate(_SMALL)
            assert small == [], (path, small)
        assert complaints == [], who
        page.context.close()


# Buttons and links that stand alone must be 44 px high; a wrapping label counts for its input.
_SMALL = """() => [...document.querySelectorAll("button, a.btn, summary, select, input:not([type=hidden])")]
  .filter((one) => one.offsetParent && !one.closest("[hidden], .leaflet-container, .maplibregl-map"))
  .map((one) => [one, (one.closest("label") || one).getBoundingClientRect()])
  .filter(([, box]) => box.height && box.height < 43.5)
  .map(([one, box]) => `${one.tagName} ${one.className} ${one.name || one.textContent.trim()}: ${box.height}`)"""
