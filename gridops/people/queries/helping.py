"""Which units help with cases that others lead."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.people.models import Helping, Unit


def still_helping(session: Session, case_ids: Collection[int]) -> set[tuple[int, int]]:
    """(case, unit) of those that have not told their result yet."""
    rows = session.execute(
        select(Helping.case_id, Helping.unit_id).where(
            Helping.case_id.in_(sorted(set(case_ids))), Helping.answered_at.is_(None)
        )
    )
    return {(case_id, unit_id) for case_id, unit_id in rows}


def helping_with(session: Session, case_ids: Collection[int]) -> dict[int, list[tuple[str, bool]]]:
    """By case: the names of the units that help, and whether each has told its result."""
    found: dict[int, list[tuple[str, bool]]] = {}
    if not case_ids:
        return found
    rows = session.execute(
        select(Helping.case_id, Unit.name, Helping.answered_at)
        .join(Unit, Unit.id == Helping.unit_id)
        .where(Helping.case_id.in_(sorted(set(case_ids))))
        .order_by(Helping.case_id, Helping.unit_id)
    )
    for case_id, name, answered_at in rows:
        found.setdefault(case_id, []).append((name, answered_at is not None))
    return found
