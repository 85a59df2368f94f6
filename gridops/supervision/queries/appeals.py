"""Appeals: lists in sight, one, those of a case, the marks a person may appeal against, what evaluation leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import project
from gridops.core import clock
from gridops.people.models import Unit
from gridops.people.queries import Scope, apply_scope, grid_paths, unit_paths, units_below
from gridops.people.rules import Person, may
from gridops.supervision.models import Appeal
from gridops.supervision.queries.common import PAGE, QUEUE, Page, Place, one, paged
from gridops.supervision.rules import ANSWERERS, Against
from gridops.supervision.rules.appeals import Mark, appeal_fault, last_instant, marks_of
from gridops.worktime.queries import working_time

# Two working days lie within it, whatever holidays stand between them.
LOOKED_BACK = timedelta(days=16)
MARKING = (Move.CHECK_FAILED, Move.UNDO_CLOSING, Move.RETURN, Move.DISPATCH)
NO_APPEAL = "没有这件申诉"


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as listed: number of the case, name of the unit."""

    appeal: Appeal
    number: str
    unit: str
    grid_id: int


@dataclass(frozen=True, slots=True)
class Appealable:
    """A mark that a person may still appeal against, and until when."""

    mark: Mark
    last: datetime


def appeal_page(
    session: Session,
    scope: Scope,
    *,
    decided: bool | None = None,
    against: Against | None = None,
    after: Place | None = None,
    limit: int = PAGE,
) -> Page[AppealRow]:
    """The appeals in sight, newest first: of cases in sight, and of units in sight."""
    asked = _rows(scope)
    if decided is not None:
        asked = asked.where(Appeal.decided_at.is_not(None) if decided else Appeal.decided_at.is_(None))
    if against is not None:
        asked = asked.where(Appeal.against == against)
    rows = paged(session, asked, Appeal.at, Appeal.id, after, limit)
    shown = [AppealRow(*row) for row in rows[:limit]]
    return Page(shown, (shown[-1].appeal.at, shown[-1].appeal.id) if len(rows) > limit else None)


def undecided(
    session: Session,
    scope: Scope,
    *,
    against: Against | None = None,
    not_of: int | None = None,
    limit: int | None = QUEUE,
) -> list[AppealRow]:
    """The appeals in sight that wait for a decision, longest first; `not_of`: neither first judged nor made by them."""
    asked = _rows(scope).where(Appeal.decided_at.is_(None))
    if against is not None:
        asked = asked.where(Appeal.against == against)
    if not_of is not None:
        others = or_(Appeal.judged_by.is_(None), Appeal.judged_by != not_of)
        asked = asked.where(Appeal.by_id != not_of, others)
    return [AppealRow(*row) for row in session.execute(asked.order_by(Appeal.at, Appeal.id).limit(limit))]


def appeal_in_sight(session: Session, scope: Scope, appeal_id: int) -> AppealRow:
    """One appeal, if the scope shows it; NotFound otherwise."""
    found: Appeal = one(session, _rows(scope).where(Appeal.id == appeal_id), NO_APPEAL)
    case = session.get_one(Case, found.case_id)
    return AppealRow(found, case.number, session.get_one(Unit, found.unit_id).name, case.grid_id)


def of_case(session: Session, case_id: int) -> list[AppealRow]:
    """The appeals of a case, oldest first."""
    asked = (
        select(Appeal, Case.number, Unit.name, Case.grid_id)
        .join(Case, Case.id == Appeal.case_id)
        .join(Unit, Unit.id == Appeal.unit_id)
        .where(Appeal.case_id == case_id)
        .order_by(Appeal.at, Appeal.id)
    )
    return [AppealRow(*row) for row in session.execute(asked)]


def marks(session: Session, case: Case, now: datetime) -> list[Mark]:
    """What a case counts against its units by now."""
    history = lookups.history(session, case.id)
    return marks_of([(each.event, each.actor_id) for each in history.acted], project(history.events), now)


