"""When a limit ends, and how much of its clock has run (standards.md 1.5; times aware, results in UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from gridops.core.clock import LOCAL, local, local_date, midnight
from gridops.core.errors import Invalid
from gridops.worktime.rules.hours import Calendar, Hours, LimitUnit

MAX_LIMIT = 10_000
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last instant that is still in time (UTC), and whether it rests on days not published yet."""

    at: datetime
    provisional: bool


def checked_limit(limit: int) -> int:
    """A limit that can be counted: 1 to MAX_LIMIT of its unit; Invalid (field `limit`) otherwise."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(("limit", f"须为1至{MAX_LIMIT}的整数"))
    return limit


def deadline(start: datetime, limit: int, unit: LimitUnit, calendar: Calendar, hours: Hours) -> Deadline:
    """The deadline of a limit that starts at an aware instant.

    Urgent hours run day and night. Working hours run in office hours of working days only; a start outside them waits
    for the next office minute. Days are whole days, the day of the start not counted, ending at 23:59:59 local time.
    Invalid for a limit of 0 or less, or a start so late that no date can be given.
    """
    checked_limit(limit)
    try:
        return _deadline(start, limit, unit, calendar, hours)
    except OverflowError:
        raise Invalid(("start", "时间超出可计算的范围")) from None


def _deadline(start: datetime, limit: int, unit: LimitUnit, calendar: Calendar, hours: Hours) -> Deadline:
    first = local_date(start)
    if unit is LimitUnit.URGENT_HOUR:
        return Deadline((start + timedelta(hours=limit)).astimezone(UTC), provisional=False)
    if unit is LimitUnit.WORKING_HOUR:
        return _known(_advance(start, timedelta(hours=limit), calendar, hours), first, calendar)
    last = _later_day(first, limit, unit, calendar)
    if unit is LimitUnit.CALENDAR_DAY:
        return Deadline(_end_of(last), provisional=False)
    return _known(_end_of(last), first + _DAY, calendar)


def worked(start: datetime, end: datetime, unit: LimitUnit, calendar: Calendar, hours: Hours) -> timedelta:
    """The clock of a unit that ran in [start, end): all of it, office hours of working days, or working days whole.

    Zero where `end` is not after `start`. Adds up: what ran in [a, b) and [b, c) ran in [a, c).
    """
    if end <= start:
        return timedelta()
    if not unit.skips_rest:
        return end - start
    total = timedelta()
    day, last = local_date(start), local_date(end)
    while day <= last:
        if calendar.is_workday(day):
            for begins, ends in _spans(day, unit, hours):
                total += max(min(end, ends) - max(start, begins), timedelta())
        day += _DAY
    return total


def worked_seconds(start: datetime, end: datetime, unit: LimitUnit, calendar: Calendar, hours: Hours) -> int:
    """`worked` in whole seconds."""
    return worked(start, end, unit, calendar, hours) // timedelta(seconds=1)


def remaining(at: datetime, due: datetime, unit: LimitUnit, calendar: Calendar, hours: Hours) -> timedelta:
    """The unit's clock between an instant and a deadline; negative: by how much the deadline is past."""
    if at <= due:
        return worked(at, due, unit, calendar, hours)
    return -worked(due, at, unit, calendar, hours)


def after_suspension(
    due: datetime,
    suspended_at: datetime,
    resumed_at: datetime,
    unit: LimitUnit,
    calendar: Calendar,
    hours: Hours,
) -> Deadline:
    """The deadline after a suspension (挂账, 缓办): the clock left when it began is granted again from its end.

    A suspension that began at or after the deadline moves nothing (what was overdue stays overdue). Whole days are
    counted as in `deadline`: those left after the day of suspension follow the day of resumption; where only the rest
    of that day was left, the day of resumption (or the next worked one) is the last; a deadline that was set to an hour
    keeps it while that is still to come. Never earlier than before.
    """
    if resumed_at < suspended_at:
        raise Invalid(("resumed_at", "早于挂账开始时间"))
    if suspended_at >= due:
        return Deadline(due.astimezone(UTC), provisional=False)
    resumed_day = local_date(resumed_at)
    if unit is LimitUnit.URGENT_HOUR:
        return Deadline((due + (resumed_at - suspended_at)).astimezone(UTC), provisional=False)
    if unit is LimitUnit.WORKING_HOUR:
        if resumed_at <= due and not worked(suspended_at, resumed_at, unit, calendar, hours):
            return _known(due.astimezone(UTC), local_date(suspended_at), calendar)
        left = worked(suspended_at, due, unit, calendar, hours)
        moved = max(_advance(resumed_at, left, calendar, hours), due.astimezone(UTC))
        return _known(moved, local_date(suspended_at), calendar)
    day = _resumed_day(due, suspended_at, resumed_day, unit, calendar)
    same_hour = datetime.combine(day, local(due).time(), LOCAL).astimezone(UTC)
    moved = max(same_hour if same_hour >= resumed_at else _end_of(day), due.astimezone(UTC))
    if unit is LimitUnit.CALENDAR_DAY:
        return Deadline(moved, provisional=False)
    return _known(moved, local_date(suspended_at), calendar)


def _resumed_day(due: datetime, suspended_at: datetime, resumed_day: date, unit: LimitUnit, calendar: Calendar) -> date:
    suspended_day = local_date(suspended_at)
    if resumed_day == suspended_day:
        return local_date(due)
    left, day = 0, suspended_day
    while day < local_date(due):
        day += _DAY
        left += _counts(day, unit, calendar)
    return _later_day(resumed_day, left, unit, calendar) if left else _later_day(resumed_day - _DAY, 1, unit, calendar)


def office_start(start: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The instant itself within office hours, else the next office minute (local time)."""
    day = local_date(start)
    while True:
        if calendar.is_workday(day):
            for begins, ends in hours.on(day).instants(day):
                if start < ends:
                    return local(max(start, begins))
        day += _DAY


def _advance(start: datetime, clock: timedelta, calendar: Calendar, hours: Hours) -> datetime:
    """The first instant at which so much office time has run since `start`."""
    day = local_date(start)
    while True:
        if calendar.is_workday(day):
            for begins, ends in hours.on(day).instants(day):
                from_here = max(start, begins)
                if from_here <= ends and clock <= ends - from_here:
                    return (from_here + clock).astimezone(UTC)
                clock -= max(ends - from_here, timedelta())
        day += _DAY


def _later_day(day: date, count: int, unit: LimitUnit, calendar: Calendar) -> date:
    """The `count`-th day after `day` that counts for the unit."""
    if unit is LimitUnit.CALENDAR_DAY:
        return day + timedelta(days=count)
    while count:
        day += _DAY
        count -= calendar.is_workday(day)
    return day


def _counts(day: date, unit: LimitUnit, calendar: Calendar) -> bool:
    return unit is LimitUnit.CALENDAR_DAY or calendar.is_workday(day)


def _spans(day: date, unit: LimitUnit, hours: Hours) -> list[tuple[datetime, datetime]]:
    if unit is LimitUnit.WORKING_HOUR:
        return list(hours.on(day).instants(day))
    return [(midnight(day), midnight(day + _DAY))]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, _LAST_SECOND, LOCAL).astimezone(UTC)


def _known(at: datetime, first: date, calendar: Calendar) -> Deadline:
    return Deadline(at, calendar.provisional_between(first, local_date(at)))
