"""Cases linked as one problem that came back (复发): of one case, those before it and those after it, in sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseRecurrence
from gridops.cases.queries.filters import visible
from gridops.cases.rules.moves import State
from gridops.cases.rules.recurring import refusal
from gridops.people.models import User
from gridops.people.queries import Scope


@dataclass(frozen=True, slots=True)
class Linked:
    """A case that another is linked with, who said so, when; `counts`: whether it is a recurrence as both stand now."""

    number: str
    state: State
    reported_at: datetime
    closed_at: datetime | None
    by: str
    at: datetime
    counts: bool


def before(session: Session, scope: Scope, case: Case) -> list[Linked]:
    """The closed cases in sight of which one is said to be the recurrence, the latest closed first."""
    found = _linked(session, scope, CaseRecurrence.case_id == case.id, CaseRecurrence.earlier_id)
    return [
        _told(other, name, at, refusal(case.state, case.reported_at, other.state, other.closed_at) is None)
        for other, name, at in found
    ]


def after(session: Session, scope: Scope, case: Case) -> list[Linked]:
    """The cases in sight that are said to be recurrences of one, the latest reported first."""
    found = _linked(session, scope, CaseRecurrence.earlier_id == case.id, CaseRecurrence.case_id)
    return [
        _told(other, name, at, refusal(other.state, other.reported_at, case.state, case.closed_at) is None)
        for other, name, at in found
    ]


def standing(session: Session, case_id: int, earlier_id: int) -> CaseRecurrence | None:
    """What stands of a pair; None where nobody linked it, or it was taken back."""
    return session.scalar(
        select(CaseRecurrence).where(
            CaseRecurrence.case_id == case_id,
            CaseRecurrence.earlier_id == earlier_id,
            CaseRecurrence.undone_at.is_(None),
        )
    )


def _linked(session: Session, scope: Scope, of: ColumnElement[bool], other: Any) -> list[tuple[Case, str, datetime]]:
    rows = (
        select(Case, User.name, CaseRecurrence.linked_at)
        .select_from(CaseRecurrence)
        .join(Case, Case.id == other)
        .join(User, User.id == CaseRecurrence.linked_by)
        .where(of, CaseRecurrence.undone_at.is_(None))
        .order_by(Case.reported_at.desc(), Case.id.desc())
    )
    return [(case, name, at) for case, name, at in session.execute(visible(rows, scope))]


def _told(case: Case, name: str, at: datetime, counts: bool) -> Linked:
    return Linked(case.number, case.state, case.reported_at, case.closed_at, name, at, counts)
