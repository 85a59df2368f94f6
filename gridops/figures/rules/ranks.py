"""Ranks of units: competition ranking by on-time handling; never of people, never by money (statistics.md §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

MINIMUM = 10
NUMERATOR, DENOMINATOR = "handled_on_time", "should_handle"
TOO_FEW = "案件量较少，不参与排名"


@dataclass(frozen=True, slots=True)
class Place:
    """One unit's place: 1, 2, 2, 4 … `tied`: shared (并列第N). `row` is its row of `by_unit`."""

    rank: int
    tied: bool
    row: Mapping[str, Any]

    @property
    def words(self) -> str:
        """第N or 并列第N."""
        return f"{'并列' if self.tied else ''}第{self.rank}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked units, best first (empty where all are equal), those with too few cases, and the last place if named."""

    places: tuple[Place, ...]
    apart: tuple[Mapping[str, Any], ...]
    all_equal: bool
    named_last: tuple[Place, ...]


def rank(rows: Iterable[Mapping[str, Any]], *, threshold: Fraction | None = None) -> Ranking:
    """Rank the rows of `by_unit` (row `none` left out) by `on_time_handling_rate`, from exact fractions.

    Units with less than ten in the denominator stand apart, those with nothing nowhere. All equal: no ranking. A last
    place is named only if also below `threshold`, a standing percentage; without one it never is.
    """
    units = [row for row in rows if row["key"] != "none" and row[DENOMINATOR]]
    apart = tuple(row for row in units if row[DENOMINATOR] < MINIMUM)
    rates = {row["key"]: Fraction(row[NUMERATOR], row[DENOMINATOR]) for row in units if row[DENOMINATOR] >= MINIMUM}
    ranked = sorted((row for row in units if row["key"] in rates), key=lambda r: (-rates[r["key"]], r["key"]))
    if len(set(rates.values())) <= 1:
        return Ranking((), apart, bool(rates), ())
    shared = Counter(rates.values())
    places = tuple(
        Place(1 + sum(other > rate for other in rates.values()), shared[rate] > 1, row)
        for row in ranked
        for rate in (rates[row["key"]],)
    )
    worst = min(rates.values())
    named = threshold is not None and worst * 100 < threshold
    last = tuple(place for place in places if rates[place.row["key"]] == worst) if named else ()
    return Ranking(places, apart, False, last)
