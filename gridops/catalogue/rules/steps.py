"""The steps of a case that may have limits of their own beside that of the whole case (standards.md 1.5; pure)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from gridops.catalogue.rules.areas import Area
from gridops.catalogue.rules.lists import Dated, in_force


class Step(StrEnum):
    """What is to be done next with a case."""

    VERIFY = "verify"
    ACCEPT = "accept"
    FILE = "file"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    HANDLE = "handle"
    SEND_TO_CHECK = "send_to_check"
    CHECK = "check"
    CLOSE = "close"


STEP_NAMES: dict[Step, str] = {
    Step.VERIFY: "核实",
    Step.ACCEPT: "受理",
    Step.FILE: "立案",
    Step.DISPATCH: "派遣",
    Step.RECEIVE: "接收",
    Step.HANDLE: "处置",
    Step.SEND_TO_CHECK: "送核查",
    Step.CHECK: "核查",
    Step.CLOSE: "结案",
}


class Limited(Dated, Protocol):
    """What finding the limit of a step asks of a row; no category, no area: for any that has none of its own."""

    @property
    def id(self) -> int: ...

    @property
    def step(self) -> Step: ...

    @property
    def category_id(self) -> int | None: ...

    @property
    def area(self) -> Area | None: ...


_L = TypeVar("_L", bound=Limited)


def step_limit(rows: Iterable[_L], step: Step, category_id: int, area: Area | None, on: date) -> _L | None:
    """The row that limits a step for cases of a category in an area of a class on a local day.

    The category's own before the general one; of these the one for the class of area before the one for every area.
    """
    fit = (row for row in rows if row.step is step and row.category_id in (None, category_id) and in_force(row, on))
    held = [row for row in fit if row.area in (None, area)]
    return max(held, key=lambda row: (row.category_id is not None, row.area is not None, row.id), default=None)
