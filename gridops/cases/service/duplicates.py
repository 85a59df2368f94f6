"""What a person says of two cases that look like one problem reported twice; a merge is a move like any other."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, CaseApart
from gridops.cases.queries import lookups
from gridops.cases.queries.filters import sees
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.likeness import JUDGES
from gridops.core import clock
from gridops.core.db import insert_or_skip
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.people.queries import Scope
from gridops.people.rules import Person


def tell_apart(session: Session, scope: Scope, case_id: int, other_number: str, person: Person) -> Case:
    """Keep that a case and another one are two problems: the pair is suspected no more. Returns the other one.

    Said again it changes nothing. Raises NotFound for what is out of sight, NotAllowed, Invalid for the case itself.
    """
    case, other = _judged(session, scope, case_id, other_number, person)
    low, high = sorted((case.id, other.id))
    row = {"low_id": low, "high_id": high, "said_at": clock.now(), "said_by": person.user_id}
    if insert_or_skip(session, CaseApart, [row], ["low_id", "high_id"]):
        _note(session, "case.told_apart", case, other, person)
    return other


def take_back(session: Session, scope: Scope, case_id: int, other_number: str, person: Person) -> Case:
    """Take it back: the pair is suspected again where it looks alike; the audit trail keeps what was said, and this.

    Of a pair that nobody told apart it changes nothing. Raises as `tell_apart`.
    """
    case, other = _judged(session, scope, case_id, other_number, person)
    row = session.get(CaseApart, tuple(sorted((case.id, other.id))), with_for_update=True)
    if row is not None:
        session.delete(row)
        _note(session, "case.told_apart_undone", case, other, person)
    return other


def _judged(session: Session, scope: Scope, case_id: int, other_number: str, person: Person) -> tuple[Case, Case]:
    """The two cases, where this person may say of them whether they are one problem."""
    case, other = lookups.case(session, case_id), lookups.by_number(session, other_number)
    if case is None or other is None or not (sees(scope, case) and sees(scope, other)):
        raise NotFound("没有这个案件")
    if case.id == other.id:
        raise Invalid(("other", "不能是案件自身"))
    if JUDGES.isdisjoint(standing_of(session, person, case, lookups.history(session, case.id)).territory):
        raise NotAllowed("您的岗位或责任范围不能认定此案件是否重复")
    return case, other


def _note(session: Session, act: str, case: Case, other: Case, person: Person) -> None:
    audit.record(session, act, "case", case.id, actor_id=person.user_id, root_id=case.root_id, other=other.number)
