"""Periods: labels, borders, what lies before and a year before (statistics.md §1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.clock import parse_instant
from gridops.core.periods import Cut, Period, PeriodKind, containing, parse


@pytest.mark.parametrize(
    ("label", "cut", "first", "end"),
    [
        ("2016-12", Cut(), "2016-12-01", "2017-01-01"),
        ("2016-02", Cut(), "2016-02-01", "2016-03-01"),
        # Cut on the 26th: March runs from 26 February to 25 March.
        ("2017-03", Cut(month_day=26), "2017-02-26", "2017-03-26"),
        ("2017-01", Cut(month_day=26), "2016-12-26", "2017-01-26"),
        # ISO weeks: the first may begin in the old year, the last end in the new one.
        ("2019-W15", Cut(), "2019-04-08", "2019-04-15"),
        ("2019-W01", Cut(), "2018-12-31", "2019-01-07"),
        ("2020-W53", Cut(), "2020-12-28", "2021-01-04"),
        # A week that starts on Sunday takes the Sunday nearest to its Monday: the day before.
        ("2019-W15", Cut(week_day=7), "2019-04-07", "2019-04-14"),
        ("2019-W15", Cut(week_day=5), "2019-04-05", "2019-04-12"),
        # Thursday is nearer after than before.
        ("2019-W15", Cut(week_day=4), "2019-04-11", "2019-04-18"),
        ("2022-Q2", Cut(), "2022-04-01", "2022-07-01"),
        ("2022-Q1", Cut(month_day=21), "2021-12-21", "2022-03-21"),
        ("2017-H1", Cut(), "2017-01-01", "2017-07-01"),
        ("2017-H2", Cut(), "2017-07-01", "2018-01-01"),
        ("2017", Cut(), "2017-01-01", "2018-01-01"),
        ("2017-YTD-11", Cut(), "2017-01-01", "2017-12-01"),
        ("2017-YTD-01", Cut(month_day=26), "2016-12-26", "2017-01-26"),
    ],
)
def test_a_label_names_its_days(label: str, cut: Cut, first: str, end: str) -> None:
    period = parse(label, cut)
    assert (period.first_day, period.end_day) == (date.fromisoformat(first), date.fromisoformat(end))
    assert period.label == label
    assert period.start == parse_instant(first)
    assert period.end == parse_instant(end)


@pytest.mark.parametrize(
    "label",
    ["", "2017-00", "2017-13", "2017-3", "2017-W00", "2017-W53", "2017-W54", "2017-Q5", "2017-Q0", "2017-H3", "17",
     "0999", "3000", "2017-YTD-00", "2017-YTD-13", "2017-03-01", "2٠17-03", "2017-03\n2", "２０１７"],
)  # fmt: skip
def test_what_is_no_period_is_refused(label: str) -> None:
    with pytest.raises(ValueError):
        parse(label)


@pytest.mark.parametrize(
    ("label", "previous", "last_year"),
    [
        ("2017-01", "2016-12", "2016-01"),
        ("2017-W01", "2016-W52", "2016-W01"),
        ("2021-W01", "2020-W53", "2020-W01"),
        ("2020-W53", "2020-W52", None),
        ("2022-Q1", "2021-Q4", "2021-Q1"),
        ("2017-H1", "2016-H2", "2016-H1"),
        ("2017", "2016", "2016"),
        ("2017-YTD-11", None, "2016-YTD-11"),
    ],
)
def test_what_a_period_is_compared_with(label: str, previous: str | None, last_year: str | None) -> None:
    period = parse(label)
    before, year_before = period.previous(), period.last_year()
    assert (before.label if before else None) == previous
    assert (year_before.label if year_before else None) == last_year


@pytest.mark.parametrize(
    ("instant", "inside"),
    [
        ("2017-03-01T00:00:00+08:00", True),
        ("2017-02-28T16:00:00Z", True),
        ("2017-02-28T23:59:59.999999+08:00", False),
        ("2017-03-31T23:59:59.999999+08:00", True),
        ("2017-04-01T00:00:00+08:00", False),
    ],
)
def test_a_month_is_half_open_in_local_time(instant: str, inside: bool) -> None:
    assert (parse_instant(instant) in parse("2017-03")) is inside


days = st.dates(date(1001, 1, 8), date(2998, 12, 20))
cuts = st.builds(Cut, month_day=st.integers(1, 28), week_day=st.integers(1, 7))
checked = settings(max_examples=150, deadline=None)


@checked
@given(days, st.sampled_from(PeriodKind), cuts)
def test_every_day_lies_in_the_period_found_for_it(day: date, kind: PeriodKind, cut: Cut) -> None:
    period = containing(kind, day, cut)
    assert period.first_day <= day < period.end_day
    assert parse(period.label, cut) == period


@checked
@given(days, st.sampled_from([kind for kind in PeriodKind if kind is not PeriodKind.YTD]), cuts)
def test_periods_follow_each_other_without_gap(day: date, kind: PeriodKind, cut: Cut) -> None:
    period = containing(kind, day, cut)
    before, after = period.previous(), period.next()
    assert before is not None
    assert after is not None
    assert before.end_day == period.first_day
    assert after.first_day == period.end_day
    assert before.next() == period == after.previous()
    assert containing(kind, period.end_day - timedelta(days=1), cut) == period


@checked
@given(days, cuts)
def test_months_tile_quarters_halves_and_years(day: date, cut: Cut) -> None:
    months = [Period(PeriodKind.MONTH, day.year, number, cut) for number in range(1, 13)]
    for kind, size in ((PeriodKind.QUARTER, 3), (PeriodKind.HALF, 6)):
        for number in range(12 // size):
            part = Period(kind, day.year, number + 1, cut)
            assert part.first_day == months[number * size].first_day
            assert part.end_day == months[number * size + size - 1].end_day
    year = Period(PeriodKind.YEAR, day.year, 0, cut)
    assert (year.first_day, year.end_day) == (months[0].first_day, months[-1].end_day)
    assert Period(PeriodKind.YTD, day.year, 12, cut).end_day == year.end_day
