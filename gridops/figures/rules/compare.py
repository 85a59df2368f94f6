"""环比 and 同比: what stood before beside what stands now (statistics.md §1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gridops.core.percent import change_percent, change_points, printed

Figures = dict[str, dict[str, Any]]
Tables = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier period, recounted or as issued; none where no record lies before its end: nulls, not zeros."""

    figures: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Fields:
    """How a comparison is named in the contract."""

    value: str
    percent: str
    points: str


PREVIOUS = Fields("previous", "change_pct", "change_pp")
LAST_YEAR = Fields("last_year", "yoy_pct", "yoy_pp")


def compare(figures: Figures, tables: Tables, earlier: Earlier | None, fields: Fields) -> None:
    """Write an earlier period's values and the changes since into figures and table rows; None where there is none."""
    for key, figure in figures.items():
        before = None if earlier is None else earlier.figures.get(key)
        figure.update(_change(figure, before, fields))
    for name, rows in tables.items():
        told = {} if earlier is None else {row["key"]: row for row in earlier.tables.get(name, ())}
        for row in (row for row in rows if "filed" in row):  # tables of cases; others are not compared
            filed = _before(told, row["key"], "filed", earlier)
            row[fields.value] = filed
            row[fields.percent] = printed(change_percent(row["filed"], filed))
            if name == "by_source" and fields is PREVIOUS:
                accepted = _before(told, row["key"], "accepted", earlier)
                row["accepted_previous"] = accepted
                row["accepted_change_pct"] = printed(change_percent(row["accepted"], accepted))


def _before(told: Mapping[str, Mapping[str, Any]], key: str, column: str, earlier: Earlier | None) -> int | None:
    if earlier is None:
        return None
    return int(told.get(key, {}).get(column) or 0)


def _change(figure: Mapping[str, Any], before: Mapping[str, Any] | None, fields: Fields) -> dict[str, Any]:
    """The three values of one comparison: a rate differs in points, anything else in percent."""
    nothing = {fields.value: None, fields.percent: None, fields.points: None}
    if before is None:
        return nothing
    if figure["unit"] == "percent":
        now, then = _fraction(figure), _fraction(before)
        points = printed(change_points(now, then)) if now and then else None
        return {**nothing, fields.value: before.get("value"), fields.points: points}
    value = before.get("value")
    this, base = _number(figure["value"]), _number(value)
    changed = None if this is None else printed(change_percent(this, base))
    return {**nothing, fields.value: value, fields.percent: changed}


def _fraction(figure: Mapping[str, Any]) -> tuple[int, int] | None:
    above, below = figure.get("numerator"), figure.get("denominator")
    return None if above is None or below is None else (int(above), int(below))


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
