"""What is new in a person's scope: cheap where nothing is, since every open desk asks each second."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.filters import visible
from gridops.cases.rules.changes import OVERLAP, Changes, Version
from gridops.people.queries import Scope

# So many events are looked at one by one; of more (a page was hidden for a night) the latest in sight are asked for.
MOST = 2000
# What happens out of sight moves the version on only by so many events at once: no clock of what others do.
_MOVES_ON = 100


def version_of(session: Session, scope: Scope) -> Version:
    """The version of what this scope shows now; read it together with the list it stands for."""
    highest = session.scalar(_HIGHEST) or 0
    known = session.execute(_STANDING, {"low": highest - OVERLAP, "high": highest}).one()[1]
    return Version(highest, known, len(_in_sight(session, scope, highest - OVERLAP)))


def changed_since(session: Session, scope: Scope, since: Version) -> Changes:
    """What changed in sight. Where no event at all was added, that is known from two looks at the primary key."""
    newest, known = session.execute(_STANDING, {"low": since.low, "high": since.highest}).one()
    highest = newest or 0
    if (highest, known) == (since.highest, since.known):
        return Changes(since)
    none_late = known == since.known
    found = _in_sight(session, scope, since.highest if none_late else since.low)
    cases = dict.fromkeys(case_id for event_id, case_id in found if event_id > since.highest)
    before = sum(event_id <= since.highest for event_id, _case_id in found)
    late = 0 if none_late else max(before - since.seen, 0)
    if none_late and not cases and 0 < highest - since.highest < _MOVES_ON:
        return Changes(since)
    return Changes(version_of(session, scope), tuple(cases), late)


def _in_sight(session: Session, scope: Scope, low: int) -> list[tuple[int, int]]:
    """(id, case) of the events in sight above an id, the latest first."""
    rows = session.execute(_ABOVE, {"low": low, "most": MOST + 1}).all()
    if len(rows) > MOST:
        statement = visible(_ABOVE, scope)
        return [(row.id, row.case_id) for row in session.execute(statement, {"low": low, "most": MOST})]
    return [
        (row.id, row.case_id)
        for row in rows
        if scope.sees(root_id=row.root_id, grid_id=row.grid_id, unit_id=row.unit_id, reporter_id=row.reporter_id)
    ]


_HIGHEST = select(func.max(CaseEvent.id))
_KNOWN = select(func.count()).where(CaseEvent.id > bindparam("low"), CaseEvent.id <= bindparam("high"))
_STANDING = select(_HIGHEST.scalar_subquery(), _KNOWN.scalar_subquery())
_ABOVE: Any = (
    select(CaseEvent.id, CaseEvent.case_id, Case.root_id, Case.grid_id, Case.unit_id, Case.reporter_id)
    .join(Case, Case.id == CaseEvent.case_id)
    .where(CaseEvent.id > bindparam("low"))
    .order_by(CaseEvent.id.desc())
    .limit(bindparam("most"))
)
