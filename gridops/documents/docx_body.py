"""The body of a DOCX: headings, paragraphs, tables, charts and photos, one after another."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Emu, Mm
from docx.text.paragraph import Paragraph as WordParagraph

from gridops.documents import charts
from gridops.documents.docx_parts import PITCH_TWIPS, cell, el, frame, paragraph, ruled_table, run
from gridops.documents.rules import measures as m
from gridops.documents.rules.charts import chart_alt, chart_caption
from gridops.documents.rules.paper import (
    Block,
    Chart,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Pictures,
    Table,
    numbered,
)
from gridops.documents.rules.wording import clean, lines_of

_PITCH = PITCH_TWIPS / 20
_HEADING_FACES = ("hei", "kai", "fangsong", "fangsong")  # 7.3.3


class Body:
    """The file being written, and whether the next block begins a page."""

    def __init__(self, font_dirs: Sequence[Path]) -> None:
        self.file: Any = Document()
        self.font_dirs = font_dirs
        self.new_page = False

    def add(self, element: Any) -> None:
        """Append an element to the body, before the section's properties, which must come last."""
        self.file.element.body.sectPr.addprevious(element)

    def taken_break(self) -> bool:
        """Whether a page break is owed to the paragraph about to be added."""
        owed, self.new_page = self.new_page, False
        return owed

    def blocks(self, blocks: Sequence[Block], keep_last: bool = False) -> None:
        """Append blocks in order; `keep_last` holds a closing paragraph on the page of what follows it."""
        for i, (label, block) in enumerate(numbered(blocks)):
            match block:
                case Heading():
                    self._heading(label, block)
                case Paragraph():
                    self._paragraph(block, keep=keep_last and i == len(blocks) - 1)
                case Table():
                    self._table(block)
                case Chart():
                    drawing = charts.png(block, self.font_dirs)
                    self._space()
                    self._picture(drawing, Mm(m.AREA_WIDTH_MM), chart_alt(block))
                    self._caption(chart_caption(block))
                    self._remark(block.note)
                case Pictures():
                    self._pictures(block)
                case PageBreak():
                    self.new_page = True

    def _heading(self, label: str, block: Heading) -> None:
        words = run(label + " ".join(lines_of(block.text)), _HEADING_FACES[block.level - 1])
        new_page = self.taken_break()
        self.add(paragraph(words, first=2, keep=True, outline=block.level - 1, new_page=new_page))

    def _paragraph(self, block: Paragraph, keep: bool) -> None:
        indented = block.indent and block.align == "left"
        align = "both" if block.align == "left" and not block.ragged else block.align
        for i, line in enumerate(lines_of(block.text) or [""]):
            lead = [run(" ".join(lines_of(block.lead)), "kai")] if block.lead and i == 0 else []
            self.add(
                paragraph(
                    *lead,
                    run(line),
                    align=align,
                    first=2 if indented else 0,
                    keep=keep,
                    new_page=self.taken_break(),
                )
            )

    def _space(self) -> None:
        """A quarter of a line, which also keeps neighbouring tables apart and carries an owed page break."""
        self.add(paragraph(run("", size=1), pitch=_PITCH / 4, keep=True, new_page=self.taken_break()))

    def _caption(self, text: str, keep: bool = False) -> None:
        if text := " ".join(lines_of(text)):
            self.add(paragraph(run(text, "hei", m.SMALL_PT), align="center", keep=keep))

    def _remark(self, text: str) -> None:
        if text := clean(text):
            self.add(paragraph(run(text, size=12), align="left", pitch=20))

    def _table(self, block: Table) -> None:
        self._space()
        self._caption(block.caption, keep=True)
        if block.header or block.rows:
            self.add(ruled_table(block))
        self._remark(block.note)
        self.add(paragraph(run("", size=1), pitch=_PITCH / 4))

    def _picture(self, data: bytes, wide: Any, told: str, into: Any = None, high: Any = None) -> None:
        """A picture in its own paragraph; the pitch must be free there, or only a strip of it would show."""
        home = paragraph(align="center", pitch=None, keep=True)
        if into is None:
            self.add(home)
        else:
            into.append(home)
        drawn = WordParagraph(home, self.file._body).add_run().add_picture(BytesIO(data), width=wide)
        if high is not None and drawn.height > high:
            drawn.width, drawn.height = Emu(int(drawn.width * high / drawn.height)), high
        drawn._inline.docPr.set("descr", clean(told))

    def _pictures(self, block: Pictures) -> None:
        self._space()
        for i in range(0, len(block.items), 2):
            pair = block.items[i : i + 2]
            wide = round(m.AREA_WIDTH_PT * 20 / len(pair))
            row = el("tr", el("trPr", el("cantSplit")), *(self._photo(p, wide, len(pair)) for p in pair))
            self.add(frame([row], [wide] * len(pair), []))
            self.add(paragraph(run("", size=1), pitch=_PITCH / 4))

    def _photo(self, picture: Picture, wide: int, in_row: int) -> Any:
        home = cell(width=wide)
        self._picture(picture.data, Mm(m.AREA_WIDTH_MM / in_row - 4), picture.caption, into=home, high=Mm(62))
        home.append(paragraph(run(" ".join(lines_of(picture.caption)), size=12), align="center", pitch=22))
        return home
