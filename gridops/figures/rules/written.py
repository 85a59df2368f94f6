"""How the values of facts are written and read back, by their names: what each value is, its name says. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

# All names in canonical order, what gets the values, and for the places of some how they are written.
Writers = tuple[tuple[str, ...], Callable[[Any], Any], list[tuple[int, Callable[[Any], Any]]]]
# All names, and how some are read.
Readers = tuple[frozenset[str], list[tuple[str, Callable[[Any], Any]]]]
_WRITERS: dict[type[Any], Writers] = {}
_READERS: dict[type[Any], Readers] = {}


def writers(of: type[Any]) -> Writers:
    """How facts of a kind are written; found out once."""
    return _WRITERS.get(of) or _writers(of)


def readers(of: type[Any]) -> Readers:
    """How facts of a kind are read back; found out once."""
    return _READERS.get(of) or _readers(of)


def _writers(of: type[Any]) -> Writers:
    names = tuple(sorted(each.name for each in fields(of)))
    found = [(place, write) for place, name in enumerate(names) if (write := _writer(name)) is not None]
    return _WRITERS.setdefault(of, (names, attrgetter(*names), found))


def _writer(name: str) -> Callable[[Any], Any] | None:
    if name == "at" or name.endswith("_at"):
        return lambda instant: instant.astimezone(UTC).isoformat()
    if name.endswith("_on"):
        return date.isoformat
    if name.endswith("_yuan"):
        return "{:.2f}".format
    return None


def _readers(of: type[Any]) -> Readers:
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for each in fields(of):
        read = tuple if str(each.type).startswith("tuple") else _reader(each.name)
        if read is not None:
            found.append((each.name, read))
    return _READERS.setdefault(of, (frozenset(each.name for each in fields(of)), found))


def _reader(name: str) -> Callable[[Any], Any] | None:
    if name == "at" or name.endswith("_at"):
        return datetime.fromisoformat
    if name.endswith("_on"):
        return date.fromisoformat
    return Decimal if name.endswith("_yuan") else None
