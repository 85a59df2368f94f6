"""Classes of areas A, B, C: the busier the place, the tighter its limits may be (standards.md 1.5; pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from gridops.catalogue.rules.lists import Dated, in_force


class Area(StrEnum):
    """A: first management level, the tightest limits; C: the third."""

    A = "A"
    B = "B"
    C = "C"


AREA_NAMES: dict[Area, str] = {Area.A: "A类区域", Area.B: "B类区域", Area.C: "C类区域"}


class Classed(Dated, Protocol):
    """What finding the class of a grid asks of a row."""

    @property
    def grid_id(self) -> int: ...

    @property
    def area(self) -> Area: ...


class Limits(Protocol):
    """What is read of a condition to find the limits that hold in an area."""

    @property
    def limit(self) -> int | None: ...

    @property
    def handle_limit(self) -> int | None: ...

    @property
    def class_limits(self) -> Mapping[str, Any]: ...


def area_of(rows: Iterable[Classed], path: Sequence[int], on: date) -> Area | None:
    """The class of a grid on a local day; `path`: the grid and those above it, the grid itself last.

    The nearest grid that has a class gives it to all below; None: none has.
    """
    held = {row.grid_id: row.area for row in rows if in_force(row, on)}
    return next((held[grid_id] for grid_id in reversed(path) if grid_id in held), None)


def limits_in(condition: Limits, area: Area | None) -> tuple[int | None, int | None]:
    """(limit, the unit's own) of a condition in an area of a class; without one of its own, that of every area."""
    own = condition.class_limits.get(area.value) if area is not None else None
    return (own[0], own[1]) if own else (condition.limit, condition.handle_limit)


def is_tighter(condition: Limits, area: Area | None) -> bool:
    """Whether a condition has limits of its own for a class of area."""
    return area is not None and area.value in condition.class_limits
