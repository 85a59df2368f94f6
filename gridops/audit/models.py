"""The audit trail; the hash chain is sealed later, in id order, by one task."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key


class AuditEntry(Base):
    """One act or reading: who, what, on which thing; details hold no personal data."""

    __tablename__ = "audit_entry"
    id: Mapped[bigint_key]
    at: Mapped[datetime]
    root_id: Mapped[int | None] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]
    seal: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)
