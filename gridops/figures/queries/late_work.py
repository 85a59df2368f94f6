"""补报 of enforcement (statistics.md §5): what happened in a frozen period and no paper of its series told of yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from gridops.core.periods import Period
from gridops.figures import enforcement, money
from gridops.figures.models import KeptFact
from gridops.figures.queries import outings, penalties, rounds
from gridops.figures.queries.where import Here
from gridops.figures.rules import facts
from gridops.figures.rules.facts import Bounds, Fact
from gridops.figures.rules.late import Window
from gridops.inspections.models import Round, Visit
from gridops.operations.models import Outing
from gridops.penalties.models import Payment, Penalty


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of record: the rows of a period among which late ones are, which of their facts count, as what."""

    rows: Callable[[int, Period], Select[Any]]
    key: Any
    counts: Callable[[Any, Bounds], bool]
    late: Callable[[Any, str, Bounds], Fact]
    late_kind: str


def _plain(made: type[facts.Late]) -> Callable[[Any, str, Bounds], Fact]:
    return lambda fact, period, _at: made(id=fact.id, label=fact.label, period=period)


def _decision(fact: money.Penalty, period: str, at: Bounds) -> Fact:
    amount = money.fine(fact, at) if fact.own else money.NOTHING
    return money.LateDecision(id=fact.id, label=fact.label, period=period, own=fact.own, amount_yuan=amount)


def _payment(fact: money.Payment, period: str, _at: Bounds) -> Fact:
    return money.LatePayment(id=fact.id, label=fact.label, period=period, amount_yuan=fact.amount_yuan)


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)


_ROUND = select(Round.id).where(Round.ended_at.is_not(None), Round.cancelled_at.is_(None))
_VISIT = (
    select(Visit.id)
    .join(Round, Round.id == Visit.round_id)
    .where(Visit.complete, Visit.voided_at.is_(None), Round.cancelled_at.is_(None))
)
_OUTING = select(Outing.id).where(Outing.ended_at.is_not(None), Outing.cancelled_at.is_(None))
_PAYMENT = (
    select(Payment.id).join(Penalty, Penalty.id == Payment.penalty_id).where(Penalty.own, Payment.voided_at.is_(None))
)
_SORTS: dict[str, _Sort] = {
    facts.Round.kind: _Sort(
        lambda root, period: _ROUND.where(Round.root_id == root, _within(Round.started_at, period)),
        Round.id, enforcement.held, _plain(facts.LateRound), facts.LateRound.kind,
    ),
    facts.Visit.kind: _Sort(
        lambda root, period: _VISIT.where(Round.root_id == root, _within(Round.started_at, period)),
        Visit.id, enforcement.visited, _plain(facts.LateVisit), facts.LateVisit.kind,
    ),
    facts.Outing.kind: _Sort(
        lambda root, period: _OUTING.where(Outing.root_id == root, _within(Outing.started_at, period)),
        Outing.id, enforcement.out, _plain(facts.LateOuting), facts.LateOuting.kind,
    ),
    money.Penalty.kind: _Sort(
        lambda root, period: select(Penalty.id).where(Penalty.root_id == root, _within(Penalty.decided_at, period)),
        Penalty.id, money.effective, _decision, money.LateDecision.kind,
    ),
    money.Payment.kind: _Sort(
        lambda root, period: _PAYMENT.where(Penalty.root_id == root, _within(Payment.paid_at, period)),
        Payment.id, lambda fact, at: at.within(fact.paid_at), _payment, money.LatePayment.kind,
    ),
}  # fmt: skip
LATE_KINDS = frozenset(sort.late_kind for sort in _SORTS.values())
# A decision that its period kept as a proceeding still undecided was not told of there.
_UNDECIDED = KeptFact.facts.like('%"decided_at":null%')


def facts_of(
    session: Session, here: Here, windows: Sequence[Window], survivors: Mapping[int, int], as_of: datetime
) -> Iterator[Fact]:
    """The late records of the windows. Nearly always there are none, and then a narrow query of each sort is all."""
    for window in windows:
        missing = {kind: _missing(session, here, window, kind) for kind in _SORTS}
        period = window.period
        at = Bounds(period.start, period.end, period.end, as_of, as_of)
        for fact in _of_period(session, here, period, at, survivors, missing):
            sort = _SORTS.get(fact.kind)
            if sort is not None and fact.id in missing[fact.kind] and sort.counts(fact, at):
                yield sort.late(fact, period.label, at)


def _missing(session: Session, here: Here, window: Window, kind: str) -> set[int]:
    sort = _SORTS[kind]
    told = and_(KeptFact.set_id == window.set_id, KeptFact.kind == kind)
    if kind == money.Penalty.kind:
        told = and_(told, ~_UNDECIDED)
    later = and_(KeptFact.set_id.in_(window.told_by), KeptFact.kind == sort.late_kind)
    query = sort.rows(here.area.root_id, window.period)
    return set(session.scalars(query.where(~exists().where(KeptFact.fact_id == sort.key, or_(told, later)))))


def _of_period(
    session: Session,
    here: Here,
    period: Period,
    at: Bounds,
    survivors: Mapping[int, int],
    missing: Mapping[str, set[int]],
) -> Iterator[Fact]:
    """Facts of a period, those that are missing among them: of penalties, which are many, no others."""
    if missing[facts.Round.kind] or missing[facts.Visit.kind]:
        yield from rounds.facts_of(session, here, period, survivors)
    if missing[facts.Outing.kind]:
        yield from outings.facts_of(session, here, period)
    decisions, payments = missing[money.Penalty.kind], missing[money.Payment.kind]
    yield from penalties.some_of(session, here, period, at, survivors, decisions, payments)
