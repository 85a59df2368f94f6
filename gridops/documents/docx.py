"""Paper -> DOCX for Word and WPS, with the document grid, fonts and page numbers the standard asks for."""

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from gridops.documents import charts
from gridops.documents.docx_parts import (
    FONTS,
    PITCH_TWIPS,
    SQUEEZE_TWIPS,
    borders,
    cell,
    el,
    frame,
    page_number,
    paragraph,
    repeatable,
    ruled_table,
    run,
    tab,
    twips,
)
from gridops.documents.fonts import FONT_DIRS
from gridops.documents.rules import measures as m
from gridops.documents.rules.charts import chart_alt, chart_caption
from gridops.documents.rules.heads import head_lines, head_pt, title_lines
from gridops.documents.rules.paper import (
    Annex,
    Block,
    Chart,
    Foot,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Signature,
    Table,
    addressee_line,
    annex_labels,
    annex_list,
    numbered,
    signature_indents,
)
from gridops.documents.rules.wording import clean, lines_of, width

_PITCH = PITCH_TWIPS / 20
_HEADING_FACES = ("hei", "kai", "fangsong", "fangsong")  # 7.3.3
_VML = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def docx(paper: Paper, font_dirs: Sequence[Path] = FONT_DIRS) -> bytes:
    """The paper as DOCX; the same paper gives the same bytes. `font_dirs` are for the charts, which are PNG."""
    writer = _Writer(font_dirs)
    _properties(writer.file, paper)
    _page(writer.file, paper)
    _head(writer, paper)
    _title(writer, paper.title)
    if paper.addressee:
        writer.add(paragraph(run(addressee_line(paper)), align="left"))
    writer.blocks(paper.body, keep_last=paper.signature is not None)
    _closing(writer, paper)
    for label, annex in zip(annex_labels(paper.annexes), paper.annexes, strict=True):
        _annex(writer, label, annex)
    if paper.foot:
        writer.add(_foot(paper.foot))
    # A body may not end with a table; this line is too low to be seen.
    writer.add(paragraph(run("", size=1), pitch=1))
    result = BytesIO()
    writer.file.save(result)
    return repeatable(result.getvalue())


