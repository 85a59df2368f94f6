"""What is counted by additions on an outing; what is seized, impounded or kept is never one of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# More than anyone counts in one addition; what is larger is a slip of the finger.
MOST = 100_000


class TallyKind(StrEnum):
    """What is counted by additions, each in its own unit of measure."""

    PERSUADED = "persuaded"
    TIDIED = "tidied"
    CLEARED = "cleared"
    LEAFLETS = "leaflets"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a tally is called, what it counts, and the unit of `bulletin.json`."""

    name: str
    classifier: str
    unit: str


MEASURES: dict[TallyKind, Measure] = {
    TallyKind.PERSUADED: Measure("劝导", "人次", "person_times"),
    TallyKind.TIDIED: Measure("规范摆放", "辆", "vehicles"),
    TallyKind.CLEARED: Measure("清理", "处", "places"),
    TallyKind.LEAFLETS: Measure("发放告知书", "份", "papers"),
}


def below_zero(sums: Mapping[TallyKind, int]) -> tuple[TallyKind, ...]:
    """The kinds of which more was taken back than added.

    An addition is never refused for that: the one it takes back may still be on another phone. It is shown instead.
    """
    return tuple(kind for kind in TallyKind if sums.get(kind, 0) < 0)
