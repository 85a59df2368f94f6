"""The verbs of 明察暗访: record a look, judge its fact, approve a name, read it, void."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Closed, NotAllowed
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.forms import DisciplineCheckIn
from gridops.supervision.models import DisciplineCheck
from gridops.supervision.queries.checks import NO_CHECK
from gridops.supervision.rules import CHECKERS, KEEPERS, NAME_READERS, NAMERS
from gridops.supervision.rules.checks import naming_fault
from gridops.supervision.service.common import changed, demand, locked, told, unit_id_of

_KIND = "discipline_check"


def add_check(
    session: Session,
    person: Person,
    form: DisciplineCheckIn,
    *,
    at: datetime,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
    field: str = "unit",
) -> DisciplineCheck:
    """Record a look at a unit; the same record again changes nothing. NotAllowed; Invalid names `field`."""
    if record_id is not None and (standing := queries.check_of_record(session, record_id)) is not None:
        return standing
    unit_id = unit_id_of(session, person.root_id, form.unit, field)
    demand(session, person, CHECKERS, unit_id, "只有督查人员和领导可以记录明察暗访")
    found = DisciplineCheck(
        root_id=person.root_id,
        unit_id=unit_id,
        at=at,
        source=form.source.strip(),
        fact=form.fact,
        person=form.person,
        outcome=form.outcome,
        user_id=person.user_id,
        record_id=record_id,
        recorded_at=recorded_at or clock.now(),
    )
    session.add(found)
    session.flush()
    told(session, "discipline_check.record", _KIND, found, person, unit_id=unit_id)
    return found


def judge_check(
    session: Session, person: Person, check_id: int, *, verified: bool, outcome: str | None, version: int
) -> DisciplineCheck:
    """Note whether the fact was found true, and what came of it; a name approved before stands only with a true one."""
    found = _kept(session, person, check_id, version)
    found.verified = verified
    found.verified_at = clock.now() if verified else None
    found.outcome = outcome or found.outcome
    if not verified:
        found.naming_approved_by = found.naming_approval = None
    changed(session, "discipline_check.judge", _KIND, found, person, verified=verified)
    return found


def approve_naming(session: Session, person: Person, check_id: int, approval: str, version: int) -> DisciplineCheck:
    """Approve in the name of the discipline office that the person is named; `approval`: its paper.

    NotAllowed for who may not or recorded it; Closed where the fact is not verified, or nobody stands there.
    """
    found: DisciplineCheck = locked(session, DisciplineCheck, person, check_id, version, NO_CHECK)
    demand(session, person, NAMERS, found.unit_id, "点名须经纪检监察部门批准，由领导或签发人登记")
    _standing(found)
    fault = naming_fault(
        person=found.person, verified=found.verified, recorded_by=found.user_id, approver=person.user_id
    )
    if fault is not None:
        raise NotAllowed(fault) if found.user_id == person.user_id else Closed(fault)
    found.naming_approved_by, found.naming_approval = person.user_id, approval
    changed(session, "discipline_check.approve_naming", _KIND, found, person)
    return found


def read_person(session: Session, person: Person, check: DisciplineCheck) -> str | None:
    """The name of who a look was about, in clear; noted as read. NotAllowed."""
    place = queries.place_of_unit(session, person.root_id, check.unit_id)
    if check.root_id != person.root_id or not may_at(session, person, NAME_READERS, place):
        raise NotAllowed("您不能查看被检查人员的姓名")
    told(session, "discipline_check.read", _KIND, check, person)
    return check.person


def void_check(session: Session, person: Person, check_id: int, reason: str, version: int) -> None:
    """Void a look recorded by mistake; it stays to be seen with the reason. NotAllowed, NotFound, Conflict, Closed."""
    found = _kept(session, person, check_id, version)
    found.voided_at, found.void_reason = clock.now(), reason
    changed(session, "discipline_check.void", _KIND, found, person)


def _kept(session: Session, person: Person, check_id: int, version: int) -> DisciplineCheck:
    found: DisciplineCheck = locked(session, DisciplineCheck, person, check_id, version, NO_CHECK)
    demand(session, person, KEEPERS, found.unit_id, "只有督查人员可以办理")
    _standing(found)
    return found


def _standing(found: DisciplineCheck) -> None:
    if found.voided_at is not None:
        raise Closed("这次检查已作废")
