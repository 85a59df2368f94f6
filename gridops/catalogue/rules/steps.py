"""The steps of a case that may have limits of their own beside that of the whole case (standards.md 1.5; pure)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

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
    """What finding the limit of a step asks of a row; no category: for cases of any that has none of its own."""

    @property
    def id(self) -> int: ...

    @property
    def step(self) -> Step: ...

    @property
    def category_id(self) -> int | None: ...


_L = TypeVar("_L", bound=Limited)


def step_limit(rows: Iterable[_L], step: Step, category_id: int, on: date) -> _L | None:
    """The row that limits a step for cases of a category on a local day: its own before the general one."""
    held = [row for row in rows if row.step is step and row.category_id in (None, category_id) and in_force(row, on)]
    return max(held, key=lambda row: (row.category_id is not None, row.id), default=None)
