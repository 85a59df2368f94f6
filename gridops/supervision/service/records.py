"""What the phone's records do: each verb returns the kind and the id of what it made or changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.forms import DisciplineCheckIn, ProblemAnswerIn
from gridops.supervision.service.checks import add_check
from gridops.supervision.service.problems import answer_problem


def record_discipline_check(
    session: Session,
    person: Person,
    body: DisciplineCheckIn,
    *,
    happened_at: datetime,
    recorded_at: datetime,
    record_id: str,
) -> tuple[str, int]:
    """A look at a unit. NotAllowed; Invalid names `body.unit`."""
    found = add_check(
        session, person, body, at=happened_at, recorded_at=recorded_at, record_id=record_id, field="body.unit"
    )
    return "discipline_check", found.id


def record_problem_answer(
    session: Session,
    person: Person,
    body: ProblemAnswerIn,
    *,
    happened_at: datetime,
    recorded_at: datetime,
    record_id: str,
) -> tuple[str, int]:
    """An answer to a problem item. NotFound, NotAllowed, Closed."""
    problem = queries.problem_named(session, person.root_id, body.problem)
    answer_problem(session, person, problem, body.words, at=happened_at, recorded_at=recorded_at, record_id=record_id)
    return "problem", problem.id
