"""The parts of the pack with which a phone goes on a night round or looks in on a unit."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from gridops.core import clock
from gridops.core.db import transaction
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.people.models import RoleHolding, User
from gridops.people.rules import Role
from gridops.premises import service as premises
from gridops.premises.models import Premises
from gridops.supervision.models import Problem
from tests.factories import make_user
from tests.web.nights import Night, make_night
from tests.web.street import Street
from tests.web.test_field_pack import asked, part
from tests.webapp import PASSWORD_HASH, Browser

CODE = "abcdefghij0123456789"


@pytest.fixture
def night(street: Street) -> Night:
    return make_night(street)


def send(browser: Browser, kind: str, body: dict[str, Any], expected: int = 201) -> str:
    """A record as the app sends it; returns its name."""
    name, now = str(uuid7()), clock.local(clock.now()).isoformat()
    record = {"type": kind, "captured_at": now, "sent_at": now, "body": body, "attachments": []}
    headers = {**browser.headers, "X-CSRFToken": browser.get("/field/pack/me").get_json()["csrf"]}
    answer = browser.client.put(f"/api/v1/records/{name}", json=record, headers=headers)
    assert answer.status_code == expected, answer.text
    return name


def visited(browser: Browser, night_name: str, premises_id: int, **more: Any) -> str:
    body = {"premises": {"id": premises_id}, "kind": "patrol", "complete": True, "signed": "not_asked"}
    return send(browser, "visit", {**body, "round": night_name, **more})


def test_a_round_is_told_with_its_squad_its_visits_and_why_it_is_no_inspection(night: Night) -> None:
    officer, second = night["officer"], night["second"]
    begun = send(officer, "round", {"action": "start", "theme": "涉气", "grids": [night.street.west], "code": CODE})
    send(second, "check_in", {"round": begun, "code": CODE})
    found = [{"text": "治污设施未运行", "severity": "serious"}]
    visited(officer, begun, night.shop, findings=found, order={"kind": "hazard_notice", "due_on": "2026-12-31"})
    send(officer, "round", {"action": "grid_checked", "round": begun, "grids": [night.street.west]})
    (told,) = part(officer, "rounds")["rounds"]
    assert (told["record"], told["state"], told["theme"]) == (begun, "open", "涉气")
    assert "没有经批准" in told["fault"]
    assert (told["leads"], told["checked_in"], told["code"]) == (True, True, CODE)
    assert told["join"].endswith(f"/field#/join/round/{begun}/{CODE}")
    assert [(one["name"], one["certified"], one["me"]) for one in told["squad"]] == [
        ("officer", True, True),
        ("second", True, False),
    ]
    assert [(grid["code"], grid["checked_at"] is not None) for grid in told["grids"]] == [(night.street.west, True)]
    (visit,) = told["visits"]
    assert (visit["premises"], visit["findings"], visit["order"]) == (night.shop, 1, "hazard_notice")
    assert told["may"] == {"start": False, "end": True, "cancel": False, "visit": True}
    (seen,) = part(second, "rounds")["rounds"]
    assert (seen["leads"], seen["code"], seen["join"], seen["may"]["end"]) == (False, None, None, False)
    assert part(night["inspector"], "rounds")["rounds"] == []


def test_an_approved_round_with_two_officers_there_has_no_fault_and_tells_its_plan(night: Night) -> None:
    number = night.begun(by_risk="1")
    (told,) = part(night["officer"], "rounds")["rounds"]
    assert (told["number"], told["inspection"], told["fault"]) == (number, True, None)
    assert [one["id"] for one in told["plan"]] == [night.shop]


def test_lists_to_fill_are_told_with_their_words(night: Night) -> None:
    told = part(night["officer"], "rounds")
    (checklist,) = [one for one in told["checklists"] if one["code"] == "air"]
    assert [(item["id"], item["severity"]) for item in checklist["items"]] == [(night.item, "serious")]
    assert [one["value"] for one in told["visit_kinds"]] == ["inspection", "patrol", "call"]
    assert "不能责令改正" in told["orders_need"]
    english = night["officer"].get("/field/pack/rounds?language=en").get_json()
    assert {one["name"] for one in english["signed"]}.isdisjoint({one["name"] for one in told["signed"]})


def test_re_inspections_owed_stand_among_rounds_and_tasks_of_who_leads_them(night: Night) -> None:
    officer = night["officer"]
    begun = send(officer, "round", {"action": "start", "code": CODE})
    today = clock.local_date(clock.now()).isoformat()
    order = {"kind": "hazard_notice", "due_on": today}
    visited(officer, begun, night.shop, findings=[{"text": "无台账"}], order=order)
    for name in ("rounds", "tasks"):
        (owed,) = part(officer, name)["rechecks"]
        assert (owed["premises"], owed["name"]) == (night.shop, "宏达喷涂厂")
        assert [one["text"] for one in owed["findings"]] == ["无台账"]
        assert owed["grid"]["code"] == night.street.west
        assert owed["lon"] == 119.955
    assert part(night["second"], "rounds")["rechecks"] == []


def test_premises_are_told_with_what_is_open_there_and_without_whoever_answers_for_them(night: Night) -> None:
    officer = night["officer"]
    with transaction() as session:
        shop = session.get_one(Premises, night.shop)
        shop.responsible, shop.phone = "张三丰", "13800001234"
        twin = premises.ensure(session, shop.root_id, None, "宏达喷涂", grid_id=shop.grid_id)
        twin_id = twin.id
    begun = send(officer, "round", {"action": "start", "code": CODE})
    visited(officer, begun, twin_id, findings=[{"text": "无台账"}])
    with transaction() as session:
        premises.merge(session, night.street.person("desk"), twin_id, night.shop, "同一家")
    answer = officer.get("/field/pack/premises")
    assert "张三丰" not in answer.text
    assert "13800001234" not in answer.text
    (told,) = answer.get_json()["premises"]
    assert (told["id"], told["label"], told["risk"]) == (night.shop, f"CS{night.shop:06d}", "high")
    assert told["qr"].endswith(f"/field/premises/{night.shop}")
    assert [one["text"] for one in told["open"]] == ["无台账"], "what hangs on a duplicate counts here"
    assert told["visits_this_year"] == 0, "a patrol is no inspection"
    assert told["last_visited_at"]
    points = part(officer, "grids")["known_points"]
    assert [(one["id"], one["lon"]) for one in points] == [(night.shop, 119.955)]


def test_an_officer_of_one_community_sees_no_premises_of_another(night: Night) -> None:
    with transaction() as session:
        root = session.get_one(Grid, night.street.root_id)
        for code in (night.street.west, night.street.east):
            grid = session.scalars(select(Grid).where(Grid.code == code)).one()
            make_user(session, root, Role.OFFICER, grid=grid, username=f"of {code}", password_hash=PASSWORD_HASH)
    found = {}
    for code in (night.street.west, night.street.east):
        browser = Browser(night.street.app)
        browser.sign_in(f"of {code}")
        found[code] = [one["id"] for one in part(browser, "premises")["premises"]]
    assert found == {night.street.west: [night.shop], night.street.east: []}
    assert part(night["handler"], "premises")["premises"] == []


def test_who_looks_in_is_told_the_units_and_who_answers_what_is_owed(night: Night) -> None:
    street = night.street
    with transaction() as session:
        user = session.get_one(User, street.people["eastern"])
        session.add(
            RoleHolding(user_id=user.id, role=Role.SUPERVISION_OFFICER, unit_id=user.unit_id, grid_id=street.root_id)
        )
        for number, unit in (("TB-1", street.unit_id), ("TB-2", street.other_unit_id)):
            owed = {"root_id": street.root_id, "unit_id": unit, "number": number, "series": "supervision"}
            now = clock.now()
            session.add(Problem(**owed, fact="垃圾未清", at=now, due_at=now, recorded_at=now))
    watcher = part(night["eastern"], "supervision")
    assert watcher["may_check"]
    assert {"环卫所", "园林所"} <= {one["name"] for one in watcher["units"]}
    assert watcher["problems"] == []
    handler = part(night["handler"], "supervision")
    assert (handler["may_check"], handler["units"]) == (False, [])
    (owed,) = handler["problems"]
    assert (owed["number"], owed["unit"]["name"], owed["state"], owed["overdue"]) == ("TB-1", "环卫所", "open", True)


def test_the_number_of_questions_does_not_grow_with_rounds_and_visits(night: Night, database: Engine) -> None:
    officer = night["officer"]

    def one_more(number: int) -> None:
        code = f"{CODE}{number}"
        begun = send(officer, "round", {"action": "start", "code": code, "grids": [night.street.west]})
        send(night["second"], "check_in", {"round": begun, "code": code})
        place = {"name": f"第{number}店"}
        visited(officer, begun, night.shop, premises=place, findings=[{"text": "无台账"}])

    names = ("rounds", "premises", "tasks")
    one_more(1)
    for name in names:
        part(officer, name)
    before = {name: asked(database, lambda name=name: part(officer, name)) for name in names}
    for number in range(2, 5):
        one_more(number)
    for name in names:
        part(officer, name)
    assert {name: asked(database, lambda name=name: part(officer, name)) for name in names} == before
    assert len(part(officer, "rounds")["rounds"]) == 4
