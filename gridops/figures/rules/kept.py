"""Kept rows: the times behind each counted record, so that every figure can be recounted years later (§5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np

from gridops.cases.rules.facts import Facts
from gridops.core.canonical import canonical
from gridops.core.columns import EPOCH, NEVER, micros
from gridops.figures.counts import ATOMS, BITS, PROGRAM
from gridops.figures.rules.conditions import (
    AtStart,
    Before,
    BeforeEnd,
    BeforeStart,
    Known,
    Logic,
    NotAfter,
    UndoneWithin,
    Within,
)
from gridops.figures.rules.rows import TURN_KEYS

_MICROSECOND = timedelta(microseconds=1)


def _fields(*, at_start: bool) -> tuple[str, ...]:
    asked = [atom.of if isinstance(atom, AtStart) else atom for atom in ATOMS if isinstance(atom, AtStart) is at_start]
    names = [getattr(atom, name, None) for atom in asked for name in ("field", "other")]
    return tuple(sorted({name for name in names if name}))


# The times that any figure asks for, at E and at S; the first deadline is kept and shown beside them.
END_FIELDS = (*_fields(at_start=False), "due_first_at")
START_FIELDS = _fields(at_start=True)
LINE_FIELDS = (
    "case_id",
    "grid_version_id",
    "child_id",
    "category_id",
    "source",
    "unit_id",
    "campaign_id",
    "flags",
    *TURN_KEYS,
    "late",
    "facts",
)
_VALUES = itemgetter(*LINE_FIELDS)
# A truth is written as a number.
_LINE = "|".join("%d" if name == "late" else "%s" for name in LINE_FIELDS) + "\n"


def facts_text(at_start: Facts, at_end: Facts) -> str:
    """JSON [times at E, times at S, undone pairs] in microseconds since 1970, in the order of the FIELDS."""
    end = [_micros(getattr(at_end, name)) for name in END_FIELDS]
    start = [_micros(getattr(at_start, name)) for name in START_FIELDS]
    undone = [[_micros(made), _micros(undone)] for made, undone in at_end.undone]
    return json.dumps([end, start, undone], separators=(",", ":"))


def plain_texts(columns: Mapping[str, Any], end: datetime, deadlines: Collection[str]) -> Iterator[str]:
    """The same for plain cases, from the columns of their rows under the END_FIELDS.

    A time after E is left out, a deadline where the case was not filed before E. The times at S are null: they are
    those at E that lie before S.
    """
    last = micros(end)
    filed = columns["filed_at"] < last
    told = []
    for name in END_FIELDS:
        column = columns[name]
        known = (column != NEVER) & filed if name in deadlines else column < last
        told.append(
            [str(time) if there else "null" for time, there in zip(column.tolist(), known.tolist(), strict=True)]
        )
    return (f"[[{','.join(times)}],null,[]]" for times in zip(*told, strict=True))


def times_of(facts: str) -> dict[str, datetime]:
    """The times at E that a kept row holds, by the names of the columns of `case`."""
    end = json.loads(facts)[0]
    return {
        name: EPOCH + micros * _MICROSECOND for name, micros in zip(END_FIELDS, end, strict=True) if micros is not None
    }


def values_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of a kept row in the order of LINE_FIELDS."""
    values: tuple[Any, ...] = _VALUES(row)
    return values


class Digest:
    """SHA-256 over the lines of rows in case order, and over the canonical JSON of what is printed of them."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """A kept row, in case order."""
        self.add_line(values_of(row))

    def add_line(self, values: tuple[Any, ...]) -> None:
        """The same by its values in the order of LINE_FIELDS."""
        self._hash.update((_LINE % values).encode())
        self.rows += 1

    def add_fact(self, kind: str, fact_id: int, text: str) -> None:
        """A kept fact, after all rows: in the order of kinds and ids."""
        self._hash.update(f"{kind}|{fact_id}|{text}\n".encode())

    def sealed(self, printed: Any) -> str:
        """The digest of the rows added so far, followed by what is printed (RFC 8785)."""
        whole = self._hash.copy()
        whole.update(canonical(printed))
        return whole.hexdigest()


def flags_from(texts: Sequence[str], start: datetime, end: datetime) -> Any:
    """The flags of kept rows, evaluated anew from their times; knows nothing of the database."""
    told = [_read(text) for text in texts]
    first, last = _micros(start), _micros(end)
    at_end = _columns((row[0] for row in told), len(told), END_FIELDS)
    derived = np.array([row[1] is None for row in told], dtype=bool)
    nothing = [None] * len(START_FIELDS)
    at_start = _columns((row[1] or nothing for row in told), len(told), START_FIELDS)
    for name, column in at_start.items():
        column[derived] = np.where(at_end[name] < first, at_end[name], NEVER)[derived]
    undone = np.array([any(first <= u < last for _, u in row[2]) for row in told], dtype=bool)

    def atom(asked: Any) -> Any:
        columns = at_end
        if isinstance(asked, AtStart):
            asked, columns = asked.of, at_start
        if isinstance(asked, UndoneWithin):
            return undone
        return _truth(asked, columns, first, last)

    logic: Logic[Any] = Logic(atom, np.logical_and.reduce, np.logical_or.reduce, np.logical_not)
    return sum((holds * BITS[key] for key, holds in PROGRAM.run(logic).items()), np.zeros(len(told), dtype=np.int64))


def _read(text: str) -> Any:
    """One JSON value that takes the whole text; ValueError for anything else."""
    value, end = _DECODE(text)
    if end != len(text):
        raise ValueError("not the times of a case")
    return value


_DECODE = json.JSONDecoder().raw_decode


def _truth(asked: Any, columns: Mapping[str, Any], first: Any, last: Any) -> Any:
    time = columns[asked.field]
    there = time != NEVER
    match asked:
        case Known():
            return there
        case Within():
            return (time >= first) & (time < last)
        case BeforeStart():
            return time < first
        case BeforeEnd():
            return time < last
        case NotAfter(other=other):
            return there & (columns[other] != NEVER) & (time <= columns[other])
        case Before(other=other):
            return there & (columns[other] != NEVER) & (time < columns[other])
    raise TypeError(f"not an atom: {asked}")


def _columns(rows: Iterable[Sequence[int | None]], length: int, names: tuple[str, ...]) -> dict[str, Any]:
    table = np.array([[NEVER if time is None else time for time in row] for row in rows], dtype=np.int64)
    return {name: table.reshape(length, len(names))[:, place].copy() for place, name in enumerate(names)}


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else (instant - EPOCH) // _MICROSECOND
