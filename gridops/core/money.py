"""Money: Decimal yuan in Python, integer fen in the database, never a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")


def yuan(text: str | int | Decimal) -> Decimal:
    """Read an amount in yuan with at most two places; ValueError for anything else (NaN, more places, words)."""
    try:
        if isinstance(text, float) or "_" in str(text):  # Decimal takes both
            raise TypeError
        amount = Decimal(text)
        exact = amount.quantize(CENT)
    except (InvalidOperation, TypeError) as wrong:
        raise ValueError(f"not an amount in yuan: {text!r}") from wrong
    if exact != amount:
        raise ValueError(f"more than two places: {text!r}")
    return exact


def to_fen(amount: Decimal) -> int:
    """Yuan to whole fen; ValueError where a fraction of a fen would be lost, and for NaN and infinity."""
    fen = amount.scaleb(2)
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError(f"not whole fen: {amount}")
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Whole fen to yuan with two places."""
    return Decimal(fen).scaleb(-2)
