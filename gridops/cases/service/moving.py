"""One entry for every move of a case: lock, check against the table, append the event, write the row anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import MoveFields
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.lookups import History
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import Event, Facts, project
from gridops.cases.rules.standing import Why, missing, person_refused, refusal
from gridops.cases.service.noticing import owe_of_move
from gridops.cases.service.planning import Plan, Situation, plan
from gridops.cases.service.writing import Said, append, set_projection
from gridops.core import clock
from gridops.core.errors import Conflict, GridopsError, Invalid, NotAllowed, NotFound
from gridops.people.queries import scope_of
from gridops.people.rules import Person

MANY = 500
_NOTHING = MoveFields()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of many: done, or why not."""

    case_id: int
    number: str | None
    refused: str | None

    @property
    def done(self) -> bool:
        """Whether the move was made."""
        return self.refused is None


def move(
    session: Session,
    case_id: int,
    move: Move,
    person: Person | None,
    fields: MoveFields = _NOTHING,
    *,
    expected_version: int | None = None,
    happened_at: datetime | None = None,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
    details: dict[str, Any] | None = None,
) -> Case:
    """Make one move. `person` None: the calendar acts. `record_id`: the phone's name for it; again = the same answer.

    A move never happens before the last move of the case: of what the phone says and that, the later counts; what was
    said is kept. Raises NotFound (also where the case is out of sight), NotAllowed (person), Conflict (stale version,
    or the case is not in a state for it), Invalid (fields, without prefix).
    """
    done = _done_before(session, case_id, move, record_id)
    if done is not None:
        return done
    into = _named(session, fields.into) if fields.into else None
    rows = lookups.locked(session, [case_id, into.id] if into else [case_id])
    # Another transaction may have brought the same record while we waited.
    done = _done_before(session, case_id, move, record_id)
    if done is not None:
        return done
    case = rows.get(case_id)
    if case is None or (person is not None and case.root_id != person.root_id):
        raise NotFound("没有这个案件")
    history = lookups.history(session, case.id)
    facts = project(history.events)
    _check(session, case, move, person, facts, history, expected_version)
    _check_fields(move, fields)
    recorded = recorded_at or clock.now()
    at = (
        max(happened_at or recorded, facts.last_moved_at or recorded)
        if MOVES[move].changes
        else happened_at or recorded
    )
    situation = Situation(session, case, facts, history, fields, at, rows.get(into.id) if into else None)
    planned = plan(move, situation)
    event = Event(move, at, history.last_seq + 1, outcome=fields.outcome, **planned.columns)
    said = Said(
        actor_id=person.user_id if person else None,
        record_id=record_id,
        reason=fields.reason or fields.words,
        details=_details(planned, details, fields, happened_at, at),
        recorded_at=recorded,
    )
    for name, value in planned.given.items():
        setattr(case, name, value)
    append(session, case, history.events, event, said)
    owe_of_move(session, case, event)
    actor = person.user_id if person else None
    audit.record(session, f"case.{move.value}", "case", case.id, actor_id=actor, root_id=case.root_id, seq=event.seq)
    return case


def dispatch_many(
    session: Session, case_ids: Sequence[int], unit_id: int, person: Person, words: str | None = None
) -> list[Outcome]:
    """Dispatch several cases to one unit: each is checked by itself, those that may go, go; one answer each, in order.

    Raises Invalid (`cases`) for none or more than MANY.
    """
    wanted = list(dict.fromkeys(case_ids))
    if not 0 < len(wanted) <= MANY:
        raise Invalid(("cases", f"1 to {MANY} cases"))
    lookups.locked(session, wanted)
    outcomes = []
    for case_id in wanted:
        try:
            done = move(session, case_id, Move.DISPATCH, person, MoveFields(unit=unit_id, words=words))
            outcomes.append(Outcome(case_id, done.number, None))
        except GridopsError as refused:
            known = lookups.case(session, case_id) if not isinstance(refused, NotFound) else None
            reason = "；".join(e.reason for e in refused.errors) if isinstance(refused, Invalid) else str(refused)
            outcomes.append(Outcome(case_id, known.number if known else None, reason))
    return outcomes


def resume_due(session: Session, limit: int = 200) -> int:
    """Resume the cases suspended to a set date (缓办) that has come, as of that date; returns how many. Repeatable."""
    ids = lookups.to_resume(session, clock.now(), limit)
    done = 0
    for case_id, case in lookups.locked(session, ids).items():
        if case.resume_at is not None and case.suspended_at is not None:
            move(session, case_id, Move.RESUME, None, happened_at=case.resume_at)
            done += 1
    return done


def rebuild(session: Session, case_ids: Sequence[int]) -> list[int]:
    """Write rows anew from their events; returns the ids of those that differed. Repeatable."""
    rows = lookups.locked(session, case_ids)
    told = lookups.told(session, list(rows))
    changed = [case_id for case_id, case in rows.items() if set_projection(case, told[case_id])]
    session.flush()
    return changed


def _done_before(session: Session, case_id: int, move: Move, record_id: str | None) -> Case | None:
    if record_id is None:
        return None
    found = lookups.event_of_record(session, record_id)
    if found is None:
        return None
    if found[0] != case_id or found[1] is not move:
        raise Conflict("同一条记录已用于另一案件或另一环节")
    return lookups.case(session, case_id)


def _named(session: Session, number: str) -> Case:
    found = lookups.by_number(session, number)
    if found is None:
        raise Invalid(("into", "没有这个案件"))
    return found


def _check(
    session: Session,
    case: Case,
    move: Move,
    person: Person | None,
    facts: Facts,
    history: History,
    expected_version: int | None,
) -> None:
    """Who, then whether the form is stale, then the state: the table of moves."""
    if move is Move.REPORT:
        raise Invalid(("move", "a report begins a case"))
    standing = standing_of(session, person, case, history) if person is not None else None
    if person is not None and standing is not None:
        if words := person_refused(move, standing):
            scope = scope_of(session, person)
            seen = scope.sees(
                root_id=case.root_id, grid_id=case.grid_id, unit_id=case.unit_id, reporter_id=case.reporter_id
            )
            raise NotAllowed(words) if seen else NotFound("没有这个案件")
    if expected_version is not None and expected_version != case.version:
        raise Conflict("案件已被他人更新，请刷新后再办理")
    found = refusal(move, facts, case.source, standing)
    if found is not None:
        raise NotAllowed(found.words) if found.why is Why.PERSON else Conflict(found.words)


def _check_fields(move: Move, fields: MoveFields) -> None:
    rule, given = MOVES[move], fields.given()
    wrong = [(name, "required") for name in missing(rule, given)]
    wrong += [(name, "not asked for with this move") for name in sorted(given - {*rule.needs, *rule.takes})]
    if wrong:
        raise Invalid(*wrong)


def _details(
    planned: Plan, more: dict[str, Any] | None, fields: MoveFields, said_at: datetime | None, at: datetime
) -> dict[str, Any] | None:
    details = {**planned.details, **(more or {})}
    if fields.reason and fields.words:
        details["words"] = fields.words
    if said_at is not None and said_at != at:
        details["said_at"] = said_at.isoformat()
    return details or None
