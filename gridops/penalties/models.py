"""Penalties as decided, by whom, and what was paid."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.core.outside import FromOutside, outside_keys
from gridops.penalties.rules import PartyKind


class Penalty(FromOutside, Base):
    """One proceeding (立案查处) and its decision; the row is the projection of its events.

    `decided_by` names the authority; `own`: the street itself, the only one whose amounts enter the money figures.
    `party` is personal data where it is a person. `fine`, `confiscated`: yuan as decided; `changed_fine`: since
    `changed_at`. `kinds`: of art. 9, `heaviest` counts. `remedy_from/to`, `deferred_to`: the last remedy and
    deferral; `pauses`: the days of all of them, which bear no surcharge (`rules.pauses`).
    `surcharge_stated`: the decision told the party of the 3 % a day (行政强制法 art. 45). `replaces_id`: decided anew.
    `grave`: harm to life, health or money, so the time bar is five years (art. 36). `hearing`: one may be asked for
    (art. 63). `late_ground`: why it was decided after 90 days (art. 60).
    """

    __tablename__ = "penalty"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("night_round.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    premises_id: Mapped[int | None] = mapped_column(ForeignKey("premises.id"), index=True)
    party: Mapped[str] = mapped_column(String(200), default="")
    party_kind: Mapped[PartyKind] = mapped_column(enum_text(PartyKind))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("legal_basis.id"))
    simple: Mapped[bool] = mapped_column(default=False)
    decision_no: Mapped[str | None] = mapped_column(String(80))
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    own: Mapped[bool] = mapped_column(default=False)
    kinds: Mapped[list[Any]]
    heaviest: Mapped[str | None] = mapped_column(String(40))
    fine: Mapped[Decimal]
    confiscated: Mapped[Decimal]
    act_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    grave: Mapped[bool] = mapped_column(default=False)
    told_rights_at: Mapped[datetime | None]
    hearing: Mapped[bool] = mapped_column(default=False)
    late_ground: Mapped[str | None] = mapped_column(String(300))
    waived_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    served_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    changed_fine: Mapped[Decimal | None]
    revoked_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("penalty.id"), index=True)
    remedy_from: Mapped[datetime | None]
    remedy_to: Mapped[datetime | None]
    deferred_to: Mapped[date | None]
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    surcharge_stated: Mapped[bool] = mapped_column(default=True)
    concluded_at: Mapped[datetime | None]
    __table_args__ = (
        *outside_keys("penalty"),
        Index(None, "root_id", "decided_at"),
        Index(None, "root_id", "opened_at"),
    )


class PenaltyOfficer(Base):
    """An officer of a decision of the street's own, with the certificate held on that day."""

    __tablename__ = "penalty_officer"
    penalty_id: Mapped[int] = mapped_column(ForeignKey("penalty.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(String(80))
    certificate_no: Mapped[str] = mapped_column(String(60))
    certificate_valid_to: Mapped[date | None]


class Payment(Base):
    """Money paid on a penalty, by payment date; a payment booked by mistake is voided."""

    __tablename__ = "penalty_payment"
    id: Mapped[bigint_key]
    penalty_id: Mapped[int] = mapped_column(ForeignKey("penalty.id"), index=True)
    paid_at: Mapped[datetime] = mapped_column(index=True)
    amount: Mapped[Decimal]
    receipt_no: Mapped[str | None] = mapped_column(String(80))
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class PenaltyEvent(Base):
    """What was done in a proceeding, with two times; appended, never changed. `details` are JSON, amounts as text."""

    __tablename__ = "penalty_event"
    id: Mapped[bigint_key]
    penalty_id: Mapped[int] = mapped_column(ForeignKey("penalty.id"))
    seq: Mapped[int]
    act: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "penalty_id", "seq", unique=True),)
