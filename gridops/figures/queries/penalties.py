"""Facts of penalties and payments: what moved in a period, what is owed at its end, what issued papers counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, case, cast, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from gridops.core.money import from_fen
from gridops.core.periods import Period
from gridops.figures import money
from gridops.figures.models import FrozenSet, KeptFact
from gridops.figures.queries.where import Here
from gridops.figures.rules.facts import Bounds, Fact
from gridops.inspections.models import Round, Visit
from gridops.penalties.models import Payment, Penalty, PenaltyEvent
from gridops.penalties.rules import Act, PenaltyKind, heaviest
from gridops.premises.models import Premises

_UNDECIDED = and_(Penalty.decided_at.is_(None), Penalty.decided_by == "")
# Of the street itself, or not decided yet; whether days without surcharge are known.
OWN = or_(Penalty.own, _UNDECIDED)
PAUSED = cast(Penalty.pauses, Text) != "[]"
_CHUNK = 1000


# What is told of a penalty and no more: there are many, and rows are read faster than objects.
_COLUMNS = (
    Penalty.id, Penalty.root_id, Penalty.grid_id, Penalty.own, Penalty.decided_by, Penalty.decision_no,
    Penalty.heaviest, case((Penalty.heaviest.is_(None), Penalty.kinds)).label("kinds"), Penalty.party,
    Penalty.party_kind,
    Penalty.premises_id, Penalty.opened_at, Penalty.waived_at, Penalty.decided_at, Penalty.served_at,
    Penalty.revoked_at, Penalty.changed_at, Penalty.fine, Penalty.changed_fine, Penalty.confiscated,
    case((PAUSED, Penalty.pauses)).label("pauses"), Penalty.surcharge_stated,
)  # fmt: skip

_PAID = (Payment.id, Payment.penalty_id, Payment.paid_at, Payment.amount, Payment.receipt_no, Penalty.decision_no)


def facts_of(
    session: Session, here: Here, period: Period, bounds: Bounds, survivors: Mapping[int, int]
) -> Iterator[Fact]:
    """Penalties that anything of the period or the stocks at its end is told of, and the payments of the period."""
    yield from _penalties(session.execute(_told(here, period, bounds)), here, survivors)
    yield from _payments(session.execute(paid_in(here, period, *_PAID)), here)


def some_of(
    session: Session,
    here: Here,
    period: Period,
    bounds: Bounds,
    survivors: Mapping[int, int],
    penalties: Iterable[int],
    payments: Iterable[int],
) -> Iterator[Fact]:
    """Of these the ones with some ids."""
    for ids in _chunks(penalties):
        told = _told(here, period, bounds).where(Penalty.id.in_(ids))
        yield from _penalties(session.execute(told), here, survivors)
    for ids in _chunks(payments):
        yield from _payments(session.execute(paid_in(here, period, *_PAID).where(Payment.id.in_(ids))), here)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    left = sorted(ids)
    return (left[first : first + _CHUNK] for first in range(0, len(left), _CHUNK))


def _told(here: Here, period: Period, bounds: Bounds) -> Select[Any]:
    lies_in, round_at = Premises.grid_id.label("lies_in"), Round.started_at.label("round_at")
    return told_of(here, period, bounds, *_COLUMNS, lies_in, round_at)


def _penalties(rows: Iterable[Any], here: Here, survivors: Mapping[int, int]) -> Iterator[money.Penalty]:
    for it in rows:
        if here.holds(it.grid_id or it.lies_in, it.opened_at):
            premises_id = survivors.get(it.at_premises, it.at_premises)
            yield _penalty(it, it.round_at, premises_id, from_fen(int(it.fen)), it.replaced_at)


def told_of(here: Here, period: Period, bounds: Bounds, *columns: Any) -> Select[Any]:
    """Columns of the penalties that anything of the period or the stocks at its end is told of.

    Besides: `at_premises`, `fen` paid before E, and `replaced_at`, the day of a decision made anew.
    """
    paid = _paid_before(bounds)
    anew = aliased(Penalty)
    replaced = (
        select(anew.replaces_id, func.min(anew.decided_at).label("at"))
        .where(anew.root_id == here.area.root_id, anew.replaces_id.is_not(None), anew.decided_at.is_not(None))
        .group_by(anew.replaces_id)
        .subquery()
    )
    at_premises = func.coalesce(Penalty.premises_id, Visit.premises_id)
    return (
        select(
            *columns,
            at_premises.label("at_premises"),
            func.coalesce(paid.c.fen, 0).label("fen"),
            replaced.c["at"].label("replaced_at"),
        )
        .outerjoin(paid, paid.c.penalty_id == Penalty.id)
        .outerjoin(replaced, replaced.c.replaces_id == Penalty.id)
        .outerjoin(Visit, Visit.id == Penalty.visit_id)
        .outerjoin(Round, Round.id == func.coalesce(Penalty.round_id, Visit.round_id))
        .outerjoin(Premises, Premises.id == at_premises)
        .where(Penalty.root_id == here.area.root_id, or_(_moved(period), _owed(paid, bounds)))
    )


def paid_in(here: Here, period: Period, *columns: Any) -> Select[Any]:
    """Columns of the payments of a period on decisions of the street's own; `lies_in`: the grid of the decision."""
    return (
        select(*columns, func.coalesce(Penalty.grid_id, Premises.grid_id).label("lies_in"))
        .join(Penalty, Penalty.id == Payment.penalty_id)
        .outerjoin(Visit, Visit.id == Penalty.visit_id)
        .outerjoin(Premises, Premises.id == func.coalesce(Penalty.premises_id, Visit.premises_id))
        .where(
            Penalty.root_id == here.area.root_id,
            Penalty.own,
            Payment.paid_at >= period.start,
            Payment.paid_at < period.end,
            Payment.voided_at.is_(None),
        )
    )