class _Writer:
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
        justified = block.align == "left"
        for i, line in enumerate(lines_of(block.text) or [""]):
            lead = [run(" ".join(lines_of(block.lead)), "kai")] if block.lead and i == 0 else []
            self.add(
                paragraph(
                    *lead,
                    run(line),
                    align="both" if justified else block.align,
                    first=2 if block.indent and justified else 0,
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
            drawn.width, drawn.height = int(drawn.width * high / drawn.height), high
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


def _properties(file: Any, paper: Paper) -> None:
    """File properties: never the clock."""
    stamp = datetime.combine(paper.day or date(2000, 1, 1), time())
    known = file.core_properties
    known.title, known.author = "".join(lines_of(paper.title))[:255], clean(paper.author).replace("\n", " ")[:255]
    known.last_modified_by, known.comments, known.language, known.revision = known.author, "", "zh-CN", 1
    known.created = known.modified = stamp


def _page(file: Any, paper: Paper) -> None:
    """Page, margins, grid of 22 lines by 28 characters, page numbers outside, the style all text begins from."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(m.PAGE_WIDTH_MM), Mm(m.PAGE_HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(m.MARGIN_TOP_MM), Mm(m.MARGIN_BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(m.MARGIN_INSIDE_MM), Mm(m.MARGIN_OUTSIDE_MM)
    section.header_distance = Mm(15)
    # The number's line is 16 pt high with the dash in its middle.
    section.footer_distance = Mm(m.MARGIN_BOTTOM_MM - m.PAGE_NUMBER_DROP_MM) - Pt(8)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    squeeze = round((m.CHAR_PITCH_PT - m.BODY_PT) * 4096) - 4  # unit: 1/4096 pt
    section._sectPr.append(el("docGrid", type="linesAndChars", linePitch=PITCH_TWIPS, charSpace=squeeze))
    file.settings.odd_and_even_pages_header_footer = True
    zoom = file.settings.element.find(qn("w:zoom"))
    zoom.addnext(el("mirrorMargins"))  # the schema wants it in this place
    sides = ((section.footer, section.header, "right"), (section.even_page_footer, section.even_page_header, "left"))
    for number, (footer, header, side) in enumerate(sides):
        footer.is_linked_to_previous = False
        _replace(footer, paragraph(*page_number(), align=side, pitch=16, **{side: 1.0}))
        if paper.watermark:
            header.is_linked_to_previous = False
            _replace(header, paragraph(_watermark(clean(paper.watermark).replace("\n", " "), number), pitch=None))
    _normal_style(file)


def _replace(part: Any, element: Any) -> None:
    for old in list(part._element):
        part._element.remove(old)
    part._element.append(element)


def _normal_style(file: Any) -> None:
    style = file.styles["Normal"].element
    for old in (style.rPr, style.pPr):
        if old is not None:
            style.remove(old)
    font, size = FONTS["fangsong"], round(m.BODY_PT * 2)
    style.append(
        el(
            "pPr",
            el("widowControl", val="0"),
            el("autoSpaceDE", val="0"),
            el("autoSpaceDN", val="0"),
            el("snapToGrid", val="0"),
            el("spacing", before=0, after=0, line=PITCH_TWIPS, lineRule="exact"),
            el("jc", val="both"),
        )
    )
    style.append(
        el(
            "rPr",
            el("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font),
            el("snapToGrid", val="0"),
            el("spacing", val=SQUEEZE_TWIPS),
            el("sz", val=size),
            el("szCs", val=size),
            el("lang", val="en-US", eastAsia="zh-CN"),
        )
    )


def _watermark(text: str, number: int) -> Any:
    """A run with pale slanting text behind the page, in the form Word itself writes."""
    high = min(150.0, 480 / max(1.0, width(text)))
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{high * max(1.0, width(text)):.0f}pt;height:{high:.0f}pt;"
        "rotation:320;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return parse_xml(
        f'<w:r {_VML}><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="watermark{number}" o:spid="_x0000_s{2049 + number}" type="#_x0000_t136" style="{style}" '
        'fillcolor="#d9d9d9" stroked="f">'
        f'<v:textpath style="font-family:&quot;{FONTS["hei"]}&quot;;font-size:1pt" string={quoteattr(text)}/>'
        "</v:shape></w:pict></w:r>"
    )


def _head(writer: _Writer, paper: Paper) -> None:
    """Red head 35 mm below the top of the type area, issue line, both sides, red line 4 mm below (7.2)."""
    lines = head_lines(paper.head)
    size = head_pt(lines)
    top = m.HEAD_DROP_MM * m.PT_PER_MM
    if paper.mark:
        writer.add(paragraph(run(" ".join(lines_of(paper.mark)), "hei"), align="left"))
        top -= _PITCH
    parts: list[Any] = []
    for i, line in enumerate(lines):
        words = run(line, "title", size, m.RED.upper())
        parts.append(paragraph(words, align="center", pitch=size * 1.15, before=0 if i else top))
    if paper.issue_line:
        words = run(" ".join(lines_of(paper.issue_line)))
        parts.append(paragraph(words, align="center", before=_PITCH if lines else 0))
    if paper.left_line or paper.right_line:
        # One character in on both sides by 　: an indent would shorten the red line too.
        left, right = (" ".join(lines_of(text)) for text in (paper.left_line, paper.right_line))
        words = [run("　" + left), tab(), run(right + "　")]
        parts.append(paragraph(*words, align="left", tab_right=m.AREA_WIDTH_PT))
    if lines:
        style = parts[-1].pPr
        line = paragraph(red_line=True).pPr.find(qn("w:pBdr"))
        place = next(child for child in style if child.tag in (qn("w:tabs"), qn("w:spacing")))
        place.addprevious(line)
    for part in parts:
        writer.add(part)
    if parts:
        writer.add(paragraph(pitch=_PITCH * (2 if lines else 1)))


def _title(writer: _Writer, title: str) -> None:
    for line in title_lines(title):
        words = run(line, "title", m.TITLE_PT)
        writer.add(paragraph(words, align="center", pitch=m.TITLE_PITCH_PT, keep=True))
    if title_lines(title):
        writer.add(paragraph(keep=True))


def _closing(writer: _Writer, paper: Paper) -> None:
    """List of annexes, signature and date, note (7.3.4 to 7.3.6)."""
    for i, (label, name) in enumerate(annex_list(paper)):
        left = 2 if label.startswith("附件") else 5
        before = 0 if i else _PITCH
        keep = paper.signature is not None
        writer.add(paragraph(run(label + name), align="left", left=left, hang=width(label), before=before, keep=keep))
    lines = signature_indents(paper.signature) if paper.signature else []
    for i, (text, indent) in enumerate(lines):
        writer.add(_signed(paper.signature, text, indent, first=i == 0, last=i == len(lines) - 1))
    if paper.note:
        writer.add(paragraph(run(f"（{clean(paper.note)}）"), first=2))


def _signed(signature: Signature | None, text: str, indent: float, first: bool, last: bool) -> Any:
    blank = 2 if signature and signature.sealed else 1
    return paragraph(run(text), align="right", right=indent, before=_PITCH * blank if first else 0, keep=not last)


def _annex(writer: _Writer, label: str, annex: Annex) -> None:
    """On a new page: label flush left on the first line, title centred on the third (7.3.7)."""
    writer.new_page = False
    writer.add(paragraph(run(label, "hei"), align="left", new_page=True, keep=True))
    writer.add(paragraph(keep=True))
    _title(writer, annex.title)
    writer.blocks(annex.blocks)


def _foot(foot: Foot) -> Any:
    """版记 as a table bound to the bottom of the type area: thick lines outside, thin ones between (7.4)."""
    thick, thin = m.THICK_LINE_MM * m.PT_PER_MM, m.THIN_LINE_MM * m.PT_PER_MM
    wide, pitch, size = round(m.AREA_WIDTH_PT * 20), 24.0, m.SMALL_PT
    contents: list[list[Any]] = []
    if foot.lines:
        contents.append([])
        for line in foot.lines:
            words = run(f"{' '.join(lines_of(line.label))}：{clean(line.text)}", size=size)
            hang = width(line.label) + 1
            contents[-1].append(paragraph(words, left=1, right=1, hang=hang, char=size, pitch=pitch, align="left"))
    if foot.office or foot.printed:
        words = [run(" ".join(lines_of(foot.office)), size=size), tab()]
        if foot.printed:
            words.append(run(f"{' '.join(lines_of(foot.printed))}印发", size=size))
        stop = m.AREA_WIDTH_PT - size
        contents.append([paragraph(*words, left=1, char=size, pitch=pitch, align="left", tab_right=stop)])
    if foot.copies is not None:
        words = [run(f"（共印{foot.copies}份）", size=size)]
        contents.append([paragraph(*words, right=1, char=size, pitch=pitch, align="right")])
    rows = [el("tr", el("trPr", el("cantSplit")), cell(*content, width=wide)) for content in contents]
    place = el(
        "tblpPr", leftFromText=0, rightFromText=0, topFromText=twips(_PITCH), vertAnchor="margin",
        horzAnchor="margin", tblpXSpec="center", tblpYSpec="bottom",
    )  # fmt: skip
    return frame(rows, [wide], [place, borders("tblBorders", top=thick, left=0, bottom=thick, right=0, insideH=thin)], 0)
