"""Web hooks and the notices that were owed to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.notices.rules import HookKind, Occasion, Outcome


class Hook(Base):
    """Where notices to a unit and those below it go; without a unit: to the centre, and for units without one.

    `address` is a secret: whoever knows it may write to the group. `failures` in a row; after one it rests.
    """

    __tablename__ = "notice_hook"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[HookKind] = mapped_column(enum_text(HookKind))
    address: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    rest_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "root_id", "unit_id", unique=True),
        Index(
            "uq_notice_hook_centre",
            "root_id",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )


class Notice(Base):
    """One thing to be told, once: `key` says what. `content` and `unit_id` (the hook's) are as it was told last."""

    __tablename__ = "notice"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    occasion: Mapped[Occasion] = mapped_column(enum_text(Occasion))
    since: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(enum_text(Outcome))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    content: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (Index(None, "root_id", "since"),)
