"""Percentages from exact fractions: two places, half away from zero, never through floats (statistics.md §1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def two_places(value: Fraction) -> Decimal:
    """Round an exact fraction to two places, half away from zero; -0.00 becomes 0.00."""
    cents = abs(value) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    amount = Decimal(whole).scaleb(-2)
    return -amount if value < 0 and whole else amount


def percent(numerator: int, denominator: int) -> Decimal | None:
    """numerator ÷ denominator × 100 at two places; None where the denominator is zero."""
    return two_places(Fraction(numerator * 100, denominator)) if denominator else None


def change_percent(this: int | Decimal, before: int | Decimal | None) -> Decimal | None:
    """(this − before) ÷ before × 100; None where the base is zero or unknown."""
    if not before:
        return None
    return two_places((Fraction(this) - Fraction(before)) / Fraction(before) * 100)


def change_points(this: tuple[int, int], before: tuple[int, int] | None) -> Decimal | None:
    """Difference of two rates in percentage points, from their fractions; None where either has no denominator."""
    if before is None or not this[1] or not before[1]:
        return None
    return two_places(Fraction(*this) * 100 - Fraction(*before) * 100)


def printed(value: Decimal | None) -> str | None:
    """The two-place string of contract and paper (`"93.72"`, `"-13.82"`), None stays None."""
    return None if value is None else f"{value:.2f}"
