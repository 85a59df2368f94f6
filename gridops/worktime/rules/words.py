"""Why a case is due when it is: the facts, and the sentence in Chinese and English (design/screens.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gridops.core.clock import local, local_date
from gridops.worktime.rules.clock import checked_limit, deadline, office_start
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES, Calendar, Hours, LimitUnit, days_from

_IN_LIEU = "调休上班"
# More days with other hours than these are told by the first.
_MOST_DAYS = 3
_SHORT_WEEK = timedelta(days=6)
_LIMIT_EN = {
    LimitUnit.URGENT_HOUR: "urgent hour",
    LimitUnit.WORKING_HOUR: "working hour",
    LimitUnit.WORKING_DAY: "working day",
    LimitUnit.CALENDAR_DAY: "calendar day",
}
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOLIDAYS_EN = {
    "元旦": "New Year",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat",
    "国庆节": "National Day",
    "中秋节": "Mid-Autumn",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """What the clock met on its way: weekends and named holidays left out, weekend days that were worked (调休).

    `duty`: worked weekend days that have another reason of their own (flood duty), with it; `other_hours`: worked days
    with other office hours than the first.
    """

    weekends: bool
    holidays: tuple[str, ...]
    worked_weekend_days: tuple[date, ...]
    duty: tuple[tuple[date, str], ...] = ()
    other_hours: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts of one deadline; instants aware in local time.

    `begins` is when the clock really started (the next office minute of a start outside office hours); `due` follows
    from the limit; `in_force` is the deadline that holds when extension or suspension moved it.
    """

    limit: int
    unit: LimitUnit
    start: datetime
    begins: datetime
    due: datetime
    skipped: Skipped
    provisional_years: tuple[int, ...]
    in_force: datetime | None = None


def explain(
    start: datetime,
    limit: int,
    unit: LimitUnit,
    calendar: Calendar,
    hours: Hours,
    in_force: datetime | None = None,
) -> Explanation:
    """The facts behind `deadline(start, limit, unit, …)`; `in_force` is the deadline that holds now, if another."""
    checked_limit(limit)
    due = deadline(start, limit, unit, calendar, hours).at
    first, last = local_date(start), local_date(due)
    on_the_way = list(days_from(first, last)) if unit.skips_rest else []
    return Explanation(
        limit=limit,
        unit=unit,
        start=local(start),
        begins=office_start(start, calendar, hours) if unit is LimitUnit.WORKING_HOUR else local(start),
        due=local(due),
        skipped=_skipped(on_the_way, calendar, hours if unit is LimitUnit.WORKING_HOUR else None),
        provisional_years=tuple(sorted({day.year for day in on_the_way if calendar.is_provisional(day)})),
        in_force=local(in_force) if in_force and in_force.astimezone(UTC) != due else None,
    )


def limit_zh(limit: int, unit: LimitUnit) -> str:
    """`4 工作时`, `2 个工作日`."""
    return f"{limit} {LIMIT_UNIT_NAMES[unit]}"


def limit_en(limit: int, unit: LimitUnit) -> str:
    """`4 working hours`, `1 working day`."""
    return f"{limit} {_LIMIT_EN[unit]}{'' if limit == 1 else 's'}"


def explained_zh(facts: Explanation) -> str:
    """`4 工作时，周五 16:20 起算，周末不计，到期 周一 10:20`."""
    dated = not _same_week(facts)
    parts = [limit_zh(facts.limit, facts.unit), f"{_at_zh(facts.start, dated)} 起算{_first_day_zh(facts)}"]
    if facts.begins != facts.start:
        parts[1] = f"{_at_zh(facts.start, dated)} 不在办公时间，{_at_zh(facts.begins, dated)} 起算"
    if facts.unit is LimitUnit.URGENT_HOUR:
        parts.append("昼夜连续计时")
    if facts.unit is LimitUnit.CALENDAR_DAY:
        parts.append("节假日照计")
    names = (["周末"] if facts.skipped.weekends else []) + [f"{name}假期" for name in facts.skipped.holidays]
    parts += ["、".join(names) + "不计"] if names else []
    parts += [f"{_days_zh(facts.skipped.worked_weekend_days)}调休上班照计"] if facts.skipped.worked_weekend_days else []
    parts += [f"{_days_zh((day,))}{name}照计" for day, name in facts.skipped.duty]
    if others := facts.skipped.other_hours:
        days = _days_zh(others) if len(others) <= _MOST_DAYS else f"{_days_zh(others[:1])}起"
        parts.append(f"{days}按调整后的办公时间")
    parts.append(f"到期 {_at_zh(facts.due, dated)}")
    if facts.in_force:
        parts.append(f"经延期或挂账后到期 {_at_zh(facts.in_force, dated)}")
    years = "、".join(str(year) for year in facts.provisional_years)
    return "，".join(parts) + (f"（{years}年工作日历尚未公布，暂按周一至周五计）" if years else "")


