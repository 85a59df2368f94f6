"""Percentages and money, always exact."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.money import from_fen, to_fen, yuan
from gridops.core.percent import change_percent, change_points, percent, printed, two_places

checked = settings(max_examples=200, deadline=None)
counts = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        # Exactly half a hundredth goes away from zero: 0.125 % and 6.25 % of 100.
        (1, 800, "0.13"),
        (3, 800, "0.38"),
        (1, 20_000, "0.01"),
        (1, 20_001, "0.00"),
        (980, 953, "102.83"),
        (0, 5, "0.00"),
        (5, 5, "100.00"),
        (5, 0, None),
        (0, 0, None),
    ],
)
def test_a_rate(numerator: int, denominator: int, text: str | None) -> None:
    assert printed(percent(numerator, denominator)) == text


@pytest.mark.parametrize(
    ("this", "before", "text"),
    [
        (110, 100, "10.00"),
        (86, 100, "-14.00"),
        (100, 100, "0.00"),
        (0, 100, "-100.00"),
        (5, 0, None),
        (5, None, None),
        (99_999_999, 100_000_000, "0.00"),
        (Decimal("1.50"), Decimal("1.20"), "25.00"),
    ],
)
def test_a_change(this: int | Decimal, before: int | Decimal | None, text: str | None) -> None:
    assert printed(change_percent(this, before)) == text


@pytest.mark.parametrize(
    ("this", "before", "text"),
    [
        ((93, 100), (90, 100), "3.00"),
        # From the fractions, not from the rounded rates: 66.67 - 33.33 would be 33.34.
        ((2, 3), (1, 3), "33.33"),
        ((1, 3), (2, 3), "-33.33"),
        ((1, 3), (0, 0), None),
        ((0, 0), (1, 3), None),
        ((1, 3), None, None),
    ],
)
def test_a_change_in_percentage_points(this: tuple[int, int], before: tuple[int, int] | None, text: str | None) -> None:
    assert printed(change_points(this, before)) == text


def test_minus_nothing_is_printed_as_nothing() -> None:
    assert printed(two_places(Fraction(-1, 1000))) == "0.00"
    assert printed(two_places(Fraction(-5, 1000))) == "-0.01"


@checked
@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9))
def test_two_places_are_what_decimal_gives(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    twin = (Decimal(numerator) * 10**20 / Decimal(denominator)).to_integral_value() / 10**20
    assert abs(Fraction(two_places(exact)) - exact) <= Fraction(5, 1000)
    if exact.denominator < 10**4:
        assert two_places(exact) == twin.quantize(Decimal("0.01"), ROUND_HALF_UP)


@checked
@given(counts, st.integers(1, 10**9))
def test_shares_of_a_part_and_its_rest_make_up_the_whole_to_a_hundredth(part: int, rest: int) -> None:
    both = percent(part, part + rest), percent(rest, part + rest)
    assert both[0] is not None
    assert both[1] is not None
    assert abs(sum(both) - 100) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "amount"),
    [("200", "200.00"), ("0.5", "0.50"), (" 3000 ", "3000.00"), ("-1.20", "-1.20"), ("1e3", "1000.00")],
)
def test_an_amount_is_read(text: str, amount: str) -> None:
    assert str(yuan(text)) == amount


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.005", "NaN", "sNaN", "Infinity", "-Infinity", "1,000", "1_000", "1e40", "0.1元", 0.5, None],
)
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(ValueError):
        yuan(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity"])
def test_no_part_of_a_fen_is_lost(amount: str) -> None:
    with pytest.raises(ValueError):
        to_fen(Decimal(amount))


@checked
@given(st.integers(-(10**15), 10**15))
def test_fen_and_yuan_are_one_amount(fen: int) -> None:
    assert to_fen(from_fen(fen)) == fen
    assert yuan(str(from_fen(fen))) == from_fen(fen)
