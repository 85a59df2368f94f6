"""Which cases a case was split into, and which one it came from."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent, CasePart
from gridops.cases.queries.merging import Linked, linked
from gridops.cases.rules.moves import Move
from gridops.people.queries import Scope


def parts_of(session: Session, case_id: int, seq: int | None = None) -> list[int]:
    """The ids of the cases that a case was split into; by one event of its, if given."""
    stmt = select(CasePart.part_id).where(CasePart.parent_id == case_id).order_by(CasePart.part_id)
    return list(session.scalars(stmt if seq is None else stmt.where(CasePart.seq == seq)))


def whole_of(session: Session, case_id: int) -> int | None:
    """The id of the case that this one was split from; None where it is no part."""
    return session.scalar(select(CasePart.parent_id).where(CasePart.part_id == case_id))


def split_undone(session: Session, case_id: int) -> bool:
    """Whether a case is a part of one that was put together again."""
    later = (
        select(CaseEvent.id)
        .join(CasePart, CasePart.parent_id == CaseEvent.case_id)
        .where(CasePart.part_id == case_id, CaseEvent.move == Move.UNDO_SPLIT, CaseEvent.seq > CasePart.seq)
    )
    return session.scalar(later.limit(1)) is not None


def whole(session: Session, scope: Scope, case_id: int) -> Linked | None:
    """The case that this one was split from."""
    parent_id = whole_of(session, case_id)
    return None if parent_id is None else linked(scope, session.get_one(Case, parent_id))


def parts(session: Session, scope: Scope, case_id: int) -> tuple[Linked, ...]:
    """The cases that a case was split into, in the order they were begun."""
    ids = parts_of(session, case_id)
    rows = session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)) if ids else ()
    return tuple(linked(scope, row) for row in rows)
