"""Which units a text names, by when they answer, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from gridops.bulletins.rules.life import Status
from gridops.bulletins.rules.sheets import (
    OpenPoints,
    State,
    answer_fault,
    due_at,
    facts_of_units,
    open_points,
    settle_fault,
    state_at,
)
from gridops.worktime.rules import Calendar, OfficeHours
from tests.factories import at

UNITS = {1: "城管中队", 2: "城管中队市容组", 3: "安监所", 4: "安监所", 5: " "}
DUE = at("2017-04-06 17:00")
HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")


@dataclass
class Sheet:
    facts: list[Any] = field(default_factory=lambda: [{"heading": "", "text": "x"}])
    answer: str | None = None
    settled_at: datetime | None = None
    due_at: datetime = DUE


@pytest.mark.parametrize(
    ("paragraph", "named"),
    [
        ("本月立案3件。", {}),  # nobody is named
        (
            "本月立案3件。城管中队按期处置率为60%。",
            {1: ["城管中队按期处置率为60%。"]},
        ),  # only the sentence that names it
        ("城管中队市容组超期2件。", {2: ["城管中队市容组超期2件。"]}),  # the longer name is not the shorter one
        (
            "城管中队市容组超期2件，城管中队合计3件。",
            {1: ["城管中队市容组超期2件，城管中队合计3件。"], 2: ["城管中队市容组超期2件，城管中队合计3件。"]},
        ),  # both are named, each on its own
        (
            "城管中队3件，城管中队又2件",
            {1: ["城管中队3件，城管中队又2件"]},
        ),  # twice in a sentence is one fact; no full stop
        (
            "城管中队好。安监所好！城管中队差？",
            {1: ["城管中队好。", "城管中队差？"], 3: ["安监所好！"], 4: ["安监所好！"]},
        ),
        # two units of one name are both asked
    ],
)
def test_a_unit_is_named_by_its_own_name_and_sentence(paragraph: str, named: dict[int, list[str]]) -> None:
    found = facts_of_units([{"level": 1, "heading": "一", "paragraphs": [paragraph]}], UNITS)
    assert {unit: [fact["text"] for fact in facts] for unit, facts in found.items()} == named
    assert all(fact["heading"] == "一" for facts in found.values() for fact in facts)


def test_without_units_nobody_is_named() -> None:
    assert facts_of_units([{"level": 1, "heading": "一", "paragraphs": ["城管中队"]}], {}) == {}


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2017-04-05 09:00", "2017-04-07"),  # Wednesday: Friday
        ("2017-04-06 18:00", "2017-04-10"),  # Thursday evening: Friday, then Monday
        ("2017-04-08 09:00", "2017-04-11"),  # Saturday: Monday and Tuesday
    ],
)
def test_two_working_days_to_the_end_of_the_day(asked: str, due: str) -> None:
    found = due_at(at(asked), Calendar({date(2017, 4, day): day not in (8, 9) for day in range(1, 15)}), HOURS)
    assert (found - at(f"{due} 23:59")).total_seconds() == 59


@pytest.mark.parametrize(
    ("sheet", "state", "points"),
    [
        (Sheet(), State.WAITING, (1, 0)),  # not answered
        (Sheet(due_at=at("2017-04-05 17:00")), State.LATE, (1, 0)),  # nor in time
        (Sheet(answer="agree"), State.AGREED, (0, 0)),
        (Sheet(answer="dispute"), State.DISPUTED, (0, 1)),
        (Sheet(answer="dispute", settled_at=at("2017-04-06 09:00")), State.SETTLED, (0, 0)),
        (Sheet(facts=[]), State.WAITING, (0, 0)),  # no longer named: nothing is open
    ],
)
def test_how_a_sheet_stands_and_what_is_open(sheet: Sheet, state: State, points: tuple[int, int]) -> None:
    assert state_at(sheet, at("2017-04-06 09:00")) is state
    assert open_points([sheet]) == OpenPoints(*points)
    assert bool(open_points([sheet])) is any(points)


@pytest.mark.parametrize(
    ("sheet", "status", "answered", "settled"),
    [
        (Sheet(), Status.FROZEN, True, False),
        (Sheet(), Status.REVIEWED, True, False),
        (Sheet(), Status.APPROVED, False, False),  # too late
        (Sheet(facts=[]), Status.FROZEN, False, False),  # no longer named
        (Sheet(answer="agree"), Status.FROZEN, False, False),  # answered once
        (Sheet(answer="dispute"), Status.REVIEWED, False, True),
        (Sheet(answer="dispute"), Status.APPROVED, False, False),
        (Sheet(answer="dispute", settled_at=at("2017-04-06 09:00")), Status.FROZEN, False, False),
    ],
)
def test_when_a_sheet_takes_an_answer_or_a_settlement(
    sheet: Sheet, status: Status, answered: bool, settled: bool
) -> None:
    assert (answer_fault(sheet, status) is None) is answered
    assert (settle_fault(sheet, status) is None) is settled
