"""What people see and do about the place: the part of a form, and the map on which it is put right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from gridops.core.coordinates import metres_between
from gridops.intake.forms.shapes import Location
from tests.browser import overflows, violations
from tests.conftest import ROOT
from tests.field.place.land import HERE, index_of, some_points

pytestmark = pytest.mark.browser

SHOW = """([features, lon, lat, accuracy, kept]) => {
  window.p = phone(kept ?? {});
  p.locator.watch();
  if (accuracy) p.sees(lon, lat, accuracy);
  window.state = m.place_part.placeState({ locator: p.locator, territory: territory(features) });
  show(state);
}"""


def test_a_3_km_fix_is_not_accepted_silently(page: Page, street: list[dict[str, Any]]) -> None:
    page.evaluate(SHOW, [street, *HERE, 3000])
    before = page.evaluate("m.place_part.ready(state)")
    assert (before["ok"], "误差 3 公里" in before["why"]) == (False, True)
    assert page.get_by_role("button", name="在地图上选点").is_visible()
    page.get_by_role("button", name="仍用此位置（误差 3 公里）").click()
    assert page.evaluate("m.place_part.ready(state).ok") is True
    location = Location.model_validate(page.evaluate("m.place_part.locationOf(state)"))
    assert (location.accuracy_m, location.picked) == (3000, None)
    # A place that is worse still was not accepted, and the map does not accept it by the back door.
    page.evaluate("([lon, lat]) => { m.place_part.renew(state); p.sees(lon, lat, 5000, 60); show(state); }", [*HERE])
    assert page.evaluate("m.place_part.ready(state).ok") is False
    page.get_by_role("button", name="在地图上选点").click()
    page.wait_for_selector(".picker .picker-circle")
    assert page.get_by_role("button", name="用这个位置").is_disabled()
    page.get_by_role("button", name="回到我的位置").click()
    assert page.get_by_role("button", name="用这个位置").is_disabled()
    page.get_by_role("button", name="取消").click()
    page.wait_for_selector(".picker", state="detached")
    assert page.evaluate("m.place_part.ready(state).ok") is False


def open_picker(page: Page, features: list[dict[str, Any]], more: str = "") -> None:
    page.evaluate(
        f"""([features, lon, lat]) => {{
          const raw = {{ lon, lat, accuracy_m: 12, at: "2026-11-29T21:40:00+08:00" }};
          window.fix = {{ ...raw, crs: "wgs84", raw }};
          const opened = m.picker.openPicker({{ territory: territory(features), fix, {more} }});
          opened.then((result) => {{ window.picked = result; }});
        }}""",
        [features, *HERE],
    )
    page.wait_for_selector(".picker .pin-cross")


def crosshair(page: Page) -> tuple[float, float]:
    box = page.locator(".pin-cross").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def at_pixel(page: Page, x: float, y: float) -> tuple[float, float]:
    """The place that the map itself has under a pixel of the screen."""
    code = """([x, y]) => {
      const { map } = document.querySelector(".picker");
      const box = map.getContainer().getBoundingClientRect();
      const { lng, lat } = map.containerPointToLatLng([x - box.left, y - box.top]);
      return [lng, lat];
    }"""
    lon, lat = page.evaluate(code, [x, y])
    return lon, lat


def pin(page: Page) -> tuple[float, float]:
    lon, lat = page.evaluate("document.querySelector('.picker').picker.at")
    return lon, lat


def test_the_pin_does_not_end_30_m_away_from_the_finger(page: Page, street: list[dict[str, Any]]) -> None:
    open_picker(page, street)

    def touch(x: float, y: float, how: Callable[[float, float], None]) -> None:
        there = at_pixel(page, x, y)
        how(x, y)
        assert metres_between(*pin(page), *there) < 2
        assert crosshair(page) == pytest.approx((x, y), abs=1.1)

    touch(120, 300, page.touchscreen.tap)
    touch(301, 177, page.mouse.click)
    # After zooming the same, at once: no scale is still on its way.
    page.get_by_role("button", name="缩小").click()
    touch(90, 333, page.touchscreen.tap)
    page.get_by_role("button", name="放大").click()
    touch(200, 250, page.touchscreen.tap)
    # A screen that was turned, and a map that was dragged.
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_timeout(100)
    touch(600, 90, page.touchscreen.tap)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(100)
    drag(page, (300, 500), (180, 380))
    touch(222, 222, page.touchscreen.tap)
    # By its handle the pin goes as far as the finger does; the finger lies below the point.
    x, y = crosshair(page)
    drag(page, (x, y + 64), (x - 80, y + 164))
    assert crosshair(page) == pytest.approx((x - 80, y + 100), abs=1.1)
    assert metres_between(*pin(page), *at_pixel(page, x - 80, y + 100)) < 2
    where = pin(page)
    page.get_by_role("button", name="用这个位置").click()
    page.wait_for_function("window.picked")
    result = page.evaluate("picked")
    assert metres_between(result["lon"], result["lat"], *where) < 0.01
    assert (result["picked"], result["fix"]["lon"]) == (True, HERE[0])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def test_the_map_is_used_without_fingers_and_without_a_network(page: Page, street: list[dict[str, Any]]) -> None:
    page.evaluate("m.picker.loadLeaflet()")
    # In the app its service worker has the icons.
    page.route("**/icons.svg", lambda route: route.fulfill(path=ROOT / "static/vendor/tabler/icons.svg"))
    page.context.set_offline(True)
    open_picker(page, street, "mine: ['320411003001001']")
    assert page.locator(".picker-grid").count() == 60
    assert page.locator(".picker-mine").count() == 1
    assert "腾龙第五网格" in page.locator(".picker-name").all_inner_texts()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert metres_between(*HERE, *pin(page)) == pytest.approx((10**2 + 55**2) ** 0.5, abs=0.3)
    assert pin(page)[0] > HERE[0]
    assert page.locator(".picker-where").inner_text().endswith("离手机定位 56 米")
    assert not violations(page)
    assert not overflows(page)
    page.get_by_role("button", name="回到我的位置").click()
    assert metres_between(*HERE, *pin(page)) < 0.01
    page.keyboard.press("Escape")
    page.wait_for_function("window.picked === null")
    page.context.set_offline(False)


def test_on_a_border_both_grids_are_offered_and_the_other_one_can_be_said(
    page: Page, street: list[dict[str, Any]]
) -> None:
    index = index_of(street)
    lon, lat = next(
        point for point in some_points(street, 300, 5)
        if len(index.near(*point, 25)) == 2 and index.locate(*point) is not None
    )  # fmt: skip
    first, second = index.near(lon, lat, 25)
    page.evaluate(SHOW, [street, lon, lat, 25])
    offered = page.locator(".place-border label")
    assert [first.name in offered.nth(0).inner_text(), second.name in offered.nth(1).inner_text()] == [True, True]
    assert offered.nth(0).locator("input").is_checked()
    assert page.evaluate("m.place_part.ready(state).ok")
    assert page.locator(".place-grid").inner_text().endswith(first.name)
    assert not violations(page)
    offered.nth(1).click()
    assert page.locator(".place-grid").inner_text().endswith(second.name)
    location = Location.model_validate(page.evaluate("m.place_part.locationOf(state)"))
    place = index.locate(location.lon, location.lat)
    assert place is not None
    assert (place.code, location.picked) == (second.code, True)
    assert location.fix is not None
    assert (location.fix.lon, location.fix.accuracy_m) == (round(lon, 7), 25)
    offered.nth(0).click()
    assert page.evaluate("m.place_part.locationOf(state).picked ?? false") is False


def test_without_a_fix_the_last_one_is_offered_with_its_age(page: Page, street: list[dict[str, Any]]) -> None:
    last = {"lon": HERE[0], "lat": HERE[1], "accuracy_m": 14, "at": "2026-11-29T21:20:00+08:00"}
    page.evaluate(SHOW, [street, 0, 0, 0, {"last_fix": last}])
    assert page.evaluate("m.place_part.ready(state).ok") is False
    assert page.evaluate("m.place_part.locationOf(state)") is None
    page.get_by_role("button", name="用上次定位（20 分钟前，误差 14 米）").click()
    assert page.evaluate("m.place_part.ready(state).ok") is True
    location = Location.model_validate(page.evaluate("m.place_part.locationOf(state)"))
    assert location.fix is not None
    assert location.fix.at is not None
    assert location.fix.at.minute == 20
    assert "20 分钟前的定位" in page.locator(".place-exact").inner_text()
    # A fix of now is better than any of then.
    page.evaluate("([lon, lat]) => p.sees(lon, lat + 0.003, 9)", [*HERE])
    assert "误差 9 米" in page.locator(".place-exact").inner_text()


def test_a_form_keeps_the_place_where_its_photo_was_taken(page: Page, street: list[dict[str, Any]]) -> None:
    page.evaluate(SHOW, [street, *HERE, 40])
    kept = page.evaluate(
        """([features, lon, lat]) => {
          m.place_part.hold(state);
          p.sees(lon + 0.0001, lat, 8, 10); // the same spot, seen better
          const better = m.place_part.locationOf(state).accuracy_m;
          p.sees(lon + 0.01, lat, 5, 30); // a kilometre on
          const draft = JSON.parse(JSON.stringify(m.place_part.saved(state)));
          const again = m.place_part.placeState({ locator: p.locator, territory: territory(features), saved: draft });
          return [better, m.place_part.locationOf(state), m.place_part.locationOf(again)];
        }""",
        [street, *HERE],
    )
    assert kept[0] == 8
    assert kept[1] == kept[2]
    assert metres_between(kept[1]["lon"], kept[1]["lat"], *HERE) < 15


def test_a_place_outside_of_the_street_is_said_and_not_sent(page: Page, street: list[dict[str, Any]]) -> None:
    page.evaluate(SHOW, [street, HERE[0] + 0.2, HERE[1], 10])
    told = page.evaluate("m.place_part.ready(state)")
    assert (told["ok"], "不在本辖区内" in told["why"]) == (False, True)
    assert "不在本辖区内" in page.locator(".place-more").inner_text()
    # Without the borders the phone cannot know; the server does.
    page.evaluate(SHOW, [[], HERE[0], HERE[1], 10])
    assert page.evaluate("m.place_part.ready(state).ok") is True
    assert not violations(page)


def test_outside_of_the_grids_that_the_phone_holds_only_the_server_knows(
    page: Page, street: list[dict[str, Any]]
) -> None:
    index = index_of(street)
    own = index.locate(*HERE)
    assert own is not None
    mine = [one for one in street if one["properties"]["code"] == own.code]
    page.evaluate(SHOW, [mine, HERE[0] + 0.01, HERE[1], 10])
    page.evaluate("([grids]) => { state.territory = new m.grids.Territory({ grids }); show(state); }", [mine])
    assert page.evaluate("m.place_part.ready(state)") == {"ok": True, "why": ""}
    assert page.evaluate("m.place_part.gridOf(state)") is None
    assert "由系统归入网格" in page.locator(".place-more").inner_text()
    page.evaluate("([lon, lat]) => p.sees(lon, lat, 8, 30)", [*HERE])
    assert page.locator(".place-grid").inner_text() == own.name
