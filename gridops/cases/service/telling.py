"""Which people are told of a case: handlers, dispatchers, shift leaders, who reported it, who pressed; by a worker.

A move owes a row; a worker then looks whether it is still so and whom it concerns. Keys are those of `noticing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.noticing import (
    WITH_UNIT,
    Act,
    Concerning,
    acts,
    concerning,
    pressers,
    reported_with,
)
from gridops.cases.rules.facts import FAR, Event
from gridops.cases.rules.moves import ENDED, Move, State
from gridops.cases.service.noticing import OCCASIONS, key_of, keys_running_out, unit_told
from gridops.core import clock, owed
from gridops.grids import queries as grids
from gridops.notices.rules import Occasion, too_old
from gridops.notices.rules.personal import ToTell
from gridops.notices.service.people import TO_PEOPLE, Told, owe_once, tell_people
from gridops.people.queries.helping import still_helping

PORTION = 200
# What names a time of its own.
_DUE_WITH_IT = frozenset({Occasion.PRESSED, Occasion.JOINED})
_TO_PEOPLE = {
    **OCCASIONS,
    Move.ASK_EXTENSION: Occasion.EXTENSION_ASKED,
    Move.EXTEND: Occasion.EXTENDED,
    Move.REFUSE_EXTENSION: Occasion.NOT_EXTENDED,
    Move.ANSWER_PRESS: Occasion.PRESS_ANSWERED,
    **dict.fromkeys((Move.CLOSE, Move.DECLINE, Move.NOT_FILE, Move.VOID), Occasion.OWN_REPORT),
}


@dataclass(frozen=True, slots=True)
class _Key:
    """A key taken apart: `mark` is the place of a move in its case, or a deadline; `of` the case it is told about.

    That is another one where the reporter of a merged case is told of the end of the case it went into.
    """

    text: str
    case_id: int
    occasion: Occasion
    mark: int
    unit: str
    of: int

    @property
    def place(self) -> tuple[int, int]:
        return self.case_id, self.mark


def owe_to_people(session: Session, case: Case, event: Event) -> None:
    """Owe people the notice of a move just made, if it is one that any of them is told of.

    Who reported a case that was merged into this one is told of its end too.
    """
    occasion = _TO_PEOPLE.get(event.move)
    if occasion is None:
        return
    own = occasion is Occasion.OWN_REPORT
    key = key_of(case.id, occasion, event.seq, unit_told(case, event))
    keys = [key] if not own or case.reporter_id is not None else []
    if own and case.filed_at is not None:
        keys += [f"{key}:{merged_id}" for merged_id in reported_with(session, case.id)]
    owed.owe(session, TO_PEOPLE, keys)


def tell_owed(session: Session) -> Told | None:
    """Tell people a portion of what is owed; None when nothing is. Of whom not all were told yet, that stays owed."""
    works = owed.pending(session, TO_PEOPLE, limit=PORTION)
    if not works:
        return None
    told = tell_people(session, _still_so(session, [work.key for work in works]))
    owed.all_done(session, [work for work in works if work.key not in told.unfinished])
    return told


def owe_running_out(session: Session) -> int:
    """Owe handlers the notice of each case whose time ends soon; once for a deadline, how many. Repeatable."""
    return sum(owe_once(session, keys_running_out(session, root.grid_id)) for root in grids.roots(session))


def _still_so(session: Session, keys: Iterable[str]) -> list[ToTell]:
    """What some keys say now; without what is not so any more, or would only confuse."""
    now = clock.now()
    parts = [_taken_apart(key) for key in keys]
    cases = concerning(session, {case_id for one in parts for case_id in (one.case_id, one.of)})
    made = acts(session, {one.place for one in parts if one.occasion is not Occasion.DUE_SOON})
    helping = still_helping(session, {one.case_id for one in parts if one.occasion is Occasion.JOINED})
    pressed = pressers(session, {one.place for one in parts if one.occasion is Occasion.PRESS_ANSWERED})
    found = []
    for one in parts:
        case = cases.get(one.case_id)
        act = Act(now, None, None) if one.occasion is Occasion.DUE_SOON else made.get(one.place)
        if case is not None and act is not None and _is_so(one, case, helping) and not too_old(act.happened_at, now):
            of = cases.get(one.of)
            if of is not None and (of is case or of.state is State.MERGED):
                named = pressed.get(one.place, frozenset()) if one.occasion is Occasion.PRESS_ANSWERED else None
                found.append(_said(one, of, act, named))
    return found


def _is_so(one: _Key, case: Concerning, helping: Collection[tuple[int, int]]) -> bool:
    if one.occasion is Occasion.JOINED:
        return case.state not in ENDED and (one.case_id, int(one.unit)) in helping
    if one.occasion is Occasion.HELP_RETURNED:
        return case.state not in ENDED
    if one.occasion is Occasion.OWN_REPORT:
        return case.state in ENDED
    if one.occasion is Occasion.RETURNED:
        return case.state is State.FILED
    if one.occasion is Occasion.EXTENSION_ASKED:
        return case.asked_at is not None
    if one.occasion is Occasion.PRESS_ANSWERED:
        return True
    still_theirs = case.state in WITH_UNIT and str(case.unit_id) == one.unit
    return still_theirs and (one.occasion is not Occasion.DUE_SOON or int(case.runs_out_at.timestamp()) == one.mark)


def _said(one: _Key, case: Concerning, act: Act, named: frozenset[int] | None) -> ToTell:
    own = one.occasion is Occasion.OWN_REPORT
    if named is None:
        named = frozenset({case.reporter_id}) if own and case.reporter_id is not None else frozenset()
    runs = case.runs_out_at if case.runs_out_at < FAR and case.state in WITH_UNIT else None
    return ToTell(
        key=one.text,
        root_id=case.root_id,
        occasion=one.occasion,
        number=case.number,
        category=case.category,
        place=case.grid,
        grid_id=case.grid_id,
        unit_id=None if own else int(one.unit) if one.occasion is Occasion.JOINED else case.unit_id,
        happened_at=act.happened_at,
        due_at=act.until_at if one.occasion in _DUE_WITH_IT else runs,
        actor_id=act.actor_id,
        named=named,
    )


def _taken_apart(key: str) -> _Key:
    _, case_id, word, mark, unit, *merged = key.split(":")
    return _Key(key, int(case_id), Occasion(word), int(mark), unit, int(merged[0] if merged else case_id))
