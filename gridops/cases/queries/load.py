"""How much lies with each unit and each person: three grouped statements, whatever the number of units.

Each number is that of the queue with the filter of the same name, so that it leads to exactly those cases.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.filters import HOLDER, in_states, visible
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
    for unit_id, helping in session.execute(_helping(scope)):
        found[unit_id, None] = found.get((unit_id, None), NOTHING) + Load(helping=int(helping))
    return found


def _helping(scope: Scope) -> Any:
    cases = select(Helping.unit_id, func.count()).join(Case, Case.id == Helping.case_id)
    still = cases.where(Helping.answered_at.is_(None), *in_states(GROUP_STATES[Group.HANDLING]))
    return visible(still, scope).group_by(Helping.unit_id)


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
