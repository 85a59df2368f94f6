"""Visits, what they find and leave behind, re-inspections that are owed, corrections, findings that become cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.rules.sources import Source
from gridops.cases.service import from_finding
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.inspections import queries, service
from gridops.inspections.forms import Correction, FindingIn, parse_round, parse_visit
from gridops.inspections.models import Order
from gridops.inspections.rules import OrderKind, Severity, Signed, VisitKind
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.premises import service as premises
from tests.factories import at, make_category, make_condition, make_grid, make_user
from tests.inspections.world import AFTER_DUE, FAULTS, NIGHT, ORDER, World, fields


def acts(session: Session) -> list[str]:
    return list(
        session.scalars(select(AuditEntry.act).where(AuditEntry.subject_kind == "visit").order_by(AuditEntry.id))
    )


@pytest.mark.parametrize(
    ("inspection", "officers", "who"),
    [
        (False, 2, "second"),  # nobody approved it as an inspection
        (True, 1, "second"),  # one officer alone
        (True, 1, "expired"),  # with a colleague whose certificate ended the day before
        (True, 1, "auxiliary"),  # with an auxiliary
    ],
)
def test_a_visit_that_cannot_be_an_inspection_is_refused_as_one_and_taken_as_a_patrol(
    world: World, inspection: bool, officers: int, who: str
) -> None:
    approval = {"approval": "王主任"} if inspection else {"approval": None}
    night = world.started(officers=officers, inspection=inspection, **approval)
    if who != "second":
        world.record(who, {"round": night.number, "code": world.code(night)}, NIGHT, "check_in")
    later = NIGHT + timedelta(minutes=30)
    with pytest.raises(Invalid) as refused:
        world.visit(night, later, findings=FAULTS, order=ORDER)
    assert fields(refused) == ["kind"]
    assert "国办发〔2024〕54号" in str(refused.value)
    with pytest.raises(Invalid) as refused:
        world.visit(night, later, kind="patrol", findings=FAULTS, order=ORDER)
    assert fields(refused) == ["order.kind"]
    notice = {"kind": "hazard_notice", "due_on": "2017-04-10"}
    visit = world.visit(night, later, kind="patrol", findings=FAULTS, order=notice)
    assert queries.orders_of(world.session, [visit.id])[visit.id].kind is OrderKind.HAZARD_NOTICE


def test_officers_of_another_body_named_with_their_certificates_make_an_inspection(world: World) -> None:
    night = world.started(officers=1)
    for number in ("环执-1", "环执-2"):
        body = {"round": night.number, "name": f"检查员{number}", "agency": "environment", "certificate_no": number}
        world.record("officer", body, NIGHT, "check_in")
    assert world.visit(night, NIGHT).kind is VisitKind.INSPECTION


def test_one_record_begins_one_round_and_makes_one_visit(world: World) -> None:
    start, told = parse_round({"action": "start", "theme": "安全"}), {"happened_at": NIGHT, "recorded_at": NIGHT}
    first, again = (
        service.record_round(world.session, world.people["officer"], start, record_id="one", **told) for _time in "12"
    )
    assert first == again
    seen = parse_visit({"premises": {"id": world.shop.id}, "kind": "call", "complete": True, "signed": "received"})
    once, twice = (
        service.record_visit(world.session, world.people["officer"], seen, record_id="two", **told) for _time in "12"
    )
    assert once == twice


def test_inspections_of_a_year_are_counted_for_the_cap_of_an_enterprise(world: World) -> None:
    night, year = world.started(), (at("2017-01-01 00:00"), at("2018-01-01 00:00"))
    world.visit(night, NIGHT)
    world.visit(night, NIGHT, kind="patrol")  # a patrol is no inspection
    world.visit(night, NIGHT, recheck=True)  # nor does looking again count
    void = world.visit(night, NIGHT)
    service.void_visit(world.session, world.people["duty"], void, reason="重复", version=void.version)
    assert queries.inspections_between(world.session, [world.shop.id], *year) == 1
    assert queries.inspections_between(world.session, [world.shop.id], year[1], at("2019-01-01 00:00")) == 0


def test_a_visit_by_itself_is_no_inspection(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        world.visit(None, NIGHT)
    assert fields(refused) == ["kind"]
    assert world.visit(None, NIGHT, kind="call", recheck=True).round_id is None


def test_what_was_found_and_ordered_is_kept_with_the_end_of_its_last_day(world: World) -> None:
    night = world.started()
    visit = world.visit(night, NIGHT + timedelta(hours=1), findings=FAULTS, order=ORDER)
    first, second = queries.findings_of(world.session, [visit.id])
    assert [(first.seq, first.severity), (second.seq, second.severity)] == [(1, "serious"), (2, "general")]
    assert first.category_id is not None
    paper = queries.orders_of(world.session, [visit.id])[visit.id]
    assert (paper.kind, paper.due_on, paper.due_at) == (
        OrderKind.ORDER,
        date(2017, 4, 10),
        at("2017-04-10 23:59:59"),
    )


def test_a_re_inspection_is_owed_from_the_deadline_and_lifts_the_paper_when_all_is_mended(world: World) -> None:
    night = world.started()
    visit = world.visit(night, NIGHT, findings=FAULTS, order=ORDER)
    world.end(night, NIGHT + timedelta(hours=2))
    found = queries.findings_of(world.session, [visit.id])
    leader = world.people["officer"].user_id
    owed = queries.rechecks(world.session, world.root.id, at("2017-04-11 00:00"), leader_id=leader)
    assert [(row.visit.id, row.open, row.premises) for row in owed] == [(visit.id, 2, "宏达喷涂厂")]
    assert queries.rechecks(world.session, world.root.id, at("2017-04-10 23:59:59"), leader_id=leader) == []
    assert queries.rechecks(world.session, world.root.id, AFTER_DUE, leader_id=world.people["duty"].user_id) == []

    again = world.visit(None, AFTER_DUE, kind="patrol", recheck=True, corrected=[found[0].id])
    assert [row.corrected_visit_id for row in found] == [again.id, None]
    assert len(queries.rechecks(world.session, world.root.id, AFTER_DUE)) == 1

    world.visit(None, AFTER_DUE, kind="patrol", recheck=True, corrected=[found[1].id])
    assert found[1].corrected_at == AFTER_DUE
    assert queries.rechecks(world.session, world.root.id, AFTER_DUE) == []
    assert queries.orders_of(world.session, [visit.id])[visit.id].lifted_at == AFTER_DUE


def test_premises_visited_twice_keep_the_findings_of_either_visit_apart(world: World) -> None:
    night = world.started()
    first = world.visit(night, NIGHT, findings=FAULTS, order=ORDER)
    second = world.visit(night, NIGHT + timedelta(hours=1), findings=FAULTS[:1], order={**ORDER, "number": "13号"})
    assert queries.seen(world.session, [night.id])[night.id].visits == 2
    assert [row.visit.id for row in queries.of_premises(world.session, [world.shop.id])] == [second.id, first.id]
    open_now = queries.open_findings(world.session, [world.shop.id])
    assert [(row.visit.id, row.finding.seq) for row in open_now] == [(second.id, 1), (first.id, 1), (first.id, 2)]
    world.visit(None, AFTER_DUE, kind="call", recheck=True, corrected=[open_now[0].finding.id])
    papers = queries.orders_of(world.session, [first.id, second.id])
    assert (papers[first.id].lifted_at, papers[second.id].lifted_at) == (None, AFTER_DUE)


def test_what_was_found_at_a_duplicate_is_mended_at_the_survivor(world: World) -> None:
    night = world.started()
    visit = world.visit(night, NIGHT, premises={"name": "宏达喷涂(龙虎塘)厂"}, findings=FAULTS[:1], order=ORDER)
    assert visit.premises_id != world.shop.id
    premises.merge(world.session, world.people["duty"], visit.premises_id, world.shop.id, "同一家")
    found = queries.findings_of(world.session, [visit.id])[0]
    again = world.visit(night, NIGHT + timedelta(hours=1), recheck=True, corrected=[found.id])
    assert (again.premises_id, found.corrected_visit_id) == (world.shop.id, again.id)


def test_what_is_mended_on_the_spot_is_told_by_its_number(world: World) -> None:
    visit = world.visit(world.started(), NIGHT, findings=FAULTS, corrected=[2])
    assert [row.corrected_at for row in queries.findings_of(world.session, [visit.id])] == [None, NIGHT]
    with pytest.raises(Invalid) as refused:
        # A re-inspection names earlier findings by id: a number of this visit's own is none.
        world.visit(None, AFTER_DUE, kind="call", recheck=True, corrected=[99999])
    assert fields(refused) == ["corrected"]


def test_a_visit_told_after_the_end_is_taken_and_marked_late(world: World) -> None:
    night = world.end(world.started(), NIGHT + timedelta(hours=2))
    visit = world.visit(night, NIGHT + timedelta(hours=1))
    assert visit.round_id == night.id
    told = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "visit.record")).one()
    assert told.details["late"] is True


def test_a_visit_recorded_by_mistake_is_void_and_what_it_saw_mended_is_open_again(world: World) -> None:
    night = world.started()
    visit = world.visit(night, NIGHT, findings=FAULTS[:1], order=ORDER)
    found = queries.findings_of(world.session, [visit.id])[0]
    again = world.visit(None, AFTER_DUE, kind="call", recheck=True, corrected=[found.id])
    assert queries.rechecks(world.session, world.root.id, AFTER_DUE) == []
    service.void_visit(world.session, world.people["duty"], again, reason="记错企业", version=again.version)
    assert (found.corrected_at, found.corrected_visit_id) == (None, None)
    assert len(queries.rechecks(world.session, world.root.id, AFTER_DUE)) == 1
    service.void_visit(world.session, world.people["duty"], visit, reason="记错企业", version=visit.version)
    assert queries.rechecks(world.session, world.root.id, AFTER_DUE) == []
    assert queries.seen(world.session, [night.id])[night.id].total == 0
    with pytest.raises(Conflict):
        service.void_visit(world.session, world.people["duty"], visit, reason="再次", version=visit.version)
    assert acts(world.session)[-2:] == ["visit.void", "visit.void"]


def test_corrections_keep_version_reason_and_trail_and_move_the_deadline(world: World) -> None:
    visit = world.visit(world.started(), NIGHT, findings=FAULTS, order=ORDER)
    form = Correction("补记见证人", signed=Signed.REFUSED, witness="社区 张某", due_on=date(2017, 4, 20))
    with pytest.raises(NotAllowed):
        service.correct_visit(world.session, world.people["eastern_desk"], visit, form, version=visit.version)
    version = visit.version
    service.correct_visit(world.session, world.people["western_desk"], visit, form, version=version)
    assert (visit.version, visit.signed, visit.witness) == (version + 1, Signed.REFUSED, "社区 张某")
    paper = world.session.scalars(select(Order).where(Order.visit_id == visit.id)).one()
    assert paper.due_at == at("2017-04-20 23:59:59")
    with pytest.raises(Conflict):
        service.correct_visit(world.session, world.people["duty"], visit, form, version=version)
    told = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "visit.correct")).one()
    assert told.details == {"changed": ["signed", "witness", "due_on"], "reason": "补记见证人"}
    early = replace(form, due_on=date(2017, 3, 1))
    with pytest.raises(Invalid):
        service.correct_visit(world.session, world.people["duty"], visit, early, version=visit.version)


def test_a_forgotten_finding_is_added_and_one_by_mistake_is_taken_back(world: World) -> None:
    visit = world.visit(world.started(), NIGHT, findings=FAULTS, order=ORDER)
    duty, found = world.people["duty"], queries.findings_of(world.session, [visit.id])
    more = [FindingIn("消防通道堵塞", Severity.MAJOR)]
    added = service.add_findings(world.session, duty, visit, more, reason="漏记", version=visit.version)
    assert [(row.seq, row.severity) for row in added] == [(3, "major")]
    service.void_finding(world.session, duty, visit, found[0].id, reason="重复", version=visit.version)
    assert [row.seq for row in queries.findings_of(world.session, [visit.id])] == [2, 3]
    assert len(queries.all_findings(world.session, visit.id)) == 3
    with pytest.raises(NotFound):
        service.void_finding(world.session, duty, visit, found[0].id, reason="重复", version=visit.version)


def test_a_finding_becomes_one_case_at_the_premises_however_often_it_is_asked(world: World) -> None:
    category = make_category(world.session)
    make_condition(world.session, category)
    visit = world.visit(world.started(), NIGHT, findings=FAULTS)
    found = queries.findings_of(world.session, [visit.id])[0]
    case = from_finding(world.session, world.people["officer"], found.id, category.code)
    assert (case.source, case.grid_id, case.description) == (
        Source.NIGHT_INSPECTION,
        world.west.id,
        "废气治理设施未运行",
    )
    assert case.reported_at == NIGHT
    assert from_finding(world.session, world.people["officer"], found.id, category.code).id == case.id
    assert found.case_id == case.id
    with pytest.raises(Conflict):
        service.void_finding(world.session, world.people["duty"], visit, found.id, reason="x", version=visit.version)
    away = make_grid(world.session, west=118.0)
    stranger = load_person(world.session, make_user(world.session, away, Role.OFFICER).id)
    assert stranger is not None
    with pytest.raises(NotFound):
        from_finding(world.session, stranger, found.id, category.code)


GOOD = {"premises": {"name": "x"}, "kind": "patrol", "complete": True, "signed": "received"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"premises": {}}, "body.premises.name"),
        ({"signed": "refused"}, "body.witness"),  # who refuses is witnessed
        ({"order": {"kind": "order"}}, "body.order.due_on"),  # an order to correct has a deadline
        ({"findings": [{"severity": "general"}]}, "body.findings.0.text"),
        ({"findings": [{"text": "x", "severity": "terrible"}]}, "body.findings.0.severity"),
        ({"answers": {"1": {"ok": True}}}, "body.checklist"),
        ({"answers": {"x": {"ok": True}}, "checklist": 1}, "body.answers"),
        ({"corrected": [0]}, "body.corrected"),
    ],
)
def test_a_record_of_a_visit_names_what_it_lacks(more: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_visit({**GOOD, **more})
    assert field in fields(refused)


def test_an_order_without_a_finding_or_before_the_visit_is_refused(world: World) -> None:
    night = world.started()
    with pytest.raises(Invalid) as refused:
        world.visit(night, NIGHT, order=ORDER)
    assert fields(refused) == ["order"]
    with pytest.raises(Invalid) as refused:
        world.visit(night, NIGHT, findings=FAULTS, order={**ORDER, "due_on": "2017-03-30"})
    assert fields(refused) == ["order.due_on"]