def any_before(session: Session, root_id: int, period: Period) -> bool:
    """Whether any proceeding of a root was opened before a period's end."""
    return bool(session.scalar(select(exists().where(Penalty.root_id == root_id, Penalty.opened_at < period.end))))


def corrections(
    session: Session, here: Here, period: Period, series: str, bounds: Bounds
) -> Iterator[money.Correction]:
    """Decisions that an issued paper of the series counted and that count otherwise now: each told once.

    What was told last of a decision stands: as its paper kept it, or as the correction of a later one said.
    """
    issued = select(FrozenSet.id, FrozenSet.period).where(
        FrozenSet.grid_id == here.area.grid_id,
        FrozenSet.series == series,
        FrozenSet.state == "issued",
        FrozenSet.ends_at <= period.start,
    )
    earlier = {row.id: row.period for row in session.execute(issued)}
    anew = aliased(Penalty)
    touched = select(Penalty.id).where(
        Penalty.root_id == here.area.root_id,
        Penalty.own,
        Penalty.decided_at < period.start,
        or_(
            Penalty.changed_at.is_not(None),
            Penalty.revoked_at.is_not(None),
            exists().where(PenaltyEvent.penalty_id == Penalty.id, PenaltyEvent.act == Act.RESTATE),
            exists().where(anew.replaces_id == Penalty.id, anew.decided_at.is_not(None)),
        ),
    )
    ids = sorted(session.scalars(touched)) if earlier else []
    for first in range(0, len(ids), _CHUNK):
        chunk = ids[first : first + _CHUNK]
        said = _said(session, earlier, chunk)
        for penalty in _now(session, chunk):
            if penalty.id in said:
                label, was = said[penalty.id]
                now = money.fine(penalty, bounds) if penalty.ended_at is None else None
                if was != now:
                    yield money.Correction(
                        id=penalty.id, label=penalty.label, period=label, was_yuan=was or money.NOTHING, now_yuan=now
                    )


@dataclass(slots=True)
class _Told:
    label: str
    amount: Decimal | None


def _said(session: Session, earlier: Mapping[int, str], ids: list[int]) -> dict[int, tuple[str, Decimal | None]]:
    """Penalty id -> the period whose paper counted it, and the fine that was told last (None: that it is no more)."""
    kept = session.execute(
        select(KeptFact.set_id, KeptFact.kind, KeptFact.fact_id, KeptFact.facts, FrozenSet)
        .join(FrozenSet, FrozenSet.id == KeptFact.set_id)
        .where(
            KeptFact.set_id.in_(list(earlier)),
            KeptFact.kind.in_([money.Penalty.kind, money.Correction.kind]),
            KeptFact.fact_id.in_(ids),
        )
        .order_by(FrozenSet.ends_at, FrozenSet.id, KeptFact.kind.desc())
    )
    told: dict[int, _Told] = {}
    for set_id, kind, penalty_id, text, frozen in kept:
        if kind == money.Correction.kind:
            if penalty_id in told:
                told[penalty_id].amount = money.Correction.from_json(text).now_yuan
            continue
        bounds = Bounds(frozen.starts_at, frozen.ends_at, frozen.ends_at, frozen.as_of, frozen.as_of)
        penalty = money.Penalty.from_json(text)
        if money.decided(penalty, bounds):
            told[penalty_id] = _Told(earlier[set_id], money.fine(penalty, bounds))
    return {penalty_id: (each.label, each.amount) for penalty_id, each in told.items()}


