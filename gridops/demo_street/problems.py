"""What goes wrong in the demo street: how often, when, where, and who puts it right (problems.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from gridops.catalogue.rules import Kind

_FOLDER = Path(__file__).resolve().parent

# Twelve months, January first; 1 is usual.
_SEASONS = {
    "flat": (1,) * 12,
    "warm": (0.7, 0.7, 0.9, 1.0, 1.1, 1.25, 1.35, 1.35, 1.15, 1.0, 0.85, 0.7),
    "winter": (1.5, 1.35, 1.2, 1.0, 0.9, 0.8, 0.7, 0.7, 0.85, 1.0, 1.2, 1.45),
    "vendors": (0.6, 0.6, 0.9, 1.05, 1.2, 1.35, 1.4, 1.4, 1.2, 1.05, 0.8, 0.65),
    "grill": (0.05, 0.05, 0.2, 0.6, 1.4, 2.2, 2.6, 2.5, 1.5, 0.7, 0.2, 0.05),
    "spring": (0.8, 0.9, 1.2, 1.25, 1.1, 1.0, 0.9, 0.9, 0.95, 1.1, 1.2, 0.9),
    "leaves": (0.6, 0.5, 0.4, 0.4, 0.5, 0.6, 0.4, 0.4, 0.9, 2.0, 3.0, 2.0),
    "building": (0.5, 0.4, 1.2, 1.3, 1.2, 1.0, 0.9, 0.9, 1.1, 1.3, 1.3, 1.0),
    "sunny": (0.9, 0.9, 1.1, 1.2, 1.2, 0.7, 1.0, 1.1, 1.1, 1.2, 1.0, 0.9),
    "dark": (1.4, 1.3, 1.1, 0.9, 0.8, 0.7, 0.7, 0.8, 0.9, 1.1, 1.3, 1.5),
    "storm": (0.6, 0.7, 0.9, 1.0, 1.1, 1.3, 1.8, 1.8, 1.2, 0.8, 0.6, 0.6),
    "rain": (0.6, 0.6, 0.8, 1.0, 1.1, 1.8, 1.6, 1.6, 1.1, 0.8, 0.6, 0.5),
    "snow": (1,) * 12,
}

# When in the day it is seen: (hour, weight); the minute is anything.
HOURS = {
    "patrol": ((7, 4), (8, 12), (9, 16), (10, 14), (11, 6), (13, 5), (14, 12), (15, 13), (16, 10), (17, 5), (18, 2)),
    "office": ((8, 6), (9, 15), (10, 16), (11, 6), (13, 6), (14, 14), (15, 15), (16, 10), (17, 3)),
    "morning": ((6, 5), (7, 16), (8, 18), (9, 12), (10, 5), (14, 4), (16, 3)),
    "early": ((5, 2), (6, 10), (7, 18), (8, 12), (9, 6), (14, 3), (21, 2)),
    "market": ((6, 6), (7, 18), (8, 16), (9, 10), (10, 6), (15, 4), (16, 14), (17, 18), (18, 8)),
    "shops": ((8, 5), (9, 9), (10, 10), (11, 6), (14, 8), (15, 9), (16, 10), (17, 11), (18, 9), (19, 8), (20, 5)),
    "vendors": ((6, 6), (7, 12), (8, 9), (9, 6), (11, 4), (15, 4), (16, 14), (17, 18), (18, 16), (19, 14), (20, 9),
                (21, 4)),
    "evening": ((17, 8), (18, 12), (19, 14), (20, 10), (21, 6)),
    "night": ((17, 3), (18, 10), (19, 18), (20, 20), (21, 14), (22, 6)),
    "latenight": ((22, 14), (23, 10), (0, 3), (5, 2), (13, 1)),
    "dusk": ((5, 2), (18, 10), (19, 16), (20, 12), (21, 6)),
    "burning": ((7, 6), (8, 6), (14, 4), (16, 10), (17, 14), (18, 8)),
}  # fmt: skip

# Days of snow or ice and of heavy rain in the made-up weather of 2017.
SNOW = frozenset({date(2017, 1, 7), date(2017, 1, 20), date(2017, 1, 21), date(2017, 2, 8), date(2017, 2, 9),
                  date(2017, 2, 22), date(2017, 12, 15), date(2017, 12, 20)})  # fmt: skip
RAIN = frozenset({date(2017, 3, 13), date(2017, 4, 9), date(2017, 4, 26), date(2017, 5, 15), date(2017, 6, 5),
                  date(2017, 6, 10), date(2017, 6, 11), date(2017, 6, 20), date(2017, 6, 30), date(2017, 7, 9),
                  date(2017, 7, 31), date(2017, 8, 8), date(2017, 8, 13), date(2017, 8, 20), date(2017, 9, 5),
                  date(2017, 9, 21), date(2017, 9, 25), date(2017, 10, 2), date(2017, 10, 16)})  # fmt: skip
_ON_SNOW = {"snow": 700.0, "winter": 0.6, "market": 1.0}
_ON_RAIN = {"rain": 9.0, "storm": 3.0, "vendors": 0.5, "grill": 0.15, "sunny": 0.1, "spring": 0.6}


@dataclass(frozen=True)
class Problem:
    """A category of list B as it occurs here.

    `self_share`: how often an inspector who sees it puts it right at once. `conditions`: weight by position of the
    filing condition. `route`: who handles it (see `staff.unit_for`). `spots`: pull by kind of place.
    """

    kind: Kind
    code: str
    weight: float
    season: str
    hours: str
    self_share: float
    conditions: tuple[tuple[int, float], ...]
    route: str
    spots: tuple[tuple[str, float], ...]

    @property
    def key(self) -> str:
        """The key of its words: E or C, and the code."""
        return f"{'C' if self.kind is Kind.COMPONENT else 'E'}{self.code}"

    def weight_on(self, day: date) -> float:
        """How often it is seen on a day, against the other problems."""
        weight = self.weight * _SEASONS[self.season][day.month - 1]
        if self.season == "snow":
            return weight * _ON_SNOW["snow"] if day in SNOW else 0.0
        if day in SNOW:
            weight *= _ON_SNOW.get(self.season, 0.7)
        return weight * _ON_RAIN.get(self.season, 0.8) if day in RAIN else weight


@cache
def problems() -> tuple[Problem, ...]:
    """Every problem of the street."""
    with (_FOLDER / "problems.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Problem(
                Kind(line["kind"]),
                line["code"],
                float(line["weight"]),
                line["season"],
                line["hours"],
                float(line["self"]),
                tuple((int(key), weight) for key, weight in _pairs(line["conditions"])),
                line["unit"],
                tuple(_pairs(line["spots"])),
            )
            for line in csv.DictReader(file)
        )


def _pairs(text: str) -> list[tuple[str, float]]:
    return [(key, float(weight)) for key, weight in (part.split(":") for part in text.split())]
