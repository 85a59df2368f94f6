"""Penalties themselves: one, lists in sight, those in force at an instant, their events, officers and payments."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.core.errors import NotFound
from gridops.penalties.models import Payment, Penalty, PenaltyEvent, PenaltyOfficer
from gridops.penalties.rules import Pause, Stage, Terms, stage_of
from gridops.premises.models import Premises

_CHUNK = 500
# Where a penalty belongs: where it was recorded, else at its premises, else somewhere in the jurisdiction.
GRID = func.coalesce(Penalty.grid_id, Premises.grid_id, Penalty.root_id)
# Yuan paid on a penalty, without what was voided; asked of each, by the index.
PAID: ColumnElement[Decimal] = (
    select(func.coalesce(func.sum(Payment.amount), Decimal(0)))
    .where(Payment.penalty_id == Penalty.id, Payment.voided_at.is_(None))
    .correlate(Penalty)
    .scalar_subquery()
)
# When one decided anew took the place of a penalty.
_ANEW = aliased(Penalty)
REPLACED_AT: ColumnElement[datetime | None] = (
    select(func.min(_ANEW.decided_at)).where(_ANEW.replaces_id == Penalty.id).correlate(Penalty).scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class AtPremises:
    """A penalty as the page of its premises lists it."""

    premises_id: int | None
    penalty_id: int
    decision_no: str | None
    decided_by: str
    own: bool
    heaviest: str | None
    opened_at: datetime
    decided_at: datetime | None
    stage: Stage


def stage_of_row(row: Penalty) -> Stage:
    """How far a row is."""
    return stage_of(
        told_at=row.told_rights_at,
        waived_at=row.waived_at,
        decided_at=row.decided_at,
        served_at=row.served_at,
        revoked_at=row.revoked_at,
        concluded_at=row.concluded_at,
    )


def terms_of(row: Penalty, replaced: datetime | None) -> Terms:
    """What the money of a row hangs on."""
    ended = [at for at in (row.revoked_at, replaced) if at is not None]
    return Terms(
        row.fine,
        row.confiscated,
        row.decided_at,
        row.served_at,
        row.changed_at,
        row.changed_fine,
        min(ended, default=None),
        tuple(map(Pause.parse, row.pauses)),
        row.surcharge_stated,
    )


def penalty(session: Session, penalty_id: int) -> Penalty:
    """One penalty by id, whoever asks; NotFound."""
    found = session.get(Penalty, penalty_id)
    if found is None:
        raise NotFound("没有这项处罚")
    return found


def penalty_of_record(session: Session, record_id: str) -> Penalty | None:
    """The penalty that a form or record of this name made."""
    return session.scalar(select(Penalty).where(Penalty.record_id == record_id))


def grid_of(session: Session, row: Penalty) -> int:
    """The grid that a penalty belongs to for scope."""
    found: int = session.scalars(
        select(GRID)
        .select_from(Penalty)
        .outerjoin(Premises, Premises.id == Penalty.premises_id)
        .where(Penalty.id == row.id)
    ).one()
    return found


def effective(session: Session, root_id: int, at: datetime) -> list[Penalty]:
    """The decisions in force at an instant: made by then, neither revoked nor decided anew by then."""
    anew = aliased(Penalty)
    query = select(Penalty).where(
        Penalty.root_id == root_id,
        Penalty.decided_at <= at,
        or_(Penalty.revoked_at.is_(None), Penalty.revoked_at > at),
        ~exists().where(anew.replaces_id == Penalty.id, anew.decided_at <= at),
    )
    return list(session.scalars(query.order_by(Penalty.decided_at, Penalty.id)))


def of_premises(session: Session, premises_ids: Collection[int]) -> list[AtPremises]:
    """The penalties at premises, newest first; ids of duplicates are the caller's to add."""
    query = select(Penalty).where(Penalty.premises_id.in_(sorted(premises_ids)))
    rows = session.scalars(query.order_by(Penalty.opened_at.desc(), Penalty.id.desc()))
    return [
        AtPremises(
            row.premises_id,
            row.id,
            row.decision_no,
            row.decided_by,
            row.own,
            row.heaviest,
            row.opened_at,
            row.decided_at,
            stage_of_row(row),
        )
        for row in rows
    ]


def of_visits(session: Session, visit_ids: Collection[int]) -> list[Penalty]:
    """The penalties that arose from visits."""
    return _of(session, Penalty.visit_id, visit_ids)


