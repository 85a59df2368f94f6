"""Paper -> HTML, for the page that shows it and for a file of its own. Loads no heavy library.

No element has a style or a script: the look is `static/paper.css`, by classes beginning with `paper`.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from gridops.documents.rules.charts import chart_alt, chart_caption, chart_values, spec
from gridops.documents.rules.heads import head_lines, head_pt, title_lines
from gridops.documents.rules.paper import (
    Annex,
    Block,
    Chart,
    Foot,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Row,
    Signature,
    Table,
    addressee_line,
    annex_labels,
    annex_list,
    numbered,
    placed,
)
from gridops.documents.rules.wording import clean, lines_of

_MANY_COLUMNS = 8  # tables with more are set smaller
_LONG_HEAD_PT = 46.0  # the stylesheet has two sizes of head, this and a smaller one for heads that need it

STYLESHEET = Path(__file__).resolve().parents[2] / "static" / "paper.css"

Draw = Callable[[Chart], str]
Address = Callable[[Picture], str]


def for_vega(chart: Chart) -> str:
    """The drawing as an empty element with its specification, to be filled by vega-embed on the screen."""
    return f'<div class="paper-vega" data-spec="{escape(json.dumps(spec(chart), ensure_ascii=False))}"></div>'


def data_address(picture: Picture) -> str:
    """A picture as a `data:` address, for files that stand alone."""
    kind = {"jpg": "jpeg", "png": "png"}[picture.suffix]
    return f"data:image/{kind};base64,{b64encode(picture.data).decode()}"


def fragment(paper: Paper, draw: Draw = for_vega, address: Address = data_address, top: int = 1) -> str:
    """The paper as one <article>, to stand in a page that links `static/paper.css`.

    `draw` gives the HTML of a chart's drawing, `address` the src of a picture, `top` the heading level of the
    title (1 or 2). All text is escaped; there are no style attributes and no scripts.
    """
    drawer = _Drawer(draw, address, top)
    mark = f' data-watermark="{_line(paper.watermark)}"' if paper.watermark else ""
    parts = [
        f'<article class="paper" lang="zh-CN"{mark}>',
        _p("paper-mark", _line(paper.mark)),
        _head(paper),
        drawer.title(paper.title),
        _p("paper-addressee", _text(addressee_line(paper))),
        drawer.blocks(paper.body),
        *_annex_list(paper),
        _signature(paper.signature),
        _p("paper-remark", f"（{_text(paper.note)}）" if paper.note else ""),
        *(drawer.annex(label, annex) for label, annex in zip(annex_labels(paper.annexes), paper.annexes, strict=True)),
        _foot(paper.foot),
        "</article>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def standalone(paper: Paper, draw: Draw, css: str | None = None) -> str:
    """The paper as a whole HTML document that needs nothing beside it: style inside, pictures as data.

    `draw` should give inline SVG (`charts.svg`). The document forbids itself scripts and the network.
    """
    style = STYLESHEET.read_text(encoding="utf-8") if css is None else css
    if "</" in style:
        raise ValueError("a stylesheet that could end its own element cannot be embedded")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_line(''.join(lines_of(paper.title)))}</title>\n<style>\n{style}</style>\n</head>\n"
        f'<body class="paper-desk">\n{fragment(paper, draw)}</body>\n</html>\n'
    )


def _line(text: str) -> str:
    return escape(" ".join(lines_of(text)))


def _text(text: str) -> str:
    return escape(clean(text).strip()).replace("\n", "<br>")


def _p(name: str, content: str, tag: str = "p") -> str:
    """A paragraph of a class, or nothing when it has no content."""
    return f'<{tag} class="{name}">{content}</{tag}>' if content else ""


def _head(paper: Paper) -> str:
    lines = head_lines(paper.head)
    long = head_pt(lines) < _LONG_HEAD_PT
    name = _p("paper-name paper-name-long" if long else "paper-name", "<br>".join(escape(line) for line in lines))
    sides = ""
    if paper.left_line or paper.right_line:
        sides = f"<span>{_line(paper.left_line)}</span> <span>{_line(paper.right_line)}</span>"
    inner = name + _p("paper-issue", _line(paper.issue_line)) + _p("paper-sides", sides)
    return _p("paper-head" if name else "paper-head paper-head-plain", inner, "header")


def _annex_list(paper: Paper) -> list[str]:
    lines = [_text(label + name) for label, name in annex_list(paper)]
    return [_p("paper-annexes paper-annexes-more" if i else "paper-annexes", line) for i, line in enumerate(lines)]


def _signature(signature: Signature | None) -> str:
    if signature is None:
        return ""
    lines = [_p("paper-signer", _text(name)) for name in signature.names]
    lines.append(_p("paper-date", _text(signature.date)))
    name = "paper-signature paper-sealed" if signature.sealed else "paper-signature"
    return f'<div class="paper-closing"><div class="{name}">{"".join(lines)}</div></div>'


def _foot(foot: Foot | None) -> str:
    if foot is None:
        return ""
    lines = "".join(f"<dt>{_line(line.label)}：</dt><dd>{_text(line.text)}</dd>" for line in foot.lines)
    office = ""
    if foot.office or foot.printed:
        printed = f"{_line(foot.printed)}印发" if foot.printed else ""
        office = f"<span>{_line(foot.office)}</span> <span>{printed}</span>"
    copies = f"（共印{foot.copies}份）" if foot.copies is not None else ""
    inner = _p("paper-receivers", lines, "dl") + _p("paper-office", office) + _p("paper-copies", copies)
    return _p("paper-foot", inner, "footer")


class _Drawer:
    """Draws blocks, with the caller's way to show charts and pictures."""

    def __init__(self, draw: Draw, address: Address, top: int) -> None:
        self.draw, self.address, self.top = draw, address, top

    def title(self, title: str) -> str:
        return _p("paper-title", "<br>".join(escape(line) for line in title_lines(title)), f"h{self.top}")

    def annex(self, label: str, annex: Annex) -> str:
        title = "<br>".join(escape(line) for line in title_lines(annex.title))
        return (
            f'<section class="paper-annex">\n{_p("paper-label", _line(label))}\n'
            f"{_p('paper-title', title, f'h{self.top + 1}')}\n{self.blocks(annex.blocks)}\n</section>"
        )

    def blocks(self, blocks: Sequence[Block]) -> str:
        return "\n".join(self.block(label, block) for label, block in numbered(blocks))

    def block(self, label: str, block: Block) -> str:
        match block:
            case Heading():
                tag = f"h{min(6, self.top + block.level)}"
                return f'<{tag} class="paper-h{block.level}">{escape(label)}{_line(block.text)}</{tag}>'
            case Paragraph():
                return self.paragraph(block)
            case Table():
                return _table(block)
            case Chart():
                return self.chart(block)
            case Pictures():
                return "".join(('<div class="paper-pictures">', *map(self.picture, block.items), "</div>"))
            case _:
                return '<div class="paper-break"></div>'

    def paragraph(self, block: Paragraph) -> str:
        name = "paper-text" if block.indent and block.align == "left" else f"paper-text paper-flush paper-{block.align}"
        name += " paper-ragged" if block.ragged else ""
        lead = _p("paper-lead", _line(block.lead), "span")
        lines = [escape(line) for line in lines_of(block.text)] or [""]
        return "\n".join(f'<p class="{name}">{lead if i == 0 else ""}{line}</p>' for i, line in enumerate(lines))

    def picture(self, picture: Picture) -> str:
        said = _line(picture.caption)
        image = f'<img src="{escape(self.address(picture))}" alt="{said}" loading="lazy">'
        return f'<figure class="paper-picture">{image}{_p("paper-said", said, "figcaption")}</figure>'

    def chart(self, chart: Chart) -> str:
        """Drawing, caption, note, and the figures themselves for those who do not see or trust the drawing."""
        return (
            f'<figure class="paper-chart"><div class="paper-drawing" role="img" aria-label="{_line(chart_alt(chart))}">'
            f"{self.draw(chart)}</div>{_p('paper-caption', _line(chart_caption(chart)), 'figcaption')}"
            f"{_p('paper-note', _text(chart.note))}{_figures(chart)}</figure>"
        )


