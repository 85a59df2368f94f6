"""The verbs of incidents and hand-overs: record, void, receipt, answer, prolong, lift, read in clear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed
from gridops.operations import queries
from gridops.operations.forms import HandoverIn, IncidentIn, Prolonging
from gridops.operations.models import Handover, Incident, Outing
from gridops.operations.rules import (
    PLANNERS,
    TAKING,
    Facts,
    IncidentKind,
    Officer,
    check_record,
    faults,
    prolonging_fault,
)
from gridops.operations.service import officers
from gridops.operations.service.campaigns import CHANGED_MEANWHILE
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.premises import service as premises
from gridops.squads.rules import Agency
from gridops.worktime.queries import working_time


def add_incident(
    session: Session,
    person: Person,
    form: IncidentIn,
    outing: Outing | None,
    *,
    happened_at: datetime,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
    replaces: Incident | None = None,
) -> Incident:
    """Record an incident. Invalid names each field that the law's musts find missing or wrong, with the article."""
    if outing is not None:
        check_record(outing)
    named = officers.officers_named(session, person.root_id, form.officers)
    known = [named[one] for one in form.officers]
    facts = Facts(
        form.kind,
        form.agency,
        happened_at,
        form.basis,
        form.approver,
        form.approved_at,
        officers.as_officers(known, officers.day_of(happened_at)),
        form.items,
        form.deadline,
    )
    check_musts(session, person.root_id, facts)
    incident = Incident(
        root_id=person.root_id,
        outing_id=outing.id if outing else None,
        kind=form.kind,
        agency=form.agency,
        to_agency=form.to_agency,
        basis=form.basis,
        approver=form.approver,
        approved_at=form.approved_at,
        officers=officers.as_kept(known, form.agency),
        happened_at=happened_at,
        party=form.party,
        premises_id=premises.meant(session, person.root_id, form.premises).id if form.premises else None,
        decision_no=form.decision_no,
        letter_no=form.letter_no,
        items=form.items,
        deadline=form.deadline,
        signed=form.signed,
        witness=form.witness,
        user_id=person.user_id,
        record_id=record_id,
        recorded_at=recorded_at or clock.now(),
        replaces_id=replaces.id if replaces else None,
    )
    session.add(incident)
    session.flush()
    _told(session, "incident.record", incident, person, kind=form.kind.value, agency=form.agency.value)
    return incident


def check_musts(session: Session, root_id: int, facts: Facts, *, prolonged: bool = False) -> None:
    """Raise Invalid naming every field in which a must of the law is broken, with its article."""
    working = working_time(session, root_id)
    broken = faults(facts, working.calendar, working.hours, prolonged=prolonged)
    if broken:
        raise Invalid(*broken)


def void_incident(session: Session, person: Person, incident: Incident, reason: str, version: int) -> None:
    """Void one that was recorded by mistake; it stays to be seen with the reason. NotAllowed, Conflict, Closed."""
    _check(session, person, incident, version)
    incident.voided_at, incident.void_reason = clock.now(), reason
    _changed(session, "incident.void", incident, person)


def note_receipt(
    session: Session,
    person: Person,
    incident: Incident,
    receipt: str,
    letter_no: str | None,
    at: datetime,
    version: int,
) -> None:
    """Note the receipt of a referral: who received it or under which number, and when."""
    _check(session, person, incident, version, IncidentKind.REFERRED)
    _not_before(incident, "received_at", at)
    incident.receipt, incident.received_at = receipt, at
    incident.letter_no = letter_no or incident.letter_no
    _changed(session, "incident.receipt", incident, person)


def note_answer(session: Session, person: Person, incident: Incident, answer: str, at: datetime, version: int) -> None:
    """Note what the body answered to which a matter was referred."""
    _check(session, person, incident, version, IncidentKind.REFERRED)
    _not_before(incident, "answered_at", at)
    incident.answer, incident.answered_at = answer, at
    _changed(session, "incident.answer", incident, person)


def note_decision_no(session: Session, person: Person, incident: Incident, decision_no: str, version: int) -> None:
    """Note the number of the decision on a seizure or impounding that was missing (行政强制法 art. 24)."""
    _check(session, person, incident, version)
    if incident.decision_no:
        raise Conflict("已有决定书文号，更正的请作废后重新登记")
    incident.decision_no = decision_no
    _changed(session, "incident.decision_no", incident, person)


