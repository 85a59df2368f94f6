"""The main job in a real browser: from a report on a phone to the month's draft; the main pages for everyone."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from gridops.cases.rules.moves import Move, State
from gridops.core import clock
from tests.browser import DESK, PHONE, chromium, overflows, page_of, sign_in, violations
from tests.evidence.pictures import picture
from tests.factories import at
from tests.web.office import work
from tests.web.street import EAST_POINT, WEST_POINT, Street

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium(("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")) as opened:
        yield opened


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
    phone.goto("/field#/report")
    with phone.expect_file_chooser() as chooser:
        phone.get_by_role("dialog", name="上报").get_by_role("button", name="相册").click()
    chooser.value.set_files(photo)
    expect(phone.locator(".photo img")).to_be_visible()
    expect(phone.locator(".place-grid")).to_have_text("西社区")
    phone.fill("#category-search", "暴露")
    phone.locator(".offer", has_text="暴露垃圾").first.click()
    phone.locator(".more summary").click()
    phone.fill("#description", "路边一堆垃圾")
    phone.get_by_role("button", name="发送").click()
    delivered(phone, 1)
    phone.goto("/field#/tasks?kind=mine")
    number = phone.locator(".row", has_text="暴露垃圾").locator(".num").inner_text()

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

    handler, troubles = on_phone(browser, address, "handler")
    handler.goto("/field#/tasks")
    handler.locator(".row", has_text=number).click()
    handler.get_by_role("button", name="接收任务").click()
    expect(handler.locator(".timeline")).to_contain_text("接收")
    with_photo(handler, photo)
    handler.fill("#words-handle", "已清理")
    handler.get_by_role("button", name="提交反馈").click()
    delivered(handler, 1)

    desk.reload()
    make(desk, "send_to_check")
    phone.goto(f"/field#/tasks/{number}")
    phone.get_by_label("合格", exact=True).check()
    with_photo(phone, photo)
    phone.get_by_role("button", name="提交核查").click()
    delivered(phone, 2)
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
    assert complaints == more == troubles == []


def delivered(phone: Page, records: int) -> None:
    """Wait until so many records have come to the program with their photos."""
    expect(phone.locator("#toasts")).to_contain_text("已保存，待发送")
    for _ in range(100):
        if phone.evaluate("gridops.store.countIn('confirmed')") >= records:
            return
        phone.wait_for_timeout(100)
    raise AssertionError(phone.evaluate("gridops.store.records()"))


def with_photo(phone: Page, photo: Path) -> None:
    """A photo of the album for the answer to a task."""
    with phone.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="相册").click()
    chooser.value.set_files(photo)
    expect(phone.locator(".answer .photo img")).to_be_visible()


def test_who_takes_a_call_picks_the_place_on_the_map(browser: Chromium, place: tuple[str, Street]):
    desk, complaints = page_of(browser, place[0], DESK)
    sign_in(desk, "desk")
    desk.goto("/desk/report")
    expect(desk.locator("[data-status]")).to_contain_text("还没有选点")
    desk.fill("#category-search", "暴露")
    desk.locator(".pick-one", has_text="暴露垃圾").click()
    expect(desk.locator("[data-chosen]")).to_contain_text("暴露垃圾")
    desk.click("[data-pick]")
    expect(desk.locator(".grid-line").first).to_be_visible()
    desk.locator("[data-map]").click(position={"x": 80, "y": 150})
    expect(desk.locator("[data-status]")).to_contain_text("已在地图上选点")
    assert desk.locator("[name=picked]").input_value() == "yes"
    expect(desk.locator("[data-named]")).not_to_be_empty()
    expect(desk.locator(".grid-name").first).to_be_visible()
    tone = desk.locator("[data-fix]")
    expect(tone).to_have_attribute("data-tone", re.compile("good|wait"))
    # Nothing is green before the grid is known, nor what lies in none.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.route("**/desk/place*", hold)
    desk.locator(".by-hand summary").click()
    desk.fill("#lon", str(WEST_POINT[0]))
    desk.fill("#lat", str(WEST_POINT[1]))
    desk.locator("#lat").blur()
    expect(tone).to_have_attribute("data-tone", "asking")
    for route in held:
        route.continue_()
    desk.unroute("**/desk/place*")
    expect(tone).to_have_attribute("data-tone", "good")
    expect(desk.locator("[data-named]")).to_contain_text("西社区")
    desk.fill("#lon", "100")
    desk.locator("#lon").blur()
    expect(tone).to_have_attribute("data-tone", "wait")
    expect(desk.locator("[data-named]")).to_contain_text("不在本辖区内")
    assert complaints == []


@pytest.mark.parametrize("plain", [False, True], ids=["as it comes", "without WebGL"])
def test_the_map_shows_cases_and_opens_them(browser: Chromium, place: tuple[str, Street], plain: bool):
    address, street = place
    case = street.report()
    street.report("eastern", EAST_POINT)
    desk, _ = page_of(browser, address, DESK)
    sign_in(desk, "desk")
    # A name is text, whatever stands in it.
    typed = '"name":"<i class=typed>'
    desk.route("**/grids.geojson", lambda one: one.fulfill(body=one.fetch().text().replace('"name":"', typed)))
    desk.goto("/desk/map?plain=1" if plain else "/desk/map")
    expect(desk.locator("[data-drawn=yes]")).to_be_visible()
    expect(desk.locator("[data-count=to_accept]")).to_have_text("2")
    if plain:
        desk.locator("path.plain-grid").first.dispatch_event("mouseover")
        expect(desk.locator(".leaflet-tooltip", has_text="<i class=typed>")).to_have_count(1)
    desk.locator(".shade summary").click()
    desk.get_by_label("数据").select_option("cases.reported")
    told = desk.locator(".shade-rows tbody tr")
    expect(told.locator(".num")).to_have_text(["1", "1"])
    if plain:
        expect(desk.locator("path.shade-1")).to_have_count(2)
        told.get_by_role("button").first.click()
        expect(desk.get_by_role("button", name="上一级")).to_be_visible()
        # A month to come has no figures: those of the month before do not stay on the map.
        month = desk.locator("input[name=month]")
        month.fill("2099-01")
        expect(desk.locator(".shade")).to_contain_text("没有这个月份的数据")
        expect(desk.locator(".shade-rows")).to_be_hidden()
        expect(desk.locator("path.shade-1")).to_have_count(0)
        desk.get_by_label("数据").select_option("")
        expect(desk.locator(".shade-rows")).to_be_hidden()
        desk.locator(".leaflet-marker-icon").first.click()
        desk.locator(".map-card a").click()
        expect(desk.locator("h1")).to_have_text("暴露垃圾")
    desk.goto("/desk/map?plain=1")
    desk.locator("input[value=to_accept]").uncheck()
    expect(desk.locator("[data-count=to_accept]")).to_have_text("")
    desk.unroute_all(behavior="wait")
    assert case.state is State.REPORTED


@pytest.mark.parametrize(("plain", "most"), [(True, 2), (False, 2), (False, 120)], ids=["plain", "far out", "near in"])
def test_many_cases_together_show_that_some_are_overdue(
    browser: Chromium, place: tuple[str, Street], monkeypatch: pytest.MonkeyPatch, plain: bool, most: int
):
    address, street = place
    monkeypatch.setattr("gridops.web.desk.map._OPEN", most)
    for _ in range(3):
        street.report()
    desk, _ = page_of(browser, address, DESK)
    sign_in(desk, "desk")
    desk.goto("/desk/map?plain=1" if plain else "/desk/map")
    status, words = desk.locator("[data-status]"), "4 件，其中超期 1 件"
    expect(status).to_have_text("本窗口 3 件")
    assert reds(desk) == []
    expect(desk.locator(".cluster-late")).to_have_count(0)
    with clock.set_to(at("2017-03-06 09:30")):
        street.filed()
    desk.reload()
    expect(status).to_have_text(f"本窗口 {words}")
    if plain:
        mark = desk.locator(".leaflet-marker-icon", has=desk.locator(".cluster-late"))
        expect(mark).to_have_attribute("title", words)
        return
    for _ in range(100):  # drawn frame by frame
        if found := reds(desk):
            break
    left, right = min(x for x, _ in found), max(x for x, _ in found)
    assert 40 < right - left < 60  # around the disc
    desk.mouse.move((left + right) / 2, sum(y for _, y in found) / len(found))
    expect(desk.locator(".map canvas")).to_have_attribute("title", words)


def reds(page: Page) -> list[tuple[int, int]]:
    """Where the map beside its legend bears the colour of what is overdue."""
    expect(page.locator("[data-drawn=yes]")).to_be_visible()
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    told = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--late').trim()")
    box = page.locator(".map").bounding_box()
    assert box
    red, seen = ImageColor.getrgb(told), shown.load()
    spots = ((x, y) for x in range(shown.width - 400) for y in range(int(box["y"]), shown.height))
    return [spot for spot in spots if seen[spot] == red]


def test_an_area_is_drawn_and_time_is_walked_by_keyboard(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    with clock.set_to(at("2017-03-06 09:30")):
        west = street.report()
    with clock.set_to(at("2017-03-06 22:30")):
        street.report("eastern", EAST_POINT)
    desk, _ = page_of(browser, address, DESK)
    sign_in(desk, "desk")
    desk.goto("/desk/map?plain=1")
    expect(desk.locator("[data-drawn=yes]")).to_be_visible()
    desk.locator("[data-times] summary").press("Enter")
    desk.get_by_label("查看方式").select_option("days")
    desk.get_by_label("月份").last.fill("2017-03")
    said = desk.locator("[data-times-said]")
    expect(said).to_have_text("整段时间 · 2 件")
    slider = desk.locator("#times-at")
    slider.focus()
    for _ in range(6):
        slider.press("ArrowRight")
    expect(said).to_have_text("2017-03-06 · 2 件")
    desk.get_by_label("查看方式").select_option("hours")
    desk.locator("#times-from").fill("2017-03-01")
    desk.locator("#times-to").fill("2017-03-07")
    expect(said).to_have_text("整段时间 · 2 件")
    slider.press("End")
    slider.press("ArrowLeft")
    expect(said).to_have_text("22:00–23:00 · 1 件")
    expect(desk.locator("[data-count=to_accept]")).to_have_text("1")
    desk.locator("[data-area] summary").press("Enter")
    desk.get_by_role("button", name="当前窗口").press("Enter")
    inside = desk.locator("[data-area-status]")
    expect(inside).to_have_text("范围内未结案件 2 件")
    # Shown at 22 h is the eastern case alone: what lies west of its mark holds the other.
    spot, mark = desk.locator(".map").bounding_box(), desk.locator(".leaflet-marker-icon").bounding_box()
    assert spot
    assert mark
    desk.get_by_role("button", name="矩形").click()
    desk.mouse.move(spot["x"] + 60, spot["y"] + 8)
    desk.mouse.down()
    desk.mouse.move(mark["x"], spot["y"] + spot["height"] - 40, steps=3)
    desk.mouse.up()
    expect(inside).to_have_text("范围内未结案件 1 件")
    desk.get_by_role("link", name="在队列中打开").click()
    expect(desk.locator(".row-case")).to_have_count(1)
    expect(desk.locator(".row-case")).to_contain_text(west.number)


@pytest.mark.parametrize(("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk-light", "phone-dark"])
def test_the_main_pages_are_open_to_everyone_and_fit(
    browser: Chromium, place: tuple[str, Street], size: tuple[int, int], dark: bool
):
    address, street = place
    told = street.move(street.report("desk", source="hotline_12345"), Move.SEND_TO_VERIFY, "desk")
    filed = street.filed()
    paths = {
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
