"""Paper -> PDF by typst. The paper goes to `paper.typ` as JSON, so no text of it is ever read as markup."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst

from gridops.documents import charts
from gridops.documents.fonts import FONT_DIRS, font_report, font_set
from gridops.documents.rules import fit
from gridops.documents.rules import measures as m
from gridops.documents.rules.charts import chart_alt, chart_caption
from gridops.documents.rules.heads import head_lines, head_pt, title_lines
from gridops.documents.rules.paper import (
    Block,
    Chart,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Placed,
    Signature,
    Table,
    addressee_line,
    annex_labels,
    annex_list,
    numbered,
    placed,
    signature_indents,
)
from gridops.documents.rules.wording import clean, lines_of, soften, width

_TEMPLATE = Path(__file__).with_name("paper.typ").read_bytes()
_ROW_KEPT_WHOLE = 400  # characters; a cell longer than this may run over a page
_MEASURES = {key.lower(): value for key, value in vars(m).items() if key.isupper()}

Save = Callable[[Picture], str]


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and why it is not one for the archive: mostly a text that no font can show. Empty when it is."""

    data: bytes
    unfit: str


def pdf(paper: Paper, font_dirs: Sequence[Path] = FONT_DIRS) -> bytes:
    """The paper as PDF; the same paper and fonts give the same bytes."""
    return printed(paper, font_dirs).data


def printed(paper: Paper, font_dirs: Sequence[Path] = FONT_DIRS) -> Printed:
    """The paper as PDF/A-2u where every character has a glyph, else as plain PDF, saying what is missing.

    A rare sign must not stop a bulletin, but whoever issues it should know that it prints as a box.
    Raises TypstError for a picture whose bytes are broken.
    """
    with TemporaryDirectory() as folder:
        saved: list[str] = []

        def save(picture: Picture) -> str:
            saved.append(f"{len(saved)}.{picture.suffix}")
            (Path(folder) / saved[-1]).write_bytes(picture.data)
            return f"/{saved[-1]}"

        data = json.dumps(_paper(paper, save, font_dirs), ensure_ascii=False)
        try:
            return Printed(_compile(data, folder, font_dirs, paper.file_day, "a-2u"), "")
        except typst.TypstError as error:
            return Printed(_compile(data, folder, font_dirs, paper.file_day, None), error.message)


def _compile(data: str, folder: str, font_dirs: Sequence[Path], day: date, standard: Literal["a-2u"] | None) -> bytes:
    # A compiler that has failed does not find its own source again, so each try has a new one.
    compiler = typst.Compiler(_TEMPLATE, root=folder, font_paths=font_set(font_dirs), sys_inputs={"paper": data})
    stamp = datetime.combine(day, time(), UTC)
    return _bytes(compiler.compile(format="pdf", timestamp=stamp, pdf_standards=standard))


def _bytes(compiled: bytes | list[bytes] | None) -> bytes:
    if not isinstance(compiled, bytes):
        raise TypeError("typst gave no single file")
    return compiled


def _paper(paper: Paper, save: Save, font_dirs: Sequence[Path]) -> dict[str, Any]:
    """Everything the template needs, in its own words."""
    head, setting = head_lines(paper.head), fit.setting_of(paper)
    return {
        "m": _MEASURES | (setting.measures if setting else {}),
        "faces": {
            found.face.key: {"font": list(found.chain), "weight": found.face.weight} for found in font_report(font_dirs)
        },
        "author": clean(paper.author),
        "dated": [paper.file_day.year, paper.file_day.month, paper.file_day.day],
        "mark": _line(paper.mark),
        "watermark": _line(paper.watermark),
        "head": head,
        "head_pt": head_pt(head),
        "issue": _line(paper.issue_line),
        "left": _line(paper.left_line),
        "right": _line(paper.right_line),
        "title": _title(paper.title),
        "addressee": _text(addressee_line(paper)),
        "body": _blocks(paper.body, save),
        "annex_list": [
            {"text": label + _text(name), "hang": width(label), "first": label.startswith("附件")}
            for label, name in annex_list(paper)
        ],
        "signature": _signature(paper.signature),
        "sealed": paper.signature is not None and paper.signature.sealed,
        "note": _text(paper.note),
        "annexes": [
            {"label": _line(label), "title": _title(annex.title), "body": _blocks(annex.blocks, save)}
            for label, annex in zip(annex_labels(paper.annexes), paper.annexes, strict=True)
        ],
        "foot": _foot(paper),
    }


