from datetime import date
from itertools import pairwise

import pytest

from gridops.documents.rules.wording import (
    balanced_lines,
    chinese_date,
    chinese_numeral,
    clean,
    document_number,
    heading_label,
    issue_number,
    lines_of,
    soften,
    width,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (999, "九百九十九"),
    ],
)
def test_numerals_are_written_as_they_are_spoken(number: int, text: str) -> None:
    assert chinese_numeral(number) == text


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_a_numeral_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="numeral"):
        chinese_numeral(number)


def test_the_four_levels_have_the_labels_of_the_standard() -> None:
    assert [heading_label(level, 2) for level in (1, 2, 3, 4)] == ["二、", "（二）", "2.", "（2）"]


def test_dates_and_numbers_have_no_leading_noughts() -> None:
    assert chinese_date(date(2026, 9, 7)) == "2026年9月7日"
    assert document_number("龙街办发", 2026, 8) == "龙街办发〔2026〕8号"
    assert issue_number(3, 15) == "第3期（总第15期）"
    assert issue_number(3) == "第3期"


def test_letters_and_digits_are_half_as_wide_as_characters() -> None:
    assert width("3月ab，") == 3.5


def test_control_characters_surrogates_and_direction_marks_are_taken_out() -> None:
    assert clean("a\x00b\ud800c\u202ed\ufffee\tf\r\ng\U0001ffffh") == "abcde f\ngh"
    assert lines_of(" 一\r\n\n 二 ") == ["一", "二"]


def test_only_words_too_wide_for_their_place_may_be_broken() -> None:
    assert soften("立案412件，编号A-12", 5) == "立案412件，编号A-12"
    assert soften("x" * 20, 5).replace("\u200b", "") == "x" * 20
    assert soften("x" * 20, 5).count("\u200b") == 19
    assert soften("-11234.56%", 2) == "-11234.56%"


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("关于2017年3月份督查情况的通报", 19, ["关于2017年3月份督查情况的通报"]),
        (
            "关于进一步加强城市管理网格化工作和开展夜间联合执法专项整治情况的通报",
            19,
            ["关于进一步加强城市管理网格化工作和", "开展夜间联合执法专项整治情况的通报"],
        ),
        (
            "关于2017年12月份城市管理工作情况通报的更正说明",
            19,
            ["关于2017年12月份城市管理", "工作情况通报的更正说明"],
        ),
        ("第一行\n第二行", 19, ["第一行", "第二行"]),
        ("", 19, []),
    ],
)
def test_a_title_breaks_into_balanced_lines(text: str, most: float, lines: list[str]) -> None:
    assert balanced_lines(text, most) == lines


def test_a_title_never_breaks_inside_a_number_or_before_a_closing_mark() -> None:
    for end in range(12, 60):
        text = ("关于《20170331号文件》及1072件案（详见附件）的通报" * 3)[:end]
        lines = balanced_lines(text, 10)
        assert "".join(lines) == text
        for left, right in pairwise(lines):
            assert not (left[-1].isdigit() and right[0].isdigit())
            assert right[0] not in "》），。"
            assert left[-1] not in "《（"
