"""Rules of the lists (pure): class of a code, local extensions, nearest known codes, what is in force."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Protocol, TypeVar


class Kind(StrEnum):
    """What a category names."""

    EVENT = "event"
    COMPONENT = "component"
    FINDING = "finding"


class Dated(Protocol):
    """Anything with a validity: from a day on, up to, not including, another (empty: always, still)."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


class Condition(Dated, Protocol):
    """What choosing among filing conditions asks of a row."""

    @property
    def id(self) -> int: ...

    @property
    def root_id(self) -> int: ...

    @property
    def position(self) -> int: ...

    @property
    def in_use(self) -> bool: ...


class Coded(Dated, Protocol):
    """What choosing among versions of a checklist or a legal basis asks of a row."""

    @property
    def id(self) -> int: ...

    @property
    def root_id(self) -> int: ...

    @property
    def code(self) -> str: ...


_C = TypeVar("_C", bound=Condition)
_V = TypeVar("_V", bound=Coded)
_D = TypeVar("_D", bound=Dated)
_EXTENSION = re.compile(r"[0-9]{2}[6-9][0-9]")


def class_of(code: str) -> str:
    """The class (大类) a code belongs to: its first two characters, for a class the code itself (standards.md 1.3)."""
    return code[:2]


def is_extension(code: str) -> bool:
    """Whether a code may be a local extension of its class: four digits ending 60-99 (contract, import of cases)."""
    return _EXTENSION.fullmatch(code) is not None


def free_extension(class_code: str, taken: Collection[str]) -> str | None:
    """The code that the next local extension of a class takes: from 99 down; None where all are taken."""
    codes = (f"{class_code}{number}" for number in range(99, 59, -1))
    return next((code for code in codes if code not in taken and is_extension(code)), None)


def in_force(row: Dated, on: date) -> bool:
    """Whether a row holds on a local day."""
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on < row.valid_to)


def edition_on(editions: Iterable[_D], on: date) -> _D | None:
    """The edition begun last before or on a day; before the first one, the first: old records need a list too."""
    ordered = sorted(editions, key=lambda edition: edition.valid_from or date.min)
    begun = [edition for edition in ordered if (edition.valid_from or date.min) <= on]
    return begun[-1] if begun else next(iter(ordered), None)


def conditions_on(rows: Iterable[_C], on: date) -> list[_C]:
    """Of the rows of one category, shipped and a root's own: those to choose from on a day, in order of position."""
    chosen: dict[int, _C] = {}
    for row in sorted(rows, key=lambda row: (row.root_id, row.id)):
        if in_force(row, on):
            chosen[row.position] = row
    return [chosen[position] for position in sorted(chosen) if chosen[position].in_use]


def versions_on(rows: Iterable[_V], on: date) -> list[_V]:
    """Of the versions of checklists or legal bases, shipped and a root's own: the one of each code that holds on a day.

    A root's own stands before the shipped one of its code, and the latest entered before others.
    """
    chosen: dict[str, _V] = {}
    for row in sorted(rows, key=lambda row: (row.root_id, row.id)):
        if in_force(row, on):
            chosen[row.code] = row
    return [chosen[code] for code in sorted(chosen)]


def nearest(wanted: str, known: Mapping[str, str], count: int = 3) -> list[str]:
    """The codes whose code or name is most like what was given; `known` maps code to name."""
    return sorted(known, key=lambda code: _distance(wanted.strip(), code, known[code]))[:count]


def _distance(wanted: str, code: str, name: str) -> tuple[float, int, str]:
    likeness = max(SequenceMatcher(None, wanted, code).ratio(), SequenceMatcher(None, wanted, name).ratio())
    if class_of(code) == class_of(wanted):
        likeness += 0.2
    apart = abs(int(wanted) - int(code)) if wanted.isdecimal() and code.isdecimal() else 0
    return (-round(likeness, 3), apart, code)


@dataclass(frozen=True, slots=True)
class Entry:
    """One category as figures need it; `root_id` 0: for all."""

    id: int
    list_code: str
    kind: Kind
    class_code: str
    code: str
    name: str
    name_en: str
    class_name: str
    level: int
    root_id: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """A snapshot of all categories: id -> entry, (list, kind, class code) -> class name, key -> id."""

    entries: Mapping[int, Entry]
    classes: Mapping[tuple[str, Kind, str], str]
    keys: Mapping[tuple[str, Kind, str, int], int]

    def __getitem__(self, category_id: int) -> Entry:
        return self.entries[category_id]

    def find(self, list_code: str, kind: Kind, code: str, root_id: int) -> Entry | None:
        """The level-2 category of a code: a root's own before the common one; None where it is unknown."""
        found = self.keys.get((list_code, kind, code, root_id)) or self.keys.get((list_code, kind, code, 0))
        return self.entries[found] if found else None

    def class_name(self, kind: Kind, class_code: str, list_code: str = "B") -> str:
        """The name of a class; its code where the list has no such class."""
        return self.classes.get((list_code, kind, class_code), class_code)
