import pytest

from gridops.documents.rules import (
    Annex,
    Cell,
    Chart,
    Column,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Series,
    Signature,
    Table,
)
from gridops.documents.rules.heads import head_lines, head_pt
from gridops.documents.rules.measures import AREA_WIDTH_PT, CHARS_PER_LINE, LINE_PITCH_PT, LINES_PER_PAGE, PT_PER_MM
from gridops.documents.rules.paper import addressee_line, annex_labels, annex_list, numbered, placed, signature_indents


def test_headings_are_counted_by_the_paper_and_anew_below_each_higher_one() -> None:
    levels = (1, 2, 3, 4, 4, 3, 4, 2, 1, 2)
    labels = [label for label, _ in numbered([Heading(level, "x") for level in levels])]
    assert labels == ["一、", "（一）", "1.", "（1）", "（2）", "2.", "（1）", "（二）", "二、", "（一）"]


def test_a_dropped_chapter_leaves_no_gap_in_the_numbers() -> None:
    body = (Heading(1, "总体情况"), Paragraph("x"), Heading(1, "前言", numbered=False), Heading(1, "存在问题"))
    assert [label for label, _ in numbered(body)] == ["一、", "", "", "二、"]


def test_a_single_annex_has_no_number_and_several_have() -> None:
    one, two = Annex("甲", ()), Annex("乙", ())
    assert annex_labels([one]) == ["附件"]
    assert annex_labels([one, Annex("表", (), label="附表1"), two]) == ["附件1", "附表1", "附件2"]


def test_the_list_of_annexes_names_them_without_end_mark() -> None:
    assert annex_list(Paper("t", annexes=(Annex("甲", ()),))) == [("附件：", "甲")]
    two = Paper("t", annexes=(Annex("甲", ()), Annex("乙", ())))
    assert annex_list(two) == [("附件：1.", "甲"), ("2.", "乙")]
    assert annex_list(Paper("t", annexes=(Annex("甲", ()),), list_annexes=False)) == []


@pytest.mark.parametrize("typed", ["各部门", "各部门：", "各部门:"])
def test_the_addressee_ends_with_one_full_width_colon(typed: str) -> None:
    assert addressee_line(Paper("t", addressee=typed)) == "各部门："


def test_an_unsealed_date_begins_two_characters_right_of_the_name() -> None:
    lines = signature_indents(Signature(("龙虎塘街道党政办公室",), "2017年4月5日"))
    assert lines == [("龙虎塘街道党政办公室", 2.0), ("2017年4月5日", 2 + 10 - 2 - 5.5 - 0.0 - 0.5)]


def test_a_date_longer_than_the_name_stands_two_from_the_edge_and_moves_the_name() -> None:
    assert signature_indents(Signature(("督查室",), "2017年12月15日")) == [
        ("督查室", 2 + 7 + 2 - 3),
        ("2017年12月15日", 2),
    ]


def test_a_sealed_date_stands_four_from_the_edge_under_the_middle_of_the_name() -> None:
    name, day = signature_indents(Signature(("龙虎塘街道办事处",), "2017年4月5日", sealed=True))
    assert day[1] == 4
    assert name[1] + 8 / 2 == 4 + 6 / 2


def test_cells_that_span_are_laid_on_the_grid() -> None:
    spots = placed(((Cell("a", rowspan=2), Cell("b", colspan=2)), ("c", "d")), 3)
    assert [(s.row, s.column, s.cell.text) for s in spots] == [(0, 0, "a"), (0, 1, "b"), (1, 1, "c"), (1, 2, "d")]


@pytest.mark.parametrize(
    "rows",
    [(("a",),), (("a", "b", "c"),), ((Cell("a", colspan=3),),), ((Cell("a", rowspan=2), "b"),), ((Cell("a", 0), "b"),)],
)
def test_a_table_whose_rows_do_not_fill_its_columns_is_refused(rows: tuple[tuple[str | Cell, ...], ...]) -> None:
    with pytest.raises(ValueError, match="columns"):
        Table((Column(), Column()), (), rows)


def test_a_chart_refuses_missing_doubled_and_endless_values() -> None:
    for labels, values in ((("a", "b"), (1,)), (("a", "a"), (1, 2)), (("a",), (float("nan"),)), ((), ())):
        with pytest.raises(ValueError, match="chart"):
            Chart("bars", "t", labels, (Series("s", values),))


def test_a_picture_is_known_by_its_bytes() -> None:
    assert Picture(b"\xff\xd8\xff\xe0").suffix == "jpg"
    with pytest.raises(ValueError, match="JPEG"):
        Picture(b"<svg/>")


def test_the_measures_fill_the_type_area() -> None:
    assert 0 <= 225 * PT_PER_MM - LINES_PER_PAGE * LINE_PITCH_PT < 0.1
    assert CHARS_PER_LINE * 16 > AREA_WIDTH_PT > CHARS_PER_LINE * 15.5


def test_a_head_fits_its_line_at_the_largest_size_that_does() -> None:
    assert head_lines("龙虎塘街道督查通报") == ["龙虎塘街道督查通报"]
    assert head_pt(["督查通报"]) == 52
    assert 9 * head_pt(["龙虎塘街道督查通报"]) <= AREA_WIDTH_PT
    assert len(head_lines("常州国家高新技术产业开发区龙虎塘街道城市管理督查通报")) == 2
