"""The frame of the app in a real browser, with the modules of the place and a phone whose clock and place are ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from sqlalchemy import Engine

from gridops.demo_street.territory import street_features
from tests.browser import PHONE, chromium, page_of, served
from tests.webapp import web_program

# What the tests have at hand in the page: modules, and stand-ins for the phone's clock, place and settings.
TOOLS = """async () => {
  const names = ["crs", "sun", "grids", "near", "calibrate", "fix", "place_part", "place_state", "picker", "say"];
  const found = await Promise.all(names.map((name) => import(`/static/field/place/${name}.js`)));
  window.m = Object.fromEntries(names.map((name, at) => [name, found[at]]));
  window.html = await import("/static/field/lib/html.js");
  window.phone = (kept = {}) => {
    const settings = { get: (name) => kept[name], set: async (name, value) => { kept[name] = value; }, kept };
    const clock = { ms: Date.parse("2026-11-29T21:40:00+08:00") };
    const geolocation = {
      watchPosition(took, failed) { Object.assign(geolocation, { took, failed }); return 1; },
      getCurrentPosition() { geolocation.asked = (geolocation.asked ?? 0) + 1; },
      clearWatch() {},
    };
    const timers = { setInterval: (tick) => { timers.tick = tick; return 1; }, clearInterval() {} };
    const locator = new m.fix.Locator({
      geolocation, permissions: null, settings, timers, clock: () => new Date(clock.ms),
    });
    const sees = (lon, lat, accuracy, seconds = 0) => {
      clock.ms += seconds * 1000;
      geolocation.took({ coords: { longitude: lon, latitude: lat, accuracy }, timestamp: Date.now() });
    };
    const later = (seconds) => { clock.ms += seconds * 1000; timers.tick?.(); };
    return { locator, settings, geolocation, sees, later, clock };
  };
  window.territory = (features) => new m.grids.Territory({ features, whole: features.length > 0 });
  window.show = (state) => {
    const target = document.getElementById("app");
    const part = () => m.place_part.placePart(state, { onChange: draw });
    const draw = () => html.render(html.html`<main>${part()}</main>`, target);
    state.locator.onChange(draw);
    draw();
  };
}"""


@pytest.fixture(scope="module")
def address(sqlite_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with web_program(sqlite_engine, tmp_path_factory.mktemp("place")) as app, served(app) as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(opened: Chromium, address: str) -> Iterator[Page]:
    """The frame of the app under its policy, without the app: only the modules that are tested."""
    found, complaints = page_of(opened, address, PHONE)
    with framed(found):
        yield found
    assert not complaints


def framed(page: Page) -> Any:
    page.route("**/field/boot.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/field")
    page.evaluate(TOOLS)
    return page.context


@pytest.fixture(scope="module")
def street() -> list[dict[str, Any]]:
    """The demo's territory, as the phone gets it."""
    features: list[dict[str, Any]] = street_features()["features"]
    return features
