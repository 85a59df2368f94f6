"""Units of the clock, the working-day calendar and office hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from gridops.core.clock import LOCAL
from gridops.core.errors import Invalid


class LimitUnit(StrEnum):
    """The four clock units of standards.md 1.5: 紧急工作时, 工作时, 工作日, 自然日."""

    URGENT_HOUR = "urgent_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"

    @property
    def in_days(self) -> bool:
        """Whether the limit is a number of whole days, ending at 23:59:59."""
        return self in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY)

    @property
    def skips_rest(self) -> bool:
        """Whether the clock stands still on days that are not worked."""
        return self in (LimitUnit.WORKING_HOUR, LimitUnit.WORKING_DAY)


LIMIT_UNIT_NAMES: dict[LimitUnit, str] = {
    LimitUnit.URGENT_HOUR: "紧急工作时",
    LimitUnit.WORKING_HOUR: "工作时",
    LimitUnit.WORKING_DAY: "个工作日",
    LimitUnit.CALENDAR_DAY: "个自然日",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Published days, worked or not, with their names (国庆节, 国庆节调休上班); a day without a row is provisional.

    The State Council publishes one year at a time, so a limit may run into days nobody has published: Monday to
    Friday then counts as worked, and whoever asks is told.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Whether a local day is worked."""
        known = self.days.get(day)
        return day.weekday() < 5 if known is None else known

    def is_provisional(self, day: date) -> bool:
        """Whether the day has not been published yet."""
        return day not in self.days

    def provisional_between(self, first: date, last: date) -> bool:
        """Whether any day from `first` to `last` (both included) has not been published."""
        return any(self.is_provisional(day) for day in days_from(first, last))


class Hours(Protocol):
    """Anything that knows the office hours of a day: fixed ones, or a timetable that changes."""

    def on(self, day: date) -> OfficeHours:
        """The office hours in force on a local day."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Daily office hours as spans of local time of day, in order and without overlap; `until` 24:00 is midnight."""

    spans: tuple[tuple[timedelta, timedelta], ...]

    @classmethod
    def parse(cls, text: str, name: str = "hours") -> OfficeHours:
        """Read `08:30-12:00,13:30-17:30`; Invalid (field `name`) for empty, reversed or overlapping spans."""
        spans = tuple(_span(part.strip(), name) for part in re.split("[,，]", text) if part.strip())
        if not spans:
            raise Invalid((name, "至少填写一段时间，如08:30-12:00,13:30-17:30"))
        for (_, ends), (begins, _) in pairwise(spans):
            if begins < ends:
                raise Invalid((name, "时段重叠或顺序颠倒"))
        return cls(spans)

    def on(self, day: date) -> OfficeHours:
        """Fixed hours are in force on every day."""
        return self

    def instants(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The spans of one local day as aware instants."""
        midnight = datetime.combine(day, time(), LOCAL)
        for begins, ends in self.spans:
            yield midnight + begins, midnight + ends

    def __str__(self) -> str:
        return ",".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in self.spans)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Office hours that change on given days (summer and winter hours): (first day or None for always, hours)."""

    changes: tuple[tuple[date | None, OfficeHours], ...]

    def on(self, day: date) -> OfficeHours:
        """The hours begun last before or on the day; before the first change, those of the first change."""
        found = self.changes[0][1]
        for begins, hours in self.changes:
            if begins is None or begins <= day:
                found = hours
        return found


def days_from(first: date, last: date) -> Iterator[date]:
    """Local days from `first` to `last`, both included."""
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–—~至]\s*([0-9]{1,2}):([0-9]{2})")


def _span(text: str, name: str) -> tuple[timedelta, timedelta]:
    found = _SPAN.fullmatch(text.replace("：", ":"))
    if not found:
        raise Invalid((name, "应形如08:30-12:00,13:30-17:30"))
    hour, minute, to_hour, to_minute = map(int, found.groups())
    begins, ends = timedelta(hours=hour, minutes=minute), timedelta(hours=to_hour, minutes=to_minute)
    if minute > 59 or to_minute > 59 or ends > timedelta(hours=24):
        raise Invalid((name, "没有这样的时刻"))
    if ends <= begins:
        raise Invalid((name, "结束须晚于开始"))
    return begins, ends


def _clock(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
