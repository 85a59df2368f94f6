"""Who is told of a case by web hook (people: `telling`): its unit when it comes or time runs out, the centre when
it is returned.

A key names the case, the occasion, and the move or deadline it is about, so that each is told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import WITH_UNIT, answer_due, noticed, running_out
from gridops.cases.rules.facts import FAR, Event
from gridops.cases.rules.moves import Move, State
from gridops.core import clock
from gridops.notices import queries as notices
from gridops.notices import service
from gridops.notices.rules import Occasion, Said, left

CASE = "case"
TOLD_BEFORE = timedelta(hours=2)
# An undone closing is as good as a failed check: the unit's clock goes on.
OCCASIONS = {
    Move.DISPATCH: Occasion.DISPATCHED,
    Move.CHECK_FAILED: Occasion.SENT_BACK,
    Move.UNDO_CLOSING: Occasion.SENT_BACK,
    Move.RETURN: Occasion.RETURNED,
    Move.REMIND: Occasion.REMINDED,
    Move.PRESS: Occasion.PRESSED,
}


def owe_of_move(session: Session, case: Case, event: Event) -> None:
    """Owe the notice of a move just made, if it is one that some group is told of."""
    if occasion := OCCASIONS.get(event.move):
        service.owe(session, case.root_id, occasion, key_of(case.id, occasion, event.seq, case.unit_id))


def owe_running_out(session: Session) -> int:
    """Owe a notice for each case whose unit's time ends within two hours; once for a deadline. Repeatable.

    Not while less than half of the time since it was dispatched has gone: that notice has just said it.
    """
    owed = 0
    for root_id in notices.roots_with_hooks(session):
        keys = keys_running_out(session, root_id)
        for key in keys - notices.known(session, keys):
            owed += service.owe(session, root_id, Occasion.DUE_SOON, key)
    return owed


def keys_running_out(session: Session, root_id: int) -> set[str]:
    """The keys of the cases of a root whose unit's time ends soon."""
    now = clock.now()
    return {
        key_of(one.id, Occasion.DUE_SOON, int(one.runs_out_at.timestamp()), one.unit_id)
        for one in running_out(session, root_id, now, now + TOLD_BEFORE)
        if one.dispatched_at is None or now - one.dispatched_at >= one.runs_out_at - now
    }


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
    answer = answer_due(session, int(case_id), int(mark)) if occasion is Occasion.PRESSED else None
    if occasion is Occasion.PRESSED and answer is None:
        return None
    runs = case.runs_out_at < FAR and not returned
    parts = [case.number, case.category, case.grid, *([left(case.runs_out_at, now)] if runs else [])]
    if answer is not None:
        parts.append(f"答复期限 {clock.local(answer):%Y-%m-%d %H:%M}")
    data = {
        "number": case.number,
        "category": case.category,
        "grid": case.grid,
        "due_at": clock.local(case.runs_out_at).isoformat(timespec="seconds") if runs else None,
    }
    path = f"/desk/cases/{case.number}" if returned else f"/field#/tasks/{case.number}"
    return Said(case.root_id, None if returned else case.unit_id, occasion, " · ".join(parts), path, data)


def key_of(case_id: int, occasion: Occasion, mark: int, unit_id: int | None) -> str:
    """What a notice is about, in a word: the case, the occasion, its move or deadline, and who has the case."""
    return f"{CASE}:{case_id}:{occasion.value}:{mark}:{unit_id or 0}"
