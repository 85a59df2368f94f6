"""Instants as the database keeps them, for `bulk.insert_plain`: millions of rows from files have few distinct ones."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

_WITHOUT_OFFSET = len("2017-03-05 00:40:00.000000")


def instant_text(instant: datetime) -> str:
    """An aware instant in UTC as SQLite keeps it; texts sort as their instants do. PostgreSQL needs `zone` after it."""
    if instant.tzinfo is None:
        raise ValueError("a naive time reached the database")
    return instant.astimezone(UTC).isoformat(" ", "microseconds")[:_WITHOUT_OFFSET]


def zone(session: Session) -> str:
    """What stands after an `instant_text` where the database reads it."""
    return "+00" if session.get_bind().dialect.name == "postgresql" else ""
