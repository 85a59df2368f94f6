"""Records through HTTP."""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from gridops.cases.models import Case
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.intake.models import Record
from gridops.people.models import User
from tests.api.conftest import Caller, World, hand_in, record
from tests.evidence.pictures import picture, sha256

PROBLEM = {"type", "title", "status", "detail", "errors"}


def count(what: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_receipt_is_as_the_contract_says(world: World) -> None:
    photo = picture(seed=1)
    name, payload = str(uuid7()), record(files=(photo,))
    answer = world.inspector.put(f"records/{name}", json=payload)
    assert answer.status_code == 201
    assert answer.headers["X-Gridops-Now"].endswith("Z"), "phones know our clock by it"
    receipt = answer.get_json()
    assert receipt["id"] == name
    assert len(receipt["digest"]) == 64
    assert (receipt["complete"], receipt["missing"]) == (False, [sha256(photo)])
    assert receipt["grid"] == {"code": "320411003001", "name": "西社区", "level": "community"}
    assert receipt["number"]
    assert receipt["clock_offset_s"] == 0
    assert world.inspector.upload(photo).status_code == 201
    again = world.inspector.put(f"records/{name.upper()}", data=json.dumps(payload), content_type="application/json")
    assert again.status_code == 200
    assert again.get_json() == {**receipt, "complete": True, "missing": []}
    shown = world.inspector.get(f"records/{name}")
    assert (shown.status_code, shown.get_json()) == (200, again.get_json())
    assert count(Case) == 1


def test_other_content_under_a_name_in_use_is_a_conflict(world: World) -> None:
    name = str(uuid7())
    hand_in(world.inspector, name=name)
    for caller in (world.inspector, world.other_inspector, world.stranger):
        answer = caller.put(f"records/{name}", json=record(description="别的"))
        assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
        assert world.root.code not in answer.text
    assert world.stranger.get(f"records/{name}").status_code == 404


def test_feedback_before_its_report_waits(world: World) -> None:
    name = str(uuid7())
    answer = world.handler.put(f"records/{uuid7()}", json=record("feedback", case=name, words="已清理"))
    assert answer.status_code == 201
    assert answer.get_json()["waiting_for"] == name
    assert answer.get_json()["number"] is None


def test_eight_phones_at_once_make_one_case(world: World) -> None:
    name, payload = str(uuid7()), record()

    def send(_: int) -> int:
        caller = world.inspector
        return (
            Caller(world.app.test_client(), caller.user_id, caller.username, caller.token)
            .put(f"records/{name}", json=payload)
            .status_code
        )

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200] * 7 + [201]
    assert (count(Record), count(Case)) == (1, 1)


DEEP = b'{"type":' + b"[" * 5000 + b"]" * 5000 + b"}"


HOSTILE: list[Any] = [
    (b"", "body"),
    (b"{", "body"),
    (b"null", "body"),
    (b"[]", "body"),
    (b'"x"', "body"),
    (b"\xff\xfe", "body"),
    (b'{"type":"report","type":"check"}', "body"),
    (b'{"captured_at":NaN}', "body"),
    (b'{"captured_at":Infinity}', "body"),
    (b'{"captured_at":1e999}', "captured_at"),
    (DEEP, "body"),
    (b'{"device":"\\ud800"}', "device"),
    (b'{"device":"\\u0000"}', "device"),
    (b'{"\\ud800":1}', "body"),
    (b'{"size":123456789012345678901234567890}', "size"),
    (b'{"size":' + b"9" * 5000 + b"}", "body"),
    (b"{}", "type"),
    (b'{"type":null}', "type"),
    (b'{"type":{"a":[]}}', "type"),
]


def test_hostile_json_is_a_clear_problem(world: World) -> None:
    for raw, field in HOSTILE:
        answer = world.inspector.put(f"records/{uuid7()}", data=raw, content_type="application/json")
        assert answer.status_code == 422, answer.text
        assert answer.mimetype == "application/problem+json"
        problem = answer.get_json()
        assert problem.keys() == PROBLEM
        assert problem["errors"][0]["field"] == field
        assert count(Record) == 0


ABSURD: list[Any] = [
    ({"captured_at": "2099-01-01T00:00:00Z"}, "captured_at"),
    ({"captured_at": "1999-01-01T00:00:00Z"}, "captured_at"),
    ({"captured_at": "9999-12-31T23:59:59Z"}, "captured_at"),
    ({"sent_at": "0001-01-01T00:00:00Z"}, "captured_at"),
    ({"body": {"category": "0110", "location": {"lon": 123.0, "lat": 25.0}}}, "body.location"),
    ({"body": {"category": "0110", "location": {"lon": 1e308, "lat": 25.0}}}, "body.location.lon"),
    ({"body": {"category": "x" * 31, "location": {"lon": 119.955, "lat": 31.855}}}, "body.category"),
    ({"body": {"category": "7777", "location": {"lon": 119.955, "lat": 31.855}}}, "body.category"),
    ({"body": {"category": "0110", "grid": "320411009"}}, "body.grid"),
    ({"type": "flight"}, "type"),
]


