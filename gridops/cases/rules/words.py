"""What of a case is kept to find it by its words: every two following characters, as written Chinese has no blanks.

Beside them marks of what else is known of it, so that of a thousand cases with some words only those are read that a
filter, or the page of a list, may show.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from gridops.cases.rules.moves import ENDED, State
from gridops.cases.rules.sources import Source
from gridops.core import clock

# Between two entries; no entry holds a blank.
_BETWEEN = " "


def pairs(text: str) -> frozenset[str]:
    """Every two following characters in lower case, blanks left out: whoever holds a text holds all its pairs."""
    plain = "".join(text.lower().split())
    return frozenset(plain[place : place + 2] for place in range(len(plain) - 1))


def numbered(number: str) -> str:
    """The entry of a number that is looked for whole."""
    return "=" + "".join(number.split())


class Worded(Protocol):
    """What the entries of a case are made of."""

    @property
    def id(self) -> int: ...
    @property
    def reported_at(self) -> datetime: ...
    @property
    def grid_id(self) -> int: ...
    @property
    def category_id(self) -> int: ...
    @property
    def source(self) -> Source: ...
    @property
    def state(self) -> State: ...
    @property
    def address(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def source_number(self) -> str | None: ...


def kept(case: Worded) -> str:
    """All entries of one case, as its row of `case_words` holds them: of its texts, its number, and its marks."""
    found = {*pairs(case.address), *pairs(case.description), *marks(case)}
    if case.source_number:
        found.add(numbered(case.source_number))
    return _BETWEEN.join(sorted(found))


# Of a case that had not ended when its words were written. One that has ended since may have it; none that is open
# lacks it, unless its words are owed.
OPEN = "@open"
# So many cases that were written one after the other have one mark together.
BLOCK = 50_000


def marks(case: Worded) -> set[str]:
    """What else is known of a case, as entries beside its words, so that few places are read of many with the words."""
    known = {
        month(case.reported_at), mark("block", case.id // BLOCK), mark("source", case.source),
        mark("grid", case.grid_id), mark("category", case.category_id),
    }  # fmt: skip
    return known if case.state in ENDED else known | {OPEN}


# Longer than any pair; short, since every case has them.
_KINDS = {"month": "@m", "block": "@b", "source": "@s", "grid": "@g", "category": "@c"}


def mark(kind: str, value: object) -> str:
    """The entry of something that is known of a case."""
    return f"{_KINDS[kind]}{value}"


def month(moment: datetime) -> str:
    """The mark of the local month of a moment."""
    return mark("month", f"{clock.local_date(moment):%Y%m}")


def months_from(moment: datetime, *, falling: bool) -> list[str]:
    """The marks of the local month of a moment and of the one before it (`falling`) or after it."""
    first = clock.local_date(moment).replace(day=1)
    # From the first of a month 45 days never reach beyond the next.
    beside = first - timedelta(days=1) if falling else first + timedelta(days=45)
    return [mark("month", f"{day:%Y%m}") for day in (first, beside)]


def months_between(since: datetime, until: datetime) -> list[str]:
    """The marks of the local months of all moments from one to another."""
    day, found = clock.local_date(since).replace(day=1), list[str]()
    while day <= clock.local_date(until):
        found.append(mark("month", f"{day:%Y%m}"))
        day = (day + timedelta(days=45)).replace(day=1)
    return found


def key_of(first: int, last: int) -> str:
    """How the words of the cases from one id to another are owed; a single case by its id alone."""
    return str(first) if first == last else f"{first}-{last}"


def ids_of(key: str) -> tuple[int, int]:
    """The first and the last id of such a key."""
    first, _, last = key.partition("-")
    return int(first), int(last or first)
