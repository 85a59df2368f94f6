"""What is new in a person's scope: cheap where nothing is, since every open desk asks each second."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.filters import visible
from gridops.cases.rules.changes import OVERLAP, Changes, Version
from gridops.cases.rules.moves import Move
from gridops.core import db
from gridops.people.queries import Scope, helping_now

# An open list asks each second; it hears of what another process added so much later at most.
LOOKED_S = 0.25
_MOST_LOOKS = 1000
# So many events are looked at one by one; of more (a page was hidden for a night) the latest in sight are asked for.
MOST = 2000
# What happens out of sight moves the version on only by so many events at once: no clock of what others do.
_MOVES_ON = 100
# By these a case may leave the sight of who saw it: another unit has it, it lies elsewhere, or a unit helps no longer.
_NO_HELP = (Move.HELP_RETURN, Move.END_HELP)
_LEAVING = (Move.DISPATCH, Move.RELOCATE, *_NO_HELP)


class _Looks:
    """The last looks at where events stand: one answers all desks of a process that ask soon after."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[int, Version], float] = {}

    def unchanged(self, since: Version) -> bool:
        """Whether it was seen just now that nothing was added since this version."""
        seen = self._kept.get((id(db.engine()), since))
        return seen is not None and time.monotonic() - seen < LOOKED_S

    def saw(self, since: Version, begun: float) -> None:
        """Nothing was added since this version; seen by a look that began then."""
        with self._lock:
            if len(self._kept) >= _MOST_LOOKS:
                self._kept.clear()
            self._kept[id(db.engine()), since] = begun

    def forget(self) -> None:
        """This process has added something."""
        with self._lock:
            self._kept.clear()


looks = _Looks()


def unchanged(since: Version) -> bool:
    """Whether nothing at all was added since, known without asking the database: somebody asked within LOOKED_S."""
    return looks.unchanged(since)


def version_of(session: Session, scope: Scope) -> Version:
    """The version of what this scope shows now; read it together with the list it stands for."""
    if scope.grid_ids is None:
        newest, known, seen = session.execute(_NEWEST_OF_ROOT, {"root_id": scope.root_id}).one()
        return Version(newest or 0, known, seen)
    newest, known = session.execute(_NEWEST).one()
    highest = newest or 0
    return Version(highest, known, len(_in_sight(session, scope, highest - OVERLAP)))


def changed_since(session: Session, scope: Scope, since: Version) -> Changes:
    """What changed in sight. Where no event at all was added, that is known from two looks at the primary key."""
    begun = time.monotonic()
    newest, known = session.execute(_STANDING, {"low": since.low, "high": since.highest}).one()
    highest = newest or 0
    if (highest, known) == (since.highest, since.known):
        looks.saw(since, begun)
        return Changes(since)
    scope = helping_now(session, scope)
    none_late = known == since.known
    found = _in_sight(session, scope, since.highest if none_late else since.low)
    cases = dict.fromkeys(case_id for event_id, case_id in found if event_id > since.highest)
    before = sum(event_id <= since.highest for event_id, _case_id in found)
    late = 0 if none_late else max(before - since.seen, 0)
    gone = _gone(session, scope, since.highest, highest)
    if none_late and not cases and not gone and 0 < highest - since.highest < _MOVES_ON:
        return Changes(since)
    return Changes(version_of(session, scope), tuple(cases), late, gone)


def _in_sight(session: Session, scope: Scope, low: int) -> list[tuple[int, int]]:
    """(id, case) of the events in sight above an id, the latest first."""
    rows = session.execute(_ABOVE, {"low": low, "most": MOST + 1}).all()
    if len(rows) > MOST:
        statement = visible(_ABOVE, scope)
        return [(row.id, row.case_id) for row in session.execute(statement, {"low": low, "most": MOST})]
    return [
        (row.id, row.case_id)
        for row in rows
        if scope.sees(
            root_id=row.root_id,
            grid_id=row.grid_id,
            unit_id=row.unit_id,
            reporter_id=row.reporter_id,
            case_id=row.case_id,
        )
    ]


def _gone(session: Session, scope: Scope, above: int, highest: int) -> tuple[int, ...]:
    """The cases that left the sight by an event within these ids: seen as they lay before it, and now no longer."""
    if scope.grid_ids is None:
        return ()
    rows = session.execute(_LEFT, {"above": above, "highest": highest}).all()
    found = []
    for row in rows:
        now = (row.grid_id, row.unit_id)
        lay = (((row.details or {}).get("before") or {}).get("grid_id", row.grid_id), row.had or row.unit_id)
        seen, sees = (
            scope.sees(
                root_id=row.root_id, grid_id=grid, unit_id=unit, reporter_id=row.reporter_id, case_id=row.case_id
            )
            for grid, unit in (lay, now)
        )
        # Who helped saw it wherever it lay.
        seen = seen or any(row.helped in part.unit_ids for part in scope.units)
        if seen and not sees:
            found.append(row.case_id)
    return tuple(dict.fromkeys(found))


_EARLIER = aliased(CaseEvent)
_HAD = (
    select(_EARLIER.unit_id)
    .where(_EARLIER.case_id == CaseEvent.case_id, _EARLIER.seq < CaseEvent.seq, _EARLIER.move == Move.DISPATCH)
    .order_by(_EARLIER.seq.desc())
    .limit(1)
    .correlate(CaseEvent)
    .scalar_subquery()
)
_HELPED = case((CaseEvent.move.in_(_NO_HELP), CaseEvent.unit_id))
_LEFT: Any = (
    select(
        CaseEvent.case_id, CaseEvent.details, _HAD.label("had"), _HELPED.label("helped"),
        Case.root_id, Case.grid_id, Case.unit_id, Case.reporter_id,
    )
    .join(Case, Case.id == CaseEvent.case_id)
    .where(CaseEvent.id > bindparam("above"), CaseEvent.id <= bindparam("highest"), CaseEvent.move.in_(_LEAVING))
    .order_by(CaseEvent.id.desc())
    .limit(MOST)
)  # fmt: skip
_HIGHEST = select(func.max(CaseEvent.id))
_TOP = _HIGHEST.with_only_columns(func.max(CaseEvent.id).label("id")).subquery("top")
_OVERLAPPING = select(func.count()).where(CaseEvent.id > _TOP.c.id - OVERLAP, CaseEvent.id <= _TOP.c.id)
_NEWEST = select(_TOP.c.id, _OVERLAPPING.correlate(_TOP).scalar_subquery())
# Asked of each of these few events; as a join the planner would read all cases for them.
_ROOT = select(Case.root_id).where(Case.id == CaseEvent.case_id).correlate(CaseEvent).scalar_subquery()
_OF_ROOT = _OVERLAPPING.where(bindparam("root_id") == _ROOT)
_NEWEST_OF_ROOT = _NEWEST.add_columns(_OF_ROOT.correlate(_TOP).scalar_subquery())
_KNOWN = select(func.count()).where(CaseEvent.id > bindparam("low"), CaseEvent.id <= bindparam("high"))
_STANDING = select(_HIGHEST.scalar_subquery(), _KNOWN.scalar_subquery())
_ABOVE: Any = (
    select(CaseEvent.id, CaseEvent.case_id, Case.root_id, Case.grid_id, Case.unit_id, Case.reporter_id)
    .join(Case, Case.id == CaseEvent.case_id)
    .where(CaseEvent.id > bindparam("low"))
    .order_by(CaseEvent.id.desc())
    .limit(bindparam("most"))
)
