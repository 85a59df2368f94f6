"""Columns (`core.columns`) out of the database: many rows at once, without an object for a row or a value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Boolean, DateTime, Integer, Select
from sqlalchemy.orm import Session

from gridops.core import columns, money
from gridops.core.columns import NEVER
from gridops.core.db import Instant, Yuan, raw_errors

# PostgreSQL counts instants from 2000 on, and its last one is our NEVER. An array of it has a head of 20 bytes.
_FROM_2000 = columns.micros(datetime(2000, 1, 1, tzinfo=UTC))
_HEAD, _ELEMENT = 20, np.dtype([("length", ">i4"), ("value", ">i8")])
_SHAPES = {
    "instant": "coalesce(q.{0}, 'infinity')",
    "truth": "coalesce(q.{0}, false)::int::bigint",
    "number": "coalesce(q.{0}, 0)::bigint",
    "yuan": "coalesce(q.{0}, 0)::bigint",
}


def read_columns(session: Session, query: Select[Any]) -> dict[str, Any]:
    """The columns of a select under their names, its rows in any order; TypeError for what is no such column."""
    kinds = {column.name: _kind(column.type) for column in query.selected_columns}
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return _as_arrays(connection, query, kinds)
    rows = connection.execute(query).all()
    return {name: _taken([row[place] for row in rows], kind) for place, (name, kind) in enumerate(kinds.items())}


def _kind(of: Any) -> str:
    if isinstance(of, Yuan):
        return "yuan"
    if isinstance(of, Instant | DateTime):
        return "instant"
    if isinstance(of, Boolean):
        return "truth"
    if isinstance(of, Integer):
        return "number"
    raise TypeError(f"no column of numbers: {of!r}")


def _taken(values: list[Any], kind: str) -> Any:
    """Values as SQLAlchemy gives them."""
    if kind == "instant":
        return columns.instants(values)
    if kind == "yuan":
        values = [None if value is None else money.to_fen(value) for value in values]
    return columns.truths(values) if kind == "truth" else columns.numbers(values)


def _as_arrays(connection: Any, query: Select[Any], kinds: dict[str, str]) -> dict[str, Any]:
    """One row of PostgreSQL whose values are arrays in binary: memory as it stands, whatever the number of rows."""
    quote = connection.dialect.identifier_preparer.quote
    # The driver sends a text without parameters as it is: what the compiler wrote for one that has some is undone.
    asked = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})) % ()
    told = ", ".join(f"array_agg({_SHAPES[kind].format(quote(name))})" for name, kind in kinds.items())
    with raw_errors(), connection.connection.driver_connection.cursor(binary=True) as cursor:
        cursor.execute(f"SELECT {told} FROM ({asked}) AS q", prepare=False)  # noqa: S608  our own select
        arrays = [cursor.pgresult.get_value(0, place) for place in range(len(kinds))]
    return {name: _native(array, kind) for (name, kind), array in zip(kinds.items(), arrays, strict=True)}


def _native(array: bytes | None, kind: str) -> Any:
    if array is None:  # of no rows
        return np.zeros(0, dtype=bool if kind == "truth" else np.int64)
    values = np.frombuffer(array, dtype=_ELEMENT, offset=_HEAD)["value"].astype(np.int64)
    if kind == "instant":
        values[values != NEVER] += _FROM_2000
    return values.astype(bool) if kind == "truth" else values
