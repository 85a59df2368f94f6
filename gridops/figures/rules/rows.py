"""One counted record: its dimensions and what it counts in, told by Python from the facts of the case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from gridops.cases.rules.facts import Event, Facts
from gridops.figures.counts import BITS, PROGRAM, TURNS
from gridops.figures.rules.conditions import truth


class Row(NamedTuple):
    """One record and what it counts in. 0 stands for no unit and no campaign.

    `span`: the tree of the record's day (`grids.rules.tree.Territory.span`). `flags`: bit i set where the record counts
    in the i-th of `counts.FLAGS`; the turns are counts within the period, named as in `counts.TURNS`.
    """

    case_id: int
    grid_version_id: int
    span: int
    category_id: int
    source: str
    unit_id: int
    campaign_id: int
    flags: int
    rework_turns: int = 0
    extension_turns: int = 0
    returned: int = 0

    @property
    def counts(self) -> bool:
        """Whether the record counts in anything at all."""
        return bool(self.flags or self.rework_turns or self.extension_turns or self.returned)


TURN_KEYS = tuple(TURNS)


def flags_of(start: datetime, end: datetime, at_start: Facts, at_end: Facts) -> int:
    """What a case counts in, from its facts at S and at E, as the bits of `counts.BITS`."""
    return sum(BITS[key] for key, holds in PROGRAM.run(truth(start, end, at_start, at_end)).items() if holds)


def turns_of(start: datetime, end: datetime, events: Iterable[Event]) -> tuple[int, ...]:
    """How often each of `counts.TURNS` happened in the period."""
    told = [event for event in events if start <= event.happened_at < end]
    return tuple(sum(event.turns for event in told if event.move in moves) for moves in TURNS.values())


def keys_of(flags: int) -> list[str]:
    """The names behind the bits."""
    return [key for key, bit in BITS.items() if flags & bit]
