"""The series a root publishes, each with numbers of its own; which one a period belongs to by default."""

from __future__ import annotations

from dataclasses import dataclass

from gridops.core.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class SeriesKind:
    """A shipped series: its name, and what its papers report on (for the title)."""

    key: str
    name: str
    subject: str


SERIES = {
    kind.key: kind
    for kind in (
        SeriesKind("supervision", "督查通报", "督查"),
        SeriesKind("monthly", "城市管理月报", "城市管理工作"),
        SeriesKind("weekly", "周报", "城市管理工作"),
        SeriesKind("special", "专项通报", "专项工作"),
        SeriesKind("yearly", "年度总结", "城市管理工作"),
    )
}

_BY_KIND = {PeriodKind.WEEK: "weekly", PeriodKind.MONTH: "monthly", PeriodKind.YEAR: "yearly"}


def default_series(kind: PeriodKind) -> str:
    """Week weekly, month monthly, year yearly, others special (contract)."""
    return _BY_KIND.get(kind, "special")
