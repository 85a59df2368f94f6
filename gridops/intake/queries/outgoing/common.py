"""What all exports of rooms' records share: which rows, in what portions, and how cells are written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from gridops.core import clock, masking

BATCH = 1000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Within:
    """Which rows: of a root, of some of its grids (None: all), from an instant on up to, not including, another.

    `ids`: of these alone (None: all).
    """

    root_id: int
    grid_ids: frozenset[int] | None = None
    start: datetime | None = None
    end: datetime | None = None
    ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A table for others: its columns, its rows, and how columns with personal data are masked."""

    name: str
    told: str
    columns: tuple[str, ...]
    rows: Callable[[Session, Within], Iterator[Row]]
    masked: Mapping[str, Callable[[Row], str]]
    by_day: bool = True

    def written(self, session: Session, within: Within, *, clear: bool = False) -> Iterator[list[Any]]:
        """The rows as cells; personal data masked unless `clear`."""
        for row in self.rows(session, within):
            if not clear:
                row |= {name: mask(row) for name, mask in self.masked.items() if row.get(name)}
            yield [cell(row.get(name)) for name in self.columns]

    def chosen(self, session: Session, root_id: int, ids: Collection[int]) -> Iterator[list[Any]]:
        """The rows with these ids, in order of entry; personal data masked."""
        wanted = sorted(ids)
        for first in range(0, len(wanted), BATCH):
            yield from self.written(session, Within(root_id, ids=frozenset(wanted[first : first + BATCH])))


def narrowed(rows: Any, within: Within, *, root: Any, at: Any = None, grids: Sequence[Any] = ()) -> Any:
    """Only the rows asked for, by their columns of root and time; any of `grids` may lie within."""
    rows = rows.where(root == within.root_id)
    if within.ids is not None:
        rows = rows.where(rows.selected_columns[0].in_(sorted(within.ids)))
    if within.grid_ids is not None and grids:
        wanted = sorted(within.grid_ids)
        rows = rows.where(or_(*(grid.in_(wanted) for grid in grids)))
    if within.start is not None and at is not None:
        rows = rows.where(at >= within.start)
    if within.end is not None and at is not None:
        rows = rows.where(at < within.end)
    return rows


def portions(session: Session, rows: Any, key: Any) -> Iterator[Sequence[Any]]:
    """The rows in portions by ascending id (the first column), so that memory stays constant."""
    last = 0
    while True:
        found = session.execute(rows.where(key > last).order_by(key).limit(BATCH)).all()
        if found:
            yield found
        if len(found) < BATCH:
            return
        last = found[-1][0]


def cell(value: Any) -> Any:
    """A cell: local times, yes and no, amounts with two places; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def person(told: Any) -> str:
    """Someone as files name people: `name@agency#certificate_no`, as far as it is known."""
    if isinstance(told, str):
        return told
    name, agency, certificate = (told.get(part) for part in ("name", "agency", "certificate_no"))
    return f"{name or ''}{f'@{agency}' if agency else ''}{f'#{certificate}' if certificate else ''}"


def masked_people(text: str) -> str:
    """A cell of people with names and certificates masked; the agencies stand."""
    return ";".join(_masked(one) for one in text.split(";"))


def _masked(told: str) -> str:
    name, at, rest = told.partition("@")
    agency, mark, certificate = rest.partition("#")
    return f"{masking.name(name)}{at}{agency}{mark}{masking.number(certificate)}"
