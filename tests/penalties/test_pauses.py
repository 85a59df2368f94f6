"""Every remedy and deferral keeps its days, whatever was told later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gridops.penalties.rules import Act, Event, columns, fold
from tests.factories import at

NOON = at("2026-03-01 12:00")
DAY = timedelta(days=1)
REMEDY = {"remedy_from": (NOON + DAY).isoformat()}


@pytest.mark.parametrize(
    ("told", "pauses", "until"),
    [
        # begun, and its end noted later: one span
        (
            [(Act.REMEDY, NOON, REMEDY), (Act.REMEDY, NOON, REMEDY | {"remedy_to": (NOON + 9 * DAY).isoformat()})],
            ["remedy 2026-03-02 2026-03-10"],
            NOON + 9 * DAY,
        ),
        # reconsideration, then a court that has not decided: two spans, and the court's has no end
        (
            [
                (Act.REMEDY, NOON, REMEDY | {"remedy_to": (NOON + 9 * DAY).isoformat()}),
                (Act.REMEDY, NOON, {"remedy_from": (NOON + 20 * DAY).isoformat()}),
            ],
            ["remedy 2026-03-02 2026-03-10", "remedy 2026-03-21 -"],
            None,
        ),
        # nobody noted the end of reconsideration: the court's beginning is its end
        (
            [(Act.REMEDY, NOON, REMEDY), (Act.REMEDY, NOON, {"remedy_from": (NOON + 20 * DAY).isoformat()})],
            ["remedy 2026-03-02 2026-03-21", "remedy 2026-03-21 -"],
            None,
        ),
        # put off from the day it was granted on
        ([(Act.DEFER, NOON + 40 * DAY, {"deferred_to": "2026-05-31"})], ["deferral 2026-04-10 2026-05-31"], None),
    ],
)
def test_every_remedy_and_deferral_keeps_its_days(told: list[Any], pauses: list[str], until: datetime | None) -> None:
    state = fold(Event(act, when, seq, details) for seq, (act, when, details) in enumerate(told, 1))
    assert columns(state)["pauses"] == pauses
    assert state.remedy_to == until
