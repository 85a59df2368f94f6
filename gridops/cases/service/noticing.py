"""Who is told of a case by web hook (people: `telling`): its unit when it comes or time runs out, the centre when
it is returned.

A key names the case, the occasion, and the move or deadline it is about, so that each is told once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import WITH_UNIT, Noticed, answer_due, noticed, running_out
from gridops.cases.rules.facts import FAR, Event
from gridops.cases.rules.moves import ENDED, Move, State
from gridops.core import clock
from gridops.notices import queries as notices
from gridops.notices import service
from gridops.notices.rules import Occasion, Said, left
from gridops.people.queries.helping import still_helping

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
    Move.JOIN: Occasion.JOINED,
    Move.HELP_RETURN: Occasion.HELP_RETURNED,
}
_CENTRE = frozenset({Occasion.RETURNED, Occasion.HELP_RETURNED})


def owe_of_move(session: Session, case: Case, event: Event) -> None:
    """Owe the notice of a move just made, if it is one that some group is told of."""
    if occasion := OCCASIONS.get(event.move):
        service.owe(session, case.root_id, occasion, key_of(case.id, occasion, event.seq, unit_told(case, event)))


def unit_told(case: Case, event: Event) -> int | None:
    """The unit that a notice of a move is about: the one named with 会办, else the one that has the case."""
    return event.unit_id if event.move in (Move.JOIN, Move.HELP_RETURN) else case.unit_id


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
    returned = occasion in _CENTRE
    if not _is_so(session, occasion, int(case_id), case, unit):
        return None
    if occasion is Occasion.DUE_SOON and str(int(case.runs_out_at.timestamp())) != mark:
        return None
    answer = answer_due(session, int(case_id), int(mark)) if occasion is Occasion.PRESSED else None
    if occasion is Occasion.PRESSED and answer is None:
        return None
    joined = occasion is Occasion.JOINED
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
    path = f"/desk/cases/{case.number}" if returned or joined else f"/field#/tasks/{case.number}"
    unit_id = None if returned else int(unit) if joined else case.unit_id
    return Said(case.root_id, unit_id, occasion, " · ".join(parts), path, data)


def _is_so(session: Session, occasion: Occasion, case_id: int, case: Noticed, unit: str) -> bool:
    """Whether the unit still has the case, still has to help, or the case still waits for another."""
    if occasion is Occasion.RETURNED:
        return case.state is State.FILED
    if occasion is Occasion.HELP_RETURNED:
        return case.state not in ENDED
    if occasion is Occasion.JOINED:
        return case.state not in ENDED and (case_id, int(unit)) in still_helping(session, [case_id])
    return case.state in WITH_UNIT and str(case.unit_id) == unit


def key_of(case_id: int, occasion: Occasion, mark: int, unit_id: int | None) -> str:
    """What a notice is about, in a word: the case, the occasion, its move or deadline, and who has the case."""
    return f"{CASE}:{case_id}:{occasion.value}:{mark}:{unit_id or 0}"
