"""How well each unit of the demo street works: how fast, how often late; one is visibly late in March."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """`pace`: the usual part of the time used; `late`: how often too late; `returns`: how often handed back."""

    pace: float = 0.42
    late: float = 0.05
    returns: float = 0.02


_USUAL = Quality()
_BY_UNIT = {
    "LHT-CG": Quality(0.40, 0.045, 0.015),
    "LHT-JS": Quality(0.55, 0.085, 0.035),
    "LHT-AH": Quality(0.46, 0.05, 0.02),
    "LHT-ZZ": Quality(0.50, 0.06, 0.02),
    "LHT-SH": Quality(0.45, 0.06, 0.02),
    "LHT-001": Quality(0.36, 0.03, 0.01),
    "LHT-002": Quality(0.40, 0.045, 0.015),
    "LHT-003": Quality(0.46, 0.07, 0.02),
    "LHT-004": Quality(0.42, 0.05, 0.02),
    "LHT-005": Quality(0.50, 0.08, 0.03),
    "CGZD": Quality(0.44, 0.055, 0.012),
    "JJZD": Quality(0.48, 0.075, 0.03),
    "PCS": Quality(0.46, 0.05, 0.02),
    "YGS": Quality(0.52, 0.08, 0.03),
}
# In March 2017 the repairs piled up; in August the market patrols were short of people.
_IN_MONTH = {("LHT-JS", 3): 0.36, ("LHT-JS", 4): 0.12, ("CGZD", 8): 0.11, ("LHT-005", 6): 0.17}


def quality(unit: str) -> Quality:
    """The quality of a unit, or of the one above it."""
    while unit:
        if unit in _BY_UNIT:
            return _BY_UNIT[unit]
        unit = unit.rpartition("-")[0]
    return _USUAL


def late_rate(unit: str, month: int) -> float:
    """How often a unit misses a deadline in a month of the year."""
    for (code, in_month), rate in _IN_MONTH.items():
        if month == in_month and (unit == code or unit.startswith(f"{code}-")):
            return rate
    return quality(unit).late
