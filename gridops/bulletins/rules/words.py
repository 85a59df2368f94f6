"""The words of a bulletin: periods, changes, shares and lists in official Chinese (bulletin.md, Tone)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gridops.core import clock, periods
from gridops.core.periods import Cut, Period, PeriodKind

Figure = Mapping[str, Any]

# Below this base a change is told in cases, not in percent (statistics.md §1).
SMALL_BASE = 10
LEVEL = Decimal("0.005")

_QUARTERS = {1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度"}
_HALVES = {1: "上半年", 2: "下半年"}


def period_name(period: Period, *, with_year: bool = False) -> str:
    """The period as a paper names it: 3月份, 2022年第二季度, 4月8日至14日; never by its label with W."""
    year = f"{period.year}年"
    if period.kind is PeriodKind.MONTH:
        return f"{year if with_year else ''}{period.number}月份"
    if period.kind is PeriodKind.WEEK:
        return (year if with_year else "") + _days(period)
    if period.kind is PeriodKind.QUARTER:
        return year + _QUARTERS[period.number]
    if period.kind is PeriodKind.HALF:
        return year + _HALVES[period.number]
    if period.kind is PeriodKind.YTD:
        return f"{year}1至{period.number}月" if period.number > 1 else f"{year}1月"
    return year


def short_name(period: Period) -> str:
    """A period as an axis names it: 3月, 4.8 for the week from then, else the whole name; January with its year."""
    if period.kind is PeriodKind.MONTH:
        return f"{period.year}年1月" if period.number == 1 else f"{period.number}月"
    if period.kind is PeriodKind.WEEK:
        return f"{period.first_day.month}.{period.first_day.day}"
    return period_name(period, with_year=True)


def label_name(label: str, beside: Period) -> str:
    """An earlier period by its label, named beside another one: with its year where that differs."""
    period = periods.parse(label, beside.cut)
    return period_name(period, with_year=period.year != beside.year)


def _days(period: Period) -> str:
    first, last = period.first_day, period.end_day - timedelta(days=1)
    if first.month == last.month:
        return f"{first.month}月{first.day}日至{last.day}日"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def span(period: Period) -> str:
    """3月1日0时至3月31日24时; with years where the period crosses one."""
    first, last = period.first_day, period.end_day - timedelta(days=1)
    cross = first.year != last.year

    def day(value: Any) -> str:
        return (f"{value.year}年" if cross else "") + f"{value.month}月{value.day}日"

    return f"{day(first)}0时至{day(last)}24时"


def instant(moment: datetime, beside: Period | None = None) -> str:
    """4月1日2时, with minutes where there are any, with its year where that is not the period's; local time."""
    at = clock.local(moment)
    year = f"{at.year}年" if beside is not None and at.year != beside.year else ""
    return f"{year}{at.month}月{at.day}日{at.hour}时" + (f"{at.minute}分" if at.minute else "")


def natural(cut: Cut) -> bool:
    """Whether months are natural ones, so that the span need not be told in the first sentence."""
    return cut.month_day == 1


def change(figure: Figure, *, against: str = "环比") -> str:
    """环比下降5.50% / 环比增加3件 / 环比持平, or nothing without a base. A rate moves by percentage points."""
    previous, percent, points = _compared(figure, against)
    if figure.get("unit") == "percent":
        return _moved(against, points, "个百分点") if points is not None else ""
    if not previous:  # nothing to compare with
        return ""
    if previous < SMALL_BASE:
        more = int(figure["value"]) - int(previous)
        return f"{against}持平" if not more else f"{against}{'增加' if more > 0 else '减少'}{abs(more)}件"
    return _moved(against, percent, "%")


def _compared(figure: Figure, against: str) -> tuple[Any, str | None, str | None]:
    if against == "同比":
        return figure.get("last_year"), figure.get("yoy_pct"), figure.get("yoy_pp")
    return figure.get("previous"), figure.get("change_pct"), figure.get("change_pp")


def _moved(against: str, amount: str | None, unit: str) -> str:
    if amount is None:
        return ""
    value = Decimal(amount)
    if abs(value) < LEVEL:
        return f"{against}持平"
    return f"{against}{'上升' if value > 0 else '下降'}{abs(value):.2f}{unit}"


def joined(parts: Sequence[str], mark: str = "，") -> str:
    """Join what is not empty."""
    return mark.join(part for part in parts if part)


def listed(names: Sequence[str]) -> str:
    """甲、乙、丙."""
    return "、".join(names)


def ordinal_points(points: Sequence[str]) -> list[str]:
    """一是…；二是…: each point with its count in words; a single one stands without."""
    if len(points) < 2:
        return list(points)
    return [f"{_COUNT[place]}是{point}" for place, point in enumerate(points)]


_COUNT = "一二三四五六七八九十"


def below(rate: str | None, average: str | None) -> str | None:
    """By how many percentage points a rate lies below the average; None where it does not."""
    if rate is None or average is None or Decimal(rate) >= Decimal(average):
        return None
    return f"{Decimal(average) - Decimal(rate):.2f}"
