import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gridops.documents import charts
from gridops.documents.html import STYLESHEET, fragment, standalone
from gridops.documents.rules import Heading, Paper, Paragraph, Picture, Pictures
from tests.documents.samples import monthly, photo

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" ' & </style> {{ 7*7 }}"


class Seen(HTMLParser):
    """What a browser would make of it: elements, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("br", "col", "img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_fragment_has_no_style_no_script_and_closes_what_it_opens() -> None:
    for draw in ({}, {"draw": charts.svg}):
        seen = Seen(fragment(replace(monthly(5), watermark="拟稿", mark="拟稿"), **draw))
        assert seen.open == []
        assert not {"script", "style", "link"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


def test_all_text_is_escaped_wherever_it_stands() -> None:
    body = (Heading(1, HOSTILE), Paragraph(HOSTILE, lead=HOSTILE), Pictures((Picture(photo(), HOSTILE),)))
    paper = Paper(HOSTILE, body, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    seen = Seen(fragment(paper))
    assert "script" not in seen.tags
    assert seen.tags.count("img") == 1
    assert seen.text.count("alert(1)") >= 16


def test_every_class_has_the_papers_name_and_the_stylesheet_knows_it() -> None:
    css = STYLESHEET.read_text(encoding="utf-8")
    classes = set(re.findall(r'class="([^"]+)"', fragment(replace(monthly(5), mark="拟稿"))))
    names = {name for group in classes for name in group.split()}
    assert all(name.startswith("paper") for name in names)
    unstyled = {name for name in names if f".{name}" not in css}
    assert unstyled <= {"paper-addressee", "paper-issue", "paper-signer"}


def test_the_levels_of_headings_follow_the_page_they_stand_in() -> None:
    paper = Paper("题", (Heading(1, "甲"), Heading(4, "丁")))
    assert re.findall(r"<(h\d)", fragment(paper)) == ["h1", "h2", "h5"]
    assert re.findall(r"<(h\d)", fragment(paper, top=2)) == ["h2", "h3", "h6"]


def test_a_table_has_a_head_and_spans_that_a_reader_can_follow() -> None:
    html = fragment(monthly(5))
    assert '<th scope="colgroup" class="paper-center" colspan="2">件数（件）</th>' in html
    assert '<th scope="col" class="paper-center" rowspan="2">序号</th>' in html
    assert '<td class="paper-left">城管中队</td>' in html


def test_a_chart_carries_its_figures_and_the_specification_for_the_screen() -> None:
    html = fragment(monthly(5))
    assert 'data-spec="{&quot;$schema&quot;' in html
    assert '<th scope="row">6月</th><td>954</td><td></td>' in html


def test_a_file_that_stands_alone_needs_nothing_beside_it() -> None:
    html = standalone(replace(monthly(5), body=(*monthly(5).body, Pictures((Picture(photo()),)))), charts.svg)
    seen = Seen(html)
    assert html.startswith("<!doctype html>")
    assert seen.tags.count("style") == 1
    assert seen.tags.count("svg") == 2
    assert "script" not in seen.tags
    outside = [value for name, value in seen.attributes if name in ("src", "href") and value]
    assert all(value.startswith("data:image/") for value in outside)
    assert "url(" not in html.split("</style>")[0]


def test_a_stylesheet_that_could_break_out_is_refused() -> None:
    with pytest.raises(ValueError, match="stylesheet"):
        standalone(Paper("t"), charts.svg, css="</style><script>")
