import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from gridops.documents.pdf import pdf, printed
from gridops.documents.rules import (
    Column,
    Foot,
    FootLine,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Signature,
    Table,
)
from gridops.documents.rules.measures import PT_PER_MM
from tests.documents.samples import LONG_HAN, monthly, photo

LEFT, RIGHT, BOTTOM, TOP = 28 * PT_PER_MM, (210 - 26) * PT_PER_MM, 35 * PT_PER_MM, (297 - 37) * PT_PER_MM


@lru_cache
def month() -> bytes:
    return pdf(monthly())


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def places(data: bytes, index: int) -> list[tuple[float, float, str]]:
    """x, y in points from the lower left corner, and text, of every piece of a page."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            found.append((cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5], text.strip()))

    PdfReader(BytesIO(data)).pages[index].extract_text(visitor_text=visit)
    return found


def test_a_page_holds_22_lines_of_28_characters() -> None:
    first, second = pages(pdf(Paper("", (Paragraph(LONG_HAN * 2),))))[:2]
    assert [len(line) for line in first.split("\n")] == [26] + [28] * 21 + [len("— 1 —")]
    assert [len(line) for line in second.split("\n")] == [28] * 22 + [len("— 2 —")]


def test_digits_and_marks_do_not_push_lines_off_the_grid() -> None:
    text = "应结案396件（上期结转21件、本期到期344件、提前结案31件），结案381件，结案率96.21%。" * 60
    body = [y for x, y, _ in places(pdf(Paper("", (Paragraph(text),))), 0) if y > BOTTOM]
    assert len({round(y) for y in body}) == 22


def test_headings_stand_on_the_grid_of_lines() -> None:
    body = tuple(block for level in (1, 2, 3, 4) for block in (Heading(level, "标题"), Paragraph(LONG_HAN)))
    lines = pages(pdf(Paper("", body)))[0].split("\n")
    assert len(lines) == 22 + 1


def test_the_text_can_be_copied_out_again() -> None:
    text = "".join(pages(month())).replace("\n", "").replace(" ", "")
    for part in (
        "龙虎塘街道督查通报",
        "第3期（总第3期）",
        "党政办（督查室）编",
        "各部门、科室、社区，各驻街单位：",
        "一、总体情况",
        "（二）片区分布",
        "1.北片",
        "（1）沿街商铺",
        "立案率97.86%",
        "一是处置不够及时。",
        "附件：1.上期通报问题整改情况表",
        "（共印80份）",
        "2017年4月5日印发",
    ):
        assert part in text


def test_every_font_is_embedded() -> None:
    fonts = [font for page in PdfReader(BytesIO(month())).pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        for inner in font.get_object().get("/DescendantFonts", [font]):
            described = inner.get_object()["/FontDescriptor"]
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described)


def test_rare_characters_of_names_have_glyphs() -> None:
    paper = Paper("喆垚玥珺", (Heading(1, "喆垚玥珺"), Heading(2, "喆垚玥珺"), Paragraph("喆垚玥珺㛃𬱖")))
    result = printed(paper)
    assert result.unfit == ""
    assert b"pdfaid:part" in result.data  # the form for archives, refused where a glyph is missing
    assert "".join(pages(result.data)).count("喆垚玥珺") == 4


def test_a_character_that_no_font_has_is_told_and_stops_nothing() -> None:
    result = printed(Paper("", (Paragraph("前\U000323b0后"),)))
    assert "could not be displayed" in result.unfit
    assert "前" in pages(result.data)[0]


def test_the_same_paper_gives_the_same_bytes() -> None:
    code = (
        "from hashlib import sha256; from gridops.documents.pdf import pdf; "
        "from tests.documents.samples import monthly;"
        "print(sha256(pdf(monthly())).hexdigest())"
    )
    assert pdf(monthly()) == month()
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == sha256(month()).hexdigest()


def test_the_file_is_dated_by_the_paper_and_never_by_the_clock() -> None:
    known = PdfReader(BytesIO(month())).metadata
    assert known is not None
    assert known.title == "关于2017年3月份督查情况的通报"
    assert known.author == "龙虎塘街道党政办公室"
    assert str(known["/CreationDate"]).startswith("D:20170405")


def test_page_numbers_stand_outside_on_both_sides_of_a_leaf() -> None:
    count = len(pages(month()))
    assert count > 4
    for index in range(count):
        found = [(x, y, t) for x, y, t in places(month(), index) if y < BOTTOM - 7 * PT_PER_MM]
        assert "".join(t for _, _, t in found).replace(" ", "") == f"—{index + 1}—"
        x = found[0][0]
        assert x > 400 if index % 2 == 0 else x < LEFT + 20
        assert found[0][1] > BOTTOM - 9 * PT_PER_MM - 14


def test_the_binding_edge_changes_sides() -> None:
    data = pdf(Paper("", (Paragraph(LONG_HAN, indent=False),) * 2))
    assert abs(min(x for x, _, _ in places(data, 0)) - LEFT) < 1
    assert abs(min(x for x, y, _ in places(data, 1) if y > BOTTOM) - 26 * PT_PER_MM) < 1


def test_the_red_head_begins_35_mm_below_the_top_of_the_type_area() -> None:
    x, y, _ = next(place for place in places(month(), 0) if "龙" in place[2])
    assert abs((TOP - 35 * PT_PER_MM) - (y + 46.5 * 0.88)) < 2
    assert x > LEFT


def test_a_table_longer_than_a_page_repeats_its_head() -> None:
    inside = [text for text in pages(month()) if "幢南侧" in text]
    assert len(inside) > 2
    assert all("责任单位" in text and "整改时限" in text for text in inside)
    rows = [line for text in inside for line in text.replace("\n", "").split("新景花苑") if "幢南侧" in line]
    assert len(rows) == 60


def test_a_short_table_is_not_parted() -> None:
    table = Table((Column(), Column()), (("甲", "乙"),), tuple((f"ROW{i}", "值") for i in range(8)))
    found = [text for text in pages(pdf(Paper("", (Paragraph(LONG_HAN[:500]), table)))) if "ROW" in text]
    assert len(found) == 1
    assert all(f"ROW{i}" in found[0] for i in range(8))


def test_a_cell_longer_than_a_page_loses_nothing() -> None:
    table = Table((Column("left"), Column()), (("甲", "乙"),), (("始" + LONG_HAN * 2 + "终", "值"),))
    text = "".join(pages(pdf(Paper("", (table,)))))
    assert "始" in text
    assert "终" in text


def test_each_annex_begins_a_page_with_its_label() -> None:
    starts = [text for text in pages(month()) if text.startswith("附件")]
    assert [text.split("\n")[0] for text in starts] == ["附件1", "附件2"]


def test_the_foot_stands_on_the_bottom_edge_of_the_last_page() -> None:
    last = len(pages(month())) - 1
    y = next(y for _, y, text in places(month(), last) if "共印" in text)
    assert BOTTOM < y < BOTTOM + 15
    assert not any("共印" in text for text in pages(month())[:-1])


def test_a_foot_that_does_not_fit_moves_to_a_page_of_its_own() -> None:
    foot = Foot((FootLine("报", "区委办公室。"),), office="办公室", printed="2017年4月5日")
    data = pdf(Paper("", (Paragraph(LONG_HAN[: 26 + 20 * 28]),), foot=foot))
    assert ["印发" in text for text in pages(data)] == [False, True]
    y = next(y for _, y, text in places(data, 1) if "印发" in text)
    assert BOTTOM < y < BOTTOM + 15


def test_a_signature_never_stands_alone_on_a_page() -> None:
    for lines in (18, 19, 20, 21):
        text = LONG_HAN[: 26 + 28 * (lines - 1)]
        paper = Paper("", (Paragraph(text), Paragraph("特此通报。")), signature=Signature(("督查室",), "2017年4月5日"))
        assert "特此通报。" in next(text for text in pages(pdf(paper)) if "4月5日" in text)


def test_hostile_text_is_printed_and_never_obeyed() -> None:
    hostile = '#include "x" $x^2$ *粗* _斜_ @引用 <标签> `码` \\ = 标题 // 注 /* 注 */ ~ -- ... #{panic()} ] ['
    table = Table((Column(), Column()), ((hostile, "b"),), ((hostile, "d"),), caption=hostile, note=hostile)
    body = (Heading(1, hostile), Paragraph(hostile, lead=hostile), table)
    foot = Foot((FootLine(hostile, hostile),), hostile, hostile, 3)
    paper = Paper(hostile, body, hostile, hostile, hostile, hostile, hostile, hostile, hostile, foot=foot)
    text = "".join(pages(pdf(paper))).replace("\n", "").replace(" ", "")
    assert text.count("#{panic()}") >= 8
    assert "$x^2$*粗*_斜_@引用<标签>`码`\\=标题//注/*注*/~--..." in text


def test_a_word_without_end_stays_inside_the_type_area() -> None:
    word = "x" * 600
    table = Table((Column(), Column()), (("a", "b"),), ((word, "c"),))
    data = pdf(Paper(word[:80], (Heading(1, word[:80]), Paragraph(word), table)))
    text = "".join(pages(data)).replace("\n", "").replace("\u200b", "")
    assert text.count("x") >= 1360


def test_an_emoji_does_not_stop_a_paper() -> None:
    assert len(pages(pdf(Paper("通报😀", (Paragraph("好👍🏽，\U0001f9ff。"),))))) == 1


def test_photos_and_page_breaks_find_their_pages() -> None:
    body = (Paragraph("前"), PageBreak(), Pictures((Picture(photo(), "整改前"), Picture(photo(), "整改后"))))
    first, second = PdfReader(BytesIO(pdf(Paper("", body)))).pages
    assert len(first.images) == 0
    assert len(second.images) >= 1
    assert "整改前" in second.extract_text()


def test_a_paper_without_a_head_is_a_plain_one() -> None:
    text = pages(pdf(Paper("拟通报事项核对单", (Paragraph("请核对。"),), mark="拟稿", watermark="拟稿")))
    assert text[0].split("\n")[0] in ("拟稿", "拟稿拟稿")
    assert "请核对。" in text[0]


def test_an_empty_paper_is_one_page() -> None:
    assert len(pages(pdf(Paper("")))) == 1
    assert len(pages(pdf(replace(monthly(3), body=(), annexes=(), signature=None)))) == 1
