"""The classes of a map: zero and nothing to tell stand apart, edges are round and stay while a month goes on."""

from decimal import Decimal

import pytest

from gridops.figures.rules.classes import edges, step_of, step_size


@pytest.mark.parametrize(
    ("most", "size"),
    [("0", 1), ("1", 1), ("5", 1), ("6", 2), ("10", 2), ("11", 5), ("26", 10), ("100", 20), ("101", 50), ("501", 200)],
)
def test_the_five_parts_of_what_is_counted_are_round(most: str, size: int):
    assert step_size([Decimal(0), None, Decimal(most)], rate=False, whole=True) == size


@pytest.mark.parametrize(
    ("value", "step"),
    [(None, None), ("0.00", 0), ("0.01", 1), ("20.00", 1), ("20.01", 2), ("80.01", 5), ("100.00", 5), ("130.00", 5)],
)
def test_a_rate_is_always_told_in_parts_of_twenty(value: str | None, step: int | None):
    size = step_size([Decimal("3.00")], rate=True, whole=True)
    assert step_of(None if value is None else Decimal(value), size) == step


def test_every_whole_number_lies_within_the_edges_of_its_class():
    for most in (3, 7, 40, 999):
        size = step_size([Decimal(most)], rate=False, whole=True)
        for value in range(1, most + 1):
            low, high = edges(size, whole=True)[step_of(Decimal(value), size) - 1]
            assert low <= value <= high
    assert step_size([Decimal("3.21")], rate=False, whole=False) == 1
    assert step_size([Decimal("0.31")], rate=False, whole=False) == Decimal("0.1")
