"""A person says of a new case that a closed one came back (复发), or takes it back; neither case changes by it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, CaseRecurrence
from gridops.cases.queries import lookups, recurring
from gridops.cases.queries.filters import sees
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.likeness import JUDGES
from gridops.cases.rules.recurring import refusal
from gridops.core import clock
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.people.queries import Scope
from gridops.people.rules import Person


def link(session: Session, scope: Scope, case_id: int, earlier_number: str, person: Person) -> Case:
    """Keep that a case is the recurrence of a closed one, known from now on. Returns the earlier one.

    Said again it changes nothing. Raises NotFound for a case out of sight, NotAllowed, Invalid naming field and reason.
    """
    case, earlier = _judged(session, scope, case_id, earlier_number, person)
    if recurring.standing(session, case.id, earlier.id) is not None:
        return earlier
    if refused := refusal(case.state, case.reported_at, earlier.state, earlier.closed_at):
        raise Invalid(refused)
    session.add(
        CaseRecurrence(
            root_id=case.root_id, case_id=case.id, earlier_id=earlier.id,
            linked_at=clock.now(), linked_by=person.user_id,
        )
    )  # fmt: skip
    _note(session, "case.recurred", case, earlier, person)
    return earlier


def take_back(session: Session, scope: Scope, case_id: int, earlier_number: str, person: Person) -> Case:
    """Take it back: unknown from now on; what was said, by whom and until when is kept. Returns the earlier one.

    Of a pair that nobody linked it changes nothing. Raises as `link`.
    """
    case, earlier = _judged(session, scope, case_id, earlier_number, person)
    row = recurring.standing(session, case.id, earlier.id)
    if row is not None:
        row.undone_at, row.undone_by = clock.now(), person.user_id
        _note(session, "case.recurred_undone", case, earlier, person)
    return earlier


def _judged(session: Session, scope: Scope, case_id: int, number: str, person: Person) -> tuple[Case, Case]:
    """The two cases, where this person may say so; whoever says anything of the new one at the same time waits."""
    case = lookups.locked(session, [case_id]).get(case_id)
    if case is None or not sees(scope, case):
        raise NotFound("没有这个案件")
    if JUDGES.isdisjoint(standing_of(session, person, case, lookups.history(session, case.id)).territory):
        raise NotAllowed("您的岗位或责任范围不能认定此案件是否复发")
    earlier = lookups.by_number(session, number)
    # One out of sight is answered like one that is not there.
    if earlier is None or earlier.root_id != case.root_id or not sees(scope, earlier):
        raise Invalid(("earlier", "没有这个案件"))
    if earlier.id == case.id:
        raise Invalid(("earlier", "不能是案件自身"))
    return case, earlier


def _note(session: Session, act: str, case: Case, earlier: Case, person: Person) -> None:
    audit.record(session, act, "case", case.id, actor_id=person.user_id, root_id=case.root_id, earlier=earlier.number)
    session.flush()
