"""Plain rows: ids reserved ahead, values bound as the models' types bind them, and the fastest way in.

The same rows as single inserts would write, without an object for each: a few by INSERT, many by COPY on PostgreSQL and
executemany on SQLite. What `together` surrounds is sent to PostgreSQL in one round trip.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, Table, text
from sqlalchemy.orm import Session

from gridops.core.db import Instant, raw_errors

# Up to so many rows an INSERT is quicker than beginning a COPY.
FEW = 20


@contextlib.contextmanager
def together(session: Session) -> Iterator[None]:
    """Send the plain rows written inside in one round trip; what is asked inside is answered as always, only slower.

    Raises SQLAlchemy's errors, at the latest at the end.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    raw: Any = session.connection().connection.driver_connection
    with raw_errors(), raw.pipeline():
        yield


def reserve_both(session: Session, one: Any, several: Any, count: int) -> tuple[int, list[int]]:
    """One fresh id of a table and `count` fresh ones of another, ascending, by one question."""
    statement = _reserving(session.get_bind().dialect, _table(one), _table(several), count)
    first, *rest = session.connection().exec_driver_sql(statement).one()
    return first, sorted(rest)


@functools.lru_cache(maxsize=64)
def _reserving(dialect: Dialect, one: Table, several: Table, count: int) -> str:
    name = dialect.identifier_preparer.format_table
    if dialect.name == "postgresql":
        wanted = [one, *[several] * count]
        return "SELECT " + ", ".join(f"nextval(pg_get_serial_sequence('{name(table)}', 'id'))" for table in wanted)
    # SQLite has one writer at a time, so nobody else can take these.
    wanted_ids = [(one, 1), *((several, place) for place in range(1, count + 1))]
    fresh = "(SELECT coalesce(max(id), 0) + {} FROM {})"
    return "SELECT " + ", ".join(fresh.format(place, name(table)) for table, place in wanted_ids)


def _table(of: Any) -> Table:
    found: Table = getattr(of, "__table__", of)
    return found


def reserve_ids(session: Session, table: Any, count: int) -> list[int]:
    """`count` fresh ids of a table, ascending; reserved for this transaction, unused ones leave gaps."""
    target: Table = getattr(table, "__table__", table)
    quoted = session.get_bind().dialect.identifier_preparer.format_table(target)
    if session.get_bind().dialect.name == "postgresql":
        sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return sorted(session.scalars(sequence, {"table": quoted, "count": count}))
    # SQLite has one writer at a time, so nobody else can take these.
    first = session.scalar(text(f"SELECT coalesce(max(id), 0) + 1 FROM {quoted}")) or 1  # noqa: S608  our own table's name
    return list(range(first, first + count))


def insert_rows(session: Session, table: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as sequences in the order of `columns`; returns how many. Defaults of the model are not filled.

    Everything waiting in the session is flushed first, so that rows it refers to exist.
    """
    session.flush()
    given = list(rows)
    if not given:
        return 0
    if len(given) <= FEW:
        columns, given = _filled(columns, given)
    connection = session.connection()
    way = _way_in(connection.dialect, _table(table), tuple(columns))
    bound = way.bound(given)
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        raw.executemany(way.insert, bound)
        return len(bound)
    with raw_errors():
        # COPY is not among what a pipeline takes.
        if len(bound) <= FEW or raw.pgconn.pipeline_status:
            raw.execute(way.insert + way.marks * (len(bound) - 1), [value for row in bound for value in row])
        else:
            with raw.cursor() as cursor, cursor.copy(way.copy) as copy:
                for row in bound:
                    copy.write_row(row)
    return len(bound)


def _filled(columns: Sequence[str], rows: list[Sequence[Any]]) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """The same rows without the columns that none of them fills: shorter statements, which the driver keeps."""
    places = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
    return [columns[place] for place in places], [[row[place] for place in places] for row in rows]


Binder = Callable[[Any], Any]


class _Way:
    """How rows of some columns go into a table: the statements, and the columns whose values are not bound as is."""

    def __init__(self, dialect: Dialect, table: Table, columns: tuple[str, ...]) -> None:
        preparer = dialect.identifier_preparer
        names = ", ".join(preparer.format_column(table.c[name]) for name in columns)
        into = f"{preparer.format_table(table)} ({names})"
        mark = "%s" if dialect.name == "postgresql" else "?"
        marks = f"({', '.join([mark] * len(columns))})"
        self.insert = f"INSERT INTO {into} VALUES {marks}"  # noqa: S608  our own table's names
        self.marks = f", {marks}"
        self.copy = f"COPY {into} FROM STDIN"
        self._zone = "+00" if dialect.name == "postgresql" else ""
        self._instants = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, Instant)]
        processors = (
            (place, table.c[name].type.dialect_impl(dialect).bind_processor(dialect))
            for place, name in enumerate(columns)
            if place not in self._instants
        )
        self._others = [(place, bind) for place, bind in processors if bind is not None]

    def bound(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """The rows as the driver takes them. Equal instants, which one call has many of, are written out once."""
        instant = _instants(self._zone)
        binders: list[tuple[int, Binder]] = [*((place, instant) for place in self._instants), *self._others]
        return [_bound(row, binders) for row in rows]


_way_in = functools.lru_cache(maxsize=128)(_Way)


def _instants(zone: str) -> Binder:
    """Instants as text in UTC, as both databases read and SQLite keeps them; each is written out once."""
    known: dict[datetime, str] = {}

    def bind(value: datetime) -> str:
        text = known.get(value)
        if text is None:
            if value.tzinfo is None:
                raise ValueError("a naive time reached the database")
            text = known[value] = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds") + zone
        return text

    return bind


def _bound(row: Sequence[Any], binders: list[tuple[int, Binder]]) -> list[Any]:
    values = list(row)
    for place, bind in binders:
        value = values[place]
        if value is not None:
            values[place] = bind(value)
    return values
