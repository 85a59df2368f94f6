"""Days by which a typed text wants something done: which of them are over."""

from __future__ import annotations

from datetime import date

import pytest

from gridops.bulletins.rules.dates import passed

MARCH, TODAY = date(2017, 3, 31), date(2017, 4, 15)


def days(line: str, last_day: date = MARCH, today: date = TODAY) -> list[tuple[str, str]]:
    text = [{"level": 1, "heading": "下一步要求", "paragraphs": [line]}]
    return [(found.said, found.day.isoformat()) for found in passed(text, last_day, today)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("请各社区于4月12日前报送办理情况；中心于4月20日前组织回头看。", [("4月12日前", "2017-04-12")]),
        ("请于4月15日前反馈。", [("4月15日前", "2017-04-15")]),
        ("请于4月16日前反馈。", []),
        ("请于2017年4月12日（星期三）18时之前答复。", [("2017年4月12日（星期三）18时之前", "2017-04-12")]),
        ("请于４月１２日下班前整改到位。", [("４月１２日下班前", "2017-04-12")]),
        ("3月底前完成整改，4月底前销号。", [("3月底前", "2017-03-31")]),
        ("报送截止时间为4月10日。", [("截止时间为4月10日", "2017-04-10")]),
        ("4月10日前、4月12日前分两次报送。", [("4月10日前", "2017-04-10"), ("4月12日前", "2017-04-12")]),
        ("各社区已于3月20日前完成整改。", []),
        ("截至3月31日，整改完成40件。", []),
        ("3月20日前天气寒冷。", []),
        ("请于2月30日前、13月1日前、9999年1月1日前报送。", []),
        ("", []),
    ],
)
def test_days_that_are_over_are_found(line: str, found: list[tuple[str, str]]) -> None:
    assert days(line) == found


def test_a_day_without_its_year_lies_near_the_paper() -> None:
    december = date(2016, 12, 31)
    assert days("请于1月12日前报送。", december, date(2017, 1, 5)) == []
    assert days("请于1月12日前报送。", december, date(2017, 1, 20)) == [("1月12日前", "2017-01-12")]
    assert days("请于12月31日前完成整治。", date(2017, 1, 31), date(2017, 2, 3)) == []
    assert days("请于2月12日前报送。", MARCH, date(2017, 4, 3)) == [("2月12日前", "2017-02-12")]
    assert days("请于2016年4月30日前报送。", MARCH, date(2017, 4, 3)) == [("2016年4月30日前", "2016-04-30")]
    assert days("请于2月29日前报送。", date(2016, 12, 31), date(2017, 4, 3)) == []


def test_each_is_told_with_its_sentence_and_chapter() -> None:
    (found,) = passed(
        [{"heading": "", "paragraphs": ["平稳。"]}, {"heading": "要求", "paragraphs": ["有序。请于4月1日前报送！好"]}],
        MARCH, TODAY,
    )  # fmt: skip
    assert (found.heading, found.sentence, found.said) == ("要求", "请于4月1日前报送", "4月1日前")
