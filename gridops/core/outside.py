"""Rows that a file may bring again, or a phone: named by another system, or by a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column


@dataclass(slots=True)
class Told:
    """What a room made of the lines of a file: how many were new, unchanged, changed; and what is wrong with others.

    `errors`: (line of the file, column, value as it stands there, reason). Where there are any the caller rolls back.
    """

    new: int = 0
    unchanged: int = 0
    changed: int = 0
    errors: list[tuple[int, str, str, str]] = field(default_factory=list)

    def refuse(self, line: int, column: str, value: object, reason: str) -> None:
        """Note what is wrong with a line; the same line may be named several times."""
        self.errors.append((line, column, "" if value is None else str(value), reason))

    @property
    def refused_lines(self) -> set[int]:
        """The lines with which something is wrong."""
        return {line for line, *_ in self.errors}


def digest_of(values: Iterable[object]) -> str:
    """What tells whether a file says the same of a row as before: SHA-256 of its values, in their order."""
    return sha256(repr(tuple(values)).encode()).hexdigest()


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
