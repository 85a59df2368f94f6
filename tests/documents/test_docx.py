import time
from io import BytesIO
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn

from gridops.documents.docx import docx
from gridops.documents.rules import Annex, Cell, Column, Heading, PageBreak, Paper, Paragraph, Picture, Pictures, Table
from tests.documents.samples import UNITS, monthly, photo, problem_list

PLAIN = Paper(
    "通报", (Heading(1, "甲"), Heading(2, "乙"), Paragraph("正文", lead="一是快。")), head="督查通报", left_line="编"
)


def part(data: bytes, name: str) -> str:
    with ZipFile(BytesIO(data)) as zipped:
        return zipped.read(name).decode()


def test_the_same_paper_gives_the_same_bytes_at_another_time() -> None:
    first = docx(monthly(3))
    time.sleep(2.1)  # a zip keeps times in steps of two seconds
    assert docx(monthly(3)) == first
    with ZipFile(BytesIO(first)) as zipped:
        assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_properties_are_the_papers_and_not_the_clocks() -> None:
    known = Document(BytesIO(docx(monthly(3)))).core_properties
    assert (known.title, known.author) == ("关于2017年3月份督查情况的通报", "龙虎塘街道党政办公室")
    assert known.created is not None
    assert known.created.isoformat()[:10] == "2017-04-05"


def test_the_page_has_the_margins_and_the_grid_of_the_standard() -> None:
    file = Document(BytesIO(docx(PLAIN)))
    section = file.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin)
    assert [round(size.mm) for size in sizes if size is not None] == [210, 297, 37, 28, 26]
    assert section.bottom_margin is not None
    assert round(section.bottom_margin.mm) == 35
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid is not None
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert 22 * int(grid.get(qn("w:linePitch"))) <= 225 / 25.4 * 1440
    assert "<w:mirrorMargins/>" in part(docx(PLAIN), "word/settings.xml")


def test_each_face_is_named_as_offices_have_it() -> None:
    xml = part(docx(PLAIN), "word/document.xml")
    for text, font in (
        ("督查通报", "方正小标宋简体"),
        ("一、甲", "黑体"),
        ("（一）乙", "楷体_GB2312"),
        ("正文", "仿宋_GB2312"),
    ):
        before = xml[: xml.index(f">{text}<")]
        assert before.rindex(f'w:eastAsia="{font}"') == before.rindex("w:eastAsia=")


def test_page_numbers_stand_outside_in_14_point_song() -> None:
    section = Document(BytesIO(docx(PLAIN))).sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        xml = footer._element.xml
        assert f'<w:jc w:val="{side}"/>' in xml
        assert " PAGE " in xml
        assert 'w:eastAsia="宋体"' in xml
        assert '<w:sz w:val="28"/>' in xml
    assert "<w:evenAndOddHeaders/>" in part(docx(PLAIN), "word/settings.xml")


def test_a_long_table_repeats_its_head_and_keeps_its_rows_whole() -> None:
    file = Document(BytesIO(docx(Paper("", (problem_list(60),)))))
    rows = file.tables[0]._tbl.tr_lst
    assert len(rows) == 61
    assert [row.find(".//" + qn("w:tblHeader")) is not None for row in rows] == [True] + [False] * 60
    assert all(row.find(".//" + qn("w:cantSplit")) is not None for row in rows)


def test_spans_become_merged_cells() -> None:
    table = Document(BytesIO(docx(Paper("", (UNITS,))))).tables[0]
    assert table.cell(0, 2).text == table.cell(0, 3).text == "件数（件）"
    assert table.cell(0, 0).text == table.cell(1, 0).text == "序号"
    assert table.cell(1, 3).text == "按期处置"
    assert table.cell(7, 0).text == table.cell(7, 1).text == "合计"


def test_cells_that_span_both_ways_keep_the_grid() -> None:
    rows = ((Cell("a", 2, 2), "b"), ("c",), ("d", "e", "f"))
    table = Document(BytesIO(docx(Paper("", (Table((Column(),) * 3, (), rows),))))).tables[0]
    assert [[table.cell(y, x).text for x in range(3)] for y in range(3)] == [list("aab"), list("aac"), list("def")]


def test_charts_and_photos_are_pictures_with_words_for_those_who_do_not_see() -> None:
    paper = Paper("", (*monthly(3).body, Pictures((Picture(photo(), "整改前"), Picture(photo(40, 400), "整改后")))))
    file = Document(BytesIO(docx(paper)))
    told = [shape.get("descr") for shape in file.element.body.iter(qn("wp:docPr"))]
    assert len(told) == 4
    assert told[0].startswith("图1　近十二个月上报与结案情况。上报：4月880件")
    assert told[2:] == ["整改前", "整改后"]


def test_headings_can_be_walked_through_and_annexes_begin_pages() -> None:
    paper = Paper("t", (Heading(1, "甲"), PageBreak(), Heading(2, "乙")), annexes=(Annex("丙", (Paragraph("x"),)),))
    paragraphs = Document(BytesIO(docx(paper))).paragraphs
    found = {
        p.text: (p._p.find(".//" + qn("w:outlineLvl")), p._p.find(".//" + qn("w:pageBreakBefore"))) for p in paragraphs
    }
    assert found["一、甲"][0].get(qn("w:val")) == "0"
    assert found["一、甲"][1] is None
    assert found["（一）乙"][1] is not None
    assert found["附件"][1] is not None


def test_a_draft_has_its_mark_behind_odd_and_even_pages() -> None:
    section = Document(BytesIO(docx(Paper("t", watermark='拟"稿<')))).sections[0]
    for header in (section.header, section.even_page_header):
        assert 'string="拟&quot;稿&lt;"' in header._element.xml or "string='拟\"稿&lt;'" in header._element.xml


def test_a_ragged_paragraph_is_indented_but_not_justified() -> None:
    text = part(docx(Paper("", (Paragraph("甲", ragged=True), Paragraph("乙")))), "word/document.xml")
    ragged, justified = (paragraph for paragraph in text.split("<w:p>") if "甲" in paragraph or "乙" in paragraph)
    assert '<w:jc w:val="left"/>' in ragged
    assert "w:firstLine=" in ragged
    assert '<w:jc w:val="both"/>' in justified
