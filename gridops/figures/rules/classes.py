"""The classes of a figure on a map: nothing to tell, zero, and five equal parts up to a round number (pure).

They stay while a month goes on: of a rate always the same, of others they change only when the largest value passes
the next round number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

STEPS = 5
_ROUND = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


def step_size(values: Iterable[Decimal | None], *, rate: bool, whole: bool) -> Decimal:
    """How wide each of the five classes is: of a rate 20 (percent), else 1, 2 or 5 times a power of ten.

    `whole`: of things that are counted; then none is narrower than 1.
    """
    if rate:
        return Decimal(100) / STEPS
    most = max((value for value in values if value), default=Decimal(1))
    size = Decimal(1).scaleb(most.adjusted() - 1)
    found = next(size * times for times in (*_ROUND, Decimal(20)) if size * times * STEPS >= most)
    return max(found, Decimal(1)) if whole else found


def step_of(value: Decimal | None, size: Decimal) -> int | None:
    """The class of a value: None, 0, or 1 to 5, the upper edge included; what lies above 100 percent is in the last."""
    if value is None:
        return None
    return min(STEPS, math.ceil(value / size)) if value > 0 else 0


def edges(size: Decimal, *, whole: bool) -> list[tuple[Decimal, Decimal]]:
    """The lowest and highest value of each class; where not `whole`, the lowest is that of the class before."""
    return [(size * step + (1 if whole else 0), size * (step + 1)) for step in range(STEPS)]
