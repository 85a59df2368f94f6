"""Which units a case may be sent to: what the rules propose, then who answers for its place; a person chooses."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import dispatching, listing
from gridops.cases.queries.pages import CaseFile, TimelineEntry
from gridops.cases.rules.dispatching import Weighed
from gridops.cases.rules.moves import MOVES, Move, State
from gridops.cases.rules.queue import Group, QueueFilter, Sort
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.people.queries import Scope, UnitRow, duties, unit_rows
from gridops.people.rules import WORK_LINE_NAMES
from gridops.web import dispatch_words

_MOST = 4
_COUNTED = 200
# What a unit has handled, not only been sent.
_HANDLED = (State.HANDLED, State.CHECKING, State.CLOSED)
# What rules look at may be another afterwards.
_OTHERWISE = {Move.RECATEGORISE: "按现在的类别", Move.RELOCATE: "按现在的位置"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit, why it is proposed, how many cases it has in hand (up to _COUNTED), and whether it returned this one.

    `sure`: a rule says so, or it handled such cases here; who only answers for the grid is never chosen beforehand.
    """

    unit: UnitRow
    reason: str
    load: int
    returned: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Proposals:
    """The units proposed, why rules whose conditions hold were passed over, and why none is chosen beforehand."""

    units: tuple[Proposal, ...] = ()
    passed: tuple[str, ...] = ()
    unsure: str = ""


def units_in_use(session: Session, root_id: int) -> list[UnitRow]:
    """The units of today as a tree."""
    today = clock.local_date(clock.now())
    return [row for row in unit_rows(session, root_id) if row.valid_to is None or row.valid_to > today]


def propose(session: Session, scope: Scope, file: CaseFile) -> Proposals:
    """The likeliest units for a case: of the rule that applies, then who had such cases or answers for its grid."""
    known = {row.id: row for row in units_in_use(session, file.case.root_id)}
    weighed = dispatching.weighed(session, file.case, clock.now())
    names = _names(session, file.case, weighed)
    reasons: dict[int, str] = {}
    if weighed.choice is not None:
        reasons[weighed.choice.unit_id] = dispatch_words.reason(weighed.choice, names)
    earlier = _earlier(session, scope, file.case)
    sure = {*reasons, *(unit_id for unit_id, _reason in earlier)}
    for unit_id, reason in (*earlier, *_duties(session, file.case)):
        if unit_id in known:
            reasons.setdefault(unit_id, reason)
    returned = _returned_by(file, known)
    ordered = sorted(reasons, key=lambda unit_id: unit_id in returned)[:_MOST]
    units = tuple(
        Proposal(
            known[unit_id],
            reasons[unit_id],
            listing.count_up_to(session, scope, QueueFilter(group=Group.HANDLING, unit_id=unit_id), _COUNTED),
            unit_id in returned,
            unit_id in sure,
        )
        for unit_id in ordered
    )
    unsure = _why_unsure(bool(sure & returned)) if units and (units[0].returned or not units[0].sure) else ""
    return Proposals(units, tuple(dispatch_words.passed_over(one, names) for one in weighed.passed), unsure)


def _why_unsure(returned: bool) -> str:
    if returned:
        return _("按规则或以往处置应派往的单位已退回本案，请选定处置单位。")
    return _("没有适用的派遣规则，此处近期也没有同类案件，请选定处置单位。")


def reproposed(session: Session, file: CaseFile) -> str:
    """What the rules say now of a case with a unit whose category or place changed since it was sent; never sent."""
    steps = _corrected(file)
    if not steps:
        return ""
    sent = next((entry.happened_at for entry in reversed(steps) if entry.move is Move.DISPATCH), clock.now())
    weighed = dispatching.weighed(session, file.case, sent, held=True)
    choice = weighed.choice
    if choice is None or choice.unit_id == file.case.unit_id:
        return ""
    names = _names(session, file.case, weighed)
    return _(
        "%(since)s，规则「%(rule)s」建议派往%(unit)s；案件仍在%(holder)s，没有自动改派。",
        since=_(_OTHERWISE[steps[-1].move]),
        rule=choice.rule.name,
        unit=names.units.get(choice.unit_id, ""),
        holder=file.unit or "",
    )


def _names(session: Session, case: Case, weighed: Weighed) -> dispatch_words.Names:
    chosen = (weighed.choice,) if weighed.choice is not None else ()
    rules = [one.rule for one in (*weighed.passed, *chosen)]
    units = {one.unit_id for one in (*weighed.passed, *chosen) if one.unit_id is not None}
    return dispatch_words.names_for(session, case.root_id, rules, units)


def instead(session: Session, scope: Scope, file: CaseFile) -> list[Proposal]:
    """Likelier units for a case that is with one, where its category or place changed since it was sent; never sent."""
    if not _corrected(file):
        return []
    return [one for one in propose(session, scope, file).units if one.unit.id != file.case.unit_id]


def _corrected(file: CaseFile) -> list[TimelineEntry]:
    """The dispatches and corrections of a case with a unit, the last of them a correction; none otherwise."""
    if file.case.state not in MOVES[Move.RETURN].from_states or file.case.unit_id is None:
        return []
    steps = [entry for entry in file.timeline if entry.move is Move.DISPATCH or entry.move in _OTHERWISE]
    return steps if steps and steps[-1].move in _OTHERWISE else []


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
