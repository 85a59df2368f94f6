"""Paper -> DOCX for Word and WPS, with the document grid, fonts and page numbers the standard asks for."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from gridops.documents.docx_body import Body
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
    run,
    set_smaller,
    tab,
    twips,
)
from gridops.documents.fonts import FONT_DIRS
from gridops.documents.rules import fit
from gridops.documents.rules import measures as m
from gridops.documents.rules.heads import head_lines, head_pt, title_lines
from gridops.documents.rules.paper import (
    Annex,
    Foot,
    Paper,
    Signature,
    addressee_line,
    annex_labels,
    annex_list,
    signature_indents,
)
from gridops.documents.rules.wording import clean, lines_of, width

_PITCH = PITCH_TWIPS / 20
_VML = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def docx(paper: Paper, font_dirs: Sequence[Path] = FONT_DIRS) -> bytes:
    """The paper as DOCX; the same paper gives the same bytes. `font_dirs` are for the charts, which are PNG."""
    body = Body(font_dirs)
    _properties(body.file, paper)
    _page(body.file, paper)
    _head(body, paper)
    _title(body, paper.title)
    if paper.addressee:
        body.add(paragraph(run(addressee_line(paper)), align="left"))
    body.blocks(paper.body, keep_last=paper.signature is not None)
    _closing(body, paper)
    for label, annex in zip(annex_labels(paper.annexes), paper.annexes, strict=True):
        _annex(body, label, annex)
    if paper.foot:
        body.add(_foot(paper.foot))
    # A body may not end with a table; this line is too low to be seen.
    body.add(paragraph(run("", size=1), pitch=1))
    if setting := fit.setting_of(paper):
        set_smaller(body.file, setting)
    result = BytesIO()
    body.file.save(result)
    return repeatable(result.getvalue())


def _properties(file: Any, paper: Paper) -> None:
    """File properties: never the clock."""
    stamp = datetime.combine(paper.file_day, time())
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
        inset = {"left": 0.0, "right": 0.0} | {side: 1.0}  # one character in
        _replace(footer, paragraph(*page_number(), align=side, pitch=16, left=inset["left"], right=inset["right"]))
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
    high = min(110.0, 480 / max(1.0, width(text)))
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
        'fillcolor="#e6e6e6" stroked="f">'
        f'<v:textpath style="font-family:&quot;{FONTS["hei"]}&quot;;font-size:1pt" string={quoteattr(text)}/>'
        "</v:shape></w:pict></w:r>"
    )


def _head(body: Body, paper: Paper) -> None:
    """Red head 35 mm below the top of the type area, issue line, both sides, red line 4 mm below (7.2)."""
    lines = head_lines(paper.head)
    size = head_pt(lines)
    top = (fit.HEAD_DROP_MM if paper.one_page else m.HEAD_DROP_MM) * m.PT_PER_MM
    if paper.mark:
        body.add(paragraph(run(" ".join(lines_of(paper.mark)), "hei"), align="left"))
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
        body.add(part)
    if parts:
        body.add(paragraph(pitch=_PITCH * (2 if lines else 1)))


def _title(body: Body, title: str) -> None:
    for line in title_lines(title):
        words = run(line, "title", m.TITLE_PT)
        body.add(paragraph(words, align="center", pitch=m.TITLE_PITCH_PT, keep=True))
    if title_lines(title):
        body.add(paragraph(keep=True))


def _closing(body: Body, paper: Paper) -> None:
    """List of annexes, signature and date, note (7.3.4 to 7.3.6)."""
    for i, (label, name) in enumerate(annex_list(paper)):
        left = 2 if label.startswith("附件") else 5
        before = 0 if i else _PITCH
        keep = paper.signature is not None
        body.add(paragraph(run(label + name), align="left", left=left, hang=width(label), before=before, keep=keep))
    lines = signature_indents(paper.signature) if paper.signature else []
    for i, (text, indent) in enumerate(lines):
        body.add(_signed(paper.signature, text, indent, first=i == 0, last=i == len(lines) - 1 and not paper.note))
    if paper.note:
        body.add(paragraph(run(f"（{clean(paper.note)}）"), first=2))


def _signed(signature: Signature | None, text: str, indent: float, first: bool, last: bool) -> Any:
    blank = 2 if signature and signature.sealed else 1
    return paragraph(run(text), align="right", right=indent, before=_PITCH * blank if first else 0, keep=not last)


def _annex(body: Body, label: str, annex: Annex) -> None:
    """On a new page: label flush left on the first line, title centred on the third (7.3.7)."""
    body.new_page = False
    body.add(paragraph(run(label, "hei"), align="left", new_page=True, keep=True))
    body.add(paragraph(keep=True))
    _title(body, annex.title)
    body.blocks(annex.blocks)


def _foot(foot: Foot) -> Any:
    """版记 as a table bound to the bottom of the type area: thick lines outside, thin ones between (7.4).

    Word and WPS put it there; LibreOffice before 7.6 leaves a table of full width behind the text.
    """
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
    return frame(
        rows, [wide], [place, borders("tblBorders", top=thick, left=0, bottom=thick, right=0, insideH=thin)], 0
    )
