"""Joint enforcement on the phone and at the desk, from the plan to the answered referral."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from posixpath import normpath
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.operations import queries, service
from gridops.operations.models import Campaign, Incident, Outing
from gridops.operations.rules import OutingState, TallyKind, state_of
from gridops.people.rules import Role
from gridops.squads import queries as squads
from tests.evidence.pictures import picture
from tests.factories import make_grid, make_user
from tests.operations.force import make_force
from tests.webapp import PASSWORD_HASH, Browser


@dataclass
class Night:
    """The joint force with a browser for each."""

    app: Flask
    root_id: int
    opened: dict[str, Browser]

    def __getitem__(self, who: str) -> Browser:
        if who not in self.opened:
            self.opened[who] = Browser(self.app)
            assert self.opened[who].sign_in(who).status_code == 302
        return self.opened[who]

    def send(self, who: str, path: str, **form: Any) -> TestResponse:
        """A form of the phone, with the envelope of its record."""
        now = clock.local(clock.now()).isoformat()
        given = {"record_id": str(uuid7()), "captured_at": now, "sent_at": now, **form}
        return self[who].post(normpath(f"/field/outings{path}"), given)

    def begun(self) -> str:
        """The number of an outing that the leader has begun on the phone."""
        answer = self.send("leader", "/start", campaign="FJDC", agencies=["urban_management", "police_station"])
        assert answer.status_code == 302, answer.text
        return answer.location.rpartition("/")[2]


@pytest.fixture
def night(app: Flask) -> Night:
    with transaction() as session:
        root_id = make_force(session, PASSWORD_HASH).root.id
    return Night(app, root_id, {})


def outing(number: str) -> Outing:
    with reading() as session:
        return session.scalars(select(Outing).where(Outing.number == number)).one()


def asked(question: Callable[..., Any], *given: Any) -> Any:
    with reading() as session:
        return question(session, *given)


def day(days: int) -> str:
    return f"{clock.local(clock.now() + timedelta(days=days)):%Y-%m-%dT%H:%M}"


def seizure(**more: str) -> dict[str, str]:
    return {
        "kind": "seized",
        "agency": "urban_management",
        "basis": "无证无照经营查处办法第十一条",
        "approver": "张队长",
        "officers": "leader；policeman",
        "party": "李小四",
        "items": "三轮车1辆",
        "deadline": day(20),
        "premises_name": "好又多超市",
        **more,
    }


def test_an_outing_from_its_begin_to_its_end_on_the_phone(night: Night) -> None:
    number = night.begun()
    page = night["leader"].get(f"/field/outings/{number}")
    assert "规范摆放" in page.text
    row = outing(number)
    code = asked(squads.squad, row.squad_id).code
    assert code in page.text
    assert night["policeman"].get(f"/field/outings/{number}").status_code == 404  # not on it yet
    assert night.send("policeman", "/../join", code=code).location.endswith(number)
    for amount in ("1", "1", "12", "-1"):
        assert night.send("policeman", f"/{number}/tally", kind="tidied", amount=amount).status_code == 302
    assert asked(queries.tally_sums, [row.id])[row.id] == {TallyKind.TIDIED: 13}
    assert 'value="-12"' in night["policeman"].get(f"/field/outings/{number}").text  # what an undo would send
    form = {"name": "王五", "agency": "transport_administration", "certificate_no": "YG-7"}
    assert night.send("leader", f"/{number}/member", **form).status_code == 302
    assert asked(squads.turns, [row.squad_id])[row.squad_id].people == 3
    assert night.send("policeman", f"/{number}/end", summary="完毕").status_code == 302  # kept for a person to judge
    assert state_of(outing(number)) is OutingState.OPEN
    assert night.send("leader", f"/{number}/end", summary="整治完毕").status_code == 302
    assert (state_of(outing(number)), outing(number).summary) == (OutingState.ENDED, "整治完毕")


def test_a_double_touch_counts_once(night: Night) -> None:
    number = night.begun()
    name = str(uuid7())
    now = clock.local(clock.now()).isoformat()
    for _touch in range(2):
        form = {"kind": "persuaded", "amount": "1", "record_id": name, "captured_at": now}
        assert night.send("leader", f"/{number}/tally", **form).status_code == 302
    assert asked(queries.tally_sums, [outing(number).id])[outing(number).id] == {TallyKind.PERSUADED: 1}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"officers": "leader"}, "行政强制法第十八条第二项"),
        ({"officers": "leader;inspector"}, "行政强制法第十七条第三款"),
        ({"items": ""}, "行政强制法第二十四条"),
        ({"deadline": ""}, "行政强制法第二十四条"),
        ({"kind": "impounded"}, "道路交通安全法第五条"),
        ({"kind": "preserved"}, "行政处罚法第五十六条、第八十五条"),  # twenty days are more than seven working days
    ],
)
def test_what_breaks_the_law_comes_back_with_the_article_and_everything_typed(
    night: Night, more: dict[str, str], says: str
) -> None:
    number = night.begun()
    answer = night.send("leader", f"/{number}/incident", **seizure(**more))
    assert answer.status_code == 422
    assert says in answer.text
    assert "李小四" in answer.text
    assert asked(queries.incidents_of, [outing(number).id]) == []


def test_a_seizure_is_handed_over_with_a_signature(night: Night) -> None:
    number = night.begun()
    assert night.send("leader", f"/{number}/incident", **seizure()).status_code == 302
    (row,) = asked(queries.incidents_of, [outing(number).id])
    handed = {
        "incident": row.incident.record_id,
        "from_agency": "urban_management",
        "to_agency": "police_station",
        "what": "三轮车1辆",
        "receiver": "王警官",
    }
    assert night["leader"].get(f"/field/outings/{number}/handover").status_code == 200
    unsigned = night.send("leader", f"/{number}/handover", **handed)
    assert (unsigned.status_code, "请接收人签名" in unsigned.text) == (422, True)
    signature = (io.BytesIO(picture()), "signature.jpg")
    assert night.send("leader", f"/{number}/handover", **handed, photo_signature=signature).status_code == 302
    page = night["desk"].get(f"/desk/outings/{number}").text
    assert "王警官" in page
    (link,) = set(re.findall(r"/api/v1/evidence/\d+/original", page))
    assert night["desk"].get(link).status_code == 200


def test_the_desk_plans_corrects_and_ends_with_a_reason(night: Night) -> None:
    desk = night["desk"]
    assert desk.get("/desk/outings/new").status_code == 200
    refused = desk.post("/desk/outings/new", {"campaign": "FJDC", "planned_for": day(0), "leader": "nobody"})
    assert (refused.status_code, "没有这个人员" in refused.text) == (422, True)
    plan = {
        "campaign": "FJDC",
        "planned_for": day(0),
        "leader": "leader",
        "people": "policeman",
        "agencies": ["street"],
    }
    number = desk.post("/desk/outings/new", plan).location.rpartition("/")[2]
    assert "开始这次行动" in night["leader"].get("/field/outings").text
    assert night.send("leader", "/start", number=number).status_code == 302
    path = f"/desk/outings/{number}"
    assert desk.post(f"{path}/tally", {"kind": "cleared", "amount": "-3", "reason": "多记"}).status_code == 302
    assert "撤回的比记录的多" in desk.get(path).text
    assert desk.post(f"{path}/people", {"people": "policeman;赵六@traffic_police#JJ-1"}).status_code == 302
    assert asked(squads.turns, [outing(number).squad_id])[outing(number).squad_id].people == 3
    version = str(outing(number).version)
    assert desk.post(f"{path}/cancel", {"reason": "大雨", "version": version}).status_code == 409
    assert desk.post(f"{path}/end", {"version": "99", "reason": "x"}).status_code == 409
    assert desk.post(f"{path}/end", {"version": version}).status_code == 422
    assert desk.post(f"{path}/end", {"version": version, "reason": "负责人手机没电"}).status_code == 302
    assert state_of(outing(number)) is OutingState.ENDED


def test_the_list_and_the_calendar_show_the_outings_of_a_month(night: Night) -> None:
    number = night.begun()
    month = f"{clock.local(clock.now()):%Y-%m}"
    for path in ("", f"?month={month}", f"?view=calendar&month={month}", "?campaign=FJDC&state=open"):
        assert number in night["desk"].get(f"/desk/outings{path}").text, path
    for path in ("?month=2001-01", "?state=planned", "?view=calendar&month=2001-01"):
        assert f"/desk/outings/{number}" not in night["desk"].get(f"/desk/outings{path}").text, path
    assert night["desk"].get("/desk/outings?month=soon").status_code == 422
    assert night["desk"].get("/desk/outings?after=x").status_code == 422


def test_a_referral_from_its_letter_to_its_answer(night: Night) -> None:
    desk = night["desk"]
    number = night.begun()
    form = {
        "outing": number,
        "happened_at": day(0),
        "kind": "referred",
        "agency": "urban_management",
        "to_agency": "区生态环境局",
        "items": "线索1条",
        "deadline": day(5),
    }
    refused = desk.post("/desk/incidents/new", {**form, "to_agency": ""})
    assert refused.status_code == 422
    path = desk.post("/desk/incidents/new", form).location
    assert "未登记回执" in desk.get(path).text

    def version() -> str:
        found = re.search(r'name="version" value="(\d+)"', desk.get(path).text)
        assert found
        return found[1]

    stale = version()
    note = {"receipt": "李收", "letter_no": "移〔2026〕1号", "version": stale}
    assert desk.post(f"{path}/receipt", note).status_code == 302
    assert desk.post(f"{path}/answer", {"answer": "已立案", "version": stale}).status_code == 409
    assert desk.post(f"{path}/answer", {"answer": "", "version": version()}).status_code == 422
    assert desk.post(f"{path}/answer", {"answer": "已立案", "version": version()}).status_code == 302
    assert "已反馈" in desk.get(f"/desk/outings/{number}").text
    assert "区生态环境局" in desk.get("/desk/incidents?kind=referred").text
    assert "区生态环境局" not in desk.get("/desk/incidents?late=yes").text


def test_the_party_is_masked_until_somebody_asks_and_that_is_kept(night: Night) -> None:
    number = night.begun()
    night.send("leader", f"/{number}/incident", **seizure())
    (row,) = asked(queries.incidents_of, [outing(number).id])
    path = f"/desk/incidents/{row.incident.id}"
    desk = night["desk"]
    for shown in (path, "/desk/incidents", f"/desk/outings/{number}"):
        assert "李小四" not in desk.get(shown).text, shown
    assert "李**" in desk.get(path).text
    assert "李小四" in desk.post(f"{path}/read").text
    with reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == "incident.read")).all()) == 1


def test_a_mistake_is_voided_and_recorded_anew(night: Night) -> None:
    number = night.begun()
    night.send("leader", f"/{number}/incident", **seizure())
    (row,) = asked(queries.incidents_of, [outing(number).id])
    desk, path = night["desk"], f"/desk/incidents/{row.incident.id}"
    assert desk.post(f"{path}/void", {"reason": "清单写错", "version": "1"}).status_code == 302
    assert "清单写错" in desk.get(path).text
    filled = desk.get(f"/desk/incidents/new?instead={row.incident.id}").text
    assert "三轮车1辆" in filled
    again = seizure(items="三轮车2辆", happened_at=day(0), outing=number, instead=str(row.incident.id))
    made = desk.post("/desk/incidents/new", again).location
    with reading() as session:
        found = session.get_one(Incident, int(made.rpartition("/")[2]))
        assert (found.replaces_id, found.items) == (row.incident.id, "三轮车2辆")


def test_campaigns_are_made_and_changed_at_the_desk(night: Night) -> None:
    desk = night["desk"]
    form = {"code": "PCZZ", "name": "篷车专项整治", "lead": "traffic_police", "members": ["urban_management"]}
    assert desk.post("/desk/campaigns/new", {**form, "lead": ""}).status_code == 422
    assert desk.post("/desk/campaigns/new", form).status_code == 302
    assert "篷车专项整治" in desk.get("/desk/campaigns").text
    with reading() as session:
        made = session.scalars(select(Campaign).where(Campaign.code == "PCZZ")).one()
    path = f"/desk/campaigns/{made.id}"
    assert desk.get(path).status_code == 200
    changed = {**form, "name": "篷车整治", "last_day": "2026-12-31", "version": "1"}
    assert desk.post(path, changed).status_code == 302
    assert desk.post(path, changed).status_code == 409
    assert desk.get("/desk/campaigns/999999").status_code == 404
    with transaction() as session:
        abroad = service.ensure_campaign(session, make_grid(session, "A", west=118.0).id, "PCZZ").id
    assert desk.get(f"/desk/campaigns/{abroad}").status_code == 404
    assert desk.post(f"/desk/campaigns/{abroad}", changed).status_code == 404


def test_who_only_reads_is_offered_nothing_to_change(night: Night) -> None:
    with transaction() as session:
        root = session.get_one(Grid, night.root_id)
        make_user(session, root, Role.LEADER, username="chief", password_hash=PASSWORD_HASH)
    number = night.begun()
    page = night["chief"].get(f"/desk/outings/{number}").text
    assert "/tally" not in page
    assert night["chief"].get("/desk/outings/new").status_code == 403
    assert night["chief"].post(f"/desk/outings/{number}/end", {"reason": "x", "version": "2"}).status_code == 403
