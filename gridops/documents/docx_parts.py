"""Small parts of a DOCX file: elements, runs, paragraphs and tables of WordprocessingML, and a repeatable zip."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from gridops.documents.rules import measures as m
from gridops.documents.rules.fit import Setting
from gridops.documents.rules.paper import Placed, Table, placed
from gridops.documents.rules.wording import clean

FONTS = {"fangsong": "仿宋_GB2312", "kai": "楷体_GB2312", "hei": "黑体", "title": "方正小标宋简体", "song": "宋体"}
PITCH_TWIPS = 579  # 28.95 pt: 28.99 would be rounded up and lose the 22nd line
# 28 characters of 16 pt are wider than the line, so each gives up a quarter of a point. The grid of characters in the
# file says the same, but word processors read it differently, so no text is bound to it.
SQUEEZE_TWIPS = -5
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def twips(points: float) -> int:
    """Points in twentieths."""
    return round(points * 20)


def el(tag: str, *children: Any, **attributes: object) -> Any:
    """An element `w:tag` with attributes of the same namespace; children that are None are left out."""
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(child for child in children if child is not None)
    return element


def run_style(face: str, size: float, colour: str | None = None) -> Any:
    """Run properties: the face in all four slots, so that digits match the characters beside them."""
    font = FONTS[face]
    return el(
        "rPr",
        el("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font),
        el("color", val=colour) if colour else None,
        el("spacing", val=SQUEEZE_TWIPS if size == m.BODY_PT else 0),
        el("sz", val=round(size * 2)),
        el("szCs", val=round(size * 2)),
    )


def run(text: str, face: str = "fangsong", size: float = m.BODY_PT, colour: str | None = None) -> Any:
    """A run of text; line ends become line breaks."""
    element = el("r", run_style(face, size, colour))
    for i, line in enumerate(clean(text).split("\n")):
        if i:
            element.append(el("br"))
        piece = el("t")
        piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        piece.text = line
        element.append(piece)
    return element


def tab() -> Any:
    """A run that holds one tab stop."""
    return el("r", el("tab"))


def page_number() -> list[Any]:
    """The runs of — 1 — in 14 pt 宋体 (7.5)."""
    field = el("fldSimple", el("r", run_style("song", m.SMALL_PT), el("t")), instr=" PAGE ")
    return [run("— ", "song", m.SMALL_PT), field, run(" —", "song", m.SMALL_PT)]


def paragraph(
    *runs: Any,
    align: str = "both",
    first: float = 0.0,
    left: float = 0.0,
    right: float = 0.0,
    hang: float = 0.0,
    char: float = m.CHAR_PITCH_PT,
    before: float = 0.0,
    after: float = 0.0,
    pitch: float | None = PITCH_TWIPS / 20,
    keep: bool = False,
    new_page: bool = False,
    outline: int | None = None,
    red_line: bool = False,
    tab_right: float | None = None,
) -> Any:
    """A paragraph. Indents in characters `char` points wide; before, after and pitch in points, no pitch: free.

    `hang` is how far turnovers stand behind the first line; `keep` holds it on the page of what follows;
    `tab_right` is a right tab stop in points; `outline` 0 to 3 shows it in the navigation of a word processor.
    """
    lines = {"line": twips(pitch), "lineRule": "exact"} if pitch else {"line": 240, "lineRule": "auto"}
    indents = {"left": left + hang, "right": right, "firstLine": first, "hanging": hang}
    kept = {name: twips(value * char) for name, value in indents.items() if value}
    border = el("bottom", val="single", sz=round(m.RED_LINE_PT * 8), space=5, color=m.RED.upper())
    # The order of these children is fixed by the schema.
    style = el(
        "pPr",
        el("keepNext") if keep else None,
        el("pageBreakBefore") if new_page else None,
        el("pBdr", border) if red_line else None,
        el("tabs", el("tab", val="right", pos=twips(tab_right))) if tab_right else None,
        # No extra room between Chinese and digits: it would break the 28 characters of a line.
        el("autoSpaceDE", val="0"),
        el("autoSpaceDN", val="0"),
        el("spacing", before=twips(before), after=twips(after), **lines),
        el("ind", **kept) if kept else None,
        el("jc", val=align),
        el("outlineLvl", val=outline) if outline is not None else None,
    )
    return el("p", style, *runs)


def borders(tag: str, **sides: float) -> Any:
    """Borders named by their side in points, 0 for none."""
    return el(
        tag,
        *(
            el(side, val="single", sz=round(points * 8), space=0, color="000000") if points else el(side, val="nil")
            for side, points in sides.items()
        ),
    )


def frame(rows: Sequence[Any], widths: Sequence[int], style: Sequence[Any], margin: int = 60) -> Any:
    """A table element with fixed column widths in twips; `style` are leading table properties."""
    sides = [el(side, w=margin if side in ("left", "right") else 0, type="dxa") for side in ("left", "right")]
    properties = el(
        "tblPr",
        *(s for s in style if s.tag == qn("w:tblpPr")),
        el("tblW", w=sum(widths), type="dxa"),
        el("jc", val="center"),
        *(s for s in style if s.tag != qn("w:tblpPr")),
        el("tblLayout", type="fixed"),
        el("tblCellMar", *sides),
    )
    return el("tbl", properties, el("tblGrid", *(el("gridCol", w=w) for w in widths)), *rows)


def cell(*paragraphs: Any, width: int, span: int = 1, merge: str | None = None, edges: Any = None) -> Any:
    """A table cell; `merge` is restart or continue for cells that reach over rows."""
    style = el(
        "tcPr",
        el("tcW", w=width, type="dxa"),
        el("gridSpan", val=span) if span > 1 else None,
        el("vMerge", val=merge) if merge else None,
        edges,
        el("vAlign", val="center"),
    )
    return el("tc", style, *paragraphs)


def ruled_table(table: Table) -> Any:
    """A table of the paper: thin grid, head rows repeated on every page, rows kept whole."""
    size = m.table_text_pt(len(table.columns))
    widths = [round(m.AREA_WIDTH_PT * 20 * table.share(i)) for i in range(len(table.columns))]
    rows = _rows(table, table.header, widths, size, head=True) + _rows(table, table.rows, widths, size, head=False)
    grid = dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), 0.5)
    return frame(rows, widths, [borders("tblBorders", **grid)])


def _rows(table: Table, rows: Sequence[Any], widths: Sequence[int], size: float, head: bool) -> list[Any]:
    starts = {(spot.row, spot.column): spot for spot in placed(rows, len(widths))}
    covers = {(spot.row + dy, spot.column): spot for spot in starts.values() for dy in range(1, spot.cell.rowspan)}
    result = []
    for y in range(len(rows)):
        style = el("trPr", el("cantSplit"), el("tblHeader") if head else None)
        cells = []
        for x in range(len(widths)):
            spot = starts.get((y, x)) or covers.get((y, x))
            if spot is None:
                continue
            starting = spot.row == y
            merge = None if spot.cell.rowspan == 1 else "restart" if starting else "continue"
            keep = head or (not table.may_break and y < len(rows) - 1)
            text = _cell_text(table, spot, size, head, keep) if starting else paragraph(pitch=size * 1.35)
            wide = sum(widths[x : x + spot.cell.colspan])
            cells.append(cell(text, width=wide, span=spot.cell.colspan, merge=merge))
        result.append(el("tr", style, *cells))
    return result


def _cell_text(table: Table, spot: Placed, size: float, head: bool, keep: bool) -> Any:
    align = "center" if head or spot.cell.colspan > 1 else table.columns[spot.column].align
    face = "hei" if head or spot.cell.strong else "fangsong"
    words = run(spot.cell.text, face, size)
    return paragraph(words, align=align, before=size * 0.3, after=size * 0.3, pitch=size * 1.35, keep=keep)


def set_smaller(file: Any, setting: Setting) -> None:
    """Set the text of a brief of one page in its own type and pitch; head and foot keep theirs."""
    sizes = {round(m.BODY_PT * 2): setting.body, round(m.TITLE_PT * 2): setting.title}
    pitches = {lines * PITCH_TWIPS: lines * setting.pitch for lines in (1, 2)}
    pitches[twips(m.TITLE_PITCH_PT)] = setting.title * 1.4
    for part in (file.styles.element, file.element.body):
        for size in (*part.iter(qn("w:sz")), *part.iter(qn("w:szCs"))):
            kept = sizes.get(int(size.get(qn("w:val"))))
            if kept:
                size.set(qn("w:val"), str(round(kept * 2)))
        for style in part.iter(qn("w:pPr")):
            for line in style.iter(qn("w:spacing")):
                if kept := pitches.get(int(line.get(qn("w:line"), 0))):
                    line.set(qn("w:line"), str(twips(kept)))
                    line.set(qn("w:before"), str(round(int(line.get(qn("w:before"), 0)) * setting.pitch / 29)))
            for indent in style.iter(qn("w:ind")):
                for name, value in indent.attrib.items():
                    indent.set(name, str(round(int(value) * setting.body / m.BODY_PT)))
    grid = next(file.element.body.iter(qn("w:docGrid")))
    grid.set(qn("w:linePitch"), str(twips(setting.pitch)))
    grid.set(qn("w:charSpace"), "0")


def repeatable(data: bytes) -> bytes:
    """The same zip with all times fixed, so that the same paper gives the same bytes."""
    result = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, _ZIP_TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine
            target.writestr(entry, source.read(name))
    return result.getvalue()
