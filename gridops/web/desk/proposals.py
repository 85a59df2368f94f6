"""Which units a case may be sent to: those who answer for its place first, with their load; a person chooses."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import listing
from gridops.cases.queries.pages import CaseFile
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.queue import Group, QueueFilter, Sort
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.people.queries import Scope, UnitRow, duties, unit_rows
from gridops.people.rules import WORK_LINE_NAMES

_MOST = 4
_COUNTED = 200
# What a unit has handled, not only been sent.
_HANDLED = (State.HANDLED, State.CHECKING, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit, why it is proposed, how many cases it has in hand (up to _COUNTED), and whether it returned this one."""

    unit: UnitRow
    reason: str
    load: int
    returned: bool


def units_in_use(session: Session, root_id: int) -> list[UnitRow]:
    """The units of today as a tree."""
    today = clock.local_date(clock.now())
    return [row for row in unit_rows(session, root_id) if row.valid_to is None or row.valid_to > today]


def propose(session: Session, scope: Scope, file: CaseFile) -> list[Proposal]:
    """The likeliest units for a case, first those that answer for its grid, then by what else speaks for them."""
    known = {row.id: row for row in units_in_use(session, file.case.root_id)}
    reasons: dict[int, str] = {}
    for unit_id, reason in (*_earlier(session, scope, file.case), *_duties(session, file.case)):
        if unit_id in known:
            reasons.setdefault(unit_id, reason)
    returned = _returned_by(file, known)
    ordered = sorted(reasons, key=lambda unit_id: unit_id in returned)[:_MOST]
    return [
        Proposal(
            known[unit_id],
            reasons[unit_id],
            listing.count_up_to(session, scope, QueueFilter(group=Group.HANDLING, unit_id=unit_id), _COUNTED),
            unit_id in returned,
        )
        for unit_id in ordered
    ]


def _duties(session: Session, case: Case) -> list[tuple[int, str]]:
    """Units with a responsibility for the case's grid or one above, the nearest first."""
    tree = grids.tree(session)
    path = tree.path(case.grid_id)[::-1]
    today = clock.local_date(clock.now())
    held = [duty for duty in duties(session, case.root_id, today, path) if duty.unit_id is not None]
    held.sort(key=lambda duty: path.index(duty.grid_id))
    return [
        (
            duty.unit_id or 0,
            _("%(grid)s的%(line)s责任单位", grid=tree.nodes[duty.grid_id].name, line=_(WORK_LINE_NAMES[duty.line])),
        )
        for duty in held
    ]


def _earlier(session: Session, scope: Scope, case: Case) -> list[tuple[int, str]]:
    """Units that had cases of this kind in this grid lately, the most frequent first."""
    wanted = QueueFilter(grid_id=case.grid_id, category_id=case.category_id)
    rows = listing.queue(session, scope, wanted, sort=Sort.REPORTED, limit=50).rows
    counted: dict[int, int] = {}
    for row in rows:
        if row.unit_id is not None and row.id != case.id and row.state in _HANDLED:
            counted[row.unit_id] = counted.get(row.unit_id, 0) + 1
    most = sorted(counted.items(), key=lambda item: -item[1])
    return [(unit_id, _("近期处置过本网格同类案件 %(n)d 件", n=count)) for unit_id, count in most]


def _returned_by(file: CaseFile, known: dict[int, UnitRow]) -> set[int]:
    """The units that handed this case back."""
    names = {row.name: row.id for row in known.values()}
    found: set[int] = set()
    holder = ""
    for entry in file.timeline:
        if entry.move is Move.DISPATCH:
            holder = entry.unit or ""
        elif entry.move is Move.RETURN and holder in names:
            found |= {names[holder]}
    return found
