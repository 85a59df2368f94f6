"""在地图上看: the small map of a case, without a network; it is fetched when somebody looks and not before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gridops.cases.models import Case
from tests.browser import violations
from tests.field.app import App
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser
PLACE = (119.9555, 31.8555)
_KEPT = "caches.match('/static/vendor/leaflet/leaflet.js').then(Boolean)"
_FORGET = """async () => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const path of ["vendor/leaflet/leaflet.js", "field/place/map.js"]) await cache.delete(`/static/${path}`);
  }
}"""
# Only the last of them is gone.
_FORGET_LAST = """async () => {
  for (const name of await caches.keys()) await (await caches.open(name)).delete("/static/vendor/leaflet/leaflet.js");
}"""
# How far the tip of the pin is on the screen from where the map has the case.
_PIN = """([lon, lat]) => {
  const { map } = document.querySelector(".picker");
  const { left, top } = map.getContainer().getBoundingClientRect();
  const spot = map.latLngToContainerPoint([lat, lon]);
  const pin = document.querySelector(".viewer-pin").getBoundingClientRect();
  return [pin.left + 24 - left - spot.x, pin.top + 43 - top - spot.y].map(Math.abs);
}"""


@pytest.fixture
def case(server: Server) -> Case:
    """A case some 80 m from the phone."""
    assert server.street is not None
    return server.street.dispatched(at=PLACE)


def opened(app: App, case: Case, line: Line) -> Page:
    """The case on its screen, with the files of the map on the phone, and no network."""
    app.installed()
    app.phone.until("gridops.engine.running === null")
    page = app.phone.page
    page.evaluate("gridops.refresh(['grids', 'cases']).then(() => 0)")
    page.evaluate("navigator.serviceWorker.controller.postMessage('complete')")
    app.phone.until(_KEPT)
    line.down()
    page.evaluate("(number) => gridops.go(`#/tasks/${number}`)", case.number)
    page.get_by_role("button", name="在地图上看").wait_for()
    return page


def centre(page: Page) -> list[float]:
    """What the middle of the map shows."""
    found: list[float] = page.evaluate(
        "(({ lng, lat }) => [lng, lat])(document.querySelector('.picker').map.getCenter())"
    )
    return found


def test_the_map_shows_the_case_the_phone_and_the_grids_without_a_network(app: App, case: Case, line: Line) -> None:
    page = opened(app, case, line)
    assert page.get_by_role("link", name="用地图应用打开").get_attribute("href") == "geo:31.855500,119.955500"
    assert page.evaluate("globalThis.L === undefined"), "nobody has looked yet"
    assert not page.evaluate("performance.getEntriesByType('resource').some(({ name }) => name.includes('viewer'))")
    page.get_by_role("button", name="在地图上看").click()
    dialog = page.get_by_role("dialog", name="在地图上看")
    expect(dialog).to_contain_text("盘龙路口")
    expect(dialog).to_contain_text("西社区 · 距离：东北 73 米")
    assert page.locator(".picker-grid").count() == 2
    assert page.locator(".picker-mine").count() == 1
    expect(page.locator(".picker-here")).to_have_count(1)
    expect(page.locator(".viewer-name")).to_have_text("宏达喷涂厂")
    expect(page.locator(".leaflet-control-scale")).to_be_visible()
    assert max(page.evaluate(_PIN, PLACE)) <= 1
    assert violations(page) == []
    before = page.evaluate("document.querySelector('.picker').picker.pin.getLatLng()")
    page.locator(".picker-map").click(position={"x": 60, "y": 300})
    assert page.evaluate("document.querySelector('.picker').picker.pin.getLatLng()") == before, "nothing is put here"
    dialog.get_by_role("button", name="我的位置").click()
    assert centre(page) == pytest.approx([119.955, 31.855], abs=1e-5)
    page.keyboard.press("ArrowUp")
    page.locator(".picker-map").focus()
    page.keyboard.press("ArrowUp")
    assert centre(page)[1] > 31.8551
    dialog.get_by_role("button", name="案件位置").click()
    assert centre(page) == pytest.approx(list(PLACE), abs=1e-5)
    assert max(page.evaluate(_PIN, PLACE)) <= 1
    app.phone.stand_at(119.9555, 31.8505)
    expect(dialog).to_contain_text("距离：北 560 米")
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("heading", name="暴露垃圾").wait_for()
    app.phone.stand_at(119.955, 31.855)


def test_a_phone_that_has_not_got_the_map_yet_says_so(app: App, case: Case, line: Line, phone: Phone) -> None:
    page = opened(app, case, line)
    page.evaluate(_FORGET)
    page.get_by_role("button", name="在地图上看").click()
    page.get_by_text("地图还没有下载，请联网打开一次。").wait_for()
    assert page.get_by_role("dialog").count() == 0
    line.up()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.get_by_role("button", name="在地图上看").click()
    page.get_by_role("dialog", name="在地图上看").wait_for()
    assert phone.faults == []


def test_whatever_file_of_the_map_is_missing_all_are_fetched_anew(app: App) -> None:
    app.installed()
    page = app.phone.page
    page.evaluate("navigator.serviceWorker.controller.postMessage('complete')")
    app.phone.until(_KEPT)
    page.evaluate(_FORGET_LAST)
    assert not page.evaluate(_KEPT)
    page.evaluate("navigator.serviceWorker.controller.postMessage('complete')")
    app.phone.until(_KEPT)
