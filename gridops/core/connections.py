"""What is done with each connection: when it is opened, lent, given back, and begins a transaction."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError


class Cursor(psycopg.Cursor[Any]):
    """A cursor that names columns and their types only: SQLAlchemy reads no more, and asks after every statement.

    The driver describes each column at length, which costs more than running a statement that reads a case.
    """

    @property
    def description(self) -> Any:
        """Name and type of each column, as the DB API has them; None where a statement gives no rows."""
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        nothing = (None,) * 5
        return [((result.fname(at) or b"").decode(), result.ftype(at), *nothing) for at in range(result.nfields)]


def set_up_sqlite(opened: Engine) -> None:
    """WAL, FULL, foreign keys, and no BEGIN but ours."""
    event.listen(opened, "connect", _set_up_sqlite)
    event.listen(opened, "begin", _begin_sqlite)


def set_up_postgresql(opened: Engine) -> None:
    """Times in UTC, no JIT, and a connection that rested is asked whether it still stands."""
    event.listen(opened, "connect", _set_up_postgresql)
    event.listen(opened, "checkin", _note_rest)
    event.listen(opened, "checkout", _ask_when_rested)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for one in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "cache_size=-65536"):
        connection.execute(f"PRAGMA {one}")


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    # To compile a page's statement takes longer than to run it. A relative of PostgreSQL may not know that setting.
    connection.execute(
        "SELECT set_config(name, CASE name WHEN 'jit' THEN 'off' ELSE 'UTC' END, false)"
        " FROM pg_settings WHERE name IN ('jit', 'TimeZone')"
    )
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")


# A connection that answered just now is taken as it is; one that rested may have been closed by a server or a router.
_RESTED_S = 5.0


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_when_rested(connection: Any, record: Any, _proxy: Any) -> None:
    rests_since = record.info.get("rests_since")
    if rests_since is None or time.monotonic() - rests_since < _RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error:
        # The pool opens another one in its place.
        raise DisconnectionError("the connection was closed while it rested") from None
