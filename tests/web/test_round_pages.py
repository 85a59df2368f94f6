"""Night rounds on the phone and at the desk, from the plan to the corrected visit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case
from gridops.catalogue.models import Checklist
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.inspections import queries
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import OrderKind, RoundState, VisitKind, state_of
from gridops.people.queries import lately
from gridops.squads.rules import FILMED
from gridops.supervision.models import Problem
from gridops.web.desk import rounds as desk_rounds
from tests.evidence.pictures import picture
from tests.web.nights import Night, make_night
from tests.web.street import Street
from tests.webapp import Browser
from tests.workbooks import in_both_forms


@pytest.fixture
def night(street: Street) -> Night:
    return make_night(street)


WASTE = [{"text": "危废未分类"}]


def one(model: Any) -> Any:
    with reading() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()


def day(days: int) -> str:
    return f"{clock.local(clock.now() + timedelta(days=days)):%Y-%m-%dT%H:%M}"


def on(days: int) -> str:
    return (clock.local_date(clock.now()) + timedelta(days=days)).isoformat()


def test_a_round_of_the_phone_stands_at_the_desk_with_its_photos(night: Night) -> None:
    number = night.begun()
    bad = {"ok": False, "note": "喷淋塔未开"}
    answer = night.visit(
        number,
        checklist=one(Checklist).id,
        answers={str(night.item): bad},
        findings=[{"text": "危废未分类", "severity": "general"}],
        order={"kind": "order", "due_on": on(10), "number": "责改字12号"},
        photos={"finding_a": picture(), "signature": picture(seed=2)},
    )
    assert answer.status_code == 201, answer.text
    visit = one(Visit)
    with reading() as session:
        texts = {row.text: row.severity for row in queries.findings_of(session, [visit.id])}
        paper = queries.orders_of(session, [visit.id])[visit.id]
    assert texts == {"危废未分类": "general", "喷淋塔未开": "serious"}
    assert (visit.kind, paper.kind) == (VisitKind.INSPECTION, OrderKind.ORDER)
    seen = {"action": "grid_checked", "round": number, "grids": [night.street.west]}
    assert night.send("officer", "round", seen).status_code == 201
    assert night.send("officer", "round", {"action": "end", "round": number}).status_code == 201
    assert state_of(one(Round)) is RoundState.ENDED
    shown = night["desk"].get(f"/desk/visits/{visit.id}").text
    assert "问题 1 的照片" in shown
    assert "喷淋塔未开" in shown
    assert "责改字12号" in shown


def test_a_free_round_inspects_nobody_and_leaves_a_hazard_notice(night: Night) -> None:
    number = night.send("officer", "round", {"action": "start", "theme": "安全"}).get_json()["number"]
    refused = night.visit(number)
    assert (refused.status_code, "国办发〔2024〕54号" in refused.text) == (422, True)
    assert one(Visit) is None
    found = [{"text": "通道堵塞"}]
    done = night.visit(number, kind="patrol", findings=found, order={"kind": "hazard_notice", "due_on": on(3)})
    assert done.status_code == 201
    assert one(Order).kind is OrderKind.HAZARD_NOTICE


def test_old_addresses_and_codes_on_walls_lead_to_the_app(night: Night) -> None:
    nobody = Browser(night.street.app)
    for path, there in (
        (f"premises/{night.shop}", f"#/premises/{night.shop}"),
        ("rounds", "#/rounds"),
        ("rounds/YC2026-0001/visit?premises=1", "#/rounds/YC2026-0001/visit?premises=1"),
        ("supervision", "#/supervision"),
        ("join?code=abc", "#/join?code=abc"),
    ):
        answer = nobody.get(f"/field/{path}")
        assert (answer.status_code, answer.location) == (302, f"/field{there}"), path
    assert f"/field/premises/{night.shop}" in night["officer"].get("/field/pack/premises").text


def test_a_re_inspection_is_a_task_of_the_leader_and_stands_at_the_desk(night: Night) -> None:
    number = night.begun()
    night.visit(number, findings=WASTE, order={"kind": "order", "due_on": on(1)})
    finding = one(Finding)
    owed = {who: night[who].get("/field/pack/rounds").get_json()["rechecks"] for who in ("officer", "second")}
    assert [one["name"] for one in owed["officer"]] == ["宏达喷涂厂"]
    assert owed["second"] == []
    assert "待复查" in night["desk"].get("/desk/rounds").text
    with clock.set_to(clock.now() + timedelta(days=2)):  # the deadline has come
        leader = night.street.browser("officer")
        (told,) = leader.get("/field/pack/tasks").get_json()["rechecks"]
        assert told["name"] == "宏达喷涂厂"
    night.visit(number, who="second", recheck=True, corrected=[finding.id])
    assert one(Order).lifted_at is not None
    assert "待复查" not in night["desk"].get("/desk/rounds").text


def test_the_first_re_inspections_stand_above_the_rounds_and_all_on_pages_of_their_own(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_rounds, "_FIRST_DUE", 2)
    monkeypatch.setattr(desk_rounds, "_PAGE", 2)
    number = night.begun()
    for days in (2, 0, 1):
        night.visit(number, findings=WASTE, order={"kind": "order", "due_on": on(days), "number": f"责改{days}号"})
    page = night["desk"].get("/desk/rounds").text
    assert '待复查 <span class="num">3</span>' in page
    assert page.index("责改0号") < page.index("责改1号")
    assert "责改2号" not in page
    assert 'href="/desk/rounds/rechecks"' in page
    first = night["desk"].get("/desk/rounds/rechecks").text
    assert first.index("责改0号") < first.index("责改1号")
    assert "责改2号" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = night["desk"].get(following[1].replace("&amp;", "&")).text
    assert "责改2号" in second
    assert "责改1号" not in second
    assert 'rel="next"' not in second
    monkeypatch.setattr(desk_rounds, "_MOST_DUE", 2)
    lately.forget()
    assert '待复查 <span class="num">2+</span>' in night["desk"].get("/desk/rounds").text


def test_a_round_is_planned_with_its_draw_and_begun_from_the_plan(night: Night) -> None:
    assert night["desk"].get("/desk/rounds/new").status_code == 200
    plan = {"theme": "安全", "planned_for": day(0), "leader": "officer", "groups": "2", "people": "second"}
    refused = night["desk"].post("/desk/rounds/new", {**plan, "leader": "nobody", "inspection": "yes"})
    assert refused.status_code == 422
    assert "approval-problem" in refused.text
    answer = night["desk"].post(
        "/desk/rounds/new", {**plan, "by_risk": "1", "at_random": "1", "officers_at_random": "1", "seed": "abc"}
    )
    assert answer.status_code == 302, answer.text
    number = answer.location.rpartition("/")[2]
    page = night["desk"].get(f"/desk/rounds/{number}").text
    assert "宏达喷涂厂" in page
    assert "abc" in page
    assert night.send("officer", "round", {"action": "start", "number": number}).status_code == 201
    assert night.send("second", "check_in", {"round": number}).status_code == 201  # planned: no code needed
    (told,) = night["officer"].get("/field/pack/rounds").get_json()["rounds"]
    assert [one["name"] for one in told["plan"]] == ["宏达喷涂厂"]


def test_the_list_and_the_calendar_show_the_rounds_of_a_month(night: Night) -> None:
    number, month = night.begun(), f"{clock.local(clock.now()):%Y-%m}"
    for path in ("", f"?month={month}", "?state=open", "?theme=涉气", f"?view=calendar&month={month}"):
        assert number in night["desk"].get(f"/desk/rounds{path}").text, path
    for path in ("?month=2001-01", "?state=ended", "?theme=x", "?view=calendar&month=2001-01"):
        assert f"/desk/rounds/{number}" not in night["desk"].get(f"/desk/rounds{path}").text, path
    for asked, there in ((f"month={month}", True), ("view=calendar", True), ("state=ended", False), ("theme=x", False)):
        rows = in_both_forms(night["desk"], f"/desk/rounds/list.csv?{asked}")
        assert [row[1] for row in rows[1:-1]] == [number] * there, asked
        assert rows[-1][0].startswith(f"# rows {int(there)}; "), asked
        assert asked in rows[-1][0]
    assert f'href="/desk/rounds/list.xlsx?month={month}"' in night["desk"].get(f"/desk/rounds?month={month}").text
    assert night["desk"].get("/desk/rounds?month=soon").status_code == 422
    assert night["desk"].get("/desk/rounds?after=x").status_code == 422


def test_the_desk_ends_cancels_corrects_and_adds(night: Night) -> None:
    number = night.begun()
    path, desk = f"/desk/rounds/{number}", night["desk"]
    assert desk.get(f"{path}/visit").status_code == 200
    late = {"premises_name": "甲厂", "visited_at": day(0), "kind": "patrol", "complete": "yes", "signed": "not_asked"}
    assert desk.post(f"{path}/visit", {**late, "kind": ""}).status_code == 422
    assert desk.post(f"{path}/visit", {**late, "finding_0_text": "堵塞"}).status_code == 302
    assert one(Visit).kind is VisitKind.PATROL
    refused = {**late, "premises_name": "乙厂", "signed": "refused"}
    assert desk.post(f"{path}/visit", refused).status_code == 422  # seen by nobody
    assert desk.post(f"{path}/visit", {**refused, "filmed": "yes"}).status_code == 302
    with reading() as session:
        assert session.scalars(select(Visit.witness).where(Visit.signed == "refused")).one() == FILMED
    assert desk.post(f"{path}/people", {"people": "丙@fire#F1;nobody"}).status_code == 422
    assert desk.post(f"{path}/people", {"people": "丙@fire#F1"}).status_code == 302
    assert desk.post(f"{path}/grids", {}).status_code == 422
    assert desk.post(f"{path}/grids", {"grids": [night.street.east]}).status_code == 302
    version = str(one(Round).version)
    said = {"theme": "涉气二", "groups": "3", "approval": "李主任", "reason": "笔误"}
    assert desk.post(f"{path}/correct", {**said, "version": version}).status_code == 302
    late = desk.post(f"{path}/correct", {**said, "theme": "三", "version": version})
    assert (late.status_code, differing(late.text)) == (409, [("主题", "涉气二", "三")])
    assert "主题：三" not in late.text  # said beside what stands, and not once more above it
    version = str(one(Round).version)
    assert desk.post(f"{path}/cancel", {"reason": "x", "version": version}).status_code == 409  # has records
    assert desk.post(f"{path}/end", {"version": version}).status_code == 422  # why?
    assert desk.post(f"{path}/end", {"reason": "负责人手机没电", "version": version}).status_code == 302
    assert one(Round).theme == "涉气二"
    assert state_of(one(Round)) is RoundState.ENDED


def differing(page: str) -> list[tuple[str, str, str]]:
    """(field, what is kept, what was typed) of the lines of both versions that differ."""
    line = (
        r'<tr><th scope="row">(.*?)</th><td class="kept-text">(.*?)</td><td class="kept-text">(.*?) <span class="chip'
    )
    return [(each[1], each[2], each[3]) for row in page.split("</tr>") if (each := re.search(line, row))]


def test_a_visit_is_corrected_added_to_taken_back_and_voided_at_the_desk(night: Night) -> None:
    number = night.begun()
    order = {"kind": "order", "due_on": on(10)}
    night.visit(number, findings=WASTE, order=order, signed="refused", witness="社区张某")
    visit = one(Visit)
    path, desk = f"/desk/visits/{visit.id}", night["desk"]
    assert "社区张某" not in desk.get(path).text
    assert "社区张某" in desk.post(f"{path}/witness").text
    with reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.act == "visit.read")).one().subject_id == str(
            visit.id
        )

    def version() -> dict[str, str]:
        return {"version": str(one(Visit).version), "reason": "补正"}

    assert desk.post(f"{path}/correct", {**version(), "due_on": on(20), "note": "已拍照"}).status_code == 302
    assert one(Order).due_on == date.fromisoformat(on(20))
    typed = {"version": "1", "reason": "x", "note": "y", "complete": "false", "due_on": on(12)}
    late = desk.post(f"{path}/correct", typed)
    said = [("是否完成", "已完成", "未完成"), ("整改期限", on(20), on(12)), ("备注", "已拍照", "y")]
    assert (late.status_code, differing(late.text)) == (409, said)
    assert '<option value="false" selected>' in late.text
    filmed = {"signed": "refused", "witness": " ", "filmed": "yes"}
    assert desk.post(f"{path}/correct", {**version(), **filmed, "filmed": ""}).status_code == 422  # seen by nobody
    assert desk.post(f"{path}/correct", {**version(), **filmed}).status_code == 302
    assert "拒签，已录像" in desk.get(path).text
    assert desk.post(f"{path}/finding", {**version(), "text": "漏记", "severity": "major"}).status_code == 302
    added = one(Finding)
    assert desk.post(f"{path}/take-back", {**version(), "finding": str(added.id)}).status_code == 302
    assert one(Finding).voided_at is not None
    assert desk.post(f"{path}/void", {"version": "1", "reason": ""}).status_code == 422
    assert desk.post(f"{path}/void", version()).status_code == 302
    assert "已作废" in desk.get(path).text
    assert night["eastern_desk"].get(path).status_code == 404  # another part of the street
    assert night["stranger"].get(path).status_code == 404


def test_a_finding_becomes_a_case_on_the_page_of_the_visit(night: Night) -> None:
    night.visit(night.begun(), findings=[{"text": "门前堆放垃圾"}])
    finding, visit = one(Finding), one(Visit)
    path = f"/desk/visits/{visit.id}/case"
    assert night["desk"].post(path, {"finding": str(finding.id), "category": "event/9999"}).status_code == 422
    answer = night["desk"].post(path, {"finding": str(finding.id), "category": "event/0110"})
    assert answer.status_code == 302, answer.text
    assert "/desk/cases/" in answer.location
    case_number = answer.location.rpartition("/")[2]
    assert case_number in night["desk"].get(f"/desk/visits/{visit.id}").text
    with transaction() as session:
        case = session.scalars(select(Case).where(Case.number == case_number)).one()
        session.add(
            Problem(
                root_id=case.root_id, series="supervision", number="WT1", unit_id=night.street.unit_id, at=clock.now(),
                fact="门前仍有垃圾", case_id=case.id, recorded_at=clock.now(),
            )
        )  # fmt: skip
    there = night["desk"].get(f"/desk/premises/{night.shop}").text  # everything that happened there
    assert f"/desk/cases/{case_number}" in there
    assert "门前仍有垃圾" in there


def test_who_may_open_which_page_of_night_rounds(night: Night) -> None:
    number = night.begun()
    assert night["leader"].get(f"/desk/rounds/{number}").status_code == 200
    assert night["leader"].get("/desk/rounds/new").status_code == 403
    assert night["leader"].post(f"/desk/rounds/{number}/end", {"reason": "x", "version": "9"}).status_code in (403, 409)
    assert night["handler"].get("/desk/rounds").status_code == 403
    assert night["stranger"].get(f"/desk/rounds/{number}").status_code == 404


def test_a_plan_changes_at_the_desk_until_the_round_begins(night: Night) -> None:
    given = {"theme": "安全", "planned_for": day(1), "leader": "officer", "people": "王强@police_station#320001"}
    number = night["desk"].post("/desk/rounds/new", given).location.rpartition("/")[2]
    page = night["desk"].get(f"/desk/rounds/{number}").text
    assert 'value="王强@police_station#320001"' in page
    form = {**given, "planned_for": day(2), "leader": "second", "version": str(one(Round).version), "groups": "2"}
    assert night["desk"].post(f"/desk/rounds/{number}/plan", form).status_code == 422  # why?
    assert night["desk"].post(f"/desk/rounds/{number}/plan", {**form, "reason": "天气"}).status_code == 302
    assert (one(Round).groups, clock.local_date(one(Round).planned_for).isoformat()) == (2, on(2))
    late = night["desk"].post(f"/desk/rounds/{number}/plan", {**form, "groups": "3", "reason": "天气"})
    assert (late.status_code, differing(late.text)) == (409, [("组数", "2", "3")])
    assert night["officer"].post(f"/desk/rounds/{number}/plan", {**form, "reason": "天气"}).status_code == 403


def test_who_may_not_plan_a_round_they_see_is_told_no_number_of_a_card_by_the_refusal(night: Night) -> None:
    with reading() as session:
        codes = (night.street.west, night.street.east)
        both = [str(row) for row in session.scalars(select(Grid.id).where(Grid.code.in_(codes)))]
    given = {"theme": "安全", "planned_for": day(1), "leader": "officer", "people": "王强@police_station#320001"}
    number = night["desk"].post("/desk/rounds/new", {**given, "grids": both}).location.rpartition("/")[2]
    assert "320001" not in night["eastern_desk"].get(f"/desk/rounds/{number}").text, "the page shows them masked"
    form = {**given, "planned_for": day(2), "version": "1", "groups": "2", "reason": "天气"}
    for version in ("1", "7"):
        sent = {**form, "people": "李雷@police_station", "version": version}
        barred = night["eastern_desk"].post(f"/desk/rounds/{number}/plan", sent)
        assert (barred.status_code in {403, 409}, "320001" in barred.text) == (True, False)
