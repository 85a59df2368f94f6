"""Ranks of units: competition ranking by on-time handling; never of people, never by money (statistics.md §2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

MINIMUM = 10
NUMERATOR, DENOMINATOR = "handled_on_time", "should_handle"
TOO_FEW = f"应处置不足{MINIMUM}件，案件量较少，不参与排名"


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
    """Ranked units, best first (empty where all are equal), and those with too few cases."""

    places: tuple[Place, ...]
    apart: tuple[Mapping[str, Any], ...]
    all_equal: bool

    def below(self, threshold: Fraction) -> list[Place]:
        """The places below a standing percentage, worst first: a last place above it is not named, nor ever a first."""
        found = [place for place in self.places if place.rank > 1 and _rate(place.row) * 100 < threshold]
        return sorted(found, key=lambda place: (_rate(place.row), place.row["key"]))


def rank(rows: Iterable[Mapping[str, Any]]) -> Ranking:
    """Rank the rows of `by_unit` (row `none` left out) by `on_time_handling_rate`, from exact fractions.

    Units with less than ten in the denominator stand apart, those with nothing nowhere. All equal: no ranking. Cases
    with an upheld appeal are left out of numerator and denominator (`upheld`, `upheld_on_time` of the row).
    """
    units = [row for row in rows if row["key"] != "none" and _counted(row)[1]]
    apart = tuple(row for row in units if _counted(row)[1] < MINIMUM)
    rates = {row["key"]: _rate(row) for row in units if _counted(row)[1] >= MINIMUM}
    ranked = sorted((row for row in units if row["key"] in rates), key=lambda r: (-rates[r["key"]], r["key"]))
    if len(set(rates.values())) <= 1:
        return Ranking((), apart, bool(rates))
    shared = Counter(rates.values())
    places = tuple(
        Place(1 + sum(other > rate for other in rates.values()), shared[rate] > 1, row)
        for row in ranked
        for rate in (rates[row["key"]],)
    )
    return Ranking(places, apart, False)


def _counted(row: Mapping[str, Any]) -> tuple[int, int]:
    """Numerator and denominator of a unit's rank."""
    return row[NUMERATOR] - row.get("upheld_on_time", 0), row[DENOMINATOR] - row.get("upheld", 0)


def _rate(row: Mapping[str, Any]) -> Fraction:
    return Fraction(*_counted(row))
