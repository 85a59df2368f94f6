"""Offences of the street that come and go are checked at the time of day of their report."""

import pytest

from gridops.cases.rules.slots import check_slot
from gridops.core import clock
from tests.factories import at


@pytest.mark.parametrize(
    ("listed", "kind", "code", "reported", "wanted"),
    [
        # a stall in the evening, of either list
        ("B", "event", "0401", "2017-03-06 18:40", (18, 20)),
        ("A", "event", "0599", "2017-03-06 19:59:59", (18, 20)),
        # the turn of the slot, midnight on both sides
        ("B", "event", "0401", "2017-03-06 20:00", (20, 22)),
        ("B", "event", "0401", "2017-03-06 23:59:59", (22, 24)),
        ("B", "event", "0401", "2017-03-06 00:00", (0, 2)),
        # rubbish stays until somebody takes it away; numbers mean something else in the other list, and for components
        ("B", "event", "0110", "2017-03-06 18:40", None),
        ("A", "event", "0401", "2017-03-06 18:40", None),
        ("B", "component", "0401", "2017-03-06 18:40", None),
    ],
)
def test_when_a_case_is_best_checked(listed: str, kind: str, code: str, reported: str, wanted):
    assert check_slot(listed, kind, code, clock.local(at(reported))) == wanted
