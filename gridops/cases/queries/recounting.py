"""Cases whose deadlines may change with the calendar."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.moves import MOVES, Move


def open_across(
    session: Session, root_id: int | None, start: datetime, end: datetime, *, after: int, limit: int
) -> list[int]:
    """Filed and unfinished cases of a root (None: of all) with a clock that runs in [start, end), by id after `after`.

    Only those filed under a condition: a deadline handed in by a source was never counted here.
    """
    wanted = select(Case.id).where(
        Case.id > after,
        Case.state.in_(sorted(MOVES[Move.RECOUNT].from_states)),
        Case.condition_id.is_not(None),
        Case.filed_at < end,
        or_(Case.due_at >= start, Case.handle_due_at >= start),
    )
    if root_id is not None:
        wanted = wanted.where(Case.root_id == root_id)
    return list(session.scalars(wanted.order_by(Case.id).limit(limit)))
