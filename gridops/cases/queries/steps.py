"""The steps of cases with their limits; where a jurisdiction has set none, nothing is read but that.

Which limit holds is asked of `_Limits` alone: by the category and the grid of the case and the day the step began.
"""

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
from gridops.catalogue.rules import Area, Step, area_of, step_limit
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.worktime.queries import working_time

# Of a case, what its limits hang on: its category, its grid.
Where = tuple[int, int]


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
        Case.grid_id,
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
    if not rows:
        return []
    return _Limits(session, case.root_id, rows).along((case.category_id, case.grid_id), events)


def present(session: Session, root_id: int, cases: Mapping[int, Where]) -> dict[int, Visit]:
    """Case -> the step it is in, where that has a limit; `cases`: with their categories and grids."""
    rows = catalogue.step_rows(session, root_id) if cases else []
    if not rows:
        return {}
    limits, told = _Limits(session, root_id, rows), lookups.told(session, list(cases))
    last = {case_id: found[-1] for case_id, events in told.items() if (found := limits.along(cases[case_id], events))}
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
    limits, now, late, whole = _Limits(session, root_id, rows), clock.now(), list[int](), dict[int, Where]()
    under = defaultdict[StepLimit, list[tuple[datetime, int]]](list)
    for case_id, category_id, grid_id, move, began_at, moved in session.execute(_IN_STEP, given):
        where = category_id, grid_id
        if moved:
            whole[case_id] = where
        elif (row := limits.of(where, BEGINS[move], clock.local_date(began_at))) is not None:
            under[row].append((began_at, case_id))
    for row, begun in under.items():
        begun.sort()
        late += [case_id for _, case_id in begun[: how_many_late([at for at, _ in begun], row, limits.time, now)]]
    late += [case_id for case_id, visit in present(session, root_id, whole).items() if visit.late(now)]
    return sorted(late)


class _Limits:
    """The limits of the steps of a root, and the clock they run by.

    The class of the area is asked only where some limit holds in one alone: that of the case's grid, or of the nearest
    grid above it that has one, on the day the step began.
    """

    def __init__(self, session: Session, root_id: int, rows: list[StepLimit]) -> None:
        found = working_time(session, root_id)
        self.time = WorkingClock(found.calendar, found.hours)
        self._rows = rows
        self._areas = catalogue.area_rows(session, root_id) if any(row.area for row in rows) else []
        self._territory = grids.territory(session) if self._areas else None
        self.of = cache(self._of)  # many cases lie in few grids, and began their steps on few days

    def along(self, where: Where, events: Iterable[Event]) -> list[Visit]:
        """The steps of a case with the limit that each had on the day it began."""
        return limited(visits(events), partial(self.of, where), self.time)

    def _of(self, where: Where, step: Step, on: date) -> StepLimit | None:
        category_id, grid_id = where
        return step_limit(self._rows, step, category_id, self._area(grid_id, on), on)

    def _area(self, grid_id: int, on: date) -> Area | None:
        if self._territory is None:
            return None
        tree = self._territory.tree(on)
        return area_of(self._areas, tree.path(grid_id) if grid_id in tree else (grid_id,), on)
