"""What chapters are composed from, and the words they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gridops.bulletins.rules.series import ANSWER_DAYS, REVIEW_DAYS
from gridops.core.periods import Period

Figures = Mapping[str, Mapping[str, Any]]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its heading without number, and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Matter:
    """What chapters are composed from; `settings` are the series' own (days for answers, standing threshold).

    `told_on`: the local day of which a period that still runs is told; None once it is over. `today`: the day of the
    paper, before which nobody can be asked to answer.
    """

    period: Period
    figures: Figures
    tables: Mapping[str, Rows]
    late_records: Rows = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    told_on: date | None = None
    today: date | None = None

    @property
    def at_end(self) -> str:
        """What the state is called that the figures tell: at the period's end, or by now."""
        return "目前" if self.told_on else "期末"

    def count(self, key: str) -> int:
        """A count by its key without the prefix."""
        return int(self.figures.get(f"cases.{key}", {}).get("value") or 0)

    def rate(self, key: str) -> str | None:
        """A rate by its key without the prefix; None where it has no denominator."""
        value = self.figures.get(f"cases.{key}", {}).get("value")
        return None if value is None else str(value)

    def figure(self, key: str) -> Mapping[str, Any]:
        """A whole figure by its key without the prefix."""
        return self.figures.get(f"cases.{key}", {})

    def value(self, key: str) -> int:
        """A count by its whole key; nothing counts as 0."""
        return int(self.figures.get(key, {}).get("value") or 0)

    def text(self, key: str) -> str | None:
        """A rate or a sum by its whole key, as printed; None where there is none."""
        value = self.figures.get(key, {}).get("value")
        return None if value is None else str(value)

    def rows(self, table: str) -> Rows:
        """A table's rows."""
        return self.tables.get(table, ())


def dates_of(matter: Matter) -> tuple[str, str]:
    """By when units answer and the office looks again: days from the period's end, or from the paper's own day where
    the answer would be due before it.
    """
    answer, review = answer_days(matter.period, matter.settings, matter.today)
    if review.year > matter.period.end_day.year:
        return f"{answer.year}年{day_name(answer)}", f"{review.year}年{day_name(review)}"
    return day_name(answer), day_name(review)


def answer_days(period: Period, settings: Mapping[str, Any], today: date | None) -> tuple[date, date]:
    """The days by which units answer and the office looks again; see `dates_of`."""
    begin = period.end_day - timedelta(days=1)
    days = [
        int(settings.get(name, shipped))
        for name, shipped in (("answer_days", ANSWER_DAYS), ("review_days", REVIEW_DAYS))
    ]
    if today and begin + timedelta(days=days[0]) <= today:
        begin = today
    return begin + timedelta(days=days[0]), begin + timedelta(days=days[1])


def day_name(day: date) -> str:
    """4月12日."""
    return f"{day.month}月{day.day}日"
