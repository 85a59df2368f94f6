"""Rows that a file may bring again, or a phone: named by another system, or by a record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column


class FromOutside:
    """Columns of a row that may come from outside.

    `external_id`: its name in `source_system`, unique within a root; `import_digest`: what the file said of it last;
    `record_id`: the phone's record that made it; `recorded_at`: when we learnt of it; `version` guards stale edits.
    """

    source_system: Mapped[str | None] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(String(120))
    import_digest: Mapped[str | None] = mapped_column(String(64))
    record_id: Mapped[str | None] = mapped_column(String(36))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


def outside_keys(table: str) -> tuple[Index, Index]:
    """The two unique names of such rows: in a file's system within a root, and by a phone's record."""
    given = text("record_id IS NOT NULL")
    return (
        Index(None, "root_id", "source_system", "external_id", unique=True),
        Index(f"uq_{table}_record_id", "record_id", unique=True, sqlite_where=given, postgresql_where=given),
    )
