"""The steps of cases with their limits; where a jurisdiction has set none, nothing is read but that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.filters import HOLDER, in_states, visible
from gridops.cases.rules.deadlines import WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.queue import GROUP_STATES, Group
from gridops.cases.rules.steps import Visit, limited, visits
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import StepLimit
from gridops.catalogue.rules import Step, step_limit
from gridops.core import clock
from gridops.people.queries import Scope
from gridops.worktime.queries import working_time


def of_case(session: Session, case: Case, events: Iterable[Event]) -> list[Visit]:
    """The steps of a case with their limits; empty where the jurisdiction has none."""
    rows = catalogue.step_rows(session, case.root_id)
    return _with_limits(rows, case.category_id, events, _clock(session, case.root_id)) if rows else []


def present(session: Session, root_id: int, categories: Mapping[int, int]) -> dict[int, Visit]:
    """Case -> the step it is in, where that has a limit; `categories`: the cases with their categories."""
    rows = catalogue.step_rows(session, root_id)
    if not rows or not categories:
        return {}
    time, told = _clock(session, root_id), lookups.told(session, list(categories))
    last = {
        case_id: found[-1]
        for case_id, events in told.items()
        if (found := _with_limits(rows, categories[case_id], events, time))
    }
    return {case_id: visit for case_id, visit in last.items() if visit.ended_at is None and visit.due_at is not None}


def late_in_hand(session: Session, scope: Scope) -> Counter[tuple[int | None, int | None]] | None:
    """(unit, holder) -> how many of its cases in hand are late in their step; None where no step has a limit."""
    if not catalogue.step_rows(session, scope.root_id):
        return None
    cases = visible(select(Case.id, Case.category_id, Case.unit_id, HOLDER), scope)
    rows = session.execute(cases.where(*in_states(GROUP_STATES[Group.HANDLING]))).all()
    found = present(session, scope.root_id, {row[0]: row[1] for row in rows})
    now = clock.now()
    return Counter((row[2], row[3]) for row in rows if row[0] in found and found[row[0]].late(now))


def _with_limits(rows: list[StepLimit], category_id: int, events: Iterable[Event], time: WorkingClock) -> list[Visit]:
    def limit_of(step: Step, on: date) -> StepLimit | None:
        return step_limit(rows, step, category_id, on)

    return limited(visits(events), limit_of, time)


def _clock(session: Session, root_id: int) -> WorkingClock:
    found = working_time(session, root_id)
    return WorkingClock(found.calendar, found.hours)
