"""Which numbers of a typed text differ from the figures: by name, by place, by row; dates and ordinals are none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gridops.bulletins.rules.numbers import HEADING, differences, known
from gridops.bulletins.rules.said import read

NAMES = {
    "cases.reported": "上报数",
    "cases.filed": "立案数",
    "cases.closing_rate": "结案率",
    "cases.should_handle": "应处置数",
    "cases.handled_on_time": "按期处置数",
    "cases.overdue_open": "超期未结案数",
    "penalties.fined_yuan": "罚款",
    "premises.visited": "检查企业",
}
FIGURES: dict[str, dict[str, Any]] = {
    "cases.reported": {"value": 1072, "unit": "count", "previous": 1100, "change_pct": "-2.55"},
    "cases.filed": {"value": 412, "unit": "count", "previous": 436, "change_pct": "-5.50"},
    "cases.closing_rate": {"value": "96.21", "unit": "percent", "numerator": 381, "change_pp": "3.46"},
    "cases.handled_on_time": {"value": 391, "unit": "count"},
    "penalties.fined_yuan": {"value": "12540.00", "unit": "yuan"},
}
TABLES = {"by_unit": [{"key": "CG", "label": "城管中队", "should_handle": 42, "handled_on_time": 31}]}
COMPOSED = [
    {
        "heading": "总体情况",
        "paragraphs": [
            "3月份共上报问题1072件，其中自行处置638件；立案412件，立案数环比下降5.50%。",
            "应结案396件（上期结转21件、本期到期344件），结案381件，结案率96.21%，环比上升3.46个百分点。",
        ],
    },
    {"heading": "高发问题", "paragraphs": ["店外经营（31件）、暴露垃圾（20件）居前列。"]},
    {"heading": "部门办理", "paragraphs": ["城管中队应处置42件，按期处置31件，按期处置率73.81%。"]},
]
FACTS = known(FIGURES, TABLES, NAMES, COMPOSED)


def _said(line: str, heading: str = "总体情况") -> list[tuple[str, tuple[str, ...]]]:
    text = [{"heading": heading, "paragraphs": [line]}]
    return [(found.said, found.locked) for found in differences(text, COMPOSED, FACTS)]


@pytest.mark.parametrize(
    "line",
    [
        COMPOSED[0]["paragraphs"][0],
        "本月上报1,072件，立案412 件，其中自行处置638件。",
        "全月共上报问题１０７２件。",
        "立案数较上月有所回落，环比下降5.50%。",
        "结案率96.21％，环比提高3.46个百分点。",
        "城管中队按期处置31件，应处置42件，按期处置率73.81%。",
        "2017年3月5日至31日20时，第3期通报要求各社区4月15日前反馈，居第1位。",
        "立案四百一十二件。",
        "开展专项整治6次，出动96人次，规范摆放340辆。",  # no figures of these units stand in the paper
        "共处罚款1.25万元。",
        "罚款12540元。",
        "一是处置不够及时，个别案件一次退件。",
        "上月立案436件，本月立案412件。",
        "暴露垃圾（20件）、店外经营（31件）较多。",
        "立案数为412。",
        "立案数412，上报数1,072，结案率96.21。",
        "上月立案数436；本月412件立案。",
        "四百一十二件立案，立案412（件），立案412\u200b件，立案412条。",
        "本月上报1，072件，立案肆佰壹拾贰件。",
        "立案数2017年以来连续下降，与各单位一起办好每一个问题。",
    ],
)
def test_what_the_figures_say_is_no_difference(line: str) -> None:
    assert _said(line) == []


@pytest.mark.parametrize(
    ("line", "said", "locked"),
    [
        ("3月份共上报问题1072件，其中自行处置638件；立案409件。", "立案409件", ("412件",)),
        ("3月份共上报问题1070件。", "3月份共上报问题1070件", ("1072件",)),
        ("立案数环比上升5.50%。", "立案数环比上升5.50%", ("下降5.50%",)),
        ("立案数环比下降5.05%。", "立案数环比下降5.05%", ("下降5.50%",)),
        ("结案率96.20%。", "结案率96.20%", ("96.21%",)),
        ("结案率96.2%。", "结案率96.2%", ("96.21%",)),
        ("应结案396件，结案381件，结案率96.21%，环比上升3.64个百分点。", "环比上升3.64个百分点", ("上升3.46个百分点",)),
        ("立案400余件。", "立案400余件", ("412件",)),
        ("本月立案四百一十件。", "本月立案四百一十件", ("412件",)),
        ("城管中队按期处置30件。", "城管中队按期处置30件", ("31件",)),
        ("店外经营（33件）、暴露垃圾（20件）居前列。", "店外经营（33件", ("31件",)),
        ("罚款1.26万元。", "罚款1.26万元", ("1.25万元",)),
        ("上月立案412件。", "上月立案412件", ("436件",)),
        ("结案率百分之九十五。", "结案率百分之九十五", ("96.21%",)),
        ("在夜间时段，发现占道烧烤517件。", "发现占道烧烤517件", ()),
        ("立案数为999。", "立案数为999", ("412件",)),
        ("本月立案数413，较上月下降。", "本月立案数413", ("412件",)),
        ("立案数：1，234。", "立案数：1，234", ("412件",)),
        ("上月立案数412。", "上月立案数412", ("436件",)),
        ("结案率为95.21，环比略升。", "结案率为95.21", ("96.21%",)),
        ("城管中队按期处置数30。", "城管中队按期处置数30", ("31件",)),
        ("立案999（件）。", "立案999（件）", ("412件",)),
        ("罚款1.26（万元）。", "罚款1.26（万元）", ("1.25万元",)),
        ("立案999条。", "立案999条", ("412条",)),
        ("立案九百九十九起。", "立案九百九十九起", ("412起",)),
        ("立案九百九十九次。", "立案九百九十九次", ("412次",)),
        ("立案九百九十九条。", "立案九百九十九条", ("412条",)),
        ("立案贰佰件。", "立案贰佰件", ("412件",)),
        ("四百一十三件立案。", "四百一十三件", ("412件",)),
        ("本月413件问题立案，结案381件。", "本月413件", ("412件",)),
        ("立案999\u200b件。", "立案999\u200b件", ("412件",)),
        ("立案1，234件。", "立案1，234件", ("412件",)),
    ],
)
def test_a_number_that_is_not_the_locked_one_is_named_with_it(line: str, said: str, locked: tuple[str, ...]) -> None:
    assert _said(line) == [(said, locked)]


def test_a_number_in_a_heading_is_judged_and_has_no_sentence_to_take() -> None:
    found = differences([{"heading": "立案999件", "paragraphs": ["情况平稳。"]}], COMPOSED, FACTS)
    assert [(each.paragraph, each.said, each.locked, each.composed) for each in found] == [
        (HEADING, "立案999件", ("412件",), None)
    ]
    assert _said("情况平稳。", "立案412件") == []


def test_a_number_of_people_beside_a_name_is_judged_in_people() -> None:
    figures = {"patrol.people": {"value": 12, "unit": "people"}}
    facts = known(figures, {}, {"patrol.people": "出动"})
    text = [{"heading": "", "paragraphs": ["出动九百九十九人。"]}]
    assert [each.locked for each in differences(text, [], facts)] == [("12人",)]


def test_each_number_of_a_paragraph_is_judged_by_its_own_place() -> None:
    line = "3月份共上报问题412件，其中自行处置638件；立案1072件，立案数环比下降5.50%。"
    assert _said(line) == [("3月份共上报问题412件", ("1072件",)), ("立案1072件", ("412件",))]


def test_a_sentence_is_found_again_in_another_chapter() -> None:
    assert _said("城管中队应处置42件，按期处置40件。", "通报") == [("按期处置40件", ("31件",))]


def test_a_number_that_equals_no_figure_comes_with_the_nearest() -> None:
    found = differences([{"heading": "", "paragraphs": ["夜间占道410件。"]}], COMPOSED, FACTS)
    assert found[0].locked == ()
    assert found[0].nearest[0] == "412件"


def test_another_word_in_the_paragraph_or_another_figure_is_another_difference() -> None:
    def key(line: str, figures: dict[str, dict[str, Any]]) -> str:
        composed: list[dict[str, Any]] = []
        return differences(
            [{"heading": "", "paragraphs": [line]}], composed, known(figures, {}, NAMES, composed)
        )[0].key  # fmt: skip

    first = key("立案409件。", FIGURES)
    assert first == key("立案409件。", FIGURES)
    assert first != key("立案409件，略有下降。", FIGURES)
    assert first != key("立案409件。", {**FIGURES, "cases.filed": {"value": 415, "unit": "count"}})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("一百二十件", [("120", "件")]),
        ("罚款0.5万元", [("5000", "元")]),
        ("百分之九十三点五", [("93.5", "%")]),
        ("立案数413", []),
        ("检查企业31家次（29家）", [("31", "家次"), ("29", "家")]),
        ("第12件、3月4日、2017年", []),
        ("1.2.3件", []),
        ("一" * 5000 + "件", []),
        ("1" * 5000 + "件", []),
        ("百分之" + "9" * 5000, []),
        ("百分之" + "九" * 5000, []),
        ("百分之九点" + "九" * 5000, []),
        ("罚款" + "1" * 5000 + "（万元）", []),
        ("一万二千五百四十元", [("12540", "元")]),
        ("贰佰零叁件、肆拾伍人", [("203", "件"), ("45", "人")]),
        ("九百九十九起、十二条", [("999", "起"), ("12", "条")]),
        ("大家一起一次办好", []),
        ("1，234件、12，34件", [("1234", "件"), ("34", "件")]),
        ("1.26（万元）", [("12600", "元")]),
        ("面积3.5平方公里", [("3.5", "平方公里")]),
    ],
)
def test_numbers_are_read_with_their_units(line: str, told: list[tuple[str, str]]) -> None:
    assert [(said.value, said.unit) for said in read(line)] == [(Decimal(value), unit) for value, unit in told]
