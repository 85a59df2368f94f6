"""What may be handed in about a case: raw data -> frozen dataclass, or Invalid naming every wrong field."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.cases.rules.moves import IF_ANY, MOVES, Move, Suspension
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid

MAX_DESCRIPTION = 2000
MAX_WORDS = 500
MAX_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the phone saw itself, and when: degrees in its crs, accuracy in metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    crs: Crs = Crs.WGS84
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is: degrees in its crs, accuracy in metres; `picked`: placed by hand, `fix`: the phone's own."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    crs: Crs = Crs.WGS84
    picked: bool = False
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A report as handed in. `grid`: the code of a grid, where there is no place. `same_as`: uuid or number of a case
    that this shows again.
    """

    category: str
    category_list: str = "B"
    kind: Kind | None = None
    description: str = ""
    location: Location | None = None
    grid: str | None = None
    address: str = ""
    source: Source = Source.INSPECTOR
    source_number: str | None = None
    self_handled: bool = False
    same_as: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class MoveFields:
    """What is handed in with a move; the table of moves says which of these it needs and takes."""

    reason: str | None = None
    words: str | None = None
    outcome: bool | None = None
    condition: int | None = None
    closing_condition: int | None = None
    unit: int | None = None
    due: datetime | None = None
    suspension: Suspension | None = None
    resume_on: date | None = None
    into: str | None = None
    category: int | None = None

    def given(self) -> frozenset[str]:
        """The names of the fields that were handed in."""
        return frozenset(name for name in _MOVE_FIELDS if getattr(self, name) is not None)


def parse_report(raw: object, field: str = "body") -> ReportIn:
    """A report from untrusted JSON or a form: lengths and degrees limited; Invalid names `body.location.lon`, …"""
    read = _Reader(raw, field)
    found = ReportIn(
        category=read("category", _text(30), required=True),
        category_list=read("category_list", _text(20)) or "B",
        kind=read("kind", _member(Kind)),
        description=read("description", _text(MAX_DESCRIPTION)) or "",
        location=read("location", _location),
        grid=read("grid", _text(60)),
        address=read("address", _text(MAX_ADDRESS)) or "",
        source=read("source", _member(Source)) or Source.INSPECTOR,
        source_number=read("source_number", _text(80)),
        self_handled=read("self_handled", _flag) or False,
        same_as=read("same_as", _text(40)),
        campaign=read("campaign", _text(60)),
    )
    if found.location is None and found.grid is None and not read.errors:
        read.errors.append((f"{field}.location", "required (or grid)"))
    read.done()
    return found


def parse_move(move: Move, raw: object, field: str = "") -> MoveFields:
    """The fields of a move from a form or JSON; what the table does not name for this move is refused."""
    rule = MOVES[move]
    read = _Reader(raw, field)
    values = {
        name: read(name, _MOVE_FIELDS[name], required=name in rule.needs and name not in IF_ANY)
        for name in (*rule.needs, *rule.takes)
    }
    if values.get("suspension") is Suspension.SET_DATE and values.get("resume_on") is None:
        read.errors.append((read.name("resume_on"), "required for a suspension to a set date"))
    if values.get("suspension") is Suspension.OUTSIDE and values.get("resume_on") is not None:
        read.errors.append((read.name("resume_on"), "only for a suspension to a set date"))
    read.done()
    return MoveFields(**values)


Read = Callable[[object], Any]


class _Reader:
    """Reads named values from an object and remembers what is wrong with each.

    Numbers may be digits in text and empty text counts as not given, as HTML forms send them.
    """

    def __init__(self, raw: object, field: str = "") -> None:
        if not isinstance(raw, Mapping):
            raise Invalid((field, "not an object")) if field else ValueError("not an object")
        self.raw = raw
        self.field = field
        self.seen: set[str] = set()
        self.errors: list[tuple[str, str]] = []

    def __call__(self, name: str, read: Read, *, required: bool = False) -> Any:
        self.seen.add(name)
        value = self.raw.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.errors.append((self.name(name), "required"))
            return None
        try:
            return read(value)
        except Invalid as inner:
            self.errors += [(f"{self.name(name)}.{error.field}", error.reason) for error in inner.errors]
        except ValueError as wrong:
            self.errors.append((self.name(name), str(wrong)))
        return None

    def name(self, name: str) -> str:
        """The dotted name of a field."""
        return f"{self.field}.{name}" if self.field else name

    def done(self) -> None:
        """Refuse what nobody asked for, and raise everything found."""
        unknown = [name for name in self.raw if name not in self.seen]
        self.errors += [(self.name(str(name)[:60]), "unknown field") for name in unknown]
        if self.errors:
            raise Invalid(*self.errors)


def _text(longest: int) -> Read:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("not a text")
        text = value.strip()
        if len(text) > longest:
            raise ValueError(f"longer than {longest} characters")
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise ValueError("contains a character that no text may contain")
        return text

    return read


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("not true or false")


def _member(kind: Callable[[str], Any]) -> Read:
    def read(value: object) -> Any:
        try:
            return kind(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            raise ValueError(f"none of {', '.join(kind)}") from None  # type: ignore[arg-type]

    return read


def _number(lowest: float, highest: float) -> Read:
    def read(value: object) -> float:
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", value.strip()):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("not a number")
        # An integer may be too large for a float; comparing it is safe.
        if not lowest <= value <= highest or not math.isfinite(value):
            raise ValueError(f"not between {lowest:g} and {highest:g}")
        return float(value)

    return read


def _id(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("not an id")
    return value


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("not a time")
    try:
        found = clock.parse_instant(value[:40])
    except ValueError:
        raise ValueError("not an ISO 8601 time") from None
    if not 2000 <= found.year <= 2200:
        raise ValueError("not between the years 2000 and 2200")
    return found


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"2[01]\d\d-\d\d-\d\d", value.strip()):
        raise ValueError("not a day like 2017-03-05")
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("no such day") from None


def _fix(value: object) -> Fix:
    read = _Reader(value)
    found = Fix(*_degrees(read), read("at", _instant))
    read.done()
    return found


def _location(value: object) -> Location:
    read = _Reader(value)
    lon, lat, accuracy, crs = _degrees(read)
    found = Location(lon, lat, accuracy, crs, read("picked", _flag) or False, read("fix", _fix))
    read.done()
    return found


def _degrees(read: _Reader) -> tuple[float, float, float | None, Crs]:
    return (
        read("lon", _number(-180, 180), required=True),
        read("lat", _number(-90, 90), required=True),
        read("accuracy_m", _number(0, 1_000_000)),
        read("crs", _member(Crs)) or Crs.WGS84,
    )


_MOVE_FIELDS: dict[str, Read] = {
    "reason": _text(MAX_WORDS),
    "words": _text(MAX_DESCRIPTION),
    "outcome": _flag,
    "condition": _id,
    "closing_condition": _id,
    "unit": _id,
    "due": _instant,
    "suspension": _member(Suspension),
    "resume_on": _day,
    "into": _text(40),
    "category": _id,
}
