"""Problem items: lists in sight, one, its steps, the issue before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gridops.core import periods
from gridops.people.models import Unit
from gridops.people.queries import Scope, scope_of, units_below
from gridops.people.rules import Person
from gridops.supervision.models import Problem, ProblemStep
from gridops.supervision.queries.common import PAGE, QUEUE, Page, Place, in_sight, one, paged
from gridops.supervision.rules import ANSWERERS, ProblemState

NO_PROBLEM = "没有这项通报问题"


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """What a list of problem items is narrowed to; `overdue`: due before this instant and not accepted."""

    unit_id: int | None = None
    series: str | None = None
    period: str | None = None
    state: ProblemState | None = None
    overdue: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem item as listed, with the unit's name and code."""

    problem: Problem
    unit: str
    unit_code: str


_refused = and_(
    Problem.refused_at.is_not(None), or_(Problem.answered_at.is_(None), Problem.refused_at >= Problem.answered_at)
)
_STATES: dict[ProblemState, Any] = {
    ProblemState.ACCEPTED: Problem.accepted_at.is_not(None),
    ProblemState.REFUSED: and_(Problem.accepted_at.is_(None), _refused),
    ProblemState.ANSWERED: and_(
        Problem.accepted_at.is_(None),
        Problem.answered_at.is_not(None),
        or_(Problem.refused_at.is_(None), Problem.refused_at < Problem.answered_at),
    ),
    ProblemState.OPEN: and_(Problem.accepted_at.is_(None), Problem.answered_at.is_(None), Problem.refused_at.is_(None)),
}


def problem_page(
    session: Session,
    scope: Scope,
    wanted: ProblemFilter = ProblemFilter(),
    *,
    after: Place | None = None,
    limit: int = PAGE,
) -> Page[ProblemRow]:
    """The problem items in sight, newest first, voided ones too."""
    asked = _narrowed(_rows(scope), wanted)
    rows = paged(session, asked, Problem.at, Problem.id, after, limit)
    shown = [ProblemRow(*row) for row in rows[:limit]]
    return Page(shown, (shown[-1].problem.at, shown[-1].problem.id) if len(rows) > limit else None)


def problem_in_sight(session: Session, scope: Scope, number: str) -> ProblemRow:
    """One problem item by its number, if the scope shows it; NotFound otherwise."""
    found: Problem = one(session, _rows(scope).where(Problem.number == number), NO_PROBLEM)
    unit = session.execute(select(Unit.name, Unit.code).where(Unit.id == found.unit_id)).one()
    return ProblemRow(found, *unit)


def of_cases(session: Session, case_ids: Collection[int]) -> list[Problem]:
    """The problem items that name one of some cases, oldest first."""
    query = select(Problem).where(Problem.case_id.in_(sorted(case_ids)), Problem.voided_at.is_(None))
    return list(session.scalars(query.order_by(Problem.at, Problem.id)))


def problem_named(session: Session, root_id: int, number: str) -> Problem:
    """A problem item of a root by its number; NotFound."""
    found: Problem = one(
        session, select(Problem).where(Problem.root_id == root_id, Problem.number == number), NO_PROBLEM
    )
    return found


def to_answer(session: Session, person: Person, limit: int | None = QUEUE) -> list[ProblemRow]:
    """What units for which a person answers still owe, in sight: neither accepted nor waiting for judgement."""
    units = units_below(session, [held.unit_id for held in person.holdings if held.role in ANSWERERS])
    if not units:
        return []
    asked = (
        select(Problem, Unit.name, Unit.code)
        .join(Unit, Unit.id == Problem.unit_id)
        .where(
            Problem.root_id == person.root_id,
            Problem.unit_id.in_(sorted(units)),
            Problem.voided_at.is_(None),
            or_(_STATES[ProblemState.OPEN], _STATES[ProblemState.REFUSED]),
        )
        .order_by(Problem.due_at.is_(None), Problem.due_at, Problem.id)
        .limit(limit)
    )
    seen = in_sight(asked, scope_of(session, person), Problem, Problem.unit_id)
    return [ProblemRow(*row) for row in session.execute(seen)]


