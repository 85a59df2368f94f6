"""What waits for a person in each queue of the office, asked with that part of their roles which acts there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.people.models import RoleHolding, User
from gridops.people.queries import scope_of, unit_paths, units_below
from gridops.people.queries.access import valid_on
from gridops.people.rules import Person, Role
from gridops.supervision.queries.appeals import AppealRow, undecided
from gridops.supervision.queries.common import QUEUE
from gridops.supervision.queries.matters import OPEN, MatterRow, open_matters
from gridops.supervision.queries.problems import ProblemRow, to_answer, to_judge
from gridops.supervision.rules import ANSWERERS, JUDGES, KEEPERS, SIGNERS, Against
from gridops.supervision.rules.matters import line_owed, weeks_silent
from gridops.supervision.rules.problems import state_at
from gridops.supervision.rules.waiting import Why, matter_why, problem_why


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait in each queue."""

    appeals: int
    matters: int
    problems: int


def appeals_waiting(
    session: Session, person: Person, against: Against | None = None, limit: int | None = QUEUE
) -> list[AppealRow]:
    """The appeals that this person may decide: where they hold a role that does, and not of their own judgement."""
    acting = acting_as(person, JUDGES)
    if not acting.holdings:
        return []
    return undecided(session, scope_of(session, acting), against=against, not_of=person.user_id, limit=limit)


def matters_waiting(
    session: Session, person: Person, now: datetime, limit: int | None = OPEN
) -> list[tuple[MatterRow, Why]]:
    """The open matters for which this person owes a line, or which they are to press or sign off; by deadline."""
    rows = {row.matter.id: row for row in _led(session, person, now, limit)}
    leads = frozenset(rows)
    office = _seen(session, person, SIGNERS, now, limit)
    rows |= office
    found = [(row, _matter_why(row, row.matter.id in leads, row.matter.id in office, now)) for row in rows.values()]
    asked = [(row, why) for row, why in found if why is not None]
    return sorted(asked, key=lambda pair: _by_deadline(pair[0].matter.due_at, pair[0].matter.id))


def problems_waiting(
    session: Session, person: Person, now: datetime, limit: int | None = QUEUE
) -> list[tuple[ProblemRow, Why]]:
    """The items that this person is to answer for their unit, and the answers that they are to judge; by deadline."""
    keeping = acting_as(person, KEEPERS)
    judged = to_judge(session, scope_of(session, keeping), person.user_id, limit) if keeping.holdings else []
    rows = [(row, True, False) for row in to_answer(session, person, limit)] + [(row, False, True) for row in judged]
    found = [(row, problem_why(state_at(row.problem, now), answers=a, judges=j)) for row, a, j in rows]
    asked = [(row, why) for row, why in found if why is not None]
    return sorted(asked, key=lambda pair: _by_deadline(pair[0].problem.due_at, pair[0].problem.id))


def waiting(session: Session, person: Person, now: datetime) -> Waiting:
    """How many rows wait for this person in each queue."""
    return Waiting(
        len(appeals_waiting(session, person)),
        len(matters_waiting(session, person, now)),
        len(problems_waiting(session, person, now)),
    )


def who_answers(session: Session, unit_ids: Iterable[int]) -> dict[int, list[str]]:
    """Unit id -> the names of who answers for it today: its own handlers, else those of the units above it."""
    today, ids = clock.local_date(clock.now()), set(unit_ids)
    paths = unit_paths(session, ids)
    rows = session.execute(
        select(RoleHolding.unit_id, User.name)
        .join(User, User.id == RoleHolding.user_id)
        .where(
            User.active,
            RoleHolding.role.in_(ANSWERERS),
            RoleHolding.unit_id.in_(sorted({above for path in paths.values() for above in path})),
            *valid_on(RoleHolding, today),
        )
        .order_by(User.name)
    ).all()
    found: dict[int, list[str]] = {}
    for unit_id in ids:
        own = [name for holder, name in rows if holder == unit_id]
        found[unit_id] = list(dict.fromkeys(own or [name for holder, name in rows if holder in paths[unit_id]]))
    return found


def acting_as(person: Person, roles: Collection[Role]) -> Person:
    """The person with only those of their roles that act in something: their scope then is their reach in it."""
    return replace(person, holdings=tuple(held for held in person.holdings if held.role in roles))


def _by_deadline(due_at: datetime | None, row_id: int) -> tuple[bool, float, int]:
    return due_at is None, due_at.timestamp() if due_at else 0.0, row_id


def _led(session: Session, person: Person, now: datetime, limit: int | None) -> list[MatterRow]:
    acting = acting_as(person, ANSWERERS)
    if not acting.holdings:
        return []
    own = units_below(session, [held.unit_id for held in acting.holdings])
    rows = open_matters(session, scope_of(session, acting), now, limit=limit)
    return [row for row in rows if row.matter.lead_unit_id in own]


def _seen(
    session: Session, person: Person, roles: Collection[Role], now: datetime, limit: int | None
) -> dict[int, MatterRow]:
    acting = acting_as(person, roles)
    if not acting.holdings:
        return {}
    rows = open_matters(session, scope_of(session, acting), now, led=True, limit=limit)
    return {row.matter.id: row for row in rows}


def _matter_why(row: MatterRow, leads: bool, office: bool, now: datetime) -> Why | None:
    matter, last = row.matter, row.line.at if row.line else None
    return matter_why(
        leads=leads,
        office=office,
        overdue=matter.due_at is not None and matter.due_at < now,
        light=row.line.light if row.line else None,
        owed=line_owed(matter.opened_at, last, now),
        silent=weeks_silent(matter.opened_at, last, now),
    )
