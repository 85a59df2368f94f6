"""How much lies with each unit and each person: a few grouped statements, whatever the number of units.

Each number is that of the queue with the filter of the same name, so that it leads to exactly those cases.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import steps
from gridops.cases.queries.filters import CONDITIONS, HOLDER, in_states, visible
from gridops.cases.rules.load import NOTHING, Load
from gridops.cases.rules.queue import GROUP_STATES, LATELY, LATELY_MOVES, Group, Lately
from gridops.core import clock
from gridops.people.models import Helping
from gridops.people.queries import Scope

# The unit that has a case, and who of it took it; either may be nobody.
Place = tuple[int | None, int | None]


def load(session: Session, scope: Scope) -> dict[Place, Load]:
    """The numbers of what the scope shows, by unit and person."""
    found: dict[Place, Load] = {}
    for unit_id, holder_id, *numbers in session.execute(_in_hand(scope)):
        found[unit_id, holder_id] = Load(*map(int, numbers))
    for unit_id, holder_id, returned, rework in session.execute(_lately(scope)):
        place = (unit_id, holder_id)
        found[place] = found.get(place, NOTHING) + Load(returned=int(returned), rework=int(rework))
    return found


def helping(session: Session, scope: Scope) -> dict[int, set[int]]:
    """Unit -> the cases in hand of others with which it still has to help; a case may have several helpers."""
    cases = select(Helping.unit_id, Helping.case_id).join(Case, Case.id == Helping.case_id)
    still = cases.where(Helping.answered_at.is_(None), *in_states(GROUP_STATES[Group.HANDLING]))
    found: dict[int, set[int]] = {}
    for unit_id, case_id in session.execute(visible(still, scope)):
        found.setdefault(unit_id, set()).add(case_id)
    return found


def late_in_step(session: Session, scope: Scope) -> dict[Place, int] | None:
    """How many of the cases in hand of each place are late in their step; None where no step has a limit."""
    late = steps.late_ids(session, scope.root_id, GROUP_STATES[Group.HANDLING])
    if late is None:
        return None
    cases = visible(select(Case.unit_id, HOLDER.label("holder_id")).where(CONDITIONS["late_ids"]), scope).subquery()
    place = (cases.c.unit_id, cases.c.holder_id)
    counted = session.execute(select(*place, func.count()).group_by(*place), {"late_ids": late})
    return {(unit_id, holder_id): count for unit_id, holder_id, count in counted}


def _in_hand(scope: Scope) -> Any:
    now = clock.now()
    today = clock.local_date(now)
    begin, end = clock.midnight(today), clock.midnight(today + timedelta(days=1))
    cases = visible(select(Case.unit_id, HOLDER.label("holder_id"), Case.runs_out_at), scope)
    rows = cases.where(*in_states(GROUP_STATES[Group.HANDLING])).subquery()
    due, late = (rows.c.runs_out_at >= begin) & (rows.c.runs_out_at < end), rows.c.runs_out_at < now
    return select(rows.c.unit_id, rows.c.holder_id, func.count(), _those(due), _those(late)).group_by(
        rows.c.unit_id, rows.c.holder_id
    )


def _lately(scope: Scope) -> Any:
    """A case counts once for each kind, however often it happened."""
    since = clock.now() - LATELY
    moves = select(CaseEvent.case_id, CaseEvent.move).where(
        CaseEvent.move.in_(LATELY_MOVES.values()),
        CaseEvent.happened_at >= since,
        CaseEvent.superseded_at.is_(None),
    )
    once = moves.distinct().subquery()
    rows = visible(
        select(Case.unit_id, HOLDER.label("holder_id"), once.c.move).join(once, once.c.case_id == Case.id), scope
    ).subquery()
    kinds = (_those(rows.c.move == LATELY_MOVES[kind]) for kind in (Lately.RETURNED, Lately.REWORK))
    return select(rows.c.unit_id, rows.c.holder_id, *kinds).group_by(rows.c.unit_id, rows.c.holder_id)


def _those(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))
