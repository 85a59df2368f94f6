"""What of a case's words is kept to find it by: every two following characters, as written Chinese has no blanks."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def month(moment: datetime) -> str:
    """The entry of the local month of a report; longer than any pair."""
    return f"@{clock.local_date(moment):%Y%m}"


def months_from(moment: datetime, *, falling: bool) -> list[str]:
    """The entries of the local month of a moment and of the one before it (`falling`) or after it."""
    first = clock.local_date(moment).replace(day=1)
    # From the middle of a month it is never a month and a half to the middle of the next.
    beside = first - timedelta(days=1) if falling else first + timedelta(days=45)
    return [f"@{day:%Y%m}" for day in (first, beside)]


def kept(reported_at: datetime, address: str, description: str, source_number: str | None) -> str:
    """All entries of one case, as its row of `case_words` holds them."""
    found = pairs(address) | pairs(description) | ({numbered(source_number)} if source_number else frozenset())
    return _BETWEEN.join(sorted(found | {month(reported_at)}))


def key_of(first: int, last: int) -> str:
    """How the words of the cases from one id to another are owed; a single case by its id alone."""
    return str(first) if first == last else f"{first}-{last}"


def ids_of(key: str) -> tuple[int, int]:
    """The first and the last id of such a key."""
    first, _, last = key.partition("-")
    return int(first), int(last or first)
