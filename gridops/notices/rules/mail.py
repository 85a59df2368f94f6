"""The words of mails: notices that go together, and the one of a day; never a person, a plate or a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridops.notices.rules import OCCASION_NAMES, Occasion
from gridops.notices.rules.personal import DigestHours

# A digest may wait over the longest holidays; what is older would only confuse.
DIGESTED_FOR = timedelta(days=12)
# More lines of one kind are counted, not listed.
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a mail; `due`: the deadline in local time, as it is said."""

    occasion: Occasion
    number: str
    category: str
    place: str
    due: str = ""

    def said(self) -> str:
        """The line without its link."""
        return " · ".join(part for part in (self.number, self.category, self.place, self.due) if part)


def subject(lines: Sequence[Line], day: date | None) -> str:
    """`day`: of a digest. One notice alone is named, several are counted by kind."""
    if day is None and len(lines) == 1:
        return f"【{OCCASION_NAMES[lines[0].occasion]}】{lines[0].number} {lines[0].category}"
    counted = "、".join(f"{OCCASION_NAMES[kind]} {len(found)} 件" for kind, found in grouped(lines).items())
    return f"{day.month}月{day.day}日汇总：{counted}" if day else counted


def body(lines: Sequence[Line], public_url: str) -> str:
    """All notices, grouped by occasion, with links where the deployment knows its address."""
    base = public_url.rstrip("/")
    parts = []
    for kind, found in grouped(lines).items():
        told = [f"【{OCCASION_NAMES[kind]}】{len(found)} 件"]
        for line in found[:MOST_LINES]:
            told += [line.said(), *([f"{base}/desk/cases/{line.number}"] if base else [])]
        if len(found) > MOST_LINES:
            told.append(f"另有 {len(found) - MOST_LINES} 件")
        parts.append("\n".join(told))
    where = f"{base}/notices" if base else "“消息”页面"
    parts.append(f"全部消息见 {where}；接收方式可在“我的账号”里更改。")
    return "\n\n".join(parts) + "\n"


def grouped(lines: Sequence[Line]) -> dict[Occasion, list[Line]]:
    """The lines by occasion, in the order of occasions."""
    return {kind: found for kind in Occasion if (found := [line for line in lines if line.occasion is kind])}


def digest_until(now_local: datetime, hours: DigestHours, *, workday: bool) -> datetime | None:
    """Up to when today's digest tells, once its hour has come; None: not yet, or not today."""
    if hours.workdays_only and not workday:
        return None
    until = now_local.replace(hour=hours.hour, minute=0, second=0, microsecond=0)
    return until if now_local >= until else None
