"""One case on the phone, and the steps that need us at once: who gets it, what it says, what a step does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gridops.cases.rules.moves import Move, State
from gridops.core import clock
from gridops.core.db import transaction
from gridops.evidence.models import EvidenceLink
from gridops.evidence.store import LocalStore
from tests.factories import at
from tests.house.case_things import make_link
from tests.web.street import Street
from tests.webapp import Browser


def case_of(browser: Browser, number: str) -> Any:
    answer = browser.get(f"/field/pack/case/{number}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def take(browser: Browser, number: str, step: str, **given: Any) -> Any:
    return post(browser, f"/field/pack/case/{number}/{step}", given)


def post(browser: Browser, path: str, told: Any) -> Any:
    headers = {**browser.headers, "X-CSRFToken": browser.token}
    return browser.client.post(path, json=told, headers=headers, environ_base=browser.environ)


def send(browser: Browser, number: str, body: bytes, kind: str = "application/json") -> Any:
    headers = {**browser.headers, "X-CSRFToken": browser.token, "Content-Type": kind}
    path = f"/field/pack/case/{number}/receive"
    return browser.client.post(path, data=body, headers=headers, environ_base=browser.environ)


def test_a_case_says_what_where_when_and_what_happened(street: Street) -> None:
    with clock.set_to(at("2017-03-06 10:00")):
        case = street.checking()
        told = case_of(street.browser("inspector"), case.number)
    assert (told["number"], told["category"], told["state"]) == (case.number, "event/0110", "checking")
    assert (told["address"], told["note"], told["grid"]["name"]) == ("盘龙路口", "有垃圾", "西社区")
    assert told["unit"]["name"] == "环卫所"
    assert {"check_passed", "check_failed"} <= set(told["may"])
    assert [one["name"] for one in told["timeline"]] == ["上报", "立案", "派遣至 环卫所", "反馈", "送核查"]
    assert told["timeline"][3]["words"] == "已清理"
    assert told["due_at"] == "2017-03-06T07:30:00Z"


def test_who_is_shown_a_case_nearby_may_open_it_and_takes_no_step(street: Street) -> None:
    case, leader = street.dispatched(), street.browser("leader")
    nearby = leader.get("/field/pack/cases").get_json()["cases"]
    assert [one["number"] for one in nearby] == [case.number]
    shown = case_of(leader, case.number)
    assert (shown["number"], shown["may"]) == (case.number, ["press"])  # at the desk: no step of the unit's
    assert take(leader, case.number, "return", reason="看看").status_code == 403
    assert street.now(case).state is State.DISPATCHED


def test_photos_stand_by_the_part_they_play(street: Street) -> None:
    case = street.checking()
    store = LocalStore(street.app.config["GRIDOPS"].evidence_dir)
    with transaction() as session:
        for seed, role in enumerate(("before", "after", "check")):
            use = make_link(session, store, street.root_id, (case.id, case.number), seed)
            session.get_one(EvidenceLink, use).role = role
    told = case_of(street.browser("inspector"), case.number)
    assert [len(told[part]) for part in ("before", "after", "check")] == [1, 1, 1]


def test_a_case_out_of_sight_is_not_found_and_moved_by_nobody(street: Street) -> None:
    case = street.dispatched()
    for who in ("eastern", "gardener", "stranger"):
        browser = street.browser(who)
        assert browser.get(f"/field/pack/case/{case.number}").status_code == 404
        assert take(browser, case.number, "return", reason="不是我们的").status_code == 404
    assert street.now(case).state is State.DISPATCHED


def test_a_phone_that_asks_for_another_person_gets_nothing(street: Street) -> None:
    case, inspector = street.checking(), street.browser("inspector")
    other = {"X-Gridops-User": str(street.people["eastern"])}
    assert inspector.get(f"/field/pack/case/{case.number}", headers=other).status_code == 401


def test_a_handler_receives_asks_for_more_time_and_returns(street: Street) -> None:
    case, handler = street.dispatched(), street.browser("handler")
    version = case_of(handler, case.number)["version"]
    received = take(handler, case.number, "receive", version=version)
    assert (received.status_code, received.get_json()["state"]) == (200, "received")
    assert take(handler, case.number, "return", version=version, reason="晚了一步").status_code == 409
    asked = take(handler, case.number, "ask_extension", due="2099-01-01T10:00", reason="需要设备")
    assert asked.status_code == 200
    assert street.now(case).asked_due_at is not None
    back = take(handler, case.number, "return", version=asked.get_json()["version"], reason="属园林所")
    assert back.status_code == 200
    assert street.now(case).state is State.FILED


def test_a_step_without_what_it_needs_is_refused_by_field(street: Street) -> None:
    case, handler = street.dispatched(), street.browser("handler")
    wrong = take(handler, case.number, "ask_extension", due="", reason="")
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.get_json()["errors"]} == {"due", "reason"}
    for odd in ("x", True, 1.5):
        assert take(handler, case.number, "receive", version=odd).status_code == 422
    assert take(handler, case.number, "void", reason="不能这样").status_code == 404
    assert take(handler, case.number, "close", closing_condition=street.condition_id).status_code == 403
    assert post(handler, f"/field/pack/case/{case.number}/receive", []).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"version":1,"words":' + b"[" * 100_000,
        b'{"version":NaN}',
        b'{"version":1,"version":1}',
        b'{"reason":"\\ud800"}',
        b"\xff",
        b"",
    ],
)
def test_what_is_no_sound_json_is_refused_by_field_and_moves_nothing(street: Street, body: bytes) -> None:
    case, handler = street.dispatched(), street.browser("handler")
    answer = send(handler, case.number, body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["errors"][0]["reason"]
    assert send(handler, case.number, b"{}", "text/plain").status_code == 415
    assert send(handler, case.number, b'{"reason":"' + b"x" * 1_100_000 + b'"}').status_code == 413
    assert street.now(case).state is State.DISPATCHED


def test_who_reported_a_case_may_close_it_once_it_is_checked(street: Street) -> None:
    case = street.checking()
    street.move(case, Move.CHECK_PASSED, "inspector")
    inspector = street.browser("inspector")
    offered = case_of(inspector, case.number)["closings"]
    assert take(inspector, case.number, "close").status_code == 422
    closed = take(inspector, case.number, "close", closing_condition=str(offered[0]["id"]))
    assert (closed.status_code, closed.get_json()["state"]) == (200, "closed")
    assert case_of(street.browser("handler"), case.number)["closings"] == []


def test_what_i_reported_is_listed_with_what_became_of_it(street: Street) -> None:
    first, second = street.report(), street.dispatched()
    street.report("eastern", at=(119.965, 31.855))
    told = street.browser("inspector").get("/field/pack/reports").get_json()["reports"]
    assert [(one["number"], one["state_name"]) for one in told] == [(second.number, "已派遣"), (first.number, "待受理")]
    assert told[0]["category_name"] == "暴露垃圾"


def test_a_case_is_told_in_the_language_of_the_phone(street: Street) -> None:
    case = street.dispatched()
    handler = street.browser("handler")
    told, english = (handler.get(f"/field/pack/case/{case.number}{asked}").get_json() for asked in ("", "?language=en"))
    assert (told["state_name"], english["state_name"]) == ("已派遣", "Dispatched")
    assert told["clock"] != english["clock"]
    chinese = re.compile(r"[\u3400-\u9fff]")
    names = [one["name"] for one in english["timeline"]]
    assert not chinese.search("".join([*english["clock"], *(name.replace("环卫所", "") for name in names)]))


def test_a_unit_that_helps_has_its_task_on_the_phone_and_answers_it(street: Street) -> None:
    case, gardener = street.dispatched(), street.browser("gardener")
    assert case.number not in gardener.get("/desk?group=all").text
    street.move(case, Move.JOIN, "desk", unit=street.other_unit_id, words="修剪树枝", due=case.due_at)
    (task,) = gardener.get("/field/pack/tasks").get_json()["tasks"]
    assert (task["kind"], task["number"], task["may"]) == ("help", case.number, ["help_done", "help_return"])
    assert case.number in gardener.get("/desk?group=all").text  # at once, though what they see was read just before
    assert case_of(gardener, case.number)["helpers"] == [{"name": "园林所", "task": "修剪树枝", "told": False}]
    assert take(gardener, case.number, "return", reason="不能退").status_code == 403
    assert take(gardener, case.number, "help_done", words="").status_code == 422
    assert take(gardener, case.number, "help_done", words="已修剪").status_code == 200
    assert gardener.get("/field/pack/tasks").get_json()["tasks"] == []
    assert case_of(street.browser("handler"), case.number)["helpers"][0]["told"] is True
