"""What rows of a file tell depends only on the order of their times: worked out once for each order.

Every rule of imports and of the projection compares the times of one case among themselves, so two rows whose times
stand in the same order have the same contradictions, the same events and the same columns, at other instants. Each
order is worked out by those rules themselves, on stand-ins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gridops.cases.rules.facts import Event
from gridops.cases.rules.imported import TIMES, contradictions, events_of
from gridops.cases.rules.projection import projected

# For each of TIMES its place among the distinct times of the row; None: not told.
Order = tuple[int | None, ...]

_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(hours=1)
# Stands for whatever id the row has.
_SOME = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """The events that every row of one order tells, and its columns in the order of `projection.PROJECTED`.

    Their times are stand-ins, which `place_of` turns into places of `Order`; every id is a stand-in too. The tile is
    left out: it is no matter of times.
    """

    events: tuple[Event, ...]
    columns: tuple[Any, ...]


def order_of(times: Sequence[str | None]) -> tuple[Order, list[str]]:
    """The order of the times of a row, given in the order of TIMES as texts that sort; and the distinct ones."""
    told = set(times)
    told.discard(None)
    distinct: list[str] = sorted(told)  # type: ignore[arg-type]
    places = dict(zip(distinct, range(len(distinct)), strict=True))
    return tuple(map(places.get, times)), distinct  # type: ignore[arg-type]


def wrong_with(order: Order) -> list[tuple[str, str]]:
    """The contradictions of every row of this order."""
    return contradictions(_times(order))


def tell(order: Order, reworked_times: int | None, returned_upheld: bool | None, *, dispatched_to: bool) -> Telling:
    """Work out an order; `dispatched_to`: the row names a unit. Raises Invalid naming every contradiction."""
    events = events_of(
        _times(order),
        reworked_times=reworked_times,
        returned_upheld=returned_upheld,
        unit_id=_SOME if dispatched_to else None,
        category_id=_SOME,
    )
    return Telling(tuple(events), projected(events, None, None))


def place_of(stand_in: datetime) -> int:
    """The place in the order for which an instant of a Telling stands."""
    return round((stand_in - _BEGIN) / _STEP)


def _times(order: Order) -> dict[str, datetime | None]:
    return {name: None if place is None else _BEGIN + place * _STEP for name, place in zip(TIMES, order, strict=True)}
