"""One entry for every move of a case: lock, check against the table, append the event, write the row anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import MoveFields
from gridops.cases.models import Case
from gridops.cases.queries import dispatching, lookups
from gridops.cases.queries.filters import sees
from gridops.cases.queries.lookups import History
from gridops.cases.queries.standing import standing_of
from gridops.cases.queries.words import CASE_WORDS
from gridops.cases.rules.dispatching import NO_RULE, Weighed
from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import project
from gridops.cases.rules.standing import Standing, Why, missing, person_refused, refusal
from gridops.cases.rules.words import key_of
from gridops.cases.service.closing import draw_recheck
from gridops.cases.service.noticing import owe_of_move
from gridops.cases.service.planning import plan
from gridops.cases.service.situation import Plan, Situation
from gridops.cases.service.telling import owe_to_people
from gridops.cases.service.writing import Said, append, set_projection
from gridops.core import clock, owed
from gridops.core.bulk import together
from gridops.core.errors import Conflict, GridopsError, Invalid, NotAllowed, NotFound
from gridops.people.queries import Scope, scope_of
from gridops.people.rules import Person

MANY = 500
# What may be done with several cases alike: it asks for nothing that differs from case to case.
ALIKE = (Move.ACCEPT, Move.RECEIVE, Move.SEND_TO_CHECK, Move.REMIND)
_NOTHING = MoveFields()
_UNSEEN: Mapping[int, int] = MappingProxyType({})
_NO_PICTURES: Mapping[str, int] = MappingProxyType({})
_PRESSING = frozenset({Move.PRESS, Move.ANSWER_PRESS})
_HELPING = frozenset({Move.JOIN, Move.HELP_DONE, Move.HELP_RETURN, Move.END_HELP})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of many: done (by which rule, where rules were asked), or why not."""

    case_id: int
    number: str | None
    refused: str | None
    rule: str | None = None

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
    pictures: Mapping[str, int] = _NO_PICTURES,
    weighed: Weighed | None = None,
    held: Case | None = None,
) -> Case:
    """Make one move. `person` None: the calendar acts. `record_id`: the phone's name for it; again = the same answer.
    `pictures`: how many come with it, by their roles. `held`: the case, where the caller has locked it already.

    A move never happens before the last move of the case: of what the phone says and that, the later counts; what was
    said is kept. Raises NotFound (also where the case is out of sight), NotAllowed (person), Conflict (stale version,
    or the case is not in a state for it), Invalid (fields, without prefix).
    """
    done = _done_before(session, case_id, move, record_id)
    if done is not None:
        return done
    into = _named(session, fields.into) if fields.into else None
    if held is not None and into is None:
        rows = {case_id: held}
    else:
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
    standing = _check(session, case, move, person, facts, history, expected_version)
    _check_fields(move, fields)
    recorded = recorded_at or clock.now()
    at = _at(move, facts, happened_at or recorded)
    other = rows.get(into.id) if into else None
    situation = Situation(session, case, facts, history, fields, at, person, other, pictures, weighed)
    planned = plan(move, situation)
    event = Event(move, at, history.last_seq + 1, outcome=fields.outcome, **planned.columns)
    said = Said(
        actor_id=person.user_id if person else None,
        record_id=record_id,
        reason=fields.reason or fields.words,
        details=_details(planned, details, fields, happened_at, at),
        recorded_at=recorded,
    )
    with together(session):
        append(session, case, history.events, event, said, planned.given)
        if planned.then is None:
            _tell(session, case, event, said, standing)
    if planned.then is not None:  # it may ask for what was written
        planned.then(event)
        _tell(session, case, event, said, standing)
    return case


def move_in_sight(
    session: Session, scope: Scope, number: str, what: Move, person: Person, fields: MoveFields, **more: Any
) -> Case:
    """The same for the case of a number, as a form names it; NotFound too where the scope does not show it."""
    if fields.into:  # two cases are locked in one order, whichever is named first
        case, held = lookups.by_number(session, number), None
    else:
        case = held = lookups.locked_by_number(session, number)
    if case is None or not sees(scope, case):
        raise NotFound("没有这个案件")
    return move(session, case.id, what, person, fields, held=held, **more)


def dispatch_many(
    session: Session,
    case_ids: Sequence[int],
    unit_id: int | None,
    person: Person,
    words: str | None = None,
    seen: Mapping[int, int] = _UNSEEN,
) -> list[Outcome]:
    """Dispatch several cases to one unit (None: each to the one its rule proposes); one answer each, in order.

    Each is checked by itself, and those that may go, go; a case for which no rule speaks stays, and so does one that is
    no longer in the version in which it was `seen` (where that is known).
    Raises Invalid (`cases`) for none or more than MANY.
    """

    def one(case_id: int, case: Case | None) -> tuple[Case, str | None]:
        weighed = _weighed(session, case, person) if unit_id is None else None
        choice = weighed.choice if weighed else None
        to = choice.unit_id if choice else unit_id
        fields, version = MoveFields(unit=to, words=words), seen.get(case_id)
        done = move(session, case_id, Move.DISPATCH, person, fields, expected_version=version, weighed=weighed)
        return done, choice.rule.name if choice else None

    return _each(session, case_ids, one)


