"""The verbs of 申诉: appeal against a mark of a case, decide."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.cases.queries import lookups
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, NotAllowed, NotFound
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.forms import AppealForm
from gridops.supervision.models import Appeal
from gridops.supervision.queries.appeals import NO_APPEAL
from gridops.supervision.rules import ANSWERERS, JUDGES
from gridops.supervision.rules.appeals import Mark, appeal_fault, judge_fault, last_instant
from gridops.supervision.service.common import told
from gridops.worktime.queries import working_time

_KIND = "appeal"


def appeal(session: Session, person: Person, case_id: int, form: AppealForm) -> Appeal:
    """Appeal against a mark of a case, by a handler of the unit it stands against, within two working days.

    NotFound: no such case or mark; NotAllowed; Closed: too late; Conflict: that mark was appealed against already.
    """
    case = lookups.locked(session, [case_id]).get(case_id)
    if case is None or case.root_id != person.root_id:
        raise NotFound("没有这个案件")
    now = clock.now()
    mark = _mark(queries.marks(session, case, now), form)
    if not may_at(session, person, ANSWERERS, case.grid_id, mark.unit_id):
        raise NotAllowed("只有处置单位的人员可以申诉")
    standing = {(row.appeal.against, row.appeal.marked_at) for row in queries.of_case(session, case.id)}
    time = working_time(session, case.root_id)
    last = last_instant(mark, time.calendar, time.hours)
    appealed = (mark.against, mark.at) in standing
    if fault := appeal_fault(now, last, appealed=appealed):
        raise Conflict(fault) if appealed else Closed(fault)
    found = Appeal(
        root_id=case.root_id,
        case_id=case.id,
        unit_id=mark.unit_id,
        against=mark.against,
        marked_at=mark.at,
        judged_by=mark.judged_by,
        at=now,
        by_id=person.user_id,
        reason=form.reason,
        due_at=last,
        recorded_at=now,
    )
    session.add(found)
    session.flush()
    told(session, "appeal.make", _KIND, found, person, case=case.number, against=mark.against.value)
    return found


def decide(session: Session, person: Person, appeal_id: int, *, upheld: bool, why: str) -> Appeal:
    """Decide an appeal, by someone who neither gave the mark nor appealed; upheld leaves the case out of evaluation.

    NotFound, NotAllowed, Closed.
    """
    found = session.get(Appeal, appeal_id, with_for_update=True, populate_existing=True)
    if found is None or found.root_id != person.root_id:
        raise NotFound(NO_APPEAL)
    if not may_decide_at(session, person, found):
        raise NotAllowed("您的岗位或责任范围不能决定这件申诉")
    fault = judge_fault(
        decided=found.decided_at is not None,
        judge=person.user_id,
        first_judge=found.judged_by,
        appellant=found.by_id,
    )
    if fault is not None:
        raise Closed(fault) if found.decided_at is not None else NotAllowed(fault)
    found.decided_at, found.decided_by, found.upheld, found.why = clock.now(), person.user_id, upheld, why
    session.flush()
    told(session, "appeal.decide", _KIND, found, person, upheld=upheld)
    return found


def may_decide_at(session: Session, person: Person, found: Appeal) -> bool:
    """Whether a person holds a role that decides appeals where the case is."""
    case = lookups.case(session, found.case_id)
    return case is not None and case.root_id == person.root_id and may_at(session, person, JUDGES, case.grid_id)


def _mark(marks: list[Mark], form: AppealForm) -> Mark:
    for mark in marks:
        if mark.against is form.against and mark.at == form.marked_at:
            return mark
    raise NotFound("案件没有这一认定，或者它已经变化")