def prolong(session: Session, person: Person, incident: Incident, form: Prolonging, version: int) -> None:
    """Let a seizure last longer: once, by 30 days at most, approved before its end (行政强制法 art. 25)."""
    _check(session, person, incident, version, *TAKING)
    if incident.lifted_at is not None:
        raise Closed("已经解除")
    if incident.prolonged_at is not None:
        raise Conflict("已经延长过一次（行政强制法第二十五条第一款）")
    working = working_time(session, incident.root_id)
    fault = prolonging_fault(facts_of(incident), form.deadline, form.approved_at, working.calendar, working.hours)
    if fault:
        raise Invalid(fault)
    incident.deadline, incident.prolonged_at = form.deadline, form.approved_at
    incident.prolonged_approver, incident.prolonged_reason = form.approver, form.reason
    _changed(session, "incident.prolong", incident, person)


def lift(session: Session, person: Person, incident: Incident, note: str, at: datetime, version: int) -> None:
    """Things were given back, or a decision was made on them (行政强制法 art. 27, 28; 行政处罚法 art. 56)."""
    _check(session, person, incident, version, *TAKING)
    if incident.lifted_at is not None:
        raise Closed("已经解除")
    _not_before(incident, "lifted_at", at)
    incident.lifted_at, incident.lift_note = at, note
    _changed(session, "incident.lift", incident, person)


def read_party(session: Session, person: Person, incident: Incident) -> str:
    """The party in clear, and a line in the audit trail that this person read it."""
    _told(session, "incident.read", incident, person)
    return incident.party or ""


def add_handover(
    session: Session,
    person: Person,
    form: HandoverIn,
    outing: Outing | None,
    *,
    at: datetime,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
) -> Handover:
    """Something was handed over on the spot; the signature of the receiver is evidence linked to this row."""
    if outing is not None:
        check_record(outing)
    incident = queries.incident_named(session, person.root_id, form.incident) if form.incident else None
    handover = Handover(
        root_id=person.root_id,
        outing_id=outing.id if outing else incident.outing_id if incident else None,
        incident_id=incident.id if incident else None,
        from_agency=form.from_agency,
        to_agency=form.to_agency,
        what=form.what,
        receiver=form.receiver,
        at=at,
        user_id=person.user_id,
        record_id=record_id,
        recorded_at=recorded_at or clock.now(),
    )
    session.add(handover)
    session.flush()
    told = {"actor_id": person.user_id, "root_id": person.root_id}
    audit.record(session, "handover.record", "handover", handover.id, **told)
    return handover


def void_handover(session: Session, person: Person, handover: Handover, grid_id: int, reason: str) -> None:
    """Void a hand-over that was recorded by mistake; it stays to be seen with the reason."""
    if not may_at(session, person, PLANNERS, grid_id):
        raise NotAllowed("只有值班长和派遣员可以办理")
    if handover.voided_at is not None:
        raise Closed("已经作废")
    handover.voided_at, handover.void_reason = clock.now(), reason
    told = {"actor_id": person.user_id, "root_id": person.root_id}
    audit.record(session, "handover.void", "handover", handover.id, **told)


def facts_of(incident: Incident) -> Facts:
    """What is known of a recorded incident, as the rules ask. Certificates were judged when it was recorded."""
    return Facts(
        incident.kind,
        Agency(incident.agency),
        incident.happened_at,
        incident.basis,
        incident.approver,
        incident.approved_at,
        tuple(Officer(kept["key"], None) for kept in incident.officers),
        incident.items,
        incident.deadline,
        incident.answered_at,
    )


def _check(session: Session, person: Person, incident: Incident, version: int, *kinds: IncidentKind) -> None:
    session.refresh(incident, with_for_update=True)
    if not may_at(session, person, PLANNERS, queries.grid_of(session, incident)):
        raise NotAllowed("只有值班长和派遣员可以办理")
    if incident.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    if incident.voided_at is not None:
        raise Closed("这个事项已作废")
    if kinds and incident.kind not in kinds:
        raise Conflict("这类事项没有这个环节")


def _not_before(incident: Incident, field: str, at: datetime) -> None:
    if at < incident.happened_at:
        raise Invalid((field, "不得早于发生时间"))


def _changed(session: Session, act: str, incident: Incident, person: Person) -> None:
    incident.version += 1
    session.flush()
    _told(session, act, incident, person)


def _told(session: Session, act: str, incident: Incident, person: Person, **details: Any) -> None:
    audit.record(session, act, "incident", incident.id, actor_id=person.user_id, root_id=incident.root_id, **details)