def move_many(
    session: Session,
    case_ids: Sequence[int],
    what: Move,
    person: Person,
    fields: MoveFields = _NOTHING,
    record_id: str | None = None,
    seen: Mapping[int, int] = _UNSEEN,
) -> list[Outcome]:
    """Make one move of ALIKE with several cases, the same said with each; one answer each, in order.

    `record_id`: the name of the form: what it did with a case is not done again. `seen`: the versions in which the
    cases were seen, where that is known; one that was changed since stays.
    Raises Invalid (`move`; `cases` for none or more than MANY).
    """
    if what not in ALIKE:
        raise Invalid(("move", "not one that is made of several cases alike"))

    def one(case_id: int, _case: Case | None) -> tuple[Case, str | None]:
        name = str(uuid5(UUID(record_id), str(case_id))) if record_id else None
        return move(session, case_id, what, person, fields, record_id=name, expected_version=seen.get(case_id)), None

    return _each(session, case_ids, one)


def _each(
    session: Session, case_ids: Sequence[int], one: Callable[[int, Case | None], tuple[Case, str | None]]
) -> list[Outcome]:
    """Several cases, locked together, each judged by itself: those that may go, go."""
    wanted = list(dict.fromkeys(case_ids))
    if not 0 < len(wanted) <= MANY:
        raise Invalid(("cases", f"1 to {MANY} cases"))
    rows = lookups.locked(session, wanted)
    outcomes = []
    for case_id in wanted:
        try:
            done, rule = one(case_id, rows.get(case_id))
            outcomes.append(Outcome(case_id, done.number, None, rule))
        except GridopsError as refused:
            known = lookups.case(session, case_id) if not isinstance(refused, NotFound) else None
            reason = "；".join(e.reason for e in refused.errors) if isinstance(refused, Invalid) else str(refused)
            outcomes.append(Outcome(case_id, known.number if known else None, reason))
    return outcomes


def _weighed(session: Session, case: Case | None, person: Person) -> Weighed:
    """What the rules say of a case that the person sees and that waits for its dispatch; Conflict where none speaks."""
    if case is None or not _sees(session, person, case):
        raise NotFound("没有这个案件")
    history = lookups.history(session, case.id)
    facts = project(history.events)
    _check(session, case, Move.DISPATCH, person, facts, history, None)
    found = dispatching.weighed(session, case, _at(Move.DISPATCH, facts, clock.now()))
    if found.choice is None:
        raise Conflict(NO_RULE)
    return found


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
    owed.owe(session, CASE_WORDS, [key_of(case_id, case_id) for case_id in changed])
    return changed


def _tell(session: Session, case: Case, event: Event, said: Said, standing: Standing | None) -> None:
    """Owe what others are to be told of a move, and enter it in the audit trail."""
    owe_of_move(session, case, event)
    owe_to_people(session, case, event)
    if event.move is Move.CLOSE and standing is not None and said.recorded_at is not None:
        draw_recheck(session, case, standing, said.recorded_at)
    audit.record(
        session,
        f"case.{event.move.value}",
        "case",
        case.id,
        actor_id=said.actor_id,
        root_id=case.root_id,
        seq=event.seq,
    )


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
) -> Standing | None:
    """Who, then whether the form is stale, then the state: the table of moves. What the person is to the case."""
    if move is Move.REPORT:
        raise Invalid(("move", "a report begins a case"))
    standing = standing_of(session, person, case, history) if person is not None else None
    if person is not None and standing is not None:
        if words := person_refused(move, standing):
            raise NotAllowed(words) if _sees(session, person, case) else NotFound("没有这个案件")
    if expected_version is not None and expected_version != case.version:
        raise Conflict("案件已被他人更新，请刷新后再办理")
    found = refusal(move, facts, case.source, standing)
    if found is not None:
        raise NotAllowed(found.words) if found.why is Why.PERSON else Conflict(found.words)
    return standing


def _at(move: Move, facts: Facts, said: datetime) -> datetime:
    """When it happened: a move never before the last one, 督办 and 会办 before their answers; else as it was said."""
    if MOVES[move].changes:
        earlier = [facts.last_moved_at]
    else:
        earlier = [facts.last_moved_at, facts.pressed_at, facts.press_answered_at] if move in _PRESSING else []
        earlier += [facts.last_moved_at, *(one.since for one in facts.helpers)] if move in _HELPING else []
    return max([said, *(at for at in earlier if at is not None)])


def _sees(session: Session, person: Person, case: Case) -> bool:
    scope = scope_of(session, person)
    return sees(scope, case)


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
