"""Settings that changed hold for running cases too, where an admin asks for it: each with a row in its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case
from gridops.cases.queries import lookups, renewing, terms
from gridops.cases.queries.lookups import History
from gridops.cases.rules.deadlines import Due, Terms, WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import recounted
from gridops.cases.rules.renewing import Wish
from gridops.cases.service.recounting import count_each
from gridops.cases.service.writing import Said, append
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import Area
from gridops.core import clock, owed
from gridops.worktime.queries import working_time

MANY = 200
# Owed: what is left of a wish. Its own kind of work, drained with the recounts of the calendar.
WISHED = "deadlines_renewed"
SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the settings of today would make of a case: condition and class of area before and after, new deadlines."""

    case: Case
    before: FilingCondition
    after: FilingCondition
    area_before: Area | None
    area: Area | None
    due: Due
    history: History


@dataclass(frozen=True, slots=True)
class Renewed:
    """What one portion did: cases that follow the settings now; `more`: whether a rest is owed."""

    changed: int
    more: bool


def offered(session: Session, wish: Wish, limit: int = MANY) -> list[Renewal]:
    """What would become of the first cases that a wish means and changes; nothing is written."""
    return list(islice(each_offered(session, wish, limit), limit))


def each_offered(session: Session, wish: Wish, portion: int = MANY) -> Iterator[Renewal]:
    """The same of every case that it means, read a portion at a time."""
    while True:
        ids = renewing.case_ids(session, wish, portion)
        for case in lookups.of_ids(session, ids):
            if (one := renewal(session, case)) is not None:
                yield one
        if len(ids) < portion:
            return
        wish = wish.from_here(ids[-1])


def renew(session: Session, wish: Wish, limit: int = MANY) -> Renewed:
    """Let the cases that a wish means follow the settings of today; what is more than a portion is owed. Repeatable."""
    ids = renewing.case_ids(session, wish, limit)
    cases = lookups.locked(session, ids).values()
    changed = count_each(session, cases, lambda case: _renew(session, case, wish.actor_id)).changed
    more = len(ids) == limit
    if more:
        owed.owe(session, WISHED, [wish.from_here(ids[-1], changed).key])
    else:  # once, with all that the portions changed together
        audit.record(
            session, "condition.apply", "filing_condition" if wish.condition_id else "grid",
            wish.condition_id or wish.grid_id or 0, actor_id=wish.actor_id, root_id=wish.root_id,
            cases=wish.moved + changed,
        )  # fmt: skip
    return Renewed(changed, more)


def renew_owed(session: Session, limit: int = MANY) -> Renewed | None:
    """One portion of the oldest wish that is owed; None when nothing is, or another worker has it."""
    todo = owed.pending(session, WISHED)
    # Who read it with us waits here, and finds it done: else the rest would be owed twice, and told twice in the audit.
    if not todo or not owed.put_off(session, todo[0], clock.now()):
        return None
    done = renew(session, Wish.of(todo[0].key), limit)
    owed.done(session, todo[0])
    return done


def renewal(session: Session, case: Case) -> Renewal | None:
    """What the settings of today would make of a case; None where they are those it stands under."""
    if case.state not in MOVES[Move.RECOUNT].from_states or case.condition_id is None:
        return None
    before = catalogue.condition(session, case.condition_id, case.root_id)
    after = renewing.successor(session, before, case.root_id) if before is not None else None
    if before is None or after is None:
        return None
    today = clock.local_date(clock.now())
    area_before = terms.area_of_case(session, case.id)
    # One without limits by class asks for none; the condition it was filed under may (改类), and keeps the one it had.
    area = catalogue.area_on(session, case.root_id, case.grid_id, today) if after.class_limits else area_before
    if after.id == before.id and area is area_before:
        return None
    history, time = lookups.history(session, case.id), working_time(session, case.root_id)

    def terms_of(condition_id: int | None) -> Terms:
        if condition_id == before.id:
            return terms.of_condition(after, area)
        found = catalogue.condition(session, condition_id, case.root_id) if condition_id else None
        return terms.of_condition(found, area)

    due = recounted(history.events, terms_of, WorkingClock(time.calendar, time.hours))
    return Renewal(case, before, after, area_before, area, due, history)


def _renew(session: Session, case: Case, actor_id: int) -> bool:
    found = renewal(session, case)
    if found is None:
        return False
    facts, now, due = project(found.history.events), clock.now(), found.due
    details = {
        "changed": SETTINGS,
        terms.AREA: found.area.value if found.area else None,
        "area_before": found.area_before.value if found.area_before else None,
        "condition_before": found.before.id,
        "due_before": facts.due_at.isoformat() if due.case and facts.due_at else None,
        "handle_due_before": facts.handle_due_at.isoformat() if due.unit and facts.handle_due_at else None,
        "handle_due": due.unit.isoformat() if due.unit else None,
    }
    seq = found.history.last_seq + 1
    event = Event(Move.RECOUNT, now, seq, condition_id=found.after.id, due_at=due.case, handle_due_at=due.unit)
    append(session, case, found.history.events, event, Said(actor_id, details=details, recorded_at=now))
    audit.record(session, "case.recount", "case", case.id, actor_id=actor_id, root_id=case.root_id, seq=seq)
    return True
