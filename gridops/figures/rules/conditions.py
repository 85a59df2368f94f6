"""Conditions as plain data over the facts of a case, and the one fold that evaluates them.

A condition is a tree: atoms (one question about one or two facts) joined by All, Some, Not. `AtStart` asks the same of
the facts at the period's start. The same tree is evaluated with Python's truth, numpy arrays, or SQL expressions: each
brings its answers to the atoms and its own and, or, not.

Facts are those that hold at the period's end E: a time after E is not among them, deadlines apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

B = TypeVar("B")


class Condition(Hashable, Protocol):
    """Any of the classes below."""


@dataclass(frozen=True, slots=True)
class Known:
    """The fact is there: it happened and still holds."""

    field: str


@dataclass(frozen=True, slots=True)
class Within:
    """S <= field < E."""

    field: str


@dataclass(frozen=True, slots=True)
class BeforeStart:
    """field < S."""

    field: str


@dataclass(frozen=True, slots=True)
class BeforeEnd:
    """field < E: asked of deadlines, which may lie after E."""

    field: str


@dataclass(frozen=True, slots=True)
class NotAfter:
    """field <= other."""

    field: str
    other: str


@dataclass(frozen=True, slots=True)
class Before:
    """field < other."""

    field: str
    other: str


@dataclass(frozen=True, slots=True)
class UndoneWithin:
    """A closing, void or merge was undone within the period, and the case was in hand again."""


@dataclass(frozen=True, slots=True)
class AtStart:
    """The condition, asked of the facts at S. Only `Known` stands inside."""

    of: Condition


@dataclass(frozen=True, slots=True, init=False)
class All:
    """Every one of them."""

    of: tuple[Condition, ...]

    def __init__(self, *of: Condition) -> None:
        object.__setattr__(self, "of", of)


@dataclass(frozen=True, slots=True, init=False)
class Some:
    """At least one of them."""

    of: tuple[Condition, ...]

    def __init__(self, *of: Condition) -> None:
        object.__setattr__(self, "of", of)


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: Condition


def empty(field: str) -> Not:
    """The fact is not there."""
    return Not(Known(field))


@dataclass(frozen=True, slots=True)
class Logic(Generic[B]):
    """How one kind of truth is joined; `atom` answers an atom, or `AtStart(atom)`."""

    atom: Callable[[Any], B]
    every: Callable[[Sequence[B]], B]
    some: Callable[[Sequence[B]], B]
    negate: Callable[[B], B]


@dataclass(frozen=True, slots=True)
class Program:
    """Conditions laid out as steps, each part they share once: an atom, or a joint of earlier steps by their places."""

    steps: tuple[tuple[str, Any], ...]
    results: dict[str, int]

    @property
    def atoms(self) -> tuple[Condition, ...]:
        """Every distinct atom, in the order of first use."""
        return tuple(what for kind, what in self.steps if kind == "atom")

    def run(self, logic: Logic[B]) -> dict[str, B]:
        """The truth of every condition in one logic."""
        values: list[B] = []
        for kind, what in self.steps:
            if kind == "atom":
                values.append(logic.atom(what))
            elif kind == "not":
                values.append(logic.negate(values[what]))
            else:
                joint = logic.every if kind == "every" else logic.some
                values.append(joint([values[place] for place in what]))
        return {key: values[place] for key, place in self.results.items()}


def compiled(conditions: Mapping[str, Condition]) -> Program:
    """Lay out named conditions as one program; TypeError for a question that cannot be asked at the start."""
    places: dict[tuple[str, Any], int] = {}

    def place(condition: Any) -> int:
        match condition:
            case All(of=parts):
                step: tuple[str, Any] = ("every", tuple(place(part) for part in parts))
            case Some(of=parts):
                step = ("some", tuple(place(part) for part in parts))
            case Not(of=part):
                step = ("not", place(part))
            case AtStart(of=part) if not isinstance(part, Known):
                return place(_moved_to_start(part))
            case _:
                step = ("atom", condition)
        return places.setdefault(step, len(places))

    results = {key: place(condition) for key, condition in conditions.items()}
    return Program(tuple(places), results)


def _moved_to_start(condition: Any) -> Condition:
    if isinstance(condition, All | Some):
        return type(condition)(*(AtStart(part) for part in condition.of))
    if isinstance(condition, Not):
        return Not(AtStart(condition.of))
    raise TypeError(f"{condition} cannot be asked at the start of a period")


def truth(start: datetime, end: datetime, at_start: Any, at_end: Any) -> Logic[bool]:
    """Python's truth of one case: `at_start`, `at_end` are its facts (`cases.rules.facts.Facts`) at S and at E."""

    def atom(asked: Any) -> bool:
        facts = at_end
        if isinstance(asked, AtStart):
            asked, facts = asked.of, at_start
        if isinstance(asked, UndoneWithin):
            return any(start <= undone < end for _, undone in facts.undone)
        time = getattr(facts, asked.field)
        return time is not None and _holds(asked, time, facts, start, end)

    return Logic(atom=atom, every=all, some=any, negate=lambda value: not value)


def _holds(asked: Any, time: datetime, facts: Any, start: datetime, end: datetime) -> bool:
    match asked:
        case Known():
            return True
        case Within():
            return start <= time < end
        case BeforeStart():
            return time < start
        case BeforeEnd():
            return time < end
        case NotAfter(other=other):
            return (limit := getattr(facts, other)) is not None and time <= limit
        case Before(other=other):
            return (limit := getattr(facts, other)) is not None and time < limit
    raise TypeError(f"not an atom: {asked}")
