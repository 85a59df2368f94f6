"""Plain rows: ids reserved ahead, values bound as the models' types bind them, and the fastest way in.

The same rows as single inserts would write, without an object for each: a few by INSERT, many by COPY on PostgreSQL and
executemany on SQLite. What `together` surrounds goes to PostgreSQL as one statement.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import BigInteger, ColumnElement, Dialect, Table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import InternalTraversal

from gridops.core.db import Instant, raw_errors

# Up to so many rows an INSERT is quicker than beginning a COPY.
FEW = 20
_TOGETHER = "gridops.together"


@contextlib.contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the plain rows given inside at the end, on PostgreSQL by one statement: nothing inside may ask for them.

    Of an error inside nothing is written. References among the rows may point in any direction. RuntimeError inside
    another one.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    if _TOGETHER in session.info:
        raise RuntimeError("plain rows are being put together already")
    waiting: list[_Portion] = []
    session.info[_TOGETHER] = waiting
    try:
        yield
    finally:
        session.info.pop(_TOGETHER)
    if waiting:
        _execute(session, waiting)


class fresh_id(ColumnElement[int]):  # noqa: N801  stands in statements as a function does
    """A fresh id of a table, to be asked for along with other things; reserved as by `reserve_ids`.

    `place`: 1, or more where one statement asks for several ids of a table.
    """

    inherit_cache = True
    type = BigInteger()
    _traverse_internals = [("table_name", InternalTraversal.dp_string), ("place", InternalTraversal.dp_plain_obj)]

    def __init__(self, table: Any, place: int = 1) -> None:
        self.table_name, self.place = _table(table).name, place


@compiles(fresh_id, "postgresql")
def _next(wanted: fresh_id, compiler: Any, **_: Any) -> str:
    quoted = compiler.preparer.quote(wanted.table_name)
    return f"nextval(pg_get_serial_sequence('{quoted}', 'id'))"


@compiles(fresh_id)
def _highest_and_one(wanted: fresh_id, compiler: Any, **_: Any) -> str:
    # SQLite has one writer at a time, so nobody else can take these.
    quoted = compiler.preparer.quote(wanted.table_name)
    return f"(SELECT coalesce(max(id), 0) + {wanted.place} FROM {quoted})"  # noqa: S608  our own table's name


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
    if connection.dialect.name != "postgresql":
        _send(session, way, bound)
    elif len(bound) <= FEW or _TOGETHER in session.info:
        _execute_or_wait(session, (way.into, bound))
    else:
        _send(session, way, bound)
    return len(bound)


def update_row(session: Session, table: Any, row_id: int, values: Mapping[str, Any]) -> None:
    """Write some columns of the row of an id, as `insert_rows` writes new ones; no object hears of it."""
    session.flush()
    if not values:
        return
    connection = session.connection()
    way = _way_in(connection.dialect, _table(table), (*values, "id"))
    bound = way.bound([(*values.values(), row_id)])
    if connection.dialect.name == "postgresql":
        _execute_or_wait(session, (way.change, bound))
    else:
        raw: Any = connection.connection.driver_connection
        raw.execute(way.change.format(*"?" * way.width), bound[0])


def insert_plain(session: Session, table: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given in the order of `columns` whose values are already as the database keeps them.

    Rows may be made while those before them are on their way. Defaults of the model are not filled; everything
    waiting in the session is flushed first, so that rows it refers to exist.
    """
    session.flush()
    _send(session, _way_in(session.connection().dialect, _table(table), tuple(columns)), rows)


def _send(session: Session, way: _Way, rows: Iterable[Sequence[Any]]) -> None:
    """Many rows the fastest way: COPY on PostgreSQL, executemany on SQLite."""
    raw: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name != "postgresql":
        raw.executemany(way.insert, rows)
        return
    with raw_errors(), raw.cursor() as cursor, cursor.copy(way.copy) as copy:
        for row in rows:
            copy.write_row(row)


def _execute_or_wait(session: Session, portion: _Portion) -> None:
    waiting = session.info.get(_TOGETHER)
    if waiting is None:
        _execute(session, [portion])
    else:
        waiting.append(portion)


def _execute(session: Session, portions: list[_Portion]) -> None:
    """Write rows of several tables by one statement of PostgreSQL: references are checked at its end."""
    raw: Any = session.connection().connection.driver_connection
    # $1, $2 … are taken as they stand; the driver's own marks would be looked for in the text each time.
    with raw_errors(), psycopg.RawCursor(raw) as cursor:
        cursor.execute(
            _one_statement(tuple((text, len(rows[0]), len(rows)) for text, rows in portions)),
            [value for _, rows in portions for row in rows for value in row],
        )


@functools.lru_cache(maxsize=256)
def _one_statement(portions: tuple[tuple[str, int, int], ...]) -> str:
    """The statement of portions, each (`into` or `change` of its way, number of columns, number of rows)."""
    number = itertools.count(1)
    parts = []
    for way, width, rows in portions:
        marks = [[f"${next(number)}" for _ in range(width)] for _ in range(rows)]
        if way.startswith("UPDATE"):
            parts.append(way.format(*marks[0]))
        else:
            values = ", ".join(f"({', '.join(row)})" for row in marks)
            parts.append(f"INSERT INTO {way} VALUES {values}")  # noqa: S608  our own tables' names
    first = ", ".join(f"w{place} AS ({part})" for place, part in enumerate(parts[:-1]))
    return f"WITH {first} {parts[-1]}" if first else parts[-1]


def _filled(columns: Sequence[str], rows: list[Sequence[Any]]) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """The same rows without the columns that none of them fills: shorter statements, which the driver keeps."""
    places = [place for place, values in enumerate(zip(*rows, strict=True)) if values.count(None) < len(rows)]
    return [columns[place] for place in places], [[row[place] for place in places] for row in rows]


Binder = Callable[[Any], Any]


class _Way:
    """How rows of some columns go into a table: its texts, and the columns whose values are not bound as they are.

    `change` finds its row by the last column; its marks are put in where it is used.
    """

    def __init__(self, dialect: Dialect, table: Table, columns: tuple[str, ...]) -> None:
        preparer = dialect.identifier_preparer
        *others, last = names = [preparer.format_column(table.c[name]) for name in columns]
        self.into = f"{preparer.format_table(table)} ({', '.join(names)})"
        changes = ", ".join(f"{name} = {{}}" for name in others)
        self.change = f"UPDATE {preparer.format_table(table)} SET {changes} WHERE {last} = {{}}"  # noqa: S608  ours
        self.width = len(columns)
        self.insert = f"INSERT INTO {self.into} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  ours
        self.copy = f"COPY {self.into} FROM STDIN"
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
_Portion = tuple[str, list[list[Any]]]


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
