"""Campaigns (专项整治), outings, tallies, incidents and hand-overs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.core.outside import FromOutside, outside_keys
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.squads.rules import Agency, Signed


class Campaign(Base):
    """A campaign of a root; cases and outings name it by its code. `agencies`: those that take part, the lead first."""

    __tablename__ = "campaign"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    aim: Mapped[str | None] = mapped_column(Text)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    categories: Mapped[list[Any] | None]
    agencies: Mapped[list[Any] | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __table_args__ = (Index(None, "root_id", "code", unique=True),)


class Outing(FromOutside, Base):
    """One outing (行动) of a campaign; all of it belongs to its start. Ended by its leaders, or by the desk."""

    __tablename__ = "outing"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[str] = mapped_column(String(40))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    squad_id: Mapped[int] = mapped_column(ForeignKey("squad.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    agencies: Mapped[list[Any]]
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    planned_for: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        *outside_keys("outing"),
        Index(None, "root_id", "number", unique=True),
        Index(None, "root_id", "started_at"),
    )


class Tally(Base):
    """One addition to what an outing counts; negative: taken back. Never a total, so phones merge by adding up.

    `reason`: of a correction at the desk. `superseded_at`: a file told another total since.
    """

    __tablename__ = "tally"
    id: Mapped[bigint_key]
    outing_id: Mapped[int] = mapped_column(ForeignKey("outing.id"), index=True)
    kind: Mapped[TallyKind] = mapped_column(enum_text(TallyKind))
    amount: Mapped[int]
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    record_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class Incident(FromOutside, Base):
    """A seizure, impounding, preservation, referral or another act, with what the law asks of it.

    `party`: personal data where it is a person. `letter_no`, `receipt`: of a referral (移送); `deadline`: by when it is
    to be answered, or the end of a seizure or preservation. `officers`: [{key, name, agency,
    certificate_no, user_id}, …].
    `signed`, `witness`: whether the party signed for the list, and who saw it refused (行政强制法 art. 18).
    `prolonged_at`: when a longer term was approved. `lifted_at`: things given back, `lift_note` says to whom and why.
    `replaces_id`: the voided incident that this one corrects.
    """

    __tablename__ = "incident"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    outing_id: Mapped[int | None] = mapped_column(ForeignKey("outing.id"), index=True)
    kind: Mapped[IncidentKind] = mapped_column(enum_text(IncidentKind))
    agency: Mapped[Agency] = mapped_column(enum_text(Agency))
    to_agency: Mapped[str | None] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(String(300))
    approver: Mapped[str] = mapped_column(String(80))
    approved_at: Mapped[datetime | None]
    officers: Mapped[list[Any]]
    happened_at: Mapped[datetime]
    party: Mapped[str | None] = mapped_column(String(200))
    premises_id: Mapped[int | None] = mapped_column(ForeignKey("premises.id"), index=True)
    decision_no: Mapped[str | None] = mapped_column(String(80))
    letter_no: Mapped[str | None] = mapped_column(String(80))
    items: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[datetime | None]
    signed: Mapped[Signed | None] = mapped_column(enum_text(Signed))
    witness: Mapped[str | None] = mapped_column(String(120))
    received_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    prolonged_at: Mapped[datetime | None]
    prolonged_approver: Mapped[str | None] = mapped_column(String(80))
    prolonged_reason: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None]
    lift_note: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[int | None] = mapped_column(Id, ForeignKey("incident.id"))
    user_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (*outside_keys("incident"), Index(None, "root_id", "happened_at"))


class Handover(Base):
    """Something handed over on the spot (移交) from one agency to another, with a receipt signed on the glass."""

    __tablename__ = "handover"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    outing_id: Mapped[int | None] = mapped_column(ForeignKey("outing.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    from_agency: Mapped[Agency] = mapped_column(enum_text(Agency))
    to_agency: Mapped[Agency] = mapped_column(enum_text(Agency))
    what: Mapped[str] = mapped_column(Text)
    receiver: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    record_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
