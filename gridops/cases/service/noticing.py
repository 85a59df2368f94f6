"""Who is told of a case by web hook: its unit when it comes or time runs out, the centre when it is returned.

A key names the case, the occasion, and the move or deadline it is about, so that each is told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import WITH_UNIT, noticed, running_out
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import FAR, Event
from gridops.core import clock
from gridops.notices import queries as notices
from gridops.notices import service
from gridops.notices.rules import Occasion, Said, left

CASE = "case"
TOLD_BEFORE = timedelta(hours=2)
# An undone closing is as good as a failed check: the unit's clock goes on.
_OCCASIONS = {
    Move.DISPATCH: Occasion.DISPATCHED,
    Move.CHECK_FAILED: Occasion.SENT_BACK,
    Move.UNDO_CLOSING: Occasion.SENT_BACK,
    Move.RETURN: Occasion.RETURNED,
}


def owe_of_move(session: Session, case: Case, event: Event) -> None:
    """Owe the notice of a move just made, if it is one that somebody is told of."""
    if occasion := _OCCASIONS.get(event.move):
        service.owe(session, case.root_id, occasion, _key(case.id, occasion, event.seq, case.unit_id))


def owe_running_out(session: Session) -> int:
    """Owe a notice for each case whose unit's time ends within two hours; once for a deadline. Repeatable.

    Not while less than half of the time since it was dispatched has gone: that notice has just said it.
    """
    now, owed = clock.now(), 0
    for root_id in notices.roots_with_hooks(session):
        found = running_out(session, root_id, now, now + TOLD_BEFORE)
        keys = {
            _key(one.id, Occasion.DUE_SOON, int(one.runs_out_at.timestamp()), one.unit_id): one
            for one in found
            if one.dispatched_at is None or now - one.dispatched_at >= one.runs_out_at - now
        }
        for key in keys.keys() - notices.known(session, keys):
            owed += service.owe(session, root_id, Occasion.DUE_SOON, key)
    return owed


def tell(session: Session, key: str, now: datetime) -> Said | None:
    """What a key says now, in words for a group; None where it is not so any more."""
    _, case_id, word, mark, unit = key.split(":")
    occasion, case = Occasion(word), noticed(session, int(case_id))
    if case is None:
        return None
    returned = occasion is Occasion.RETURNED
    if returned and case.state is not State.FILED:
        return None
    if not returned and (case.state not in WITH_UNIT or str(case.unit_id) != unit):
        return None
    if occasion is Occasion.DUE_SOON and str(int(case.runs_out_at.timestamp())) != mark:
        return None
    runs = case.runs_out_at < FAR and not returned
    parts = [case.number, case.category, case.grid, *([left(case.runs_out_at, now)] if runs else [])]
    data = {
        "number": case.number,
        "category": case.category,
        "grid": case.grid,
        "due_at": clock.local(case.runs_out_at).isoformat(timespec="seconds") if runs else None,
    }
    path = f"/desk/cases/{case.number}" if returned else f"/field#/tasks/{case.number}"
    return Said(case.root_id, None if returned else case.unit_id, occasion, " · ".join(parts), path, data)


def _key(case_id: int, occasion: Occasion, mark: int, unit_id: int | None) -> str:
    return f"{CASE}:{case_id}:{occasion.value}:{mark}:{unit_id or 0}"