def appealable(session: Session, person: Person, case: Case) -> list[Appealable]:
    """The marks of a case that this person may appeal against now, for a unit they answer for."""
    return [mark for _, mark in _appealable(session, person, [case])]


def still_appealable(session: Session, person: Person, limit: int | None = 60) -> list[tuple[Case, Appealable]]:
    """The marks against units for which a person answers that may still be appealed against, first what ends first.

    Looked for in the cases with these units that fell due, or moved, within `LOOKED_BACK`, the newest `limit` of them
    (None: all).
    """
    own = units_below(session, [held.unit_id for held in person.holdings if held.role in ANSWERERS])
    if not own:
        return []
    now = clock.now()
    since = now - LOOKED_BACK
    marked = select(CaseEvent.case_id).where(
        CaseEvent.case_id == Case.id, CaseEvent.move.in_(MARKING), CaseEvent.happened_at >= since
    )
    due = func.coalesce(Case.handle_due_fair_at, Case.handle_due_at, Case.due_at)
    cases = session.scalars(
        select(Case)
        .where(
            Case.root_id == person.root_id,
            Case.unit_id.in_(sorted(own)),
            Case.state.not_in((State.VOIDED, State.MERGED)),
            Case.last_moved_at >= since - LOOKED_BACK,
            or_(due.between(since, now), marked.exists()),
        )
        .order_by(Case.last_moved_at.desc(), Case.id.desc())
        .limit(limit)
    ).all()
    return sorted(_appealable(session, person, cases), key=lambda pair: (pair[1].last, pair[0].id))


def upheld_case_ids(session: Session, root_id: int, until: datetime) -> dict[int, set[Against]]:
    """Case id -> what was judged wrong of it, by decisions up to and including an instant (`as_of`).

    Unit ranks and assessment leave these cases out of numerator and denominator (statistics.md §2).
    """
    rows = session.execute(
        select(Appeal.case_id, Appeal.against).where(
            Appeal.root_id == root_id, Appeal.upheld.is_(True), Appeal.decided_at <= until
        )
    )
    found: dict[int, set[Against]] = {}
    for case_id, against in rows:
        found.setdefault(case_id, set()).add(against)
    return found


def _appealable(session: Session, person: Person, cases: Sequence[Case]) -> list[tuple[Case, Appealable]]:
    """The marks of several cases, all asked for together."""
    known = {case.id: case for case in cases if case.root_id == person.root_id}
    if not known or person.roles.isdisjoint(ANSWERERS):
        return []
    now, time = clock.now(), working_time(session, person.root_id)
    rows = session.execute(select(Appeal.case_id, Appeal.against, Appeal.marked_at).where(Appeal.case_id.in_(known)))
    appealed = {tuple(row) for row in rows}
    marked = [
        (known[case_id], mark)
        for case_id, told in lookups.acted(session, list(known)).items()
        for mark in marks_of([(one.event, one.actor_id) for one in told], project([one.event for one in told]), now)
    ]
    above = grid_paths(session, {case.grid_id for case, _ in marked})
    units = unit_paths(session, {mark.unit_id for _, mark in marked})
    found = []
    for case, mark in marked:
        last = last_instant(mark, time.calendar, time.hours)
        fault = appeal_fault(now, last, appealed=(case.id, mark.against, mark.at) in appealed)
        if fault is None and may(person, ANSWERERS, above[case.grid_id], units[mark.unit_id]):
            found.append((case, Appealable(mark, last)))
    return found


def _rows(scope: Scope) -> Any:
    asked: Any = (
        select(Appeal, Case.number, Unit.name, Case.grid_id)
        .join(Case, Case.id == Appeal.case_id)
        .join(Unit, Unit.id == Appeal.unit_id)
    )
    return apply_scope(asked, scope, root=Appeal.root_id, grid=Case.grid_id, unit=Appeal.unit_id, reporter=Appeal.by_id)
