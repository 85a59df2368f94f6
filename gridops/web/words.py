"""Times and durations as screens say them: `今天 21:40`, `还剩 3 小时 10 分`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridops.cases.rules.queue import SOON
from gridops.core import clock
from gridops.web.language import say

# How a page speaks: a list finds that out once for all its rows and hands it on (`language.speaker`).
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Left:
    """Time left until a deadline, or time since it passed."""

    text: str
    late: bool
    soon: bool


def when(instant: datetime, _: Say = say) -> str:
    """A time by the wall clock, as near as one says it: today, yesterday, this year."""
    then, now = clock.local(instant), clock.local(clock.now())
    hour = f"{then:%H:%M}"
    days = (then.date() - now.date()).days
    if abs(days) <= 1:
        near = _("今天") if days == 0 else _("昨天") if days < 0 else _("明天")
        return f"{near} {hour}"
    if then.year == now.year:
        return _("%(month)d月%(day)d日", month=then.month, day=then.day) + f" {hour}"
    return f"{day_text(then.date(), _)} {hour}"


def full_time(instant: datetime) -> str:
    """The whole time, for hovering and for papers: `2017-03-05 21:40:07`."""
    return clock.local(instant).isoformat(" ", "seconds")[:19]


def day_text(day: date, _: Say = say) -> str:
    """`2017年3月5日`."""
    return _("%(year)d年%(month)d月%(day)d日", year=day.year, month=day.month, day=day.day)


def day_before(end: date | None) -> date | None:
    """The last day of a half-open time; None stays open."""
    return None if end is None else end - timedelta(days=1)


def span(length: timedelta, _: Say = say) -> str:
    """A length in its two largest units: `3 小时 10 分`, `2 天 4 小时`, `5 分`."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(_("%(n)d 天", n=days))
    if hours:
        parts.append(_("%(n)d 小时", n=hours))
    if minutes and not days:
        parts.append(_("%(n)d 分", n=minutes))
    return " ".join(parts) or _("不到 1 分")


def left(due: datetime, *, at: datetime | None = None, _: Say = say) -> Left:
    """What is left until `due`, seen from `at` (default: now); `soon` within SOON."""
    rest = due - (at or clock.now())
    if rest < timedelta(0):
        return Left(_("超期 %(span)s", span=span(rest, _)), late=True, soon=False)
    return Left(_("还剩 %(span)s", span=span(rest, _)), late=False, soon=rest <= SOON)
