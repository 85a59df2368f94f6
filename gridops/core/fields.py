"""Named values from outside (JSON bodies, forms, lines of a file), read one by one, everything wrong told at once.

    read = Reader(raw, "body")
    found = Something(name=read("name", text(80), required=True), at=read("at", instant()))
    read.done()

Each `Read` turns one value into what it means, or raises ValueError with the reason (Invalid, where parts are named).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from gridops.core import clock, money
from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid

T = TypeVar("T")
Read = Callable[[object], T]
MOST_YUAN = Decimal(10) ** 12
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_YUAN = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2}0*)?", re.ASCII)
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Reader:
    """Reads named values of an object or of a line's cells and remembers what is wrong with each.

    Empty text counts as not given, as forms and files send it. Dotted names begin with `field`.
    """

    def __init__(self, raw: object, field: str = "") -> None:
        if not isinstance(raw, Mapping):
            raise Invalid((field, "not an object")) if field else ValueError("not an object")
        self.raw = raw
        self.field = field
        self.seen: set[str] = set()
        self.errors: list[tuple[str, str]] = []

    def __call__(self, name: str, read: Read[T], *, required: bool = False) -> Any:
        """The value of a name, None where it is not given or wrong."""
        self.seen.add(name)
        value = self.raw.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.wrong(name, "required")
            return None
        try:
            return read(value)
        except Invalid as inner:
            self.errors += [(f"{self.name(name)}.{error.field}", error.reason) for error in inner.errors]
        except ValueError as wrong:
            self.wrong(name, str(wrong))
        return None

    def name(self, name: str) -> str:
        """The dotted name of a field."""
        return f"{self.field}.{name}" if self.field else name

    def wrong(self, name: str, reason: str) -> None:
        """Remember that something is wrong with a field."""
        self.errors.append((self.name(name), reason))

    def done(self, *, others: bool = False) -> None:
        """Raise everything found; also for names that nobody asked for, unless `others` may stand there (files)."""
        unknown = () if others else [name for name in self.raw if name not in self.seen]
        self.errors += [(self.name(str(name)[:60]), "unknown field") for name in unknown]
        if self.errors:
            raise Invalid(*self.errors)


def correction(read: Reader, longest: int) -> dict[str, Any]:
    """How a row that may correct another says so: `words`, `corrects` (the other's id), `withdrawn` (it never was).

    A correction says in words what was wrong; without `corrects` the words may be empty.
    """
    words, corrects = read("words", text(longest)) or "", read("corrects", row_id)
    withdrawn = read("withdrawn", flag) or False
    if corrects is not None and not words:
        read.wrong("words", "更正须写明原因")
    if withdrawn and corrects is None:
        read.wrong("withdrawn", "只有更正可以撤回")
    return {"words": words, "corrects": corrects, "withdrawn": withdrawn}


def text(longest: int) -> Read[str]:
    """A text up to a length, without the spaces around it."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("not a text")
        found = value.strip()
        if len(found) > longest:
            raise ValueError(f"longer than {longest} characters")
        if "\x00" in found or any("\ud800" <= c <= "\udfff" for c in found):
            raise ValueError("contains a character that no text may contain")
        return found

    return read


def texts(longest: int, *, most: int = 200, mark: str = ";") -> Read[tuple[str, ...]]:
    """Texts in a list, or in one text between marks; empty ones are left out, the same is kept once."""
    one = text(longest)

    def read(value: object) -> tuple[str, ...]:
        parts = value.split(mark) if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or len(parts) > most:
            raise ValueError(f"not a list of at most {most}")
        return tuple(dict.fromkeys(found for found in map(one, parts) if found))

    return read


def flag(value: object) -> bool:
    """`true` or `false`, as JSON or as text."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("not true or false")


def yes_no(value: object) -> bool:
    """`yes` or `no`, as files say it."""
    if value not in ("yes", "no"):
        raise ValueError("not one of yes, no")
    return value == "yes"


def member(kind: Callable[[str], T]) -> Read[T]:
    """A member of a StrEnum."""

    def read(value: object) -> T:
        try:
            return kind(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            raise ValueError(f"none of {', '.join(kind)}") from None  # type: ignore[arg-type]

    return read


def members(kind: Callable[[str], T], mark: str = ";") -> Read[tuple[T, ...]]:
    """Members of a StrEnum, in a list or between marks, each once."""
    one, listed = member(kind), texts(60, mark=mark)
    return lambda value: tuple(one(part) for part in listed(value))


def number(lowest: float, highest: float) -> Read[float]:
    """A number within bounds; digits in text too."""

    def read(value: object) -> float:
        if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("not a number")
        # An integer may be too large for a float; comparing it is safe.
        if not lowest <= value <= highest or not math.isfinite(value):
            raise ValueError(f"not between {lowest:g} and {highest:g}")
        return float(value)

    return read


def whole(lowest: int = 0, highest: int = 1_000_000) -> Read[int]:
    """A whole number within bounds; digits in text too."""

    def read(value: object) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(f"not a whole number from {lowest} to {highest}")
        return value

    return read


def yuan(lowest: Decimal = Decimal(0), highest: Decimal = MOST_YUAN) -> Read[Decimal]:
    """An amount in yuan with at most two places, as text or a whole number; never a float."""

    def read(value: object) -> Decimal:
        told = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not _YUAN.fullmatch(told):
            raise ValueError("not an amount in yuan with at most two places")
        amount = money.yuan(told)
        if not lowest <= amount <= highest:
            raise ValueError(f"not between {lowest} and {highest} yuan")
        return amount

    return read


def instant(first_year: int = 2000) -> Read[datetime]:
    """An ISO 8601 time (without an offset Asia/Shanghai), in UTC, from the year given up to 2200."""

    def read(value: object) -> datetime:
        if not isinstance(value, str):
            raise ValueError("not a time")
        try:
            found = clock.parse_instant(value[:40])
        except ValueError:
            raise ValueError("not an ISO 8601 time") from None
        if not first_year <= found.year <= 2200:
            raise ValueError(f"not between the years {first_year} and 2200")
        return found

    return read


def day(value: object) -> date:
    """A local calendar day."""
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        raise ValueError("not a day like 2017-03-05")
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("no such day") from None


def row_id(value: object) -> int:
    """The id of a row; digits in text too."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip(), re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("not an id")
    return value


def objects(read_one: Read[T], most: int) -> Read[tuple[T, ...]]:
    """A list of objects, each read by `read_one`; what is wrong with one is named by its place in the list."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise ValueError(f"not a list of at most {most}")
        found: list[T] = []
        wrong: list[tuple[str, str]] = []
        for place, one in enumerate(value):
            try:
                found.append(read_one(one))
            except Invalid as inner:
                wrong += [(f"{place}.{error.field}", error.reason) for error in inner.errors]
            except ValueError as refused:
                wrong.append((str(place), str(refused)))
        if wrong:
            raise Invalid(*wrong)
        return tuple(found)

    return read


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


def location(value: object) -> Location:
    """A place as phones send it: `{lon, lat, accuracy_m, crs, picked, fix}`."""
    read = Reader(value)
    lon, lat, accuracy, crs = _degrees(read)
    found = Location(lon, lat, accuracy, crs, read("picked", flag) or False, read("fix", _fix))
    read.done()
    return found


def _fix(value: object) -> Fix:
    read = Reader(value)
    found = Fix(*_degrees(read), read("at", instant()))
    read.done()
    return found


def _degrees(read: Reader) -> tuple[float, float, float | None, Crs]:
    return (
        read("lon", number(-180, 180), required=True),
        read("lat", number(-90, 90), required=True),
        read("accuracy_m", number(0, 1_000_000)),
        read("crs", member(Crs)) or Crs.WGS84,
    )


def point(read: Reader) -> tuple[float, float] | None:
    """The cells `lon`, `lat` of a line, in WGS-84 degrees: both or neither."""
    lon, lat = read("lon", number(-180, 180)), read("lat", number(-90, 90))
    if lon is not None and lat is not None:
        return lon, lat
    given = [name for name in ("lon", "lat") if str(read.raw.get(name) or "").strip()]
    if len(given) == 1:
        read.wrong("lat" if given == ["lon"] else "lon", "required with the other")
    return None
