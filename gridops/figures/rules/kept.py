"""Kept rows: the times behind each counted record, so that every figure can be recounted years later (§5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gridops.cases.rules.projection import Facts
from gridops.core.canonical import canonical
from gridops.core.columns import EPOCH, NEVER
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
_REPORTED = END_FIELDS.index("reported_at")
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


def facts_text(at_start: Facts, at_end: Facts) -> str:
    """JSON [times at E, times at S, undone pairs] in microseconds since 1970, in the order of the FIELDS."""
    end = [_micros(getattr(at_end, name)) for name in END_FIELDS]
    start = [_micros(getattr(at_start, name)) for name in START_FIELDS]
    undone = [[_micros(made), _micros(undone)] for made, undone in at_end.undone]
    return json.dumps([end, start, undone], separators=(",", ":"))


def keeper(end: datetime, deadlines: Collection[str]) -> Callable[[Sequence[datetime | None]], str]:
    """The same for a plain case, from its row: a function of the times in the order of END_FIELDS, aware or naive UTC.

    A time after E is left out, a deadline where the case was not filed before E. The times at S are null: they are
    those at E that lie before S.
    """
    last = (end - EPOCH) // _MICROSECOND
    filed_place = END_FIELDS.index("filed_at")
    is_deadline = [name in deadlines for name in END_FIELDS]
    naive = EPOCH.replace(tzinfo=None)

    def keep(times: Sequence[datetime | None]) -> str:
        zero = EPOCH if times[_REPORTED].tzinfo else naive  # type: ignore[union-attr]
        known = [None if time is None else (time - zero) // _MICROSECOND for time in times]
        filed = (since := known[filed_place]) is not None and since < last
        told = (
            "null" if time is None or not (filed if deadline else time < last) else str(time)
            for time, deadline in zip(known, is_deadline, strict=True)
        )
        return f"[[{','.join(told)}],null,[]]"

    return keep


def times_of(facts: str) -> dict[str, datetime]:
    """The times at E that a kept row holds, by the names of the columns of `case`."""
    end = json.loads(facts)[0]
    return {
        name: EPOCH + micros * _MICROSECOND for name, micros in zip(END_FIELDS, end, strict=True) if micros is not None
    }


def line_of(row: Mapping[str, Any]) -> bytes:
    """The canonical line of a kept row: its values in the order of LINE_FIELDS."""
    return (
        "|".join(str(int(v) if isinstance(v, bool) else v) for v in (row[name] for name in LINE_FIELDS)).encode()
        + b"\n"
    )


class Digest:
    """SHA-256 over the lines of rows in case order, and over the canonical JSON of what is printed of them."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self._hash.update(line_of(row))
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
    told = [json.loads(text) for text in texts]
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
