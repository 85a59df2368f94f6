"""The ledger of phone records, disputed contents, and records waiting for another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.intake.rules import RecordState, RecordType, Verdict


class Record(Base):
    """One record named by a phone. `id`, `received_at`, `digest` never change; happened_at is clock-corrected."""

    __tablename__ = "record"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    type: Mapped[RecordType] = mapped_column(enum_text(RecordType))
    digest: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    device: Mapped[str] = mapped_column(String(120))
    captured_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    happened_at: Mapped[datetime]
    clock_offset_s: Mapped[int]
    body: Mapped[dict[str, Any]]
    attachments: Mapped[list[Any]]
    state: Mapped[RecordState] = mapped_column(enum_text(RecordState))
    waiting_for: Mapped[str | None] = mapped_column(String(36), index=True)
    held_because: Mapped[str | None] = mapped_column(Text)
    case_id: Mapped[int | None] = mapped_column(Id, index=True)
    subject_kind: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    event_id: Mapped[int | None]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[int | None]
    judged_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "user_id", "received_at"), Index(None, "state", "received_at"))


class DisputedRecord(Base):
    """Another content, or another sender, under a known name: kept once each for a person to judge."""

    __tablename__ = "disputed_record"
    id: Mapped[bigint_key]
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    digest: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int]
    received_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[int | None]
    verdict: Mapped[Verdict | None] = mapped_column(enum_text(Verdict))
    judged_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "record_id", "digest", "user_id", unique=True),)


class MissingAttachment(Base):
    """A content that a record names and that has not come yet."""

    __tablename__ = "missing_attachment"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