def _line(text: str) -> str:
    return soften(" ".join(lines_of(text)), m.CHARS_PER_LINE)


def _text(text: str) -> str:
    return soften(clean(text), m.CHARS_PER_LINE)


def _title(text: str) -> list[str]:
    return [soften(line, m.TITLE_CHARS) for line in title_lines(text)]


def _signature(signature: Signature | None) -> list[dict[str, Any]]:
    lines = signature_indents(signature) if signature else []
    return [{"text": _text(text), "indent": indent} for text, indent in lines]


def _foot(paper: Paper) -> dict[str, Any] | None:
    foot = paper.foot
    if foot is None:
        return None
    return {
        "lines": [
            {"text": f"{_line(line.label)}：{_text(line.text)}", "hang": width(_line(line.label)) + 1}
            for line in foot.lines
        ],
        "office": _line(foot.office),
        "printed": _line(foot.printed) and f"{_line(foot.printed)}印发",
        "copies": "" if foot.copies is None else f"（共印{foot.copies}份）",
    }


def _blocks(blocks: Sequence[Block], save: Save) -> list[dict[str, Any]]:
    return [_block(label, block, save) for label, block in numbered(blocks)]


def _block(label: str, block: Block, save: Save) -> dict[str, Any]:
    match block:
        case Heading():
            return {"is": "heading", "level": block.level, "text": label + _line(block.text)}
        case Paragraph():
            lines = [soften(line, m.CHARS_PER_LINE) for line in lines_of(block.text)] or [""]
            lead = _line(block.lead)
            return {
                "is": "paragraph",
                "lines": lines,
                "lead": lead,
                "indent": block.indent,
                "align": block.align,
                "ragged": block.ragged,
            }
        case Table():
            return _table(block)
        case Chart():
            return {
                "is": "chart",
                "svg": charts.svg(block),
                "alt": chart_alt(block),
                "title": _line(chart_caption(block)),
                "note": _text(block.note),
            }
        case Pictures():
            return {"is": "pictures", "items": [[save(p), _line(p.caption)] for p in block.items]}
        case _:
            return {"is": "break"}


def _table(table: Table) -> dict[str, Any]:
    size = m.table_text_pt(len(table.columns))
    room = [max(2.0, (table.share(i) * m.AREA_WIDTH_PT - 8) / size) for i in range(len(table.columns))]

    body = placed(table.rows, len(table.columns))

    def cells(spots: Sequence[Placed]) -> list[dict[str, Any]]:
        return [
            {
                "text": soften(clean(spot.cell.text), sum(room[spot.column : spot.column + spot.cell.colspan])),
                "colspan": spot.cell.colspan,
                "rowspan": spot.cell.rowspan,
                "strong": spot.cell.strong,
                "align": table.columns[spot.column].align if spot.cell.colspan == 1 else "center",
                "whole": len(spot.cell.text) <= _ROW_KEPT_WHOLE,
            }
            for spot in spots
        ]

    return {
        "is": "table",
        "size": size,
        "weights": [column.weight for column in table.columns],
        "header": cells(placed(table.header, len(table.columns))),
        "rows": cells(body),
        "caption": _line(table.caption),
        "note": _text(table.note),
        "breakable": table.may_break or any(len(spot.cell.text) > _ROW_KEPT_WHOLE for spot in body),
    }
