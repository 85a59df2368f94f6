"""The audit trail; the hash chain is sealed later, in id order, by one task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key


class AuditEntry(Base):
    """One act or reading: who, what, on which thing; details hold no personal data.

    `seal` is the SHA-256 over the seal before it and this entry; `seal_no` is its place in the chain, without gaps.
    """

    __tablename__ = "audit_entry"
    id: Mapped[bigint_key]
    at: Mapped[datetime]
    root_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]
    seal: Mapped[str | None] = mapped_column(String(64))
    seal_no: Mapped[int | None] = mapped_column(unique=True)
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "root_id", "id"),
        Index(
            "ix_audit_entry_unsealed", "id", sqlite_where=text("seal IS NULL"), postgresql_where=text("seal IS NULL")
        ),
    )


class AuditChain(Base):
    """The end of the chain (one row): how many entries are sealed and the last seal, so that a cut tail is seen."""

    __tablename__ = "audit_chain"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    last_no: Mapped[int]
    last_seal: Mapped[str] = mapped_column(String(64))
