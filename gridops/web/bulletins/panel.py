"""The figures of a bulletin as the panel beside the paper shows them: in groups, with the words of each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from gridops.figures import enforcement, money, sheets
from gridops.figures.counts import COUNTS, PREFIX, RATES
from gridops.figures.service import parts_of_rates

Figure = Mapping[str, Any]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "受理立案",
        (
            "reported", "self_handled", "declined", "accepted", "not_filed", "filed", "filing_rate",
            "dispatched", "dispatch_rate", "no_deadline",
        ),
    ),
    (
        "处置",
        (
            "should_handle", "handled", "handling_rate", "handled_on_time", "on_time_handling_rate",
            "returned", "return_rate",
        ),
    ),
    (
        "结案",
        (
            "should_close", "carried_in", "due_in", "closed_early", "closed", "closing_rate", "closed_on_time",
            "on_time_rate", "closed_no_deadline",
        ),
    ),
    (
        "质量",
        (
            "rework", "rework_rate", "rework_turns", "faked", "recurred", "extended", "extension_rate",
            "extension_turns",
        ),
    ),
    (
        "存量",
        ("overdue_open", "suspended", "pending_start", "pending_end", "in_hand_start", "in_hand_end"),
    ),
    ("变动", ("voided", "merged", "reopened")),
)  # fmt: skip
# Figures of other matters than cases, by the beginning of their keys; a matter of which nothing is on record is hidden.
MATTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("夜查", ("rounds.", "visits.", "findings.", "orders.")),
    ("联合执法", ("operations.", "tallies.", "incidents.", "referrals.")),
    ("行政处罚", ("premises.", "penalties.")),
    ("督查", ("problems.", "discipline.", "matters.", "assessment.", "appeals.", "bulletins.")),
)
GRIDS = "网格"
REST = "其他"
NAMES: dict[str, str] = {
    **{PREFIX + count.key: count.name for count in COUNTS},
    **{PREFIX + rate.key: rate.name for rate in RATES},
    "grids.count": "网格数",
    "grids.area_km2": "网格面积",
    "grids.staffed": "有责任人的网格",
    "grids.coverage": "网格覆盖率",
    **enforcement.TELLING.names,
    **money.TELLING.names,
}
UNITS = {
    "count": "件", "percent": "%", "yuan": "元", "people": "人", "person_times": "人次", "premises": "家",
    "times": "次", "vehicles": "辆", "places": "处", "papers": "份", "km2": "平方公里",
}  # fmt: skip
_OWN_UNITS = {"grids.count": "个", "grids.staffed": "个", "bulletins.issued": "期"}
TABLES = {
    "by_grid": "按网格",
    "by_unit": "按部门",
    "by_source": "按来源",
    "by_class": "按类别",
    "top_events": "事件类排行",
    "top_components": "部件类排行",
    "by_campaign": "按专项",
    "rounds": "夜查情况",
    "penalties_by_kind": "处罚种类",
}
# Columns that facts add to a table, or that are all of it.
OF_TABLES = {
    "rounds": sheets.OF_ROUNDS,
    "by_campaign": sheets.OF_CAMPAIGNS,
    "by_grid": sheets.OF_VERDICTS,
    "by_unit": sheets.OF_VERDICTS,
    "penalties_by_kind": sheets.OF_KINDS,
}
FACT_TABLES = ("rounds", "penalties_by_kind")
# A rate's list is that of its denominator, with those of the numerator told apart; counts have their own.
PARTS_OF_RATES = {
    **{PREFIX + rate.key: (PREFIX + rate.numerator, PREFIX + rate.denominator) for rate in RATES},
    **parts_of_rates(),
}
OF_GRIDS = ("grids.count", "grids.area_km2", "grids.staffed", "grids.coverage")
OF_ORDER = tuple(each.key for telling in (enforcement.TELLING, money.TELLING) for each in telling.figures)
LISTED = frozenset({*(PREFIX + count.key for count in COUNTS), *OF_GRIDS, *OF_ORDER})
# (table, figure) -> the column that shows it.
COLUMN_OF = {
    (table, figure.key): column
    for table, columns in OF_TABLES.items()
    for column, figure in columns.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """环比 or 同比: the value before, the amount printed without its sign, where it went (1, 0, -1; None: no base)."""

    before: Any
    amount: str | None
    way: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One figure, ready to be shown."""

    key: str
    name: str
    value: str
    unit: str
    definition: str
    numerator: int | None
    denominator: int | None
    additive: bool
    previous: Change
    last_year: Change
    lists: tuple[tuple[str, str], ...]


def groups(figures: Mapping[str, Figure]) -> list[tuple[str, list[Item]]]:
    """(name of the group, its figures) in the order of the office; what belongs to no group stands last."""
    shown = [(name, [PREFIX + key for key in keys if PREFIX + key in figures]) for name, keys in GROUPS]
    shown += [(name, _recorded(figures, starts)) for name, starts in MATTERS]
    placed = {key for _, keys in shown for key in keys}
    placed |= {key for key in figures for _, starts in MATTERS if key.startswith(starts)}
    shown.append((GRIDS, [key for key in figures if key.startswith("grids.")]))
    shown.append((REST, [key for key in figures if key not in placed and not key.startswith("grids.")]))
    return [(name, [item(key, figures[key]) for key in keys]) for name, keys in shown if keys]


def _recorded(figures: Mapping[str, Figure], starts: tuple[str, ...]) -> list[str]:
    """The figures of a matter, in order; none where nothing of it is on record, now or before."""
    keys = [key for key in (*OF_ORDER, *PARTS_OF_RATES) if key in figures and key.startswith(starts)]
    nothing = (None, 0, "0.00")
    sides = ("value", "previous", "last_year")
    return keys if any(figures[key].get(side) not in nothing for key in keys for side in sides) else []


def item(key: str, figure: Figure) -> Item:
    """A figure of the contract as an Item."""
    rate = figure.get("unit") == "percent"
    return Item(
        key=key,
        name=NAMES.get(key, key),
        value=text(figure.get("value")),
        unit=unit_of(key, figure),
        definition=str(figure.get("definition") or ""),
        numerator=figure.get("numerator"),
        denominator=figure.get("denominator"),
        additive=bool(figure.get("additive")),
        previous=_change(figure, "previous", "change_pp" if rate else "change_pct", rate),
        last_year=_change(figure, "last_year", "yoy_pp" if rate else "yoy_pct", rate),
        lists=_lists(key),
    )


def unit_of(key: str, figure: Figure) -> str:
    """The Chinese measure of a figure."""
    return _OWN_UNITS.get(key) or UNITS.get(str(figure.get("unit")), "")


def text(value: Any) -> str:
    """A value as printed; — where there is none."""
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _lists(key: str) -> tuple[tuple[str, str], ...]:
    keys: Iterable[str] = PARTS_OF_RATES.get(key, (key,) if key in LISTED else ())
    return tuple((part, NAMES[part]) for part in keys)


def _change(figure: Figure, before: str, amount: str, rate: bool) -> Change:
    moved = figure.get(amount)
    if moved is None:
        return Change(figure.get(before), None, None)
    number = Decimal(str(moved))
    way = 0 if abs(number) < Decimal("0.005") else (1 if number > 0 else -1)
    return Change(figure.get(before), f"{abs(number):.2f}{gettext(' 个百分点') if rate else '%'}", way)