def explained_en(facts: Explanation) -> str:
    """`4 working hours, counted from Fri 16:20, weekend left out, due Mon 10:20`."""
    dated = not _same_week(facts)
    parts = [limit_en(facts.limit, facts.unit), f"counted from {_at_en(facts.start, dated)}"]
    if facts.begins != facts.start:
        parts[1] = f"{_at_en(facts.start, dated)} is outside office hours, counted from {_at_en(facts.begins, dated)}"
    if facts.unit.in_days:
        parts[1] += " (that day not counted)"
    if facts.unit is LimitUnit.URGENT_HOUR:
        parts.append("day and night")
    if facts.unit is LimitUnit.CALENDAR_DAY:
        parts.append("holidays counted")
    names = (["weekend"] if facts.skipped.weekends else []) + [
        f"{_HOLIDAYS_EN.get(name, name)} holiday" for name in facts.skipped.holidays
    ]
    parts += [" and ".join(names) + " left out"] if names else []
    if facts.skipped.worked_weekend_days:
        parts.append(f"{_days_en(facts.skipped.worked_weekend_days)} worked in lieu")
    parts += [f"{_days_en((day,))} worked ({name})" for day, name in facts.skipped.duty]
    if others := facts.skipped.other_hours:
        days = _days_en(others) if len(others) <= _MOST_DAYS else f"from {_days_en(others[:1])} on"
        parts.append(f"other office hours {days}")
    parts.append(f"due {_at_en(facts.due, dated)}")
    if facts.in_force:
        parts.append(f"after extension or suspension due {_at_en(facts.in_force, dated)}")
    years = ", ".join(str(year) for year in facts.provisional_years)
    return ", ".join(parts) + (f" (calendar of {years} not published yet: Mon-Fri assumed)" if years else "")


def _skipped(days: list[date], calendar: Calendar, hours: Hours | None) -> Skipped:
    free = [day for day in days if not calendar.is_workday(day)]
    names = dict.fromkeys(name for day in free if (name := calendar.names.get(day)))
    worked = [day for day in days if calendar.is_workday(day)]
    called = {day: calendar.names.get(day, "") for day in worked if day.weekday() >= 5}
    duty = {day: name for day, name in called.items() if name and not name.endswith(_IN_LIEU)}
    usual = str(hours.on(worked[0])) if hours and worked else ""
    return Skipped(
        weekends=any(day.weekday() >= 5 and not calendar.names.get(day) for day in free),
        holidays=tuple(names),
        worked_weekend_days=tuple(day for day in called if day not in duty),
        duty=tuple(duty.items()),
        other_hours=tuple(day for day in worked if hours and str(hours.on(day)) != usual),
    )


def _same_week(facts: Explanation) -> bool:
    """Whether weekday names alone are plain: nothing lies more than six days after the start."""
    return max(facts.due, facts.in_force or facts.due) - facts.start < _SHORT_WEEK


def _first_day_zh(facts: Explanation) -> str:
    return "（当日不计）" if facts.unit.in_days else ""


def _at_zh(instant: datetime, dated: bool) -> str:
    weekday = _WEEKDAYS_ZH[instant.weekday()]
    day = f"{instant.month}月{instant.day}日（{weekday}）" if dated else f"{weekday} "
    return f"{day}{instant:%H:%M}"


def _at_en(instant: datetime, dated: bool) -> str:
    weekday = _WEEKDAYS_EN[instant.weekday()]
    day = f"{weekday} {instant.day} {_MONTHS_EN[instant.month - 1]}" if dated else weekday
    return f"{day} {instant:%H:%M}"


def _days_zh(days: tuple[date, ...]) -> str:
    return "、".join(f"{day.month}月{day.day}日" for day in days)


def _days_en(days: tuple[date, ...]) -> str:
    return ", ".join(f"{_MONTHS_EN[day.month - 1]} {day.day}" for day in days)
