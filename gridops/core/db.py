"""The database: column types, the one commit of the house, and the few portable helpers.

The same code runs on SQLite (embedded) and PostgreSQL (and its Chinese relatives). What only one of them has stands in
core (`bulk`, `connections`, here), and where the other does without it: the index of words, `cases.queries.words`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import psycopg
from sqlalchemy import JSON, BigInteger, DateTime, Engine, Enum, Integer, MetaData, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, mapped_column
from sqlalchemy.types import TypeDecorator

from gridops.core import connections, money
from gridops.core.closed import ask_to_write

Id = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive times are refused at the door of the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the database")
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:  # PostgreSQL gives it so (`connections`); a list reads hundreds
            return value
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Yuan(TypeDecorator[Decimal]):
    """Decimal yuan in Python, integer fen in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else money.to_fen(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else money.from_fen(value)


def enum_text(kind: type[StrEnum]) -> Enum:
    """A column type that stores the value of a StrEnum as text."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda members: [m.value for m in members])


bigint_key = Annotated[int, mapped_column(Id, primary_key=True, autoincrement=True)]


class Base(DeclarativeBase):
    """Mother of all tables; names constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: Instant,
        int: BigInteger,
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        Decimal: Yuan,
    }


# SQLSTATE: serialization failure, deadlock; PostgreSQL asks for another try.
_SERIALIZATION = ("40001", "40P01")
T = TypeVar("T")

_engine: Engine | None = None


def bind(url: str, *, pool_size: int = 5) -> Engine:
    """Open the database named by an SQLAlchemy URL and make it the one `transaction()` and `reading()` use."""
    opened = open_engine(url, pool_size=pool_size)
    use(opened)
    return opened


def use(opened: Engine) -> None:
    """Make an engine that is open already the one `transaction()` and `reading()` use (tests change databases so)."""
    global _engine
    _engine = opened


def engine() -> Engine:
    """The bound engine; RuntimeError before `bind`."""
    if _engine is None:
        raise RuntimeError("no database is bound: call core.db.bind(url) first")
    return _engine