def test_absurd_values_are_refused_by_field(world: World) -> None:
    for change, field in ABSURD:
        answer = world.inspector.put(f"records/{uuid7()}", json={**record(), **change})
        assert answer.status_code == 422, answer.text
        assert field in [error["field"] for error in answer.get_json()["errors"]]
        assert (count(Record), count(Case)) == (0, 0), "nothing is stored by half"


NO_RECORDS: list[Any] = [
    ("not-a-uuid", b"{}", "application/json", 422),
    (uuid.uuid4().hex, b"{}", "application/json", 422),
    (str(uuid.uuid4()), b"{}", "text/plain", 415),
    (str(uuid.uuid4()), b"{}", "application/x-www-form-urlencoded", 415),
    (str(uuid.uuid4()), b"{}", "", 415),
    (str(uuid.uuid4()), b'{"device":"' + b"x" * 1_000_000 + b'"}', "application/json", 413),
]


def test_a_request_that_is_no_record(world: World) -> None:
    for name, payload, content_type, status in NO_RECORDS:
        answer = world.inspector.put(f"records/{name}", data=payload, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


WRONG_DOORS: list[Any] = [
    ("GET", "/api/v1/nothing", 404),
    ("GET", "/api/v2/records", 404),
    ("GET", "/api/", 404),
    ("POST", "/api/v1/me", 405),
    ("DELETE", "/api/v1/records/018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f", 405),
    ("TRACE", "/api/v1/me", 405),
    ("OPTIONS", "/api/v1/me", 405),
    ("GET", "/api/v1/attachments/" + "a" * 64, 405),
    ("GET", "/api/v1/records/018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f", 404),
    ("GET", "/api/v1/evidence/99999999999999999999/320", 404),
    ("GET", "/api/v1/evidence/1/320", 404),
    ("GET", "/api/v1/evidence/1/999", 404),
    ("GET", "/api/v1/grids.geojson?level=planet", 422),
    ("GET", "/api/v1/grids.geojson?at=yesterday", 422),
    ("GET", "/api/v1/grids.geojson?at=2017-13-01", 422),
    ("GET", "/api/v1/grids.geojson?colour=red", 422),
    ("GET", "/api/v1/grids.geojson?level=grid&level=cell", 422),
]


def test_errors_are_problems_everywhere(world: World) -> None:
    for method, path, status in WRONG_DOORS:
        answer = world.inspector.ask(method, path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
        problem = answer.get_json()
        assert problem.keys() == PROBLEM
        assert problem["status"] == status
        if status == 405:
            assert answer.headers["Allow"]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "Basic YTpi", "Bearer \udcff", "x" * 5000])
def test_nobody_gets_in_without_a_known_token(world: World, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("utf-8", "surrogateescape").decode("latin-1")}
    for method, path in (("GET", "me"), ("PUT", f"records/{uuid7()}"), ("HEAD", "attachments/" + "a" * 64)):
        answer = world.app.test_client().open(f"/api/v1/{path}", method=method, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_locked_persons_token_is_no_use(world: World) -> None:
    with transaction() as session:
        session.get_one(User, world.inspector.user_id).active = False
    assert world.inspector.get("me").status_code == 401


def test_me_and_the_lists(world: World) -> None:
    me = world.inspector.get("me").get_json()
    assert me["username"] == world.inspector.username
    assert [(role["role"], role["grid"]["code"]) for role in me["roles"]] == [("inspector", "320411003001")]
    assert me["jurisdiction"]["code"] == "320411003"
    (found,) = world.inspector.get("categories").get_json()["lists"]
    assert [category["name_zh"] for category in found["categories"]] == ["暴露垃圾"]


def test_grids_obey_the_roles_held(world: World) -> None:
    def codes(caller: Caller, query: str = "") -> list[str]:
        answer = caller.get(f"grids.geojson{query}")
        assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
        return [feature["id"] for feature in answer.get_json()["features"]]

    assert codes(world.inspector) == ["320411003001"]
    assert codes(world.desk) == ["320411003", "320411003001", "320411003002"]
    assert codes(world.desk, "?level=community&at=2017-03-05") == ["320411003001", "320411003002"]
    assert codes(world.desk, "?after=320411003001") == ["320411003002"]
    assert codes(world.stranger) == ["320411009"]


def test_pages_of_grids_go_on_by_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridops.api.territory.PAGE", 2)
    first = world.desk.get("grids.geojson?at=2017-03-05").get_json()
    assert len(first["features"]) == 2
    second = world.desk.get(first["next"]).get_json()
    assert [feature["id"] for feature in second["features"]] == ["320411003002"]
    assert "next" not in second


def test_the_description_is_open_and_complete(world: World) -> None:
    answer = world.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described = answer.get_json()
    assert described["openapi"].startswith("3.1")
    served = {
        (re.sub(r"<[^:>]+:", "<", rule.rule), method)
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"OPTIONS"}
        if method != "HEAD" or "GET" not in (rule.methods or ())
    }
    told = {
        (path.replace("{", "<").replace("}", ">"), method.upper())
        for path, entry in described["paths"].items()
        for method in entry
    }
    assert told == served
