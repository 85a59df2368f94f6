"""Instants, local days and a clock that tests can set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core import clock
from gridops.core.ids import uuid7
from tests.factories import at


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2017-03-05T09:00:00+08:00", "2017-03-05 01:00:00"),
        ("2019-04-12T20:25:58+00:00", "2019-04-12 20:25:58"),
        ("2017-03-05T01:00:00Z", "2017-03-05 01:00:00"),
        # Without an offset it is local time.
        ("2017-03-05T09:00", "2017-03-05 01:00:00"),
        (" 2017-03-05 09:00:00 ", "2017-03-05 01:00:00"),
        ("2017-03-05", "2017-03-04 16:00:00"),
    ],
)
def test_an_instant_is_read(text: str, utc: str) -> None:
    assert clock.parse_instant(text) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2017-02-30",
        "2017-03-05T25:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:00:00Z",
    ],
)
def test_what_is_no_instant_with_a_local_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        clock.parse_instant(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(86_400, 315_537_724_800))
def test_every_instant_read_has_a_local_day(seconds: int) -> None:
    instant = datetime(1, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = clock.parse_instant(instant.isoformat())
    assert found == instant
    day = clock.local_date(found)
    assert clock.midnight(day) <= found < clock.midnight(day + timedelta(days=1))


def test_the_clock_can_be_set_and_goes_on_afterwards() -> None:
    then = datetime(2017, 3, 5, 1, 0, tzinfo=UTC)
    with clock.set_to(then):
        assert clock.now() == then
        with clock.set_to(then + timedelta(hours=1)):
            assert clock.now() == then + timedelta(hours=1)
        assert clock.now() == then
    assert clock.now().year >= 2024
    with pytest.raises(ValueError), clock.set_to(datetime(2017, 3, 5)):  # noqa: DTZ001  the very point
        pass


def test_local_midnight_of_a_day() -> None:
    assert clock.midnight(date(2017, 3, 1)) == datetime(2017, 2, 28, 16, 0, tzinfo=UTC)


def test_fresh_names_are_ordered_by_time_and_of_version_7() -> None:
    names = [uuid7() for _ in range(50)]
    assert len(set(names)) == 50
    assert all(name.version == 7 and name.variant == "specified in RFC 4122" for name in names)
    stamps = [name.int >> 80 for name in names]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    ("typed", "known", "wanted"),
    [
        # The form of a step shows the minute it was in: left as it is, the step stays at its second.
        ("2017-03-01 09:00", ["2017-03-01 09:00:45", "2017-03-01 09:00:30"], "2017-03-01 09:00:45"),
        # Moved into the minute in which the hotline took the call: then, and not before it.
        ("2017-03-01 09:00", ["2017-03-01 10:12:00", "2017-03-01 09:00:30"], "2017-03-01 09:00:30"),
        ("2017-03-01 08:59", ["2017-03-01 10:12:00", "2017-03-01 09:00:30"], "2017-03-01 08:59:00"),
        ("2017-03-01 09:01", ["2017-03-01 10:12:00", "2017-03-01 09:00:59"], "2017-03-01 09:01:00"),
        # Who says seconds means them.
        ("2017-03-01 09:00:10", ["2017-03-01 09:00:45"], "2017-03-01 09:00:10"),
        ("2017-03-01 09:00", [], "2017-03-01 09:00:00"),
    ],
)
def test_a_minute_that_was_typed_means_what_is_known_within_it(typed: str, known: list[str], wanted: str) -> None:
    assert clock.exactly(at(typed), map(at, known)) == at(wanted)
