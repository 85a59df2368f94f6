import json
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from gridops.documents import charts
from gridops.documents.rules import Chart, Series
from gridops.documents.rules.charts import chart_alt, chart_caption, chart_values, shown, spec
from tests.documents.samples import BARS, TREND


def test_a_specification_is_plain_json_and_holds_its_own_data() -> None:
    for chart in (TREND, BARS):
        assert json.loads(json.dumps(spec(chart))) == spec(chart)
        assert "url" not in json.dumps(spec(chart)["data"])


def test_a_missing_value_is_a_gap_and_not_nought() -> None:
    missing = [row for row in chart_values(TREND) if row["value"] is None]
    assert [(row["label"], row["series"], row["text"]) for row in missing] == [("6月", "结案", "")]


def test_values_are_shown_as_they_were_given() -> None:
    assert [shown(v) for v in (3, 97.86, Decimal("97.80"), 5.0, 1e15, 0.1 + 0.2)] == [
        "3", "97.86", "97.80", "5", "1000000000000000", "0.3"]  # fmt: skip


def test_bars_keep_the_order_they_were_given() -> None:
    assert spec(BARS)["encoding"]["y"]["sort"] == list(BARS.labels)
    assert [row["emphasis"] for row in chart_values(BARS)] == [True] * 3 + [False] * 3


def test_a_chart_is_told_in_words() -> None:
    assert chart_alt(BARS).startswith("图2　高发问题前六类。非机动车乱停放231件，")
    assert chart_caption(BARS) == "图2　高发问题前六类（单位：件）"


def test_drawings_are_the_same_every_time_and_free_of_styles() -> None:
    for chart in (TREND, BARS):
        drawn = charts.svg(chart)
        assert drawn == charts.svg(chart)
        assert charts.png(chart) == charts.png(chart)
        for element in ET.fromstring(drawn).iter():  # noqa: S314 - our own drawing
            assert "style" not in element.attrib
            assert not element.tag.endswith(("script", "style"))
        assert "非机动车乱停放" in drawn or "1072" in drawn


def test_hostile_labels_are_only_labels() -> None:
    chart = Chart("bars", "<b>", ("</svg><script>", "a\nb", "datum.value"), (Series('"; x', (1, -2, None)),))
    text = "".join(ET.fromstring(charts.svg(chart)).itertext())  # noqa: S314 - our own drawing
    assert "</svg><script>" in text
    assert "a b" in text


def test_many_series_and_one_point_are_drawn_too() -> None:
    many = Chart("trend", "t", tuple("abcdefgh"), tuple(Series(str(i), tuple(range(i, i + 8))) for i in range(5)))
    for chart in (
        many,
        Chart("trend", "t", ("a",), (Series("s", (1,)),)),
        Chart("bars", "t", ("a",), (Series("s", (None,)),)),
    ):
        assert charts.svg(chart).startswith("<svg")
    both = Chart("bars", "t", ("a", "b"), (Series("本月", (1, 2)), Series("上月", (2, 1))))
    assert "上月" in charts.svg(both)


def test_the_numbers_of_two_lines_never_stand_on_each_other() -> None:
    crossing = Chart("trend", "t", ("1月", "2月", "3月"), (Series("立案", (9, 5, 7)), Series("结案", (4, 8, None))))
    drawn = spec(crossing)
    assert drawn["encoding"]["y"]["scale"] == {"zero": True, "domainMax": pytest.approx(10.08)}
    numbers = [layer for layer in drawn["layer"] if layer["mark"]["type"] == "text"]
    below = {
        layer["transform"][0]["filter"]["equal"]: layer["transform"][1]["filter"]["oneOf"]
        for layer in numbers
        if layer["mark"]["dy"] > 0
    }
    assert below == {"立案": ["2月"], "结案": ["1月"]}
    on_the_axis = Chart("trend", "t", ("1月",), (Series("立案", (90,)), Series("结案", (0,))))
    assert all(layer["mark"].get("dy", -1) < 0 for layer in spec(on_the_axis)["layer"])


def test_a_trend_that_goes_below_nought_shows_it() -> None:
    low = spec(Chart("trend", "t", ("1月", "2月"), (Series("s", (-3, 5)),)))
    assert "domainMax" not in low["encoding"]["y"]["scale"]