def of_incidents(session: Session, incident_ids: Collection[int]) -> list[Penalty]:
    """The penalties that arose from incidents."""
    return _of(session, Penalty.incident_id, incident_ids)


def of_source(session: Session, *, visit_id: int | None, incident_id: int | None, party: str) -> Penalty | None:
    """The proceedings already open for a visit or incident against a party; None: nobody opened any."""
    if visit_id is None and incident_id is None:
        return None
    found = select(Penalty).where(
        Penalty.visit_id.is_not_distinct_from(visit_id),
        Penalty.incident_id.is_not_distinct_from(incident_id),
        Penalty.party == party,
        Penalty.decided_at.is_(None),
        Penalty.waived_at.is_(None),
        Penalty.concluded_at.is_(None),
    )
    return session.scalar(found.order_by(Penalty.id).limit(1))


def from_file(session: Session, root_id: int, source_system: str, external_ids: Iterable[str]) -> dict[str, Penalty]:
    """Penalties that a system's files brought before, by their names there."""
    wanted = sorted(set(external_ids))
    found: dict[str, Penalty] = {}
    for first in range(0, len(wanted), _CHUNK):
        query = select(Penalty).where(
            Penalty.root_id == root_id,
            Penalty.source_system == source_system,
            Penalty.external_id.in_(wanted[first : first + _CHUNK]),
        )
        found |= {str(row.external_id): row for row in session.scalars(query)}
    return found


def events_of(session: Session, penalty_ids: Collection[int]) -> list[PenaltyEvent]:
    """The events of penalties in their order."""
    query = select(PenaltyEvent).where(PenaltyEvent.penalty_id.in_(sorted(penalty_ids)))
    return list(session.scalars(query.order_by(PenaltyEvent.penalty_id, PenaltyEvent.seq)))


def officers_of(session: Session, penalty_id: int) -> list[PenaltyOfficer]:
    """The officers of a decision in their order."""
    query = select(PenaltyOfficer).where(PenaltyOfficer.penalty_id == penalty_id)
    return list(session.scalars(query.order_by(PenaltyOfficer.seq)))


def payments_of(session: Session, penalty_id: int) -> list[Payment]:
    """The payments on a penalty by date, voided ones too."""
    query = select(Payment).where(Payment.penalty_id == penalty_id)
    return list(session.scalars(query.order_by(Payment.paid_at, Payment.id)))


def payment(session: Session, penalty_id: int, payment_id: int) -> Payment:
    """One payment on a penalty; NotFound."""
    found = session.scalar(select(Payment).where(Payment.id == payment_id, Payment.penalty_id == penalty_id))
    if found is None:
        raise NotFound("没有这笔缴款")
    return found


def paid_on(session: Session, penalty_ids: Collection[int]) -> dict[int, Decimal]:
    """Penalty id -> yuan paid on it, without what was voided."""
    rows = session.execute(select(Penalty.id, PAID).where(Penalty.id.in_(sorted(penalty_ids))))
    return {row[0]: row[1] for row in rows}


def replaced_at(session: Session, penalty_ids: Collection[int]) -> dict[int, datetime]:
    """Penalty id -> when one decided anew took its place."""
    rows = session.execute(select(Penalty.id, REPLACED_AT).where(Penalty.id.in_(sorted(penalty_ids))))
    return {row[0]: row[1] for row in rows if row[1] is not None}


def replaced_in_files(session: Session, root_id: int, source_system: str) -> dict[str, str]:
    """External id -> that of the penalty it replaces, as a system's files have told so far."""
    old = aliased(Penalty)
    query = (
        select(Penalty.external_id, old.external_id)
        .join(old, old.id == Penalty.replaces_id)
        .where(Penalty.root_id == root_id, Penalty.source_system == source_system, old.source_system == source_system)
    )
    return {str(anew): str(replaced) for anew, replaced in session.execute(query)}


def replacing(session: Session, penalty_id: int) -> Penalty | None:
    """The penalty decided anew in the place of another."""
    return session.scalar(select(Penalty).where(Penalty.replaces_id == penalty_id).order_by(Penalty.id).limit(1))


def _of(session: Session, column: Any, ids: Collection[int]) -> list[Penalty]:
    return list(session.scalars(select(Penalty).where(column.in_(sorted(ids))).order_by(Penalty.id)))
