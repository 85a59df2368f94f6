"""The steps of cases with their limits; where a jurisdiction has set none, nothing is read but that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.rules.deadlines import WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import ENDED, Move, State
from gridops.cases.rules.steps import BEGINS, UNDOES, Visit, how_many_late, limited, visits
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import StepLimit
from gridops.catalogue.rules import Step, step_limit
from gridops.core import clock
from gridops.worktime.queries import working_time


def _told(*moves: Move) -> Any:
    """The events of a case of these kinds that are still told."""
    kinds = CaseEvent.move.in_(sorted(moves))
    return select(CaseEvent.id).where(CaseEvent.case_id == Case.id, kinds, CaseEvent.superseded_at.is_(None))


_BEGAN = aliased(CaseEvent)
# Each case in some states with the event that began its step, found by the index of the case's events.
_IN_STEP = (
    select(
        Case.id,
        Case.category_id,
        _BEGAN.move,
        _BEGAN.happened_at,
        _told(Move.SUSPEND, *UNDOES).correlate(Case).exists(),
    )
    .join(
        _BEGAN,
        _BEGAN.id
        == _told(*BEGINS)
        .order_by(CaseEvent.happened_at.desc(), CaseEvent.seq.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery(),
    )
    .where(Case.root_id == bindparam("root_id"), Case.state.in_(bindparam("states", expanding=True)))
)


def of_case(session: Session, case: Case, events: Iterable[Event]) -> list[Visit]:
    """The steps of a case with their limits; empty where the jurisdiction has none."""
    rows = catalogue.step_rows(session, case.root_id)
    return _with_limits(rows, case.category_id, events, _clock(session, case.root_id)) if rows else []


def present(session: Session, root_id: int, categories: Mapping[int, int]) -> dict[int, Visit]:
    """Case -> the step it is in, where that has a limit; `categories`: the cases with their categories."""
    rows = catalogue.step_rows(session, root_id) if categories else []
    if not rows:
        return {}
    time, told = _clock(session, root_id), lookups.told(session, list(categories))
    last = {
        case_id: found[-1]
        for case_id, events in told.items()
        if (found := _with_limits(rows, categories[case_id], events, time))
    }
    return {case_id: visit for case_id, visit in last.items() if visit.ended_at is None and visit.due_at is not None}


def late_ids(session: Session, root_id: int, states: Collection[State]) -> list[int] | None:
    """The cases in some states that are late in the step they are in, in order; None where no step has a limit.

    What has ended is in none. Of each case the event is read with which its step began; all its events only where it
    was suspended, or something of it undone, which moves or restores a step.
    """
    rows = catalogue.step_rows(session, root_id)
    if not rows:
        return None
    given = {"root_id": root_id, "states": sorted(set(states) - ENDED)}
    time, now, late, whole = _clock(session, root_id), clock.now(), list[int](), dict[int, int]()
    limit_of = cache(partial(step_limit, rows))
    under = defaultdict[StepLimit, list[tuple[datetime, int]]](list)
    for case_id, category_id, move, began_at, moved in session.execute(_IN_STEP, given):
        if moved:
            whole[case_id] = category_id
        elif (row := limit_of(BEGINS[move], category_id, clock.local_date(began_at))) is not None:
            under[row].append((began_at, case_id))
    for row, begun in under.items():
        begun.sort()
        late += [case_id for _, case_id in begun[: how_many_late([at for at, _ in begun], row, time, now)]]
    late += [case_id for case_id, visit in present(session, root_id, whole).items() if visit.late(now)]
    return sorted(late)


def _with_limits(rows: list[StepLimit], category_id: int, events: Iterable[Event], time: WorkingClock) -> list[Visit]:
    return _limits(rows, category_id, visits(events), time)


def _limits(rows: list[StepLimit], category_id: int, found: Iterable[Visit], time: WorkingClock) -> list[Visit]:
    def limit_of(step: Step, on: date) -> StepLimit | None:
        return step_limit(rows, step, category_id, on)

    return limited(found, limit_of, time)


def _clock(session: Session, root_id: int) -> WorkingClock:
    found = working_time(session, root_id)
    return WorkingClock(found.calendar, found.hours)
