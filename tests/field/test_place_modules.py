"""The place on the phone: its modules in a real browser, held against what the server says of the same points."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from sqlalchemy import Engine

from gridops.core.coordinates import Crs, from_wgs84, metres_between, to_wgs84
from gridops.demo_street.territory import street_features
from gridops.grids.rules import Level
from gridops.grids.rules.points import Index
from gridops.grids.rules.shapes import geodesic_area_m2
from gridops.grids.rules.tree import Node
from gridops.intake.forms.shapes import Location
from tests.browser import PHONE, chromium, overflows, page_of, served, violations
from tests.conftest import ROOT
from tests.webapp import web_program

pytestmark = pytest.mark.browser

HERE = (119.962, 31.861)
# Computed with the ephemeris of PyEphem (upper rim, 34' of refraction) for 31.8 N, 119.97 E, in China's time.
SUN = [
    ("2026-01-01", "07:00", "17:07"),
    ("2026-02-04", "06:52", "17:37"),
    ("2026-03-05", "06:23", "18:01"),
    ("2026-03-20", "06:04", "18:11"),
    ("2026-04-20", "05:26", "18:32"),
    ("2026-05-05", "05:11", "18:43"),
    ("2026-06-06", "04:54", "19:03"),
    ("2026-06-21", "04:55", "19:09"),
    ("2026-07-07", "05:01", "19:09"),
    ("2026-08-08", "05:20", "18:51"),
    ("2026-09-08", "05:40", "18:16"),
    ("2026-10-08", "05:58", "17:37"),
    ("2026-11-07", "06:21", "17:06"),
    ("2026-11-29", "06:40", "16:56"),
    ("2026-12-07", "06:47", "16:56"),
    ("2026-12-22", "06:56", "17:01"),
]
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
  window.territory = (features) => new m.grids.Territory({ features });
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
    with _framed(found):
        yield found
    assert not complaints


def _framed(page: Page) -> Any:
    page.route("**/field/app.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/field")
    page.evaluate(TOOLS)
    return page.context


@pytest.fixture(scope="module")
def street() -> list[dict[str, Any]]:
    """The demo's territory, as the phone gets it."""
    features: list[dict[str, Any]] = street_features()["features"]
    return features


