"""Periods: half-open [start, end) in local time, labels as files and addresses carry them (statistics.md §1).

A month may be cut on another day: with `cut_day` 26, `2017-03` is 26 February to 25 March. A week is named by its ISO
week; a series whose week starts on another day takes the start nearest to that Monday.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gridops.core import clock


class PeriodKind(StrEnum):
    """The kinds of period; one code path serves all."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    YTD = "ytd"


@dataclass(frozen=True, slots=True)
class Cut:
    """How a series cuts time: day of the month on which a month begins (1–28), ISO weekday on which a week begins."""

    month_day: int = 1
    week_day: int = 1


@dataclass(frozen=True, slots=True)
class Period:
    """One period: `number` is the week, month, quarter, half or last month of a year to date (0 for a year)."""

    kind: PeriodKind
    year: int
    number: int
    cut: Cut = Cut()

    @property
    def label(self) -> str:
        """`2019-W15`, `2016-12`, `2022-Q2`, `2017-H1`, `2017`, `2017-YTD-11`."""
        return _LABELS[self.kind].format(year=self.year, number=self.number)

    @property
    def first_day(self) -> date:
        """The first local day."""
        if self.kind is PeriodKind.WEEK:
            shift = self.cut.week_day - 1 if self.cut.week_day <= 4 else self.cut.week_day - 8
            return date.fromisocalendar(self.year, self.number, 1) + timedelta(days=shift)
        return _month_start(self.year, _first_month(self), self.cut)

    @property
    def end_day(self) -> date:
        """The first local day after the period."""
        if self.kind is PeriodKind.WEEK:
            return self.first_day + timedelta(days=7)
        return _month_start(self.year, _last_month(self) + 1, self.cut)

    @property
    def start(self) -> datetime:
        """S, the first instant (UTC)."""
        return clock.midnight(self.first_day)

    @property
    def end(self) -> datetime:
        """E, the first instant after (UTC)."""
        return clock.midnight(self.end_day)

    def told_at(self, instant: datetime) -> tuple[datetime, datetime]:
        """S and E as a state told at an instant knows them: for each that is still ahead the instant stands.

        Without this a deadline between the telling and E would count as missed (statistics.md §1).
        """
        return min(self.start, instant), min(self.end, instant)

    def last_day_told_at(self, instant: datetime) -> date:
        """The last local day of the period, or that of the instant while the period runs."""
        return min(self.end_day - timedelta(days=1), clock.local_date(instant))

    def previous(self) -> Period | None:
        """The period of the same kind just before (环比); None for a year to date."""
        if self.kind is PeriodKind.YTD:
            return None
        if self.kind is PeriodKind.WEEK:
            day = date.fromisocalendar(self.year, self.number, 1) - timedelta(days=7)
            return Period(self.kind, day.isocalendar().year, day.isocalendar().week, self.cut)
        count = _PARTS[self.kind]
        if count == 1:
            return Period(self.kind, self.year - 1, 0, self.cut)
        position = self.year * count + self.number - 2
        return Period(self.kind, position // count, position % count + 1, self.cut)

    def next(self) -> Period | None:
        """The period of the same kind just after; None for a year to date."""
        if self.kind is PeriodKind.YTD:
            return None
        return containing(self.kind, self.end_day, self.cut)

    def months(self) -> list[Period]:
        """The months of a quarter and longer, cut as it is; none of a month or a week."""
        if self.kind in {PeriodKind.WEEK, PeriodKind.MONTH}:
            return []
        numbers = range(_first_month(self), _last_month(self) + 1)
        return [Period(PeriodKind.MONTH, self.year, number, self.cut) for number in numbers]

    def last_year(self) -> Period | None:
        """The same period a year before (同比); None for a week 53 without a counterpart."""
        if self.kind is PeriodKind.WEEK and self.number > date(self.year - 1, 12, 28).isocalendar().week:
            return None
        return Period(self.kind, self.year - 1, self.number, self.cut)

    def _checked(self) -> Period:
        highest = {
            PeriodKind.MONTH: 12,
            PeriodKind.YTD: 12,
            PeriodKind.WEEK: date(self.year, 12, 28).isocalendar().week,
        }
        if self.kind in highest and not 1 <= self.number <= highest[self.kind]:
            raise ValueError(f"{self.label} does not exist")
        return self

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def parse(label: str, cut: Cut = Cut()) -> Period:
    """Read a label; ValueError names what is accepted."""
    for kind, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(label.strip()):
            numbers = [int(part) for part in found.groups()]
            return Period(kind, numbers[0], numbers[1] if len(numbers) > 1 else 0, cut)._checked()
    raise ValueError(f"not a period: {label!r} (2019-W15, 2016-12, 2022-Q2, 2017-H1, 2017, 2017-YTD-11)")


def containing(kind: PeriodKind, day: date, cut: Cut = Cut()) -> Period:
    """The period of a kind in which a local day lies (for YTD: up to the month of that day)."""
    if kind is PeriodKind.WEEK:
        near = (day + timedelta(days=shift) for shift in (-7, 0, 7))
        weeks = (Period(kind, *d.isocalendar()[:2], cut) for d in near)
        return next(week for week in weeks if week.first_day <= day < week.end_day)
    month = day.month + (1 if cut.month_day > 1 and day.day >= cut.month_day else 0)
    year, month = (day.year + 1, 1) if month > 12 else (day.year, month)
    number = {
        PeriodKind.MONTH: month,
        PeriodKind.QUARTER: (month + 2) // 3,
        PeriodKind.HALF: (month + 5) // 6,
        PeriodKind.YEAR: 0,
        PeriodKind.YTD: month,
    }[kind]
    return Period(kind, year, number, cut)


_LABELS = {
    PeriodKind.WEEK: "{year:04d}-W{number:02d}",
    PeriodKind.MONTH: "{year:04d}-{number:02d}",
    PeriodKind.QUARTER: "{year:04d}-Q{number}",
    PeriodKind.HALF: "{year:04d}-H{number}",
    PeriodKind.YEAR: "{year:04d}",
    PeriodKind.YTD: "{year:04d}-YTD-{number:02d}",
}
_PATTERNS = {
    PeriodKind.WEEK: re.compile(r"([12][0-9]{3})-W([0-5][0-9])"),
    PeriodKind.MONTH: re.compile(r"([12][0-9]{3})-([01][0-9])"),
    PeriodKind.QUARTER: re.compile(r"([12][0-9]{3})-Q([1-4])"),
    PeriodKind.HALF: re.compile(r"([12][0-9]{3})-H([12])"),
    PeriodKind.YEAR: re.compile(r"([12][0-9]{3})"),
    PeriodKind.YTD: re.compile(r"([12][0-9]{3})-YTD-([01][0-9])"),
}
_PARTS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2, PeriodKind.YEAR: 1}


def _first_month(period: Period) -> int:
    if period.kind in (PeriodKind.YEAR, PeriodKind.YTD):
        return 1
    return (period.number - 1) * (12 // _PARTS[period.kind]) + 1


def _last_month(period: Period) -> int:
    if period.kind is PeriodKind.YEAR:
        return 12
    if period.kind is PeriodKind.YTD:
        return period.number
    return period.number * (12 // _PARTS[period.kind])


def _month_start(year: int, month: int, cut: Cut) -> date:
    year, month = (year + 1, month - 12) if month > 12 else (year, month)
    if cut.month_day == 1:
        return date(year, month, 1)
    year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, cut.month_day)
