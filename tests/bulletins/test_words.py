"""The words of a bulletin, as tables of cases."""

from __future__ import annotations

from typing import Any

import pytest

from gridops.bulletins.rules import words
from gridops.core.periods import Cut, parse


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("2017-03", "3月份"),
        ("2019-W15", "4月8日至14日"),
        ("2019-W14", "4月1日至7日"),
        ("2019-W18", "4月29日至5月5日"),
        ("2022-Q2", "2022年第二季度"),
        ("2017-H1", "2017年上半年"),
        ("2017", "2017年"),
        ("2017-YTD-11", "2017年1至11月"),
        ("2017-YTD-01", "2017年1月"),
    ],
)
def test_a_period_is_named_by_its_dates_never_by_its_label(label: str, name: str) -> None:
    assert words.period_name(parse(label)) == name


@pytest.mark.parametrize(
    ("label", "cut", "told"),
    [
        ("2017-03", Cut(), "3月1日0时至3月31日24时"),
        ("2017-03", Cut(26), "2月26日0时至3月25日24时"),  # a month cut on the 26th
        ("2017-01", Cut(26), "2016年12月26日0时至2017年1月25日24时"),  # over New Year the years are told
    ],
)
def test_the_span_of_a_period_is_told_to_the_hour(label: str, cut: Cut, told: str) -> None:
    assert words.span(parse(label, cut)) == told


def _figure(value: Any, previous: Any = None, pct: str | None = None, pp: str | None = None) -> dict[str, Any]:
    unit = "percent" if pp is not None or isinstance(value, str) else "count"
    return {"value": value, "previous": previous, "change_pct": pct, "change_pp": pp, "unit": unit}


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (_figure(412, 436, "-5.50"), "环比下降5.50%"),
        (_figure(500, 400, "25.00"), "环比上升25.00%"),
        (_figure(12, 9, "33.33"), "环比增加3件"),  # a small base is told in cases
        (_figure(7, 9, "-22.22"), "环比减少2件"),
        (_figure(9, 9, "0.00"), "环比持平"),
        (_figure(400, 400, "0.00"), "环比持平"),
        (_figure(5, 0, None), ""),  # no base, no comparison
        (_figure(0, 0, None), ""),
        (_figure(5, None, None), ""),
        (_figure("91.41", "87.95", pp="3.46"), "环比上升3.46个百分点"),
        (_figure("91.41", "91.41", pp="0.00"), "环比持平"),
        (_figure("91.41", None), ""),
    ],
)
def test_a_change_is_told_as_the_rules_ask(figure: dict[str, Any], told: str) -> None:
    assert words.change(figure) == told


def test_points_are_counted_only_where_there_is_more_than_one() -> None:
    assert words.ordinal_points(["甲。"]) == ["甲。"]
    assert words.ordinal_points(["甲。", "乙。"]) == ["一是甲。", "二是乙。"]


def test_a_gap_is_told_only_below_the_average() -> None:
    assert words.below("73.81", "93.05") == "19.24"
    assert words.below("93.05", "93.05") is None
    assert words.below(None, "93.05") is None
