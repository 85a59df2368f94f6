"""How much lies with whom: numbers of a unit or a person, and those of a unit with all below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Load:
    """Cases in hand now, of them due today and overdue; returned, sent back for rework lately; and in hand of others,
    with which it still has to help (会办).

    `late_step`: of those in hand, how many are in a step that takes longer than its own limit.
    """

    open: int = 0
    due_today: int = 0
    overdue: int = 0
    returned: int = 0
    rework: int = 0
    helping: int = 0
    late_step: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Load)))

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(Load))


NOTHING = Load()


def with_those_below(own: Mapping[int, Load], above: Mapping[int, int | None]) -> dict[int, Load]:
    """The numbers of every unit with those of all units below it; `above`: a unit's parent."""
    whole: dict[int, Load] = {}
    for unit_id, load in own.items():
        for each in path(unit_id, above):
            whole[each] = whole.get(each, NOTHING) + load
    return whole


def helping_with_those_below(own: Mapping[int, Set[int]], above: Mapping[int, int | None]) -> dict[int, int]:
    """How many cases each unit helps with, with all units below it: one that two of them help with is one."""
    whole: dict[int, set[int]] = {}
    for unit_id, cases in own.items():
        for each in path(unit_id, above):
            whole.setdefault(each, set()).update(cases)
    return {unit_id: len(cases) for unit_id, cases in whole.items()}


def path(unit_id: int, above: Mapping[int, int | None]) -> list[int]:
    """A unit and those above it, the nearest first."""
    found: list[int] = []
    step: int | None = unit_id
    while step is not None and step not in found:
        found.append(step)
        step = above.get(step)
    return found


def total(loads: Iterable[Load]) -> Load:
    """All of them together."""
    return sum(loads, NOTHING)
