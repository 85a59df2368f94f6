"""Settings that hold from a later day on, and may be withdrawn until then (pure)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar


class Planned(Protocol):
    """A row of a setting: from a day on, up to, not including, another (empty: still)."""

    @property
    def id(self) -> int: ...

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


_P = TypeVar("_P", bound=Planned)


def never_held(row: Planned) -> bool:
    """Whether a row ended before it began: withdrawn, or replaced on its first day."""
    return row.valid_to is not None and row.valid_to <= row.valid_from


def holding(rows: Iterable[_P], day: date) -> list[_P]:
    """The rows of one setting that hold on a day or are to hold after it: what begins that day takes their place."""
    return [row for row in rows if not never_held(row) and (row.valid_to is None or row.valid_to > day)]


def withdrawn(rows: Iterable[_P], row: _P, today: date) -> list[tuple[_P, date | None]]:
    """What withdrawing the plan of a row changes: rows with the end they get; empty where nothing of it is to come.

    `rows`: all of one setting. What begins later never begins, and what it would have ended goes on in its place; of
    what holds today and ends later, with nothing after it, the end is taken back.
    """
    others = [one for one in rows if one.id != row.id and not never_held(one)]
    if row.valid_from > today and not never_held(row):
        before = [one for one in others if one.valid_to == row.valid_from]
        return [(row, row.valid_from), *((one, row.valid_to) for one in before)]
    end = row.valid_to
    holds = end is not None and row.valid_from <= today < end
    followed = any(one.valid_from > row.valid_from for one in others)
    return [(row, None)] if holds and not followed else []


def withdrawable(rows: Iterable[_P], setting: Callable[[_P], Hashable], today: date) -> set[int]:
    """The ids of the rows of which something may be withdrawn; `setting` tells which rows follow each other."""
    by_setting: dict[Hashable, list[_P]] = {}
    for row in rows:
        by_setting.setdefault(setting(row), []).append(row)
    groups: Iterable[Sequence[_P]] = by_setting.values()
    return {row.id for group in groups for row in group if withdrawn(group, row, today)}