def _now(session: Session, ids: list[int]) -> Iterator[money.Penalty]:
    anew = aliased(Penalty)
    asked = (
        select(Penalty, func.min(anew.decided_at))
        .outerjoin(anew, anew.replaces_id == Penalty.id)
        .where(Penalty.id.in_(ids))
        .group_by(Penalty.id)
        .order_by(Penalty.id)
    )
    for it, replaced_at in session.execute(asked):
        yield _penalty(it, None, it.premises_id, money.NOTHING, replaced_at)


def _moved(period: Period) -> ColumnElement[bool]:
    """Opened, decided, waived, changed or revoked in the period, or arisen from a round of it."""
    times = (
        Penalty.opened_at, Penalty.decided_at, Penalty.waived_at, Penalty.changed_at, Penalty.revoked_at,
        Round.started_at,
    )  # fmt: skip
    return or_(*(and_(time >= period.start, time < period.end) for time in times))


def _paid_before(bounds: Bounds) -> Any:
    """Fen paid on each penalty before E."""
    return (
        select(Payment.penalty_id, func.sum(_fen(Payment.amount)).label("fen"))
        .where(Payment.voided_at.is_(None), Payment.paid_at < bounds.end)
        .group_by(Payment.penalty_id)
        .subquery()
    )


def _fen(column: Any) -> ColumnElement[int]:
    """An amount as the database keeps it."""
    return type_coerce(column, BigInteger)


def _owed(paid: Any, bounds: Bounds) -> ColumnElement[bool]:
    """Own decisions made before E on which something may be owed at E; the rules judge which are."""
    most = func.coalesce(Penalty.changed_fine, Penalty.fine)
    owed = or_(
        _fen(Penalty.fine) + _fen(Penalty.confiscated) > func.coalesce(paid.c.fen, 0),
        _fen(most) + _fen(Penalty.confiscated) > func.coalesce(paid.c.fen, 0),
    )
    return and_(
        Penalty.own,
        Penalty.decided_at < bounds.end,
        or_(Penalty.revoked_at.is_(None), Penalty.revoked_at >= bounds.end),
        owed,
    )


def _payments(rows: Iterable[Any], here: Here) -> Iterator[money.Payment]:
    for it in rows:
        if here.holds(it.lies_in, it.paid_at):
            yield money.Payment(
                id=it.id,
                label=it.decision_no or it.receipt_no or "",
                penalty_id=it.penalty_id,
                paid_at=it.paid_at,
                amount_yuan=it.amount,
            )


def _penalty(it: Any, round_at: Any, premises_id: int | None, paid: Decimal, replaced_at: Any) -> money.Penalty:
    ended = [at for at in (it.revoked_at, replaced_at) if at is not None]
    return money.Penalty(
        id=it.id,
        label=it.decision_no or "",
        own=it.own or (it.decided_at is None and not it.decided_by),
        decided_by=it.decided_by,
        heaviest=heaviest_of(it),
        party=party_of(it, premises_id),
        party_kind=str(it.party_kind),
        premises_id=premises_id,
        round_began_at=round_at,
        opened_at=it.opened_at,
        waived_at=it.waived_at,
        decided_at=it.decided_at,
        served_at=it.served_at,
        ended_at=min(ended, default=None),
        revoked_at=it.revoked_at,
        changed_at=it.changed_at,
        fine_yuan=it.fine,
        changed_fine_yuan=it.changed_fine,
        confiscated_yuan=it.confiscated,
        paid_yuan=paid,
        pauses=tuple(it.pauses or ()),
        surcharge_stated=it.surcharge_stated,
    )


def party_of(it: Any, premises_id: int | None) -> str:
    """What tells parties apart without naming them."""
    if premises_id is not None:
        return str(premises_id)
    if not it.party.strip():
        return party_words(it)
    return hashlib.sha256(f"{it.root_id}\n{party_words(it)}".encode()).hexdigest()[:24]


def party_words(it: Any) -> str:
    """What tells a party at no premises from others; a decision that names nobody is a party of its own."""
    return it.party.strip() or f"penalty {it.id}"


def heaviest_of(it: Any) -> str | None:
    """The kind under which a decision counts."""
    return it.heaviest or heaviest(PenaltyKind(kind) for kind in it.kinds or ())
