"""What lists of nights and days share: the month of an address, its weeks as a calendar, a form that was refused."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from flask import request

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.periods import Period, PeriodKind, containing, parse


class Timed(Protocol):
    """A row of a list that has its time."""

    @property
    def at(self) -> datetime:
        """When it took place, or was to."""


Row = TypeVar("Row", bound=Timed)


def month_of(label: str | None, *, default: bool) -> Period | None:
    """The month of an address; this month by `default`; Invalid for what is none."""
    if not label:
        return containing(PeriodKind.MONTH, clock.local_date(clock.now())) if default else None
    try:
        found = parse(label)
    except (ValueError, Invalid):
        raise Invalid(("month", "无法识别的月份")) from None
    if found.kind is not PeriodKind.MONTH:
        raise Invalid(("month", "无法识别的月份"))
    return found


def narrowed(names: Iterable[str]) -> tuple[dict[str, Any], Period | None]:
    """What an address narrows a list to, by these names, and its month; as a calendar it is of this month at first."""
    kept: dict[str, Any] = {name: value for name in names if (value := request.args.get(name, "").strip()[:60])}
    month = month_of(kept.get("month"), default=kept.get("view") == "calendar")
    return (kept | {"month": month.label} if month else kept), month


def weeks(month: Period, rows: Iterable[Row]) -> list[list[tuple[date, bool, list[Row]]]]:
    """A month as weeks of days, Monday first: (day, whether it is of the month, its rows in order of time)."""
    of_day: dict[date, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.at):
        of_day.setdefault(clock.local_date(row.at), []).append(row)
    first = clock.local_date(month.start)
    drawn = calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    return [[(day, day.month == first.month, of_day.get(day, [])) for day in week] for week in drawn]
