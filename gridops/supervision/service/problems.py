"""The verbs of 通报问题: name an item, answer it, accept or refuse the answer, void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.cases.queries import lookups as cases
from gridops.core import clock
from gridops.core.errors import Closed, Invalid, NotAllowed, NotFound
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.forms import ProblemForm
from gridops.supervision.models import Problem, ProblemStep
from gridops.supervision.queries.problems import NO_PROBLEM
from gridops.supervision.rules import ANSWERERS, KEEPERS, ProblemState
from gridops.supervision.rules.problems import answer_fault, judging_fault, streak_after
from gridops.supervision.service.common import changed, demand, locked, next_number, told, unit_id_of

_KIND = "problem"


def name_problem(session: Session, person: Person, form: ProblemForm, *, grid_id: int | None = None) -> Problem:
    """Keep a problem that an issue names; where it follows an item of the issue before, its streak goes on.

    `grid_id`: of the paper that names it; None: the whole root. NotAllowed; Invalid names fields.
    """
    unit_id = unit_id_of(session, person.root_id, form.unit, "unit")
    demand(session, person, KEEPERS, unit_id, "只有督查人员可以列出通报问题")
    now = clock.now()
    if form.due_at is not None and form.due_at <= now:
        raise Invalid(("due_on", "整改期限须在今天或以后"))
    previous = _followed(session, person.root_id, form)
    before = queries.issue_before(session, person.root_id, form.series, form.period)
    item = ItemIn(
        series=form.series, period=form.period, unit_id=unit_id, fact=form.fact, place=form.place,
        case_id=_case_id(session, person.root_id, form.case), source=form.source, due_at=form.due_at, grid_id=grid_id,
        follows=previous,
        streak=streak_after((previous.period, previous.streak) if previous else None, before),
    )  # fmt: skip
    return _keep(session, person, item, now)


@dataclass(frozen=True, slots=True)
class ItemIn:
    """A problem item to be kept; `follows`: that of an earlier issue; `streak`: by `rules.problems.streak_after`."""

    series: str
    period: str | None
    unit_id: int
    fact: str
    place: str = ""
    case_id: int | None = None
    source: str = ""
    due_at: datetime | None = None
    grid_id: int | None = None
    follows: Problem | None = None
    streak: int = 1


def name_from_issue(session: Session, person: Person, item: ItemIn) -> Problem:
    """Keep a problem item of an issue that is being issued by a person, who needs no other right than that.

    What the office entered for this issue by hand, of the same unit and words or following the same item, is that item.
    """
    assert item.period is not None, "an issue has a period"
    for row in queries.of_period(session, person.root_id, item.series, item.period):
        kept = row.problem
        follows = item.follows is not None and kept.follows_id == item.follows.id
        if kept.grid_id == item.grid_id and kept.unit_id == item.unit_id and (follows or kept.fact == item.fact):
            return kept
    return _keep(session, person, item, clock.now())


def _keep(session: Session, person: Person, item: ItemIn, now: datetime) -> Problem:
    previous = item.follows
    found = Problem(
        root_id=person.root_id,
        grid_id=item.grid_id,
        series=item.series,
        period=item.period,
        number=next_number(session, person.root_id, _KIND, "WT", now),
        unit_id=item.unit_id,
        at=now,
        fact=item.fact,
        place=item.place,
        case_id=item.case_id,
        source=item.source,
        due_at=item.due_at,
        streak=item.streak,
        follows_id=previous.id if previous else None,
        recorded_at=now,
    )
    session.add(found)
    session.flush()
    told(session, "problem.name", _KIND, found, person, number=found.number, unit_id=item.unit_id, streak=found.streak)
    return found


def answer_problem(
    session: Session,
    person: Person,
    problem: Problem,
    words: str,
    *,
    at: datetime,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
) -> Problem:
    """Note what the unit did about an item; the same record again changes nothing.

    By a handler of the unit, or by the office for a unit that answered on paper. NotAllowed, Closed.
    """
    if record_id is not None and queries.step_of_record(session, record_id) is not None:
        return problem
    found = session.get(Problem, problem.id, with_for_update=True, populate_existing=True)
    assert found is not None, "it was found before"
    if not may_answer(session, person, found):
        raise NotAllowed("只有整改单位的处置人员可以反馈")
    if fault := answer_fault(found, found.voided_at):
        raise Closed(fault)
    # Two phones of a unit may answer out of turn: the later answer stands, the earlier is kept as a step.
    if found.answered_at is None or at >= found.answered_at:
        found.answered_at, found.answer = at, words
        found.answered_by, found.answer_record_id = person.user_id, record_id
    _step(session, found, ProblemState.ANSWERED, at, words, person.user_id, record_id, recorded_at)
    changed(session, "problem.answer", _KIND, found, person)
    return found


def may_answer(session: Session, person: Person, problem: Problem) -> bool:
    """Whether a person answers for the unit of an item."""
    place = queries.place_of_unit(session, person.root_id, problem.unit_id)
    return problem.root_id == person.root_id and may_at(session, person, (*ANSWERERS, *KEEPERS), place, problem.unit_id)


def judge_answer(
    session: Session, person: Person, problem_id: int, *, accepted: bool, why: str | None, version: int
) -> Problem:
    """Accept or refuse the answer; who gave it may not. NotAllowed, NotFound, Conflict, Closed; Invalid names `why`."""
    found = _kept(session, person, problem_id, version)
    if fault := judging_fault(found, found.answered_by, person.user_id):
        raise NotAllowed(fault) if found.answered_by == person.user_id else Closed(fault)
    if not accepted and not why:
        raise Invalid(("why", "required"))
    now = clock.now()
    if accepted:
        found.accepted_at, found.accepted_by = now, person.user_id
    else:
        found.refused_at, found.refuse_reason = now, why
    state = ProblemState.ACCEPTED if accepted else ProblemState.REFUSED
    _step(session, found, state, now, why, person.user_id, None, now)
    changed(session, "problem.accept" if accepted else "problem.refuse", _KIND, found, person)
    return found


def void_problem(session: Session, person: Person, problem_id: int, reason: str, version: int) -> None:
    """Void an item named by mistake; it stays to be seen with the reason. NotAllowed, NotFound, Conflict, Closed."""
    found = _kept(session, person, problem_id, version)
    found.voided_at, found.void_reason = clock.now(), reason
    changed(session, "problem.void", _KIND, found, person)


def _kept(session: Session, person: Person, problem_id: int, version: int) -> Problem:
    found: Problem = locked(session, Problem, person, problem_id, version, NO_PROBLEM)
    demand(session, person, KEEPERS, found.unit_id, "只有督查人员可以办理")
    if found.voided_at is not None:
        raise Closed("这项通报问题已作废")
    return found


def _followed(session: Session, root_id: int, form: ProblemForm) -> Problem | None:
    if form.follows is None:
        return None
    try:
        found = queries.problem_named(session, root_id, form.follows)
    except NotFound:
        raise Invalid(("follows", NO_PROBLEM)) from None
    if found.series != form.series or found.voided_at is not None:
        raise Invalid(("follows", "须为同一通报的有效问题"))
    if form.period is not None and found.period == form.period:
        raise Invalid(("follows", "须为以前各期的问题"))
    return found


def _case_id(session: Session, root_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    case = cases.by_number(session, number)
    if case is None or case.root_id != root_id:
        raise Invalid(("case", "没有这个案件"))
    return case.id


def _step(
    session: Session,
    problem: Problem,
    state: ProblemState,
    at: datetime,
    words: str | None,
    user_id: int,
    record_id: str | None,
    recorded_at: datetime | None,
) -> None:
    session.add(
        ProblemStep(
            problem_id=problem.id,
            state=state,
            at=at,
            words=words,
            user_id=user_id,
            record_id=record_id,
            recorded_at=recorded_at or clock.now(),
        )
    )
