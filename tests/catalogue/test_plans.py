"""What withdrawing a plan changes: by rows (from, to) of one setting, days of March; today is the 10th."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from gridops.catalogue.rules.plans import withdrawable, withdrawn


@dataclass(frozen=True)
class Row:
    id: int
    valid_from: date
    valid_to: date | None


def day(number: int | None) -> date | None:
    return date(2017, 3, number) if number else None


@pytest.mark.parametrize(
    ("rows", "which", "ends"),
    [
        ([(1, 20), (20, None)], 1, {1: 20, 0: None}),  # what holds goes on
        ([(1, 20), (20, None)], 0, {}),  # its end is the other's beginning: withdrawn with that
        ([(20, None)], 0, {0: 20}),  # the first there ever was
        ([(1, 15), (15, 20), (20, None)], 1, {1: 15, 0: 20}),  # of two to come the first
        ([(1, 15), (15, 20), (20, None)], 2, {2: 20, 1: None}),  # and the second
        ([(1, 15)], 0, {0: None}),  # it was to end
        ([(1, 10)], 0, {}),  # ended
        ([(1, 10), (10, None)], 1, {}),  # holds since today
        ([(1, 20), (20, 20)], 0, {0: None}),  # what was withdrawn follows nothing
        ([(1, None), (20, 20)], 1, {}),  # twice
        ([(1, 20), (15, None)], 0, {}),  # what an earlier version let begin before that end
    ],
)
def test_a_plan_is_withdrawn(rows: list[tuple[int, int | None]], which: int, ends: dict[int, int | None]) -> None:
    made = [Row(n, date(2017, 3, begin), day(end)) for n, (begin, end) in enumerate(rows)]
    today = date(2017, 3, 10)
    assert {row.id: end for row, end in withdrawn(made, made[which], today)} == {n: day(e) for n, e in ends.items()}
    assert (which in withdrawable(made, lambda _row: 0, today)) is bool(ends)