def index_of(features: list[dict[str, Any]]) -> Index:
    """The server's index of the same features."""
    ids = {feature["properties"]["code"]: number for number, feature in enumerate(features, 1)}
    parents = {feature["properties"]["code"]: feature["properties"]["parent_code"] for feature in features}
    nodes, shapes = [], []
    for feature in features:
        told = feature["properties"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        depth, above = 0, told["parent_code"]
        while above is not None:
            depth, above = depth + 1, parents[above]
        parent = ids.get(told["parent_code"])
        area = geodesic_area_m2(shape)
        nodes.append(
            Node(ids[told["code"]], 1, 1, parent, told["code"], told["name"], Level(told["level"]), area, depth)
        )
        shapes.append(shape)
    return Index(nodes, shapes)


def feature(code: str, shape: shapely.Geometry, parent: str | None = None) -> dict[str, Any]:
    told = {"code": code, "name": f"第{code}网格", "level": "grid", "parent_code": parent}
    return {"type": "Feature", "properties": told, "geometry": json.loads(shapely.to_geojson(shape))}


def awkward() -> list[dict[str, Any]]:
    """Holes with a grid in them, grids in two parts, overlaps, slanted borders and a parent with a strip of its own."""
    box = shapely.box
    ring = box(119.95, 31.85, 119.96, 31.86) - box(119.953, 31.853, 119.957, 31.857)
    split = shapely.MultiPolygon([box(119.9605, 31.85, 119.963, 31.853), box(119.9605, 31.857, 119.963, 31.86)])
    slanted = shapely.Polygon([(119.963, 31.85), (119.97, 31.85), (119.9663, 31.86), (119.963, 31.86)])
    beside = shapely.Polygon([(119.97, 31.85), (119.975, 31.8537), (119.972, 31.86), (119.9663, 31.86)])
    return [
        feature("S", box(119.95, 31.85, 119.98, 31.86)),
        feature("A", ring, "S"),
        feature("B", box(119.953, 31.853, 119.957, 31.857), "S"),
        feature("C", split, "S"),
        feature("D", slanted, "S"),
        feature("E", beside, "S"),
        feature("F", box(119.955, 31.855, 119.962, 31.858), "S"),
        feature("G", box(119.9555, 31.8555, 119.9575, 31.8565), "S"),
    ]


def some_points(features: list[dict[str, Any]], count: int, seed: int) -> list[tuple[float, float]]:
    """Points within and around, and those where rules are tried: corners, middles of edges, a hair beside them."""
    rng = np.random.default_rng(seed)
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    west, south, east, north = shapely.total_bounds(shapes)
    lons, lats = rng.uniform(west - 0.008, east + 0.008, count), rng.uniform(south - 0.008, north + 0.008, count)
    corners = shapely.get_coordinates(shapes)
    corners = corners[rng.permutation(len(corners))[: count // 2]]
    middles = (corners[1:] + corners[:-1]) / 2
    beside = corners + rng.uniform(-3e-4, 3e-4, corners.shape)
    return [
        (float(lon), float(lat)) for lon, lat in np.vstack([np.column_stack([lons, lats]), corners, middles, beside])
    ]


def test_the_phone_converts_coordinates_to_the_servers_numbers(page: Page) -> None:
    dice = random.Random(4)
    points = [(dice.uniform(73, 136), dice.uniform(4, 53)) for _ in range(150)]
    points += [(dice.uniform(119.8, 120.1), dice.uniform(31.7, 32)) for _ in range(50)]
    points += [(4.9, 52.4), (-122.4, 37.8), (139.7, 35.7)]
    asked = [(point, crs.value) for point in points for crs in Crs]
    code = "(asked) => asked.map(([point, crs]) => [m.crs.toWgs84(point, crs), m.crs.fromWgs84(point, crs)])"
    for (point, crs), (into, out) in zip(asked, page.evaluate(code, asked), strict=True):
        assert into == pytest.approx(to_wgs84(*point, Crs(crs)), abs=1e-9)
        assert out == pytest.approx(from_wgs84(*point, Crs(crs)), abs=1e-9)


def test_distances_and_directions_are_those_of_the_ground(page: Page) -> None:
    east, north = page.evaluate(
        """([here, there]) => {
          const { metresBetween, bearing, shifted } = m.crs;
          return [
            [metresBetween(here, shifted(here, 300, 400)), bearing(here, shifted(here, 300, 0))],
            [metresBetween(here, there), bearing(here, shifted(here, -5, 5))],
          ];
        }""",
        [[*HERE], [119.97, 31.87]],
    )
    assert east == pytest.approx([500, 90], abs=0.1)
    assert north == pytest.approx([metres_between(*HERE, 119.97, 31.87), 315], abs=0.1)


@pytest.mark.parametrize("land", ["street", "awkward"])
def test_the_phone_finds_the_grid_that_the_server_finds(page: Page, street: list[dict[str, Any]], land: str) -> None:
    features = street if land == "street" else awkward()
    index = index_of(features)
    dice = random.Random(7)
    asked = [(*point, dice.choice([0, 5, 12, 30, 80, 200, 3000])) for point in some_points(features, 240, 11)]
    found = page.evaluate(
        """([features, asked]) => {
          const land = territory(features);
          return asked.map(([lon, lat, accuracy]) => {
            const { grid, border, outside, nearest } = land.locate(lon, lat, accuracy);
            const beside = border.map((one) => one.code);
            return [grid?.code ?? null, beside, outside, nearest?.grid.code ?? null, nearest?.distance_m ?? 0];
          });
        }""",
        [features, asked],
    )
    kinds = set()
    for (lon, lat, accuracy), (code, border, outside, nearest, distance) in zip(asked, found, strict=True):
        first = index.locate(lon, lat, within_m=500)
        near = index.near(lon, lat, min(accuracy, 200))
        assert code == (first.code if first else None), (lon, lat)
        assert border == [place.code for place in near if first and place.code != first.code], (lon, lat, accuracy)
        assert outside is (first is None or first.nearest)
        if first and first.nearest:
            assert nearest == first.code
            assert distance == pytest.approx(first.distance_m, abs=0.002)
        kinds.add((code is None, outside, bool(border)))
    assert {(True, True, False), (False, True, False), (False, False, False), (False, False, True)} <= kinds


def test_a_point_of_the_other_grid_of_a_border_lies_in_it(page: Page, street: list[dict[str, Any]]) -> None:
    index = index_of(street)
    found = page.evaluate(
        """([features, points]) => {
          const land = territory(features);
          return points.flatMap(([lon, lat]) =>
            land.locate(lon, lat, 30).border.map((grid) => [grid.code, [lon, lat], land.pointIn(grid, lon, lat)]));
        }""",
        [street, some_points(street, 60, 3)],
    )
    assert len(found) > 20
    for code, point, moved in found:
        place = index.locate(*moved)
        assert place is not None
        assert (place.code, metres_between(*point, *moved) < 60) == (code, True)


def test_sunrise_and_sunset_are_right_to_the_minute_through_the_year(page: Page) -> None:
    code = """(days) => days.map((day) => {
      const { sunrise, sunset } = m.sun.sunTimes(new Date(`${day}T12:00:00+08:00`), { lon: 119.97, lat: 31.8 });
      return [sunrise, sunset].map((at) => (at.getTime() / 60_000 + 480) % 1440);
    })"""
    for (day, rise, down), found in zip(SUN, page.evaluate(code, [day for day, _, _ in SUN]), strict=True):
        known = [int(text[:2]) * 60 + int(text[3:]) for text in (rise, down)]
        assert found == pytest.approx(known, abs=1.0), day
    dark = "(times) => times.map((at) => m.sun.isDark(new Date(`2026-11-29T${at}:00+08:00`), [119.97, 31.8]))"
    assert page.evaluate(dark, ["00:10", "06:30", "06:50", "16:50", "17:00", "23:59"]) == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert page.evaluate("m.sun.isDark(new Date('2026-12-20T12:00:00Z'), [20, 78])") is True


def test_what_is_near_comes_nearest_first_with_its_direction(page: Page) -> None:
    found = page.evaluate(
        """(here) => {
          const at = (east, north) => { const [lon, lat] = m.crs.shifted(here, east, north); return { lon, lat }; };
          const cases = [
            { number: "far", category: "0110", ...at(1500, 0) }, { number: "north", category: "0110", ...at(0, 80) },
            { number: "other", category: "0111", ...at(10, 0) },
            { number: "nowhere", category: "0110", lon: null, lat: null },
            { number: "west", category: { code: "0110" }, at: m.crs.shifted(here, -40, 0) },
            { number: "here", category: "0110", ...at(0, 0) },
          ];
          const short = (list) => list.map((one) => [one.item.number, one.words]);
          const { byDistance, sameKind } = m.near;
          const place = { lon: here[0], lat: here[1] };
          return [short(byDistance(cases, place)), short(sameKind(cases, here, "0110")), byDistance(cases, null)];
        }""",
        [*HERE],
    )
    everything, same, nowhere = found
    assert everything == [
        ["here", "0 米"], ["other", "东 10 米"], ["west", "西 40 米"], ["north", "北 80 米"], ["far", "东 1.5 公里"],
    ]  # fmt: skip
    assert [number for number, _ in same] == ["here", "west", "north"]
    assert nowhere == []


def judged(page: Page, fix: tuple[float, float], accuracy: float = 8) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        "([lon, lat, accuracy_m, point]) => m.calibrate.judge({ lon, lat, accuracy_m }, point)",
        [*fix, accuracy, {"name": "盘龙社区北门", "lon": HERE[0], "lat": HERE[1]}],
    )
    return found


def beside(east: float, north: float) -> tuple[float, float]:
    return HERE[0] + east / 94_500, HERE[1] + north / 111_320


def test_a_phone_off_by_the_shift_of_gcj02_is_recognised_at_a_known_point(page: Page) -> None:
    seen = from_wgs84(*beside(9, -6), Crs.GCJ02)
    found = judged(page, seen)
    assert (found["kind"], found["residual_m"] < 15, 300 < found["offset_m"] < 700) == ("gcj02", True, True)
    assert "GCJ-02" in found["sentence"]
    assert judged(page, from_wgs84(*beside(5, 5), Crs.BD09))["kind"] == "bd09"
    backwards = judged(page, to_wgs84(*beside(5, 5), Crs.GCJ02))
    assert backwards["kind"] == "offset"


def test_a_phone_that_is_right_or_somewhere_else_is_left_as_it_is(page: Page) -> None:
    right = judged(page, beside(12, 9))
    assert (right["kind"], right["dlon"], right["tone"]) == ("none", 0, "good")
    assert "定位正常" in right["sentence"]
    for fix, accuracy in [(beside(0, 450), 8), (beside(-150, 0), 8), (beside(4000, 900), 8), (beside(3, 3), 120)]:
        refused = judged(page, fix, accuracy)
        assert (refused["kind"], refused["tone"]) == (None, "wait")
        assert refused["sentence"]
    assert "还没有定位" in page.evaluate("m.calibrate.judge(null, { name: 'x', lon: 1, lat: 1 }).sentence")


def test_fixes_of_a_calibrated_phone_are_converted_and_its_own_numbers_kept(
    page: Page, street: list[dict[str, Any]]
) -> None:
    seen = from_wgs84(*HERE, Crs.GCJ02)
    fix, location, again, offset = page.evaluate(
        """async ([features, seen, point]) => {
          const p = phone();
          p.locator.watch();
          p.sees(...seen, 8);
          const verdict = m.calibrate.judge(p.locator.raw(), point);
          await m.calibrate.keep(verdict, point, { settings: p.settings, at: "2026-11-29T21:40:00+08:00" });
          const state = m.place_part.placeState({ locator: p.locator, territory: territory(features) });
          const first = [p.locator.current(), m.place_part.locationOf(state), p.settings.kept.calibration];
          p.settings.kept.calibration = { kind: "offset", dlon: 0.001, dlat: -0.002 };
          return [...first, m.place_part.locationOf(state)];
        }""",
        [street, [*seen], {"name": "北门", "lon": HERE[0], "lat": HERE[1]}],
    )
    assert (fix["crs"], fix["raw"]["lon"]) == ("gcj02", seen[0])
    assert [fix["lon"], fix["lat"]] == pytest.approx(HERE, abs=1e-7)
    read = Location.model_validate(location)
    assert to_wgs84(read.lon, read.lat, Crs(read.crs or "")) == pytest.approx(HERE, abs=1e-6)
    assert read.fix is not None
    assert (read.fix.lon, read.fix.crs, read.picked) == (round(seen[0], 7), "gcj02", None)
    assert read.fix.at is not None
    assert {"kind", "dlon", "dlat", "at", "point", "residual_m"} == set(again)
    assert offset["crs"] == offset["fix"]["crs"] == "wgs84"
    assert offset["lon"] - offset["fix"]["lon"] == pytest.approx(0.001, abs=1e-7)


def test_the_most_accurate_fix_of_the_last_seconds_is_taken_and_never_an_older_one(page: Page) -> None:
    found = page.evaluate(
        """([lon, lat]) => {
          const p = phone();
          const now = () => p.locator.current()?.accuracy_m ?? null;
          const states = [p.locator.status().state];
          p.locator.watch();
          states.push(p.locator.status().state);
          p.later(16);
          states.push(p.locator.status().state);
          const best = [now()];
          p.sees(lon, lat, 60); best.push(now()); states.push(p.locator.status().state);
          p.sees(lon, lat, 9, 3); best.push(now()); states.push(p.locator.status().state);
          p.sees(lon, lat, 25, 5); best.push(now());
          p.later(16); best.push(now());
          p.sees(lon + 0.002, lat, 40, 0); best.push(now());
          p.later(21); best.push(now()); states.push(p.locator.status().state);
          return { best, states, asked: p.geolocation.asked, last: p.locator.lastFix().age_ms };
        }""",
        [*HERE],
    )
    # 25 m: 9 m is 21 seconds old; 40 m: the phone has moved 190 m away from there.
    assert found["best"] == [None, 60, 9, 9, 25, 40, None]
    assert found["states"] == ["off", "asking", "slow", "fair", "good", "lost"]
    assert found["asked"] >= 1  # a phone that lies still is asked, it tells nothing by itself
    assert found["last"] >= 21_000


def test_every_state_says_in_plain_words_what_to_do(page: Page) -> None:
    found = page.evaluate("""() => {
      const p = phone();
      p.locator.watch();
      const told = [];
      for (const code of [1, 2]) { p.geolocation.failed({ code }); told.push(p.locator.status()); }
      told.push(new m.fix.Locator({ geolocation: null, permissions: null }).status());
      told.push(new m.fix.Locator({ geolocation: {}, permissions: null, secure: false }).status());
      return told;
    }""")
    assert [one["state"] for one in found] == ["denied", "unavailable", "unsupported", "insecure"]
    assert all(one["tone"] == "wait" and "在地图上选点" in one["sentence"] for one in found)


def test_the_phones_own_place_is_watched_with_its_accuracy(page: Page) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": HERE[0], "latitude": HERE[1], "accuracy": 12})
    wait = "(at) => window.own.current()?.accuracy_m === at"
    page.evaluate("""async () => {
      await (await import("/static/field/lib/device.js")).device.open();
      window.own = m.fix.locator();
      own.watch();
    }""")
    page.wait_for_function(wait, arg=12)
    assert page.evaluate("own.status()")["state"] == "good"
    # Much worse, and elsewhere: not the same spot seen less well.
    page.context.set_geolocation({"longitude": HERE[0] + 0.1, "latitude": HERE[1], "accuracy": 3000})
    page.wait_for_function(wait, arg=3000)
    assert page.evaluate("own.status()")["state"] == "coarse"
    assert page.evaluate("own.lastFix().accuracy_m") == 12
    page.evaluate("own.stop()")


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
    page.get_by_role("button", name="用上次定位（20 分前，误差 14 米）").click()
    assert page.evaluate("m.place_part.ready(state).ok") is True
    location = Location.model_validate(page.evaluate("m.place_part.locationOf(state)"))
    assert location.fix is not None
    assert location.fix.at is not None
    assert location.fix.at.minute == 20
    assert "20 分前的定位" in page.locator(".place-exact").inner_text()
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
