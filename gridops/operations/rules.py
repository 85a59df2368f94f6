"""What a joint force does on an outing: what it tallies, and what is never a tally."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


class IncidentKind(StrEnum):
    """扣押, 交警扣留, 先行登记保存, 移送, and what is none of them."""

    SEIZED = "seized"
    IMPOUNDED = "impounded"
    PRESERVED = "preserved"
    REFERRED = "referred"
    OTHER = "other"
