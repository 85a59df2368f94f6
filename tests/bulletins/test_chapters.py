"""Chapters are composed from figures alone; what is empty is not written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gridops.bulletins.rules.chapters import Matter, compose, overview, problems, units
from gridops.core.periods import parse


def _matter(tables: dict[str, Any] | None = None, late: list[dict[str, Any]] | None = None, **counts: Any) -> Matter:
    figures = {
        f"cases.{key}": {"value": value, "unit": "percent" if isinstance(value, str) else "count"}
        for key, value in counts.items()
    }
    return Matter(parse("2017-03"), figures, tables or {}, late or [])


def _unit(key: str, due: int, in_time: int, rate: str, overdue: int = 0) -> dict[str, Any]:
    return {
        "key": key,
        "label": key,
        "should_handle": due,
        "handled_on_time": in_time,
        "on_time_handling_rate": rate,
        "overdue_open": overdue,
    }


def test_the_model_paragraph_of_march_is_written_from_its_figures() -> None:
    matter = _matter(
        reported=1072, self_handled=638, accepted=421, filed=412, filing_rate="97.86", should_close=396, carried_in=21,
        due_in=344, closed_early=31, closed=381, closing_rate="96.21", closed_on_time=362, on_time_rate="91.41",
        in_hand_end=89, overdue_open=15,
    )  # fmt: skip
    assert overview(matter).paragraphs == (
        "3月份共上报问题1072件，其中自行处置638件；受理421件，立案412件，立案率97.86%。",
        (
            "应结案396件（上期结转21件、本期到期344件、提前结案31件），结案381件，结案率96.21%；"
            "按期结案362件，按期结案率91.41%。"
        ),
        "期末在办89件，其中超期未结案15件。",
    )


def test_a_month_without_anything_says_so_and_has_no_other_chapter() -> None:
    chapters = compose(_matter())
    assert [chapter.heading for chapter in chapters] == ["总体情况"]
    assert chapters[0].paragraphs == ("3月份未接到问题上报。",)


def test_nothing_is_printed_as_nought() -> None:
    told = "".join(overview(_matter(reported=5, accepted=0, filed=0, should_close=0)).paragraphs)
    assert "0件" not in told


def test_a_filing_rate_above_a_hundred_is_printed_with_its_reason() -> None:
    told = overview(_matter(reported=3, accepted=2, filed=3, filing_rate="150.00")).paragraphs[0]
    assert "立案率150.00%（含以前时段受理、本期立案的案件）" in told


def test_late_records_stand_on_their_own_and_name_their_month() -> None:
    told = overview(_matter(late=[{"period": "2017-02", "reported": 4}], reported=10)).paragraphs[0]
    assert told == "3月份共上报问题10件，另补报2月份4件。"


def test_a_unit_with_few_cases_is_told_apart_and_not_judged() -> None:
    rows = [_unit("甲", 40, 40, "100.00"), _unit("乙", 42, 31, "73.81"), _unit("丙", 4, 0, "0.00")]
    chapter = units(_matter({"by_unit": rows}, should_handle=86, handled_on_time=71, on_time_handling_rate="82.56"))
    assert chapter is not None
    assert chapter.paragraphs == (
        "按期处置率平均为82.56%（应处置86件，按期处置71件）。",
        "甲按期处置全部案件。",
        "乙应处置42件，按期处置31件，按期处置率73.81%，低于平均8.75个百分点。",
        "丙（应处置4件），应处置不足10件，案件量较少，不参与排名。",
    )


def test_cases_with_an_upheld_appeal_are_said_to_stand_outside_the_ranks() -> None:
    told = _matter({"by_unit": [_unit("甲", 40, 40, "100.00")]}, should_handle=40, on_time_handling_rate="100.00")
    chapter = units(replace(told, figures={**told.figures, "appeals.upheld": {"value": 2}}))
    assert chapter is not None
    assert chapter.paragraphs[-1] == "申诉成立2件，不计入排名。"


def test_where_all_units_are_equal_none_is_named_as_behind() -> None:
    rows = [_unit("甲", 20, 10, "50.00"), _unit("乙", 20, 10, "50.00")]
    chapter = units(_matter({"by_unit": rows}, should_handle=40, handled_on_time=20, on_time_handling_rate="50.00"))
    assert chapter is not None
    assert chapter.paragraphs[1:] == ("甲、乙按期处置率均为50.00%，不作排名。",)


def test_a_single_unit_with_enough_cases_is_told_without_a_place() -> None:
    rows = [_unit("甲", 20, 17, "85.00"), _unit("丙", 4, 0, "0.00")]
    chapter = units(_matter({"by_unit": rows}, should_handle=24, handled_on_time=17, on_time_handling_rate="70.83"))
    assert chapter is not None
    assert chapter.paragraphs[1] == "甲应处置20件，按期处置17件，按期处置率85.00%。"
    assert "第1位" not in "".join(chapter.paragraphs)


def test_a_last_place_above_the_threshold_is_not_named() -> None:
    rows = [_unit("甲", 20, 20, "100.00"), _unit("乙", 20, 19, "95.00")]
    chapter = units(_matter({"by_unit": rows}, should_handle=40, handled_on_time=39, on_time_handling_rate="97.50"))
    assert chapter is not None
    assert not any("乙" in paragraph for paragraph in chapter.paragraphs)


def test_every_unit_below_the_threshold_is_named_with_its_figures_the_worst_first() -> None:
    rows = [
        _unit("甲", 20, 20, "100.00"),
        _unit("乙", 20, 17, "85.00"),
        _unit("丙", 20, 19, "95.00"),
        _unit("丁", 20, 12, "60.00"),
    ]
    matter = _matter({"by_unit": rows}, should_handle=80, handled_on_time=68, on_time_handling_rate="85.00")
    chapter = units(matter)
    assert chapter is not None
    assert chapter.paragraphs[1:] == (
        "甲按期处置全部案件。",
        "丁应处置20件，按期处置12件，按期处置率60.00%，低于平均25.00个百分点。",
        "乙应处置20件，按期处置17件，按期处置率85.00%。",
    )


def test_a_first_place_below_the_threshold_is_told_once() -> None:
    rows = [_unit("甲", 20, 12, "60.00"), _unit("乙", 20, 10, "50.00")]
    matter = _matter({"by_unit": rows}, should_handle=40, handled_on_time=22, on_time_handling_rate="55.00")
    chapter = units(matter)
    assert chapter is not None
    assert chapter.paragraphs[1:] == (
        "甲按期处置率60.00%，居第1位。",
        "乙应处置20件，按期处置10件，按期处置率50.00%，低于平均5.00个百分点。",
    )


def test_a_rate_that_only_rounds_to_a_hundred_is_not_all_cases() -> None:
    rows = [_unit("甲", 30000, 29999, "100.00"), _unit("乙", 20, 19, "95.00")]
    matter = _matter({"by_unit": rows}, should_handle=30020, handled_on_time=30018, on_time_handling_rate="99.99")
    chapter = units(matter)
    assert chapter is not None
    assert chapter.paragraphs[1] == "甲按期处置率100.00%，居第1位。"


def test_demands_name_units_and_dates_only_where_something_is_overdue() -> None:
    rows = [_unit("甲", 20, 10, "50.00", overdue=3)]
    headings = {c.heading: c for c in compose(_matter({"by_unit": rows}, reported=1, overdue_open=3))}
    assert "甲对超期未结案件" in headings["下一步要求"].paragraphs[0]
    assert "4月12日前" in headings["下一步要求"].paragraphs[0]
    assert "下一步要求" not in {c.heading for c in compose(_matter(reported=1))}


@pytest.mark.parametrize(
    ("today", "answer", "review"),
    [
        (None, "于4月12日前", "于4月20日前"),
        (date(2017, 4, 11), "于4月12日前", "于4月20日前"),
        (date(2017, 4, 12), "于4月24日前", "于5月2日前"),  # nobody can answer before the paper reaches them
        (date(2018, 1, 5), "于2018年1月17日前", "于2018年1月25日前"),
    ],
)
def test_nobody_is_asked_to_answer_on_a_day_that_is_past(today: date | None, answer: str, review: str) -> None:
    matter = replace(_matter({"by_unit": [_unit("甲", 20, 10, "50.00", overdue=3)]}, overdue_open=3), today=today)
    demanded = {c.heading: c for c in compose(matter)}["下一步要求"].paragraphs[0]
    assert answer in demanded
    assert review in demanded


@pytest.mark.parametrize(("late", "told"), [(1, "1件，为甲案件。"), (3, "3件，均为甲案件。")])
def test_all_is_said_only_of_several_cases(late: int, told: str) -> None:
    chapter = problems(_matter({"by_unit": [_unit("甲", 20, 10, "50.00", overdue=late)]}, overdue_open=late))
    assert chapter is not None
    assert chapter.paragraphs[0].endswith(told)


def test_a_month_that_still_runs_says_until_when_it_is_told_and_speaks_of_no_end() -> None:
    matter = _matter({"by_unit": [_unit("甲", 20, 10, "50.00", overdue=3)]}, reported=9, in_hand_end=5, overdue_open=3)
    told = compose(replace(matter, told_on=date(2017, 3, 12)))
    assert told[0].paragraphs == ("截至3月12日，3月份共上报问题9件。", "目前在办5件，其中超期未结案3件。")
    assert not any("期末" in paragraph for chapter in told for paragraph in chapter.paragraphs)
