"""Cases as list and as GeoJSON, each to those who see them."""

from __future__ import annotations

import base64
from typing import Any

import geojson
import pytest
import shapely

from gridops.cases.queries import lookups
from gridops.cases.rules.moves import Move
from gridops.cases.service import moving
from gridops.core.db import transaction
from gridops.people.queries import load_person
from tests.api.conftest import Caller, World, hand_in, record


def at(lon: float, lat: float = 31.855, **body: Any) -> dict[str, Any]:
    return record(location={"lon": lon, "lat": lat}, **body)


def reported(world: World) -> tuple[str, str]:
    """A case in each community."""
    west = hand_in(world.inspector, at(119.955, address="西路1号"))["number"]
    east = hand_in(world.other_inspector, at(119.965, address="东路2号"))["number"]
    return west, east


def accept(world: World, number: str) -> None:
    with transaction() as session:
        case = lookups.by_number(session, number)
        assert case is not None
        moving.move(session, case.id, Move.ACCEPT, load_person(session, world.desk.user_id))


def features(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"cases.geojson{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json"), answer.text
    return [feature["id"] for feature in answer.get_json()["features"]]


def numbers(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"cases{query}")
    assert answer.status_code == 200, answer.text
    return [case["number"] for case in answer.get_json()["cases"]]


def test_everyone_sees_the_cases_of_their_scope(world: World) -> None:
    west, east = reported(world)
    for list_of in (features, numbers):
        seen = {name: set(list_of(getattr(world, name))) for name in ("inspector", "other_inspector", "desk")}
        assert seen == {"inspector": {west}, "other_inspector": {east}, "desk": {west, east}}
        assert list_of(world.handler) == list_of(world.stranger) == []


def test_the_map_is_valid_geojson(world: World) -> None:
    hand_in(world.inspector, record(location=None, grid="320411003001"))
    west, _ = reported(world)
    text = world.desk.get("cases.geojson").text
    found = geojson.loads(text)
    assert found.is_valid, found.errors()
    placed = [feature for feature in found["features"] if feature["geometry"]]
    assert len(placed) == len(found["features"]) == 2, "a case without a place is not on the map"
    assert all(shapely.from_geojson(geojson.dumps(feature["geometry"])).is_valid for feature in placed)
    (shown,) = [feature for feature in placed if feature["id"] == west]
    assert shown["geometry"]["coordinates"] == [119.955, 31.855]
    told = shown["properties"]
    assert (told["grid"], told["grid_code"]) == ("西社区", "320411003001")
    assert (told["category"], told["category_list"], told["category_code"]) == ("暴露垃圾", "B", "0110")


def test_the_map_is_narrowed(world: World) -> None:
    west, east = reported(world)
    accept(world, east)
    for query, expected in {
        "?bbox=119.95,31.85,119.96,31.86": [west],
        "?bbox=119.95,31.85,119.96,31.86&state=reported": [west],
        "?bbox=119.95,31.85,119.96,31.86&state=accepted": [],
        "?bbox=0,0,1,1": [],
        "?state=accepted": [east],
        "?state=accepted,reported": [east, west],
        "?category=0110&kind=event": [east, west],
        "?kind=component": [],
        "?from=2000-01-01&to=2100-01-01": [east, west],
        "?to=2000-01-01": [],
    }.items():
        assert features(world.desk, query) == expected, query


def test_a_case_in_hand_is_found_by_its_tile_and_an_ended_one_without(world: World) -> None:
    receipt = hand_in(world.inspector, at(119.955, self_handled=True))
    window = "?bbox=119.95,31.85,119.96,31.86"
    assert features(world.desk, window) == features(world.desk, f"{window}&state=self_handled") == [receipt["number"]]


def test_the_queue_is_narrowed(world: World) -> None:
    west, east = reported(world)
    for query, expected in {
        "?sort=reported": [east, west],
        "?sort=oldest": [west, east],
        "?sort=reported&grid=320411003001": [west],
        "?sort=reported&grid=320411003": [east, west],
        "?sort=reported&text=东路": [east],
        f"?text={west}": [west],
        "?group=to_accept&sort=reported": [east, west],
        "?group=to_check": [],
        "?class=01&sort=reported": [east, west],
        "?source=inspector&sort=reported": [east, west],
        "?source=public": [],
        "?mine=true": [],
        "?overdue=true": [],
    }.items():
        assert numbers(world.desk, query) == expected, query


def test_pages_go_on_by_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [hand_in(world.inspector, at(119.955, description=f"第{i}处"))["number"] for i in range(5)]
    monkeypatch.setattr("gridops.api.cases.PAGE", 2)
    for path, rows in (("cases.geojson?state=reported", "features"), ("cases?limit=2&sort=reported", "cases")):
        seen: list[str] = []
        following: str | None = path
        while following:
            page = world.desk.get(following).get_json()
            seen += [row.get("id") or row["number"] for row in page[rows]]
            following = page.get("next")
        assert seen == made[::-1]


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_wrong_questions_are_refused_by_field(world: World) -> None:
    for query, field in {
        "cases.geojson?bbox=1,2,3": "bbox",
        "cases.geojson?bbox=nan,0,1,1": "bbox",
        "cases.geojson?bbox=1e999,0,1,1": "bbox",
        "cases.geojson?bbox=2,0,1,1": "bbox",
        "cases.geojson?bbox=0,0,181,1": "bbox",
        "cases.geojson?bbox=a,b,c,d": "bbox",
        "cases.geojson?state=open": "state",
        "cases.geojson?state=": "state",
        "cases.geojson?from=9999-12-31": "from",
        "cases.geojson?to=9999-12-31": "to",
        "cases.geojson?to=0001-01-01": "to",
        "cases.geojson?category=": "category",
        "cases.geojson?category=0111": "category",
        "cases.geojson?category=0110&kind=component": "category",
        "cases.geojson?category=0110&category_list=A": "category",
        "cases.geojson?category=%00": "category",
        "cases.geojson?after=x": "after",
        f"cases.geojson?after={cursor('0001-01-01T00:00:00+14:00|1')}": "after",
        f"cases.geojson?after={cursor('2017-01-01T00:00:00+08:00|9999999999999999999')}": "after",
        f"cases?sort=oldest&after={cursor(chr(0) + '|1')}": "after",
        "cases?after=%ff": "after",
        "cases?limit=0": "limit",
        "cases?limit=201": "limit",
        "cases?limit=1e3": "limit",
        "cases?limit=٣": "limit",
        "cases?unit=nowhere": "unit",
        "cases?grid=320411009": "grid",
        "cases?campaign=none": "campaign",
        "cases?sort=colour": "sort",
        "cases?mine=1": "mine",
        "cases?page=2": "page",
    }.items():
        answer = world.desk.get(query)
        assert answer.status_code == 422, f"{query}: {answer.text}"
        assert [error["field"] for error in answer.get_json()["errors"]] == [field], query
