"""Seizures, preservations, referrals and hand-overs: recorded, followed up, voided; read in clear with a trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.operations import forms, queries, service
from gridops.operations.forms import Prolonging
from gridops.operations.models import Handover, Incident
from gridops.operations.rules import IncidentKind, late
from gridops.people.queries import load_person, scope_of
from gridops.people.rules import Role
from tests.factories import at, make_user
from tests.operations.force import ELEVEN, NINE, TEN, Force, begun, make_force, send

SEIZURE = {
    "kind": "seized",
    "agency": "urban_management",
    "basis": "无证无照经营查处办法第十一条",
    "approver": "张队长",
    "officers": ["leader", "policeman"],
    "party": "李四",
    "items": "三轮车1辆",
    "deadline": "2017-04-04T23:59:59+08:00",
    "premises": {"name": "好又多超市"},
}
REFERRAL = {"kind": "referred", "agency": "urban_management", "to_agency": "区生态环境局", "deadline": "2017-03-20"}


@pytest.fixture
def force(session: Session) -> Force:
    return make_force(session)


def recorded(session: Session, force: Force, body: dict[str, object]) -> Incident:
    kind, incident_id = send(session, force.leader, "incident", body, TEN)
    assert kind == "incident"
    return session.get_one(Incident, incident_id)


def acts(session: Session) -> list[str]:
    found = select(AuditEntry.act).where(AuditEntry.subject_kind == "incident").order_by(AuditEntry.id)
    return list(session.scalars(found))


def test_a_seizure_with_all_the_law_asks_hangs_on_its_outing_and_premises(session: Session, force: Force) -> None:
    outing = begun(session, force)
    row = recorded(session, force, {**SEIZURE, "outing": outing.number})
    assert (row.outing_id, [kept["name"] for kept in row.officers]) == (outing.id, ["leader", "policeman"])
    assert [kept["certificate_no"] for kept in row.officers] == ["苏D001", "苏D002"]
    assert row.premises_id is not None
    (at_premises,) = queries.of_premises(session, [row.premises_id])
    assert (at_premises.incident_id, at_premises.outing_number) == (row.id, outing.number)


@pytest.mark.parametrize(
    ("more", "field", "article"),
    [
        ({"officers": ["leader", "inspector"]}, "officers", "第十七条"),  # an auxiliary without a certificate
        ({"officers": ["leader", "leader"]}, "officers", "第十八条"),  # one man twice
        ({"items": ""}, "items", "第二十四条"),  # nothing listed
        ({"deadline": "2017-04-05T00:00:00+08:00"}, "deadline", "第二十五条"),  # 31 days
        ({"kind": "impounded"}, "agency", "第十七条"),  # only by the traffic police
    ],
)
def test_what_breaks_the_law_is_refused_with_its_article(
    session: Session, force: Force, more: dict[str, object], field: str, article: str
) -> None:
    with pytest.raises(Invalid) as refused:
        recorded(session, force, {**SEIZURE, **more})
    assert [(error.field, article in error.reason) for error in refused.value.errors] == [(field, True)]


def test_officers_of_other_bodies_are_named_by_their_papers(session: Session, force: Force) -> None:
    body = {
        **SEIZURE,
        "officers": ["王五", "赵六@traffic_police#JJ-1"],
        "kind": "impounded",
        "agency": "traffic_police",
    }
    row = recorded(session, force, body)
    assert [(kept["name"], kept["agency"]) for kept in row.officers] == [
        ("王五", "traffic_police"),
        ("赵六", "traffic_police"),
    ]


def test_an_officer_whose_certificate_has_run_out_may_not_seize(session: Session, force: Force) -> None:
    user = make_user(session, force.root, Role.OFFICER, username="late")
    user.certificate_no, user.certificate_valid_to = "苏D003", (TEN - timedelta(days=1)).date()
    session.flush()
    with pytest.raises(Invalid, match="officers"):
        recorded(session, force, {**SEIZURE, "officers": ["leader", "late"]})


def test_a_referral_goes_from_letter_to_receipt_to_answer(session: Session, force: Force) -> None:
    row = recorded(session, force, REFERRAL)
    assert row.deadline == at("2017-03-20 23:59:59")
    assert late(queries.standing_of(row), at("2017-03-21 00:00"))
    with pytest.raises(NotAllowed):
        service.note_receipt(session, force.leader, row, "收件", "移1号", ELEVEN, row.version)
    service.note_receipt(session, force.desk, row, "收件", "移1号", ELEVEN, row.version)
    with pytest.raises(Invalid, match="answered_at"):
        service.note_answer(session, force.desk, row, "已立案", NINE, row.version)
    service.note_answer(session, force.desk, row, "已立案", at("2017-03-18 10:00"), row.version)
    assert (row.letter_no, row.receipt, row.answer) == ("移1号", "收件", "已立案")
    assert not late(queries.standing_of(row), at("2017-03-21 00:00"))
    assert acts(session) == ["incident.record", "incident.receipt", "incident.answer"]


def test_a_referral_says_to_whom() -> None:
    with pytest.raises(Invalid, match=r"body\.to_agency"):
        forms.parse_incident({"kind": "referred", "agency": "urban_management"})


def test_a_seizure_is_prolonged_once_and_lifted_once(session: Session, force: Force) -> None:
    row = recorded(session, force, SEIZURE)
    longer = Prolonging(at("2017-05-04 23:59:59"), "张队长", at("2017-04-01 09:00"), "案情复杂")
    service.prolong(session, force.desk, row, longer, row.version)
    with pytest.raises(Conflict, match="第二十五条"):
        service.prolong(session, force.desk, row, longer, row.version)
    service.lift(session, force.desk, row, "退还当事人", at("2017-04-20 09:00"), row.version)
    for verb in (lambda: service.lift(session, force.desk, row, "x", ELEVEN, row.version),):
        with pytest.raises(Closed):
            verb()
    assert (row.deadline, row.lift_note) == (longer.deadline, "退还当事人")


def test_a_mistake_is_voided_with_its_reason_and_stays(session: Session, force: Force) -> None:
    outing = begun(session, force)
    row = recorded(session, force, {**SEIZURE, "outing": outing.number})
    with pytest.raises(Conflict):
        service.void_incident(session, force.desk, row, "重复登记", row.version + 1)
    service.void_incident(session, force.desk, row, "重复登记", row.version)
    assert [found.incident.void_reason for found in queries.incidents_of(session, [outing.id])] == ["重复登记"]
    assert queries.incident_page(session, scope_of(session, force.desk)).rows == []
    with pytest.raises(Closed):
        service.void_incident(session, force.desk, row, "x", row.version)


def test_the_party_is_read_in_clear_with_a_trail(session: Session, force: Force) -> None:
    row = recorded(session, force, SEIZURE)
    assert service.read_party(session, force.desk, row) == "李四"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "incident.read")).one()
    assert (entry.actor_id, "李四" in str(entry.details)) == (force.desk.user_id, False)


def test_the_list_narrows_to_kinds_and_to_what_is_late(session: Session, force: Force) -> None:
    rows = [recorded(session, force, body) for body in (SEIZURE, REFERRAL, {**REFERRAL, "deadline": None})]
    scope, now = scope_of(session, force.desk), at("2017-03-25 09:00")

    def shown(wanted: queries.IncidentsWanted) -> set[int]:
        return {row.incident.id for row in queries.incident_page(session, scope, wanted).rows}

    assert shown(queries.IncidentsWanted(IncidentKind.REFERRED)) == {rows[1].id, rows[2].id}
    assert shown(queries.IncidentsWanted(late=True, now=now)) == {rows[1].id}
    for day in ("2017-03-20 23:59:59", "2017-03-21 00:00", "2017-04-04 23:59:59", "2017-04-05 00:00"):
        now = at(day)
        wanted = {row.id for row in rows if late(queries.standing_of(row), now)}
        assert shown(queries.IncidentsWanted(late=True, now=now)) == wanted


def test_incidents_out_of_sight_are_not_found(session: Session, force: Force) -> None:
    row = recorded(session, force, SEIZURE)
    user = make_user(session, force.root, Role.SHIFT_LEADER, grid=force.west)
    person = load_person(session, user.id)
    assert person is not None
    with pytest.raises(NotFound):
        queries.incident_in_sight(session, scope_of(session, person), row.id)


def test_a_hand_over_names_what_was_taken(session: Session, force: Force) -> None:
    outing = begun(session, force)
    row = recorded(session, force, {**SEIZURE, "outing": outing.number})
    body = {"from_agency": "urban_management", "to_agency": "police_station", "what": "三轮车1辆", "receiver": "王警官"}
    kind, handover_id = send(session, force.leader, "handover", {**body, "incident": row.record_id}, ELEVEN)
    handed = session.get_one(Handover, handover_id)
    assert (kind, handed.incident_id, handed.outing_id) == ("handover", row.id, outing.id)
    service.void_handover(session, force.desk, handed, force.root.id, "写错")
    with pytest.raises(Closed):
        service.void_handover(session, force.desk, handed, force.root.id, "写错")
    with pytest.raises(Invalid, match=r"body\.to_agency"):
        forms.parse_handover({**body, "to_agency": "urban_management"})
