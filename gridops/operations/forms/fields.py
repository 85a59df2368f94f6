"""Parts that several forms of this room read: officers, premises, the last instant of a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gridops.core import clock
from gridops.core.fields import Reader, day, instant, row_id, text
from gridops.squads.rules import Someone, parse_people

MAX_WORDS = 500
MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class PremisesRef:
    """Premises by credit code, by name within the street, or by our id."""

    credit_code: str | None = None
    name: str | None = None
    id: int | None = None


def premises(value: object) -> PremisesRef:
    """`{credit_code | name | id}`: at least one of them."""
    read = Reader(value)
    found = PremisesRef(read("credit_code", text(18)), read("name", text(200)), read("id", row_id))
    if found == PremisesRef() and not read.errors:
        read.wrong("name", "required (or credit_code, or id)")
    read.done()
    return found


def people(value: object) -> tuple[Someone, ...]:
    """People between `;`, or in a list of texts; each is `username` or `name@agency#certificate_no`."""
    if isinstance(value, list | tuple):
        if not all(isinstance(part, str) for part in value):
            raise ValueError("not a list of texts")
        value = ";".join(value)
    if not isinstance(value, str):
        raise ValueError("not a text")
    return parse_people(value)


def by_last_instant(value: object) -> datetime:
    """A time by which something has to be done; a day alone ends with its last second (local)."""
    if isinstance(value, str):
        try:
            return clock.midnight(day(value) + timedelta(days=1)) - timedelta(seconds=1)
        except ValueError:
            pass
    return instant()(value)
