"""What a period counts, broken down by every dimension: additive, so that parts counted apart can be joined."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridops.cases.rules.moves import Source
from gridops.core.errors import Conflict
from gridops.figures.counts import BITS, COUNTS, EQUATIONS, KEYS
from gridops.figures.rules.rows import TURN_KEYS

SOURCES: tuple[Source, ...] = tuple(Source)
NAMES = {count.key: count.name for count in COUNTS}
Vector = list[int]
DIMENSIONS = {
    "source": "source",
    "category": "category_id",
    "grid": "child_id",
    "unit": "unit_id",
    "campaign": "campaign_id",
}


@dataclass
class Counted:
    """The counts of a period, each vector in the order of `counts.KEYS`.

    `by`: dimension (source, category, grid, unit, campaign) -> key (the source, else an id as text; unit and campaign
    "0" for none) -> vector.
    """

    total: Vector = field(default_factory=lambda: [0] * len(KEYS))
    by: dict[str, dict[str, Vector]] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})

    def count(self, key: str) -> int:
        """A total by its key without prefix."""
        return self.total[KEYS.index(key)]

    def to_json(self) -> str:
        """Text for a part that is counted elsewhere."""
        return json.dumps({"total": self.total, "by": self.by}, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Counted:
        """What `to_json` wrote."""
        told = json.loads(text)
        return cls(told["total"], told["by"])


def add_up(rows: Any) -> Counted:
    """Count columns of records (`queries.rows.Rows`)."""
    # Thousands of records share a few hundred sets of flags: each set is looked into once.
    sets, held = np.unique(rows.flags, return_inverse=True)
    counts = np.array([[int(flags) & bit != 0 for bit in BITS.values()] for flags in sets.tolist()], dtype=np.int64)
    counts = counts.reshape(len(sets), len(BITS))
    turns = [getattr(rows, key) for key in TURN_KEYS]
    total = np.bincount(held, minlength=len(sets)) @ counts
    counted = Counted(total.tolist() + [int(t.sum()) for t in turns])
    for dimension, name in DIMENSIONS.items():
        keys, places = np.unique(getattr(rows, name), return_inverse=True)
        by_set = np.bincount(places * len(sets) + held, minlength=len(keys) * len(sets)).reshape(len(keys), len(sets))
        sums = [np.bincount(places, weights=turn, minlength=len(keys)).astype(np.int64) for turn in turns]
        table = np.concatenate([by_set @ counts, np.stack(sums, axis=1)], axis=1).tolist()
        named = [SOURCES[key] if dimension == "source" else str(key) for key in keys.tolist()]
        counted.by[dimension] = {str(key): vector for key, vector in zip(named, table, strict=True)}
    return counted


def merge(parts: Iterable[Counted]) -> Counted:
    """Join parts that share no record."""
    joined = Counted()
    for part in parts:
        joined.total = _added(joined.total, part.total)
        for dimension, table in part.by.items():
            into = joined.by[dimension]
            for key, vector in table.items():
                into[key] = _added(into[key], vector) if key in into else vector
    return joined


def check_equations(counted: Counted) -> None:
    """Stop the build with Conflict, naming the difference, where an equation of statistics.md §2 does not hold."""
    for left, right in EQUATIONS:
        a, b = (sum(counted.count(key) for key in side) for side in (left, right))
        if a != b:
            raise Conflict(
                f"等式不成立：{_sum_of(counted, left)} = {a}，而{_sum_of(counted, right)} = {b}，相差{abs(a - b)}。"
            )


def check_sums(counted: Counted) -> None:
    """Refuse with Conflict, sums printed, a breakdown whose parts do not add up to the total."""
    for dimension, table in counted.by.items():
        for place, key in enumerate(KEYS):
            parts = sum(vector[place] for vector in table.values())
            if parts != counted.total[place]:
                raise Conflict(
                    f"按{_DIMENSION_NAMES[dimension]}分列的{NAMES[key]}合计{parts}，总数{counted.total[place]}，"
                    f"相差{abs(parts - counted.total[place])}。"
                )


_DIMENSION_NAMES = {"source": "来源", "category": "类别", "grid": "区域", "unit": "单位", "campaign": "专项"}


def _added(a: Vector, b: Vector) -> Vector:
    return [x + y for x, y in zip(a, b, strict=True)]


def _sum_of(counted: Counted, keys: tuple[str, ...]) -> str:
    return " + ".join(f"{NAMES[key]}{counted.count(key)}" for key in keys)
