"""The life of an outing, and sums that fall below zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from gridops.core.errors import Closed, Conflict, GridopsError, Invalid
from gridops.operations.rules import (
    OutingState,
    TallyKind,
    below_zero,
    check_cancel,
    check_end,
    check_joining,
    check_record,
    check_start,
    state_of,
)
from tests.factories import at

NINE, TEN, ELEVEN = at("2017-03-05 09:00"), at("2017-03-05 10:00"), at("2017-03-05 11:00")


@dataclass
class Times:
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None


PLANNED, OPEN, ENDED, OFF = Times(), Times(TEN), Times(TEN, ELEVEN), Times(cancelled_at=NINE)


@pytest.mark.parametrize(
    ("times", "state"),
    [
        (PLANNED, OutingState.PLANNED),
        (OPEN, OutingState.OPEN),
        (ENDED, OutingState.ENDED),
        (OFF, OutingState.CANCELLED),
    ],
)
def test_how_far_an_outing_is(times: Times, state: OutingState) -> None:
    assert state_of(times) is state


@pytest.mark.parametrize(
    ("times", "when", "refused"),
    [
        (OPEN, ELEVEN, None),
        (OPEN, TEN, None),  # ended in the minute it began
        (OPEN, NINE, Invalid),  # before it began
        (PLANNED, TEN, Conflict),  # never began: that is cancelled
        (ENDED, ELEVEN, Closed),
        (OFF, ELEVEN, Closed),
    ],
)
def test_when_an_outing_can_be_ended(times: Times, when: datetime, refused: type[GridopsError] | None) -> None:
    if refused is None:
        check_end(times, when)
    else:
        with pytest.raises(refused):
            check_end(times, when)


@pytest.mark.parametrize(
    ("times", "records", "refused"),
    [
        (PLANNED, False, None),
        (OPEN, False, None),  # begun by mistake, nothing recorded
        (OPEN, True, Conflict),
        (ENDED, False, Closed),
        (OFF, False, Closed),
    ],
)
def test_when_an_outing_can_be_called_off(times: Times, records: bool, refused: type[GridopsError] | None) -> None:
    if refused is None:
        check_cancel(times, has_records=records)
    else:
        with pytest.raises(refused):
            check_cancel(times, has_records=records)


def test_a_second_start_is_no_fault_and_a_late_record_is_taken() -> None:
    check_start(OPEN, NINE, leads=False)
    check_start(ENDED, TEN, leads=True)  # told late by a phone that also began it
    check_record(ENDED)
    with pytest.raises(Closed):
        check_start(ENDED, at("2017-03-05 12:00"), leads=True)
    with pytest.raises(Closed):
        check_start(ENDED, TEN, leads=False)
    for check in (lambda: check_start(OFF, TEN, leads=True), lambda: check_record(OFF)):
        with pytest.raises(Closed):
            check()


def test_sums_below_zero_are_named() -> None:
    assert below_zero({TallyKind.TIDIED: -1, TallyKind.CLEARED: 0, TallyKind.PERSUADED: 3}) == (TallyKind.TIDIED,)


def test_nobody_joins_after_the_end() -> None:
    check_joining(OPEN, NINE)
    check_joining(ENDED, ELEVEN)
    for times, when in ((ENDED, at("2017-03-05 11:01")), (OFF, NINE)):
        with pytest.raises(Closed):
            check_joining(times, when)
