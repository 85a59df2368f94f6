"""When who is at work in the demo street, and the days of its year."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gridops.core.clock import LOCAL, local
from gridops.demo_street.problems import RAIN, SNOW
from gridops.worktime.rules import Calendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shift:
    """Daily hours of a post; `office`: on working days only."""

    begins: time
    ends: time
    office: bool = False

    def span(self, day: date, calendar: Calendar) -> tuple[datetime, datetime] | None:
        """The hours of a local day; None on a day off."""
        if self.office and not calendar.is_workday(day):
            return None
        return datetime.combine(day, self.begins, LOCAL), datetime.combine(day, self.ends, LOCAL)

    def opens(self, at: datetime, calendar: Calendar) -> datetime:
        """The first instant from `at` on at which someone is there."""
        day = local(at).date()
        while True:
            span = self.span(day, calendar)
            if span and at < span[1]:
                return max(at, span[0])
            day += DAY

    def share(self, start: datetime, end: datetime, part: float, calendar: Calendar) -> datetime:
        """The instant at which a part (0 to 1) of the hours between two instants has gone by.

        Where less than ten minutes of them lie between the two, people on call come: the plain part of the time.
        """
        spans = []
        day = local(start).date()
        while day <= local(end).date():
            span = self.span(day, calendar)
            if span and span[0] < end and span[1] > start:
                spans.append((max(span[0], start), min(span[1], end)))
            day += DAY
        total = sum(((b - a) for a, b in spans), timedelta())
        if total < timedelta(minutes=10):
            return start + (end - start) * part
        left = total * part
        for a, b in spans:
            if left <= b - a:
                return a + left
            left -= b - a
        return end


DESK = Shift(time(7, 0), time(21, 40))
WALK = Shift(time(6, 40), time(20, 30))
OFFICE = Shift(time(8, 30), time(17, 40), office=True)
_STREET = Shift(time(6, 30), time(22, 0))
_CLEANING = Shift(time(6, 0), time(18, 30))
_POLICE = Shift(time(7, 0), time(22, 0))
_COMMUNITY = Shift(time(8, 15), time(18, 30))


def shift_of(unit: str) -> Shift:
    """The hours of a unit."""
    if unit.startswith("CGZD"):
        return _STREET
    if unit == "LHT-CG-HW":
        return _CLEANING
    if unit in ("PCS", "JJZD", "YGS"):
        return _POLICE
    return _COMMUNITY if unit[4:].isdigit() and unit[4] == "0" else OFFICE


# Monday first. Patrols go on at weekends with fewer people.
_WEEK = (1.12, 1.04, 1.02, 1.0, 1.06, 0.74, 0.6)
_MONTHS = (1.0, 0.98, 1.0, 1.04, 1.08, 1.06, 1.04, 1.02, 1.06, 1.0, 1.04, 0.92)
# The eve of the Spring Festival of 2017 was 27 January; work is full again after the Lantern Festival.
_SPRING_FESTIVAL = date(2017, 1, 27)
_FESTIVAL = (0.34, 0.12, 0.16, 0.2, 0.24, 0.28, 0.34, 0.62, 0.7, 0.74, 0.8, 0.84, 0.88, 0.9, 0.92)


def busy(day: date, calendar: Calendar) -> float:
    """How much is reported on a day, against a usual one."""
    since = (day - _SPRING_FESTIVAL).days
    if 0 <= since < len(_FESTIVAL):
        return _FESTIVAL[since]
    week = _WEEK[day.weekday()]
    if not calendar.is_workday(day) and day.weekday() < 5:
        week = 0.52
    elif calendar.is_workday(day) and day.weekday() >= 5:
        week = 1.0
    weather = 0.78 if day in RAIN else 0.9 if day in SNOW else 1.0
    before = 0.8 if -5 <= since < 0 else 1.0
    return week * _MONTHS[day.month - 1] * weather * before


def minute_of(day: date, hours: tuple[tuple[int, float], ...], dice: random.Random) -> datetime:
    """An instant of a local day, by the weights of its hours."""
    hour = dice.choices([h for h, _ in hours], [w for _, w in hours])[0]
    return datetime.combine(day, time(hour), LOCAL) + timedelta(seconds=dice.randrange(3600))
