"""Conditions as plain data over the facts of a case, and the one fold that evaluates them.

A condition is a tree: atoms (one question about one or two facts) joined by All, Some, Not. `AtStart` asks the same of
the facts at the period's start. The same tree is evaluated with Python's truth, numpy arrays, or SQL expressions: each
brings its answers to the atoms and its own and, or, not.

Facts are those that hold at the period's end E: a time after E is not among them, deadlines apart.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
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


def evaluate(condition: Condition, logic: Logic[B], known: dict[Condition, B] | None = None) -> B:
    """The truth of a condition in one logic; `known` remembers parts that several conditions share."""
    memory = {} if known is None else known
    if condition not in memory:
        memory[condition] = _evaluated(condition, logic, memory)
    return memory[condition]


def _evaluated(condition: Any, logic: Logic[B], memory: dict[Condition, B]) -> B:
    if isinstance(condition, All):
        return logic.every([evaluate(part, logic, memory) for part in condition.of])
    if isinstance(condition, Some):
        return logic.some([evaluate(part, logic, memory) for part in condition.of])
    if isinstance(condition, Not):
        return logic.negate(evaluate(condition.of, logic, memory))
    if isinstance(condition, AtStart) and not isinstance(condition.of, Known):
        return evaluate(_moved_to_start(condition.of), logic, memory)
    return logic.atom(condition)


def _moved_to_start(condition: Any) -> Condition:
    if isinstance(condition, All | Some):
        return type(condition)(*(AtStart(part) for part in condition.of))
    if isinstance(condition, Not):
        return Not(AtStart(condition.of))
    raise TypeError(f"{condition} cannot be asked at the start of a period")


def atoms_of(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Every distinct atom of some conditions, in the order of first use."""
    found: dict[Condition, None] = {}

    def note(atom: Condition) -> bool:
        found[atom] = None
        return True

    logic = Logic(atom=note, every=all, some=any, negate=lambda value: not value)
    # Lists, not generators, go into all and any: every atom is visited.
    for condition in conditions:
        evaluate(condition, logic, {})
    return tuple(found)


def truth(start: datetime, end: datetime, at_start: Any, at_end: Any) -> Logic[bool]:
    """Python's truth of one case: `at_start`, `at_end` are its facts (`cases.rules.projection.Facts`) at S and at E."""

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
