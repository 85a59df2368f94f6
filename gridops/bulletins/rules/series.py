"""The series a root publishes, each with numbers of its own; which one a period belongs to by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from gridops.core.periods import Cut, PeriodKind


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

# The series that follow up what they name: an issue makes its problem items, the next one tells what became of them.
FOLLOWING = frozenset({"supervision"})

_BY_KIND = {PeriodKind.WEEK: "weekly", PeriodKind.MONTH: "monthly", PeriodKind.YEAR: "yearly"}


def default_series(kind: PeriodKind) -> str:
    """Week weekly, month monthly, year yearly, others special (contract)."""
    return _BY_KIND.get(kind, "special")


# A last place is named only if it is also below this standing (percent).
STANDING_THRESHOLD = "90"
# Days after the period's end by which named units answer, and by which the office looks again (model of March 2017).
ANSWER_DAYS, REVIEW_DAYS = 12, 20


@dataclass(frozen=True, slots=True)
class Wording:
    """Whatever a paper says that is no figure: names of the area, the body and the office, addressees, thresholds.

    Kept with the frozen figures, so that a later change of the series' settings never changes a paper.
    """

    area_code: str
    area_name: str
    series_name: str
    body_name: str
    body_short_name: str
    office: str
    head: str
    subject: str
    addressee: str
    report_to: str = ""
    copy_to: str = ""
    send_to: str = ""
    standing_threshold: str = STANDING_THRESHOLD
    answer_days: int = ANSWER_DAYS
    review_days: int = REVIEW_DAYS
    month_day: int = 1
    week_day: int = 1

    @property
    def foot(self) -> tuple[tuple[str, str], ...]:
        """报, 送 and 发 with who they are; what is empty is not printed."""
        return (("报", self.report_to), ("送", self.copy_to), ("发", self.send_to))

    @property
    def cut(self) -> Cut:
        """How the series cuts months and weeks."""
        return Cut(self.month_day, self.week_day)

    def kept(self) -> dict[str, Any]:
        """As it is kept with a paper."""
        return asdict(self)

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Wording:
        """What was kept; a setting that is younger than the paper has its shipped value."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in names})


# What the page of a series may set, beside its name and its cut: each of these left empty has its shipped value.
SETTINGS = (
    "body_name", "body_short_name", "office", "head", "subject", "addressee", "report_to", "copy_to", "send_to",
    "standing_threshold", "answer_days", "review_days",
)  # fmt: skip


def shipped(kind: SeriesKind, area_name: str, *, street: bool) -> dict[str, Any]:
    """The settings of a series that nobody has set: `street` issues as its 办事处."""
    return {
        "body_name": f"{area_name}办事处" if street and area_name.endswith("街道") else area_name,
        "body_short_name": area_name,
        "office": f"{area_name}网格化管理中心",
        "subject": kind.subject,
        "addressee": "各部门、科室、社区",
        "report_to": "",
        "copy_to": "",
        "send_to": "",
        "standing_threshold": STANDING_THRESHOLD,
        "answer_days": ANSWER_DAYS,
        "review_days": REVIEW_DAYS,
    }
