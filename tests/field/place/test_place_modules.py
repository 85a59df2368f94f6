"""The place on the phone: its modules in a real browser, held against what the server says of the same points."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from gridops.core.coordinates import Crs, from_wgs84, metres_between, to_wgs84
from gridops.intake.forms.shapes import Location
from tests.field.place.land import HERE, awkward, index_of, some_points

pytestmark = pytest.mark.browser

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


def test_only_what_was_there_is_said_to_be_interrupted_and_then_not_just_now(page: Page) -> None:
    found = page.evaluate(
        """([lon, lat]) => {
          const p = phone();
          p.locator.watch();
          p.clock.ms += 30_000;
          const coords = { longitude: lon, latitude: lat, accuracy: 12 };
          p.geolocation.took({ coords, timestamp: Date.now() - 25_000 });
          const told = [p.locator.status()];
          p.sees(lon, lat, 12, 1);
          for (const seconds of [25, 600]) { p.later(seconds); told.push(p.locator.status()); }
          return told.map(({ state, sentence }) => [state, sentence]);
        }""",
        [*HERE],
    )
    assert found[0][0] == "slow", "the first is often an old one, kept by the phone"
    assert found[1] == ["lost", "定位中断了，上次定位：不到 1 分钟前。"]
    assert found[2] == ["lost", "定位中断了，上次定位：10 分钟前。"]


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
