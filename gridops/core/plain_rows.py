"""Rows whose values are already as the database keeps them: instants as text, enums as their values, JSON as text.

For millions of rows from files: what `core.bulk` does for each value is done once for each distinct one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table
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


def insert_plain(session: Session, table: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given in the order of `columns`, bound as they are; defaults of the model are not filled.

    Everything waiting in the session is flushed first, so that rows it refers to exist.
    """
    session.flush()
    target: Table = getattr(table, "__table__", table)
    connection = session.connection()
    preparer = connection.dialect.identifier_preparer
    names = ", ".join(preparer.format_column(target.c[name]) for name in columns)
    into = f"{preparer.format_table(target)} ({names})"
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608  our own table's names
