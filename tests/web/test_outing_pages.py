"""Joint enforcement on the phone and at the desk, from the plan to the answered referral."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.operations import queries, service
from gridops.operations.models import Campaign, Incident, Outing
from gridops.operations.rules import OutingState, TallyKind, state_of
from gridops.people.rules import Role
from gridops.squads import queries as squads
from tests.factories import make_grid, make_user
from tests.operations.force import make_force
from tests.web.street import hidden
from tests.webapp import PASSWORD_HASH, Browser
from tests.workbooks import in_both_forms


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

    def send(self, who: str, what: str, expected: int = 201, /, **body: Any) -> TestResponse:
        """A record of a phone."""
        answer = self[who].record(what, body)
        assert answer.status_code == expected, answer.text
        return answer

    def begun(self) -> str:
        """The number of an outing that the leader has begun on the phone."""
        agencies = ["urban_management", "police_station"]
        answer = self.send("leader", "outing", action="start", campaign="FJDC", agencies=agencies)
        return str(answer.get_json()["number"])

    def seized(self, number: str) -> str:
        """The record of a seizure on an outing."""
        return str(self.send("leader", "incident", outing=number, **as_body(seizure())).get_json()["id"])


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


def as_body(form: dict[str, str]) -> dict[str, Any]:
    """What a form says, as a record says it."""
    body: dict[str, Any] = {name: value for name, value in form.items() if value}
    body["officers"] = form["officers"].replace("；", ";").split(";")
    body["premises"] = {"name": body.pop("premises_name")}
    if form["deadline"]:
        body["deadline"] = f"{form['deadline']}:00+08:00"
    return body


def test_who_is_on_it_counts_and_only_its_leader_ends_it(night: Night) -> None:
    number = night.begun()
    row = outing(number)
    code = asked(squads.squad, row.squad_id).code
    night.send("policeman", "check_in", code=code)
    for amount in (1, 1, 12, -1):
        night.send("policeman", "tally", outing=number, kind="tidied", amount=amount)
    assert asked(queries.tally_sums, [row.id])[row.id] == {TallyKind.TIDIED: 13}
    named = {"name": "王五", "agency": "transport_administration", "certificate_no": "YG-7"}
    night.send("leader", "check_in", outing=number, **named)
    assert asked(squads.turns, [row.squad_id])[row.squad_id].people == 3
    told = night.send("policeman", "outing", action="end", outing=number, summary="完毕").get_json()
    assert (told["state"], state_of(outing(number))) == ("held", OutingState.OPEN)  # for a person to judge
    night.send("leader", "outing", action="end", outing=number, summary="整治完毕")
    assert (state_of(outing(number)), outing(number).summary) == (OutingState.ENDED, "整治完毕")


def test_the_old_address_of_a_code_leads_to_the_app(app: Flask) -> None:
    browser = Browser(app)
    assert browser.get("/field/join?code=ab_c-1").location == "/field#/join?code=ab_c-1"
    assert browser.get("/field/join?code=<b>").location == "/field#/join?code=%3Cb%3E"
    assert browser.get("/field/join").location == "/field#/join"


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
def test_what_breaks_the_law_comes_back_with_the_article(night: Night, more: dict[str, str], says: str) -> None:
    number = night.begun()
    answer = night.send("leader", "incident", 422, outing=number, **as_body(seizure(**more)))
    assert says in " ".join(error["reason"] for error in answer.get_json()["errors"])
    assert asked(queries.incidents_of, [outing(number).id]) == []


def test_the_desk_sees_whether_the_party_signed_and_who_saw_it_refused(night: Night) -> None:
    number = night.begun()
    body = {**as_body(seizure()), "signed": "refused", "witness": "赵见证"}
    night.send("leader", "incident", outing=number, **body)
    (row,) = asked(queries.incidents_of, [outing(number).id])
    path = f"/desk/incidents/{row.incident.id}"
    page = night["desk"].get(path).text
    assert ("拒签" in page, "赵**" in page, "赵见证" in page) == (True, True, False)
    assert "赵见证" in night["desk"].post(f"{path}/read").text


def test_what_was_handed_over_is_on_the_page_of_the_outing(night: Night) -> None:
    number = night.begun()
    handed = {"from_agency": "urban_management", "to_agency": "police_station", "what": "三轮车1辆"}
    night.send("leader", "handover", outing=number, incident=night.seized(number), receiver="王警官", **handed)
    assert "王警官" in night["desk"].get(f"/desk/outings/{number}").text


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
    (planned,) = night["leader"].get("/field/pack/outings").get_json()["outings"]
    assert (planned["state"], planned["may"]["start"]) == ("planned", True)
    night.send("leader", "outing", action="start", number=number)
    path = f"/desk/outings/{number}"
    assert desk.post(f"{path}/tally", {"kind": "cleared", "amount": "-3", "reason": "多记"}).status_code == 302
    assert "撤回的比记录的多" in desk.get(path).text
    assert desk.post(f"{path}/people", {"people": "policeman;赵六@traffic_police#JJ-1"}).status_code == 302
    assert asked(squads.turns, [outing(number).squad_id])[outing(number).squad_id].people == 3
    version = str(outing(number).version)
    assert desk.post(f"{path}/cancel", {"reason": "大雨", "version": version}).status_code == 409
    assert desk.post(f"{path}/end", {"version": "99", "reason": "x"}).status_code == 409
    unsaid = desk.post(f"{path}/end", {"version": version, "ended_at": "soon"})
    assert unsaid.status_code == 422
    # The form that was refused stays what it was shown as; beside it the others go on from today's.
    stale = desk.post(f"{path}/end", {"version": "99", "ended_at": "soon"})
    assert re.findall(r'name="version" value="(\d+)"', stale.text) == ["99", version]
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
    for narrowed, there in (("campaign=FJDC&state=open", True), ("view=calendar", True), ("state=planned", False)):
        rows = in_both_forms(night["desk"], f"/desk/outings/list.csv?{narrowed}")
        assert [row[1] for row in rows[1:-1]] == [number] * there, narrowed
        assert rows[-1][0].endswith("; persons masked"), narrowed
    assert 'href="/desk/outings/list.xlsx?state=open"' in night["desk"].get("/desk/outings?state=open").text
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
    night.seized(number)
    (row,) = asked(queries.incidents_of, [outing(number).id])
    path = f"/desk/incidents/{row.incident.id}"
    desk = night["desk"]
    for shown in (path, "/desk/incidents", f"/desk/outings/{number}"):
        assert "李小四" not in desk.get(shown).text, shown
    assert "李**" in desk.get(path).text
    for narrowed, there in (("", True), ("?kind=seized", True), ("?kind=referred", False), ("?late=yes", False)):
        rows = in_both_forms(desk, f"/desk/incidents/list.csv{narrowed}")
        assert [(row[1], row[8]) for row in rows[1:-1]] == [(number, "李**")] * there, narrowed
        assert "张队长" not in str(rows)
    assert 'href="/desk/incidents/list.xlsx?kind=seized"' in desk.get("/desk/incidents?kind=seized").text
    assert "李小四" in desk.post(f"{path}/read").text
    with reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == "incident.read")).all()) == 1


def test_a_mistake_is_voided_and_recorded_anew(night: Night) -> None:
    number = night.begun()
    night.seized(number)
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
    late = desk.post(path, {**changed, "name": "篷车夜查", "aim": "减少篷车"})
    assert late.status_code == 409
    assert re.search(r"<td[^>]*>篷车整治</td><td[^>]*>篷车夜查 <span", late.text), "both versions, and which differ"
    assert re.search(r"<td[^>]*>城管</td><td[^>]*>城管</td>", late.text)
    assert ("没有保存：" in late.text, "请补全下面标出的内容" in late.text) == (True, False)
    assert hidden(late, "version") == "2"
    wrong = desk.post(path, {**changed, "name": "篷车夜查", "last_day": "2026-13-31"})
    assert (wrong.status_code, hidden(wrong, "version"), "both-versions" in wrong.text) == (422, "1", False)
    assert "请补全下面标出的内容" in wrong.text
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


def test_the_map_shows_where_a_running_outing_is_without_names(night: Night) -> None:
    number = night.begun()
    begun_at = clock.local(outing(number).started_at or clock.now())
    track = {"started_at": begun_at.isoformat(), "ended_at": (begun_at + timedelta(seconds=60)).isoformat()}
    points = [[0, 119.95, 31.85, 8], [60, 119.951, 31.85, 8]]
    night.send("leader", "track", outing=number, **track, points=points)
    found = night["desk"].get("/desk/map/paths")
    (out,) = found.json["outings"]
    assert (out["number"], len(out["lines"]), out["last"][:2]) == (number, 1, [119.951, 31.85])
    assert [fix[3] for fix in out["lines"][0]] == [False, False]
    with reading() as session:
        names = [row.name for row in squads.members(session, outing(number).squad_id)]
    assert names
    assert not any(name in found.text for name in names)
    assert "进行中的行动" in night["desk"].get("/desk/map").text
    assert night["leader"].get("/desk/map/paths").status_code == 403
