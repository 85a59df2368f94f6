"""Who is told of a case by web hook (people: `telling`): its unit when it comes or time runs out, the centre when
it is returned.

A key names the case, the occasion, and the move or deadline it is about, so that each is told once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import WITH_UNIT, Noticed, answers_due, noticed, running_out
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


@dataclass(frozen=True, slots=True)
class _Key:
    """A key taken apart: `mark` is the place of a move in its case, or a deadline."""

    case_id: int
    occasion: Occasion
    mark: int
    unit: str


def tell(session: Session, keys: Collection[str], now: datetime) -> dict[str, Said]:
    """What keys say now, in words for a group; without those that are not so any more."""
    parts = {key: _taken_apart(key) for key in keys}
    cases = noticed(session, {one.case_id for one in parts.values()})
    pressed = {(one.case_id, one.mark) for one in parts.values() if one.occasion is Occasion.PRESSED}
    due = answers_due(session, pressed) if pressed else {}
    joined = {one.case_id for one in parts.values() if one.occasion is Occasion.JOINED}
    helping = still_helping(session, joined) if joined else set()
    found = {}
    for key, one in parts.items():
        case, answer = cases.get(one.case_id), due.get((one.case_id, one.mark))
        if case is not None and _is_so(one, case, helping) and (answer or one.occasion is not Occasion.PRESSED):
            found[key] = _said(one, case, answer, now)
    return found


def _said(one: _Key, case: Noticed, answer: datetime | None, now: datetime) -> Said:
    returned, joined = one.occasion in _CENTRE, one.occasion is Occasion.JOINED
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
    unit_id = None if returned else int(one.unit) if joined else case.unit_id
    return Said(case.root_id, unit_id, one.occasion, " · ".join(parts), path, data)


def _is_so(one: _Key, case: Noticed, helping: Collection[tuple[int, int]]) -> bool:
    """Whether the unit still has the case, still has to help, or the case still waits for another."""
    if one.occasion is Occasion.RETURNED:
        return case.state is State.FILED
    if one.occasion is Occasion.HELP_RETURNED:
        return case.state not in ENDED
    if one.occasion is Occasion.JOINED:
        return case.state not in ENDED and (case.id, int(one.unit)) in helping
    still_theirs = case.state in WITH_UNIT and str(case.unit_id) == one.unit
    return still_theirs and (one.occasion is not Occasion.DUE_SOON or int(case.runs_out_at.timestamp()) == one.mark)


def _taken_apart(key: str) -> _Key:
    _, case_id, word, mark, unit = key.split(":")
    return _Key(int(case_id), Occasion(word), int(mark), unit)


def key_of(case_id: int, occasion: Occasion, mark: int, unit_id: int | None) -> str:
    """What a notice is about, in a word: the case, the occasion, its move or deadline, and who has the case."""
    return f"{CASE}:{case_id}:{occasion.value}:{mark}:{unit_id or 0}"
