"""What comes in: JSON bodies read from raw bytes, and the parameters of a query, each refused by name."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from gridops.core.canonical import parse_json
from gridops.core.errors import FieldError, Invalid

JSON_MOST_BYTES = 1_000_000
_DAY_LENGTH = 10
_UNFIT = frozenset({"Cc", "Cs"})
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2200
Parsed = TypeVar("Parsed")


def json_body() -> Any:
    """The body as checked JSON. Raises 415 for another media type, 413 when too large, Invalid when hostile."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Content-Type: application/json is expected")
    request.max_content_length = JSON_MOST_BYTES
    try:
        return parse_json(request.get_data(cache=False), limit=JSON_MOST_BYTES)
    except Invalid as wrong:
        # The record has a field `body` of its own; what is wrong further in is named from the top of the document.
        raise Invalid(*(FieldError(_from_top(error.field), error.reason) for error in wrong.errors)) from None


def json_answer(value: Any, status: int = 200, mime: str = "application/json") -> Response:
    """A JSON answer: finite numbers only, Chinese as it is."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, status=status, mimetype=mime)


class Query:
    """The parameters of the address; reads each once, remembers what is wrong, refuses what nobody asked for."""

    def __init__(self) -> None:
        self.given = request.args
        self.errors: list[FieldError] = []
        self.known: list[str] = []

    def read(self, name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
        """One parameter, at most once and not empty; None when it is not given. `parse` raises ValueError."""
        self.known.append(name)
        values = self.given.getlist(name)
        if not values:
            return None
        if len(values) > 1:
            self._wrong(name, "given more than once")
            return None
        try:
            return parse(_clean(values[0]))
        except ValueError as wrong:
            self._wrong(name, str(wrong))
            return None

    def done(self) -> None:
        """Raise Invalid with everything that was wrong."""
        for name in self.given:
            if name not in self.known:
                self._wrong(_printable(name)[:60], "unknown parameter")
        if self.errors:
            raise Invalid(*self.errors)

    def _wrong(self, name: str, reason: str) -> None:
        self.errors.append(FieldError(name, reason))


def words(longest: int) -> Callable[[str], str]:
    """A text up to a length."""

    def parse(text: str) -> str:
        if not text or len(text) > longest:
            raise ValueError(f"1 to {longest} characters")
        return text

    return parse


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """One of some words."""
    known = tuple(names)

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return text

    return parse


def some_of(names: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """One or several of some words, separated by commas."""
    parse_one = one_of(names)
    return lambda text: tuple(dict.fromkeys(parse_one(part) for part in text.split(",")))


def day(text: str) -> date:
    """A calendar day."""
    if len(text) != _DAY_LENGTH or not text.isascii():
        raise ValueError("a day like 2017-03-05")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day like 2017-03-05") from None
    if not _EARLIEST_YEAR <= found.year <= _LATEST_YEAR:
        raise ValueError(f"a day of the years {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    return found


def flag(text: str) -> bool:
    """`true` or `false`."""
    return one_of(("true", "false"))(text) == "true"


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 12 or not lowest <= int(text) <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def bbox(text: str) -> tuple[float, float, float, float]:
    """`w,s,e,n` in WGS-84 degrees."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError("west,south,east,north in degrees") from None
    if not all(math.isfinite(edge) for edge in (west, south, east, north)):
        raise ValueError("west,south,east,north in degrees")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("west below east within ±180, south below north within ±90")
    return west, south, east, north


def _clean(text: str) -> str:
    if _printable(text) != text:
        raise ValueError("contains characters that cannot stand there")
    return text


def _printable(text: str) -> str:
    return "".join("?" if unicodedata.category(letter) in _UNFIT else letter for letter in text)


def _from_top(field: str) -> str:
    return field.removeprefix("body.") if field.startswith("body.") else field