def _figures(chart: Chart) -> str:
    rows = chart_values(chart)
    names = [series.name for series in chart.series]
    head = "".join(f'<th scope="col">{_line(name)}</th>' for name in ["", *names])
    body = "".join(
        f'<tr><th scope="row">{_line(label)}</th>'
        + "".join(f"<td>{escape(row['text'])}</td>" for row in rows[i :: len(chart.labels)])
        + "</tr>"
        for i, label in enumerate(chart.labels)
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<details class="paper-figures"><summary>图中数据</summary>{table}</details>'


def _table(table: Table) -> str:
    columns = "".join(f'<col width="{table.share(i):.2%}">' for i in range(len(table.columns)))
    caption = _line(table.caption)
    name = f' aria-label="{caption}"' if caption else ' aria-label="表格"'
    kind = "paper-table paper-table-wide" if len(table.columns) > _MANY_COLUMNS else "paper-table"
    # A table wider than a phone is scrolled in its own box, which must be reachable by the keyboard.
    return (
        f'<div class="{kind}" role="region" tabindex="0"{name}><table>{_p("paper-caption", caption, "caption")}'
        f"<colgroup>{columns}</colgroup><thead>{_rows(table, table.header, True)}</thead>"
        f"<tbody>{_rows(table, table.rows, False)}</tbody></table></div>{_p('paper-note', _text(table.note))}"
    )


def _rows(table: Table, rows: Sequence[Row], head: bool) -> str:
    lines: list[list[str]] = [[] for _ in rows]
    for spot in placed(rows, len(table.columns)):
        cell = spot.cell
        align = "center" if head or cell.colspan > 1 else table.columns[spot.column].align
        name = f"paper-{align}" + (" paper-strong" if cell.strong else "")
        spans = (f' colspan="{cell.colspan}"' if cell.colspan > 1 else "") + (
            f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        )
        tag, scope = ("th", ' scope="colgroup"' if cell.colspan > 1 else ' scope="col"') if head else ("td", "")
        lines[spot.row].append(f'<{tag}{scope} class="{name}"{spans}>{_text(cell.text)}</{tag}>')
    return "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
