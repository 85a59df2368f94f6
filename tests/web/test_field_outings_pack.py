"""The part of the pack with which a phone goes on an outing: what it may do, what counts, what the law asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gridops.core import clock
from gridops.core.db import transaction
from gridops.core.ids import uuid7
from tests.operations.force import make_force
from tests.webapp import PASSWORD_HASH, Browser

CODE = "abcdefghij0123456789"


class Phone:
    """A browser of one person that sends records as the app does."""

    def __init__(self, app: Flask, who: str) -> None:
        self.browser = Browser(app)
        assert self.browser.sign_in(who).status_code == 302

    def send(self, kind: str, body: dict[str, Any], expected: int = 201) -> str:
        name = str(uuid7())
        answer = self.browser.record(kind, body, name)
        assert answer.status_code == expected, answer.text
        return name

    def pack(self) -> Any:
        answer = self.browser.get("/field/pack/outings")
        assert answer.status_code == 200, answer.text
        return answer.get_json()


@pytest.fixture
def phones(app: Flask) -> dict[str, Phone]:
    with transaction() as session:
        make_force(session, PASSWORD_HASH)
    return {who: Phone(app, who) for who in ("leader", "policeman", "inspector")}


def test_an_outing_begun_with_the_code_of_the_phone_is_joined_by_it(phones: dict[str, Phone]) -> None:
    leader, policeman = phones["leader"], phones["policeman"]
    assert [one["code"] for one in leader.pack()["campaigns"]] == ["FJDC"]
    begun = leader.send("outing", {"action": "start", "campaign": "FJDC", "code": CODE})
    policeman.send("check_in", {"outing": begun, "code": CODE})
    leader.send("check_in", {"outing": begun, "name": "王五", "agency": "transport_administration"})
    (told,) = leader.pack()["outings"]
    assert (told["record"], told["state"], told["code"]) == (begun, "open", CODE)
    assert told["join"].endswith(f"/field#/join/outing/{begun}/{CODE}")
    assert {one["officer"]: one["certified"] for one in told["squad"]} == {
        "leader": True,
        "policeman": True,
        "王五@transport_administration": None,
    }
    (seen,) = policeman.pack()["outings"]
    assert (seen["leads"], seen["checked_in"], seen["code"], seen["join"]) == (False, True, None, None)
    assert phones["inspector"].pack()["outings"] == []


def test_a_code_that_is_short_is_refused_and_one_that_is_taken_begins_nothing(phones: dict[str, Phone]) -> None:
    start = {"action": "start", "campaign": "FJDC", "code": CODE}
    phones["leader"].send("outing", start)
    phones["policeman"].send("outing", start)  # held for a person: what is well-formed is never refused
    assert phones["policeman"].pack()["outings"] == []
    phones["policeman"].send("outing", {**start, "code": "short"}, 422)


def test_my_own_records_among_the_sums_are_named_so_that_none_counts_twice(phones: dict[str, Phone]) -> None:
    leader, policeman = phones["leader"], phones["policeman"]
    begun = leader.send("outing", {"action": "start", "campaign": "FJDC", "code": CODE})
    policeman.send("check_in", {"outing": begun, "code": CODE})
    mine = [leader.send("tally", {"outing": begun, "kind": "tidied", "amount": amount}) for amount in (1, 1, -1)]
    policeman.send("tally", {"outing": begun, "kind": "tidied", "amount": 4})
    (told,) = leader.pack()["outings"]
    assert told["sums"] == {"persuaded": 0, "tidied": 5, "cleared": 0, "leaflets": 0}
    assert told["counted"] == sorted(mine)


def test_the_law_is_told_with_the_last_day_of_each_day_to_come(phones: dict[str, Phone]) -> None:
    pack = phones["leader"].pack()
    law = {one["kind"]: one for one in pack["incidents"]}
    assert law["impounded"]["agencies"] == ["traffic_police"]
    today = clock.local_date(clock.now())
    assert law["seized"]["term"]["latest"][today.isoformat()] == (today + timedelta(days=30)).isoformat()
    assert law["preserved"]["term"]["latest"][today.isoformat()] > (today + timedelta(days=8)).isoformat()
    assert law["referred"]["term"] is None
    assert pack["self"] == {"agency": "urban_management", "certified": True, "officer": "leader"}


def test_what_was_taken_and_handed_over_is_told_to_the_squad(phones: dict[str, Phone]) -> None:
    leader = phones["leader"]
    begun = leader.send("outing", {"action": "start", "campaign": "FJDC", "code": CODE})
    referral = {"outing": begun, "kind": "referred", "agency": "urban_management", "to_agency": "区生态环境局"}
    incident = leader.send("incident", {**referral, "signed": "refused", "witness": "李四"})
    handed = {"outing": begun, "from_agency": "urban_management", "to_agency": "police_station"}
    leader.send("handover", {**handed, "what": "三轮车1辆", "receiver": "王警官", "incident": incident})
    (told,) = leader.pack()["outings"]
    assert [(one["kind"], one["record"]) for one in told["incidents"]] == [("referred", incident)]
    assert [(one["what"], one["receiver"]) for one in told["handovers"]] == [("三轮车1辆", "王警官")]