def to_judge(session: Session, scope: Scope, user_id: int, limit: int | None = QUEUE) -> list[ProblemRow]:
    """Answers that wait for the judgement of somebody who did not give them, within a scope, by deadline."""
    asked = _rows(scope).where(
        _STATES[ProblemState.ANSWERED],
        Problem.voided_at.is_(None),
        or_(Problem.answered_by.is_(None), Problem.answered_by != user_id),
    )
    by_deadline = asked.order_by(Problem.due_at.is_(None), Problem.due_at, Problem.id).limit(limit)
    return [ProblemRow(*row) for row in session.execute(by_deadline)]


def open_items(
    session: Session, scope: Scope, wanted: ProblemFilter = ProblemFilter(), limit: int | None = QUEUE
) -> list[ProblemRow]:
    """The items in sight that are neither accepted nor voided, by deadline."""
    asked = _narrowed(_rows(scope), wanted).where(Problem.accepted_at.is_(None), Problem.voided_at.is_(None))
    by_deadline = asked.order_by(Problem.due_at.is_(None), Problem.due_at, Problem.id).limit(limit)
    return [ProblemRow(*row) for row in session.execute(by_deadline)]


def of_period(session: Session, root_id: int, series: str, period: str) -> list[ProblemRow]:
    """The items that an issue of a series names, in order of their numbers."""
    asked = (
        select(Problem, Unit.name, Unit.code)
        .join(Unit, Unit.id == Problem.unit_id)
        .where(
            Problem.root_id == root_id,
            Problem.series == series,
            Problem.period == period,
            Problem.voided_at.is_(None),
        )
        .order_by(Problem.number)
    )
    return [ProblemRow(*row) for row in session.execute(asked)]


def issue_before(session: Session, root_id: int, series: str, period: str | None) -> str | None:
    """The label of the last issue before a period that named any problem item; None where there is none."""
    if period is None:
        return None
    start = periods.parse(period).start
    labels = session.scalars(
        select(Problem.period)
        .where(
            Problem.root_id == root_id,
            Problem.series == series,
            Problem.period.is_not(None),
            Problem.voided_at.is_(None),
        )
        .distinct()
    )
    earlier = [found for label in labels if label and (found := periods.parse(label)).start < start]
    return max(earlier, key=lambda each: each.start).label if earlier else None


def steps_of(session: Session, problem_id: int) -> list[ProblemStep]:
    """What happened to an item, in order."""
    asked = select(ProblemStep).where(ProblemStep.problem_id == problem_id)
    return list(session.scalars(asked.order_by(ProblemStep.at, ProblemStep.id)))


def chain_of(session: Session, problem: Problem, most: int = 24) -> list[Problem]:
    """The items of earlier issues that this one follows, nearest first."""
    found: list[Problem] = []
    step = problem.follows_id
    while step is not None and len(found) < most:
        earlier = session.get_one(Problem, step)
        found.append(earlier)
        step = earlier.follows_id
    return found


def step_of_record(session: Session, record_id: str) -> ProblemStep | None:
    """The answer that a phone's record gave."""
    return session.scalar(select(ProblemStep).where(ProblemStep.record_id == record_id))


def numbers_of(session: Session, problem_ids: Collection[int]) -> dict[int, str]:
    """Item id -> number."""
    rows = session.execute(select(Problem.id, Problem.number).where(Problem.id.in_(sorted(problem_ids))))
    return {row.id: row.number for row in rows}


def _rows(scope: Scope) -> Any:
    asked = select(Problem, Unit.name, Unit.code).join(Unit, Unit.id == Problem.unit_id)
    return in_sight(asked, scope, Problem, Problem.unit_id)


def _narrowed(asked: Any, wanted: ProblemFilter) -> Any:
    for column, value in (
        (Problem.unit_id, wanted.unit_id),
        (Problem.series, wanted.series),
        (Problem.period, wanted.period),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if wanted.state is not None:
        asked = asked.where(_STATES[wanted.state])
    if wanted.overdue is not None:
        asked = asked.where(Problem.due_at < wanted.overdue, Problem.accepted_at.is_(None), Problem.voided_at.is_(None))
    return asked