def open_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine with the settings this house relies on (SQLite: WAL, FULL, foreign keys, no implicit BEGIN)."""
    parsed = make_url(url)
    # What people wrote must not reach the log, nor `owed.last_error`, by way of an error's text.
    common: dict[str, Any] = {"json_serializer": _json_text, "hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        opened = create_engine(parsed, connect_args={"timeout": 30}, **common)
        connections.set_up_sqlite(opened)
        return opened
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    cursors = {"cursor_factory": connections.Cursor}
    opened = create_engine(parsed, pool_size=pool_size, max_overflow=20, connect_args=cursors, **common)
    connections.set_up_postgresql(opened)
    event.listen(opened, "handle_error", _without_details)
    return opened


_AFTER_COMMIT = "gridops.after_commit"


@contextlib.contextmanager
def transaction(*, repeatable: bool = False) -> Iterator[Session]:
    """One unit of work that writes: commits at the end, rolls back on any error. The only commit in the house.

    `repeatable` asks for one consistent view of the data throughout (the freeze of a bulletin). RuntimeError inside
    another transaction of the same thread: the inner one would wait for the outer for ever.
    """
    ask_to_write()
    bound = engine()
    with _only_one(), _turn_to_write(bound), bound.connect() as connection:
        if repeatable and bound.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        connection.info["writes"] = True
        try:
            with connection.begin(), Session(connection, expire_on_commit=False) as session:
                yield session
                session.flush()
        finally:
            connection.info.pop("writes", None)
        for told in session.info.pop(_AFTER_COMMIT, ()):
            told()


def as_read(session: Session, row: Any, values: Mapping[str, Any]) -> None:
    """A new object stands in the session as if it had been read with these values: plain inserts have written it."""
    row.__dict__.update(values)  # told one by one, each value would be watched for changes
    make_transient_to_detached(row)
    session.add(row)


def after_commit(session: Session, told: Callable[[], None]) -> None:
    """Call something of this process, once, when the session's transaction() is committed; never after a rollback.

    For what is kept in memory: told any earlier, it could be read again from the rows that still hold.
    """
    session.info.setdefault(_AFTER_COMMIT, {})[told] = None


def repeatable(work: Callable[[Session], T], tries: int = 4) -> T:
    """Do a piece of work in one consistent view of the data; done again where others wrote the same rows meanwhile."""
    for last in (*(False,) * (tries - 1), True):
        try:
            with transaction(repeatable=True) as session:
                found: T = work(session)
            return found
        except OperationalError as collided:
            if last or getattr(collided.orig, "sqlstate", None) not in _SERIALIZATION:
                raise
    raise AssertionError("the last try returns or raises")


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """One consistent read; what is changed on it is never written."""
    bound = engine()
    with bound.connect() as connection:
        if bound.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(connection, autoflush=False, expire_on_commit=False) as session:
            yield session


@contextlib.contextmanager
def replacing() -> Iterator[Connection]:
    """One transaction on a bare connection, in which everything there is may be replaced (a restore)."""
    bound = engine()
    with _only_one(), _turn_to_write(bound), bound.connect() as connection:
        connection.info["writes"] = True
        try:
            with replacing_tables(connection):
                yield connection
        finally:
            connection.info.pop("writes", None)


@contextlib.contextmanager
def replacing_tables(connection: Connection) -> Iterator[None]:
    """A transaction in which SQLite may change a column: a new table for the old one, references held at its end."""
    driver: Any = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if driver:
        driver.execute("PRAGMA foreign_keys=OFF")  # has no effect within a transaction
    try:
        with connection.begin():
            yield
            if driver and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"rows would refer to nothing: {lost[:5]}")
    finally:
        if driver:
            driver.execute("PRAGMA foreign_keys=ON")


def insert_or_skip(session: Session, table: Any, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> int:
    """Insert rows, leaving alone those whose `keys` exist already; returns how many were new."""
    new = 0
    for portion in _portions(session, table, rows):
        statement = _insert(session, table).values(portion).on_conflict_do_nothing(index_elements=list(keys))
        # Without the option, psycopg's count of inserted rows is not passed on.
        done = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
        new += max(done.rowcount, 0)
    return new


def upsert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Insert rows or overwrite the other columns of those whose `keys` exist already (no key twice in `rows`).

    Objects the session has loaded keep what they were loaded with.
    """
    for portion in _portions(session, table, rows):
        statement = _insert(session, table).values(portion)
        changed = {name: statement.excluded[name] for name in portion[0] if name not in keys}
        session.connection().execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def lock_names(session: Session, names: Iterable[str]) -> None:
    """Hold these names to the end of the transaction: who asks for one of them meanwhile waits.

    For what two transactions must not overlook in each other although neither row exists yet. SQLite has one writer
    at a time and needs none of it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    keys = sorted({int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True) for name in names})
    # In one order for all, or two transactions could wait for each other. PostgreSQL answers 1,664 columns at most.
    for first in range(0, len(keys), 1000):
        portion = keys[first : first + 1000]
        locks = ", ".join(["pg_advisory_xact_lock(%s::bigint)"] * len(portion))
        raw: Any = session.connection().connection.driver_connection
        with raw_errors():
            raw.execute(f"SELECT {locks}", portion)


def continue_keys(connection: Connection, tables: Iterable[Any]) -> None:
    """Let the keys that the database gives go on after the largest there is: for rows that came with their own."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if "id" in table.columns and table.columns["id"].primary_key and table.columns["id"].autoincrement:
            given = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
            largest = f'SELECT max(id) FROM "{table.name}"'  # noqa: S608  names of our own tables
            connection.exec_driver_sql(f"SELECT setval({given}, ({largest})) WHERE {given} IS NOT NULL")


def renew_statistics(*tables: Any) -> None:
    """Let PostgreSQL look at tables that a bulk load has grown, or is about to ask: it plans by what it last saw.

    Without it each look for a thousand rows may read all of a table that was empty when it was last seen.
    """
    bound = engine()
    if bound.dialect.name != "postgresql":
        return
    with bound.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f'ANALYZE "{getattr(table, "__table__", table).name}"')


# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
_MOST_VALUES = 30_000


def _portions(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Rows in statements of a size that databases take; what waits in the session is written first (foreign keys)."""
    if rows:
        session.flush()
        size = _MOST_VALUES // len(getattr(table, "__table__", table).columns)
        for begin in range(0, len(rows), size):
            yield list(rows[begin : begin + size])


def _insert(session: Session, table: Any) -> Any:
    target = getattr(table, "__table__", table)
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(target)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without_details(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            without_details(error)


@contextlib.contextmanager
def raw_errors() -> Iterator[None]:
    """What the driver raises inside as SQLAlchemy would raise it, without the row that PostgreSQL repeats."""
    try:
        yield
    except psycopg.Error as wrong:
        told = DBAPIError.instance("plain rows", None, wrong, psycopg.Error, hide_parameters=True)
        without_details(wrong)
        without_details(told)
        raise told from None


def without_details(error: BaseException) -> None:
    """PostgreSQL repeats the row in the DETAIL of its message: only the first line is kept."""
    error.args = tuple(re.sub(r"\nDETAIL: .*", "", arg) if isinstance(arg, str) else arg for arg in error.args)


_thread = threading.local()


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    if getattr(_thread, "writes", False):
        raise RuntimeError("transaction() inside transaction()")
    _thread.writes = True
    try:
        yield
    finally:
        _thread.writes = False


@contextlib.contextmanager
def _turn_to_write(bound: Engine) -> Iterator[None]:
    """SQLite has one writer at a time and lets the others poll; a file lock lets them queue instead."""
    path = bound.url.database
    if bound.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
