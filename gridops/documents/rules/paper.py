"""The page model of an official paper: head, title, body, signature, annexes and foot, as frozen dataclasses.

What is left empty is not printed. Text is plain text: renderers escape it, and nothing in it is ever markup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Literal

from gridops.documents.rules.wording import clean, heading_label, width

Align = Literal["left", "center", "right"]
Level = Literal[1, 2, 3, 4]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 4. Its number 一、（一）1.（1） is counted by the paper, never typed (7.3.3)."""

    level: Level
    text: str
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text; line ends in it start new paragraphs. `lead` is a run-in opening sentence, set in 楷体."""

    text: str
    lead: str = ""
    indent: bool = True  # two characters, 7.3.3
    align: Align = "left"  # left means justified, unless ragged
    ragged: bool = False  # not justified: for text that hardly breaks, as a digest


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell that spans or stands out; a plain str does for every other one."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    strong: bool = False


_KEPT_WHOLE = 10  # rows; a table this short never fills more than a page with usual cells

Row = tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Alignment and relative width of a table column."""

    align: Align = "center"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table. Head rows are repeated on every page it runs over; a row is not parted if it fits a page.

    A table of few rows moves to the next page as a whole; `breakable` decides otherwise.
    Raises ValueError when a row, with the spans that reach into it, does not fill the columns exactly.
    """

    columns: tuple[Column, ...]
    header: tuple[Row, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    note: str = ""  # 注：… below the table
    breakable: bool | None = None

    def __post_init__(self) -> None:
        if not self.columns or any(column.weight <= 0 for column in self.columns):
            raise ValueError("a table needs columns of positive weight")
        placed(self.header, len(self.columns))
        placed(self.rows, len(self.columns))

    @property
    def may_break(self) -> bool:
        """Whether the table may run over pages."""
        return len(self.rows) > _KEPT_WHOLE if self.breakable is None else self.breakable

    def share(self, index: int) -> float:
        """Share 0..1 of the whole width that a column takes."""
        return self.columns[index].weight / sum(column.weight for column in self.columns)


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell with the row and column where its upper left corner lies."""

    row: int
    column: int
    cell: Cell


def placed(rows: Sequence[Row], columns: int) -> list[Placed]:
    """Lay rows of cells on a grid, spans counted. Raises ValueError when they do not fill it exactly."""
    taken: set[tuple[int, int]] = set()
    result: list[Placed] = []
    for y, row in enumerate(rows):
        x = 0
        for item in row:
            cell = item if isinstance(item, Cell) else Cell(item)
            while (y, x) in taken:
                x += 1
            spots = {(y + dy, x + dx) for dy in range(cell.rowspan) for dx in range(cell.colspan)}
            if not spots or spots & taken or x + cell.colspan > columns or y + cell.rowspan > len(rows):
                raise ValueError(f"cell {cell.text!r} in row {y + 1} does not fit a table of {columns} columns")
            taken |= spots
            result.append(Placed(y, x, cell))
            x += cell.colspan
        if any((y, x) not in taken for x in range(columns)):
            raise ValueError(f"row {y + 1} does not fill the {columns} columns of its table")
    return result


Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars. None is a gap: there is no figure, which is not the same as nought."""

    name: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A `trend` (lines over periods) or `bars` (lying, one row per label, in the order given).

    The first series is drawn in the accent colour, later ones in greys and other line styles. `emphasis` names
    the labels of a one-series bar chart that keep the accent while the rest turn grey.
    Raises ValueError when a series has not one finite value or None per label, or a name comes twice.
    """

    kind: Literal["trend", "bars"]
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    note: str = ""
    emphasis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.labels or not self.series or any(len(s.values) != len(self.labels) for s in self.series):
            raise ValueError(f"chart {self.title!r} needs labels and series with one value per label")
        if len(set(self.labels)) != len(self.labels) or len({s.name for s in self.series}) != len(self.series):
            raise ValueError(f"chart {self.title!r} names a label or a series twice")
        if not all(value is None or isfinite(value) for s in self.series for value in s.values):
            raise ValueError(f"chart {self.title!r} has a value that is no number")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG or PNG with its caption. Raises ValueError for other bytes."""

    data: bytes
    caption: str = ""

    def __post_init__(self) -> None:
        self.suffix  # noqa: B018 - looked at for its error

    @property
    def suffix(self) -> Literal["jpg", "png"]:
        """File suffix by the first bytes, never by a name."""
        if self.data.startswith(b"\xff\xd8\xff"):
            return "jpg"
        if self.data.startswith(b"\x89PNG\r\n\x1a\n"):
            return "png"
        raise ValueError("a picture must be JPEG or PNG")


@dataclass(frozen=True, slots=True)
class Pictures:
    """Photos, two in a row, as before and after."""

    items: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | Chart | Pictures | PageBreak


@dataclass(frozen=True, slots=True)
class Signature:
    """Names of the authorities and the date of the paper (7.3.5); `sealed` leaves the place a seal needs."""

    names: tuple[str, ...]
    date: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex on its own page (7.3.7). Its label 附件1 is counted by the paper unless given, e.g. 附表1."""

    title: str
    blocks: tuple[Block, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class FootLine:
    """One line of receivers: label 报, 送, 发 or 抄送, and who they are."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Foot:
    """版记 (7.4): receivers, then issuing office and day of printing; copies (共印80份) where known."""

    lines: tuple[FootLine, ...]
    office: str = ""
    printed: str = ""  # 2017年4月5日; 印发 is added
    copies: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. Without `head` it has no red head and no red line: a form, a list, a notice to one unit."""

    title: str
    body: tuple[Block, ...] = ()
    head: str = ""  # red name of the authority or of the bulletin
    issue_line: str = ""  # 第3期（总第3期） or 龙街办发〔2026〕8号
    left_line: str = ""  # 编印单位
    right_line: str = ""  # date of the issue
    mark: str = ""  # top left in 黑体: 拟稿, 内部资料, 特急
    watermark: str = ""  # large and pale behind every page: 拟稿
    addressee: str = ""  # 各部门、科室、社区
    note: str = ""  # 附注, printed in （ ） below the date (7.3.6)
    signature: Signature | None = None
    annexes: tuple[Annex, ...] = ()
    list_annexes: bool = True  # 附件：… below the body (7.3.4)
    foot: Foot | None = None
    day: date | None = None  # of the file's properties; never the clock, so that a paper renders the same for ever
    author: str = ""  # of the file's properties
    one_page: bool = False  # a brief of text only, set as large as one page allows (documents/rules/fit.py)

    @property
    def file_day(self) -> date:
        """Day for the file's properties, which must have one; a day long past shows that none was given."""
        return self.day or date(2000, 1, 1)


def numbered(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Each block with the label of its heading, or "". Counting starts anew below every higher heading."""
    counts = [0, 0, 0, 0]
    for block in blocks:
        label = ""
        if isinstance(block, Heading):
            # An unnumbered heading counts for nothing, but what stands below it begins at one again.
            counts[block.level :] = [0] * (4 - block.level)
            if block.numbered:
                counts[block.level - 1] += 1
                label = heading_label(block.level, counts[block.level - 1])
        yield label, block


def annex_labels(annexes: Sequence[Annex]) -> list[str]:
    """附件1, 附件2 …; a single annex is 附件 alone (7.3.4). Given labels stand as they are."""
    own = [annex for annex in annexes if not annex.label]
    numbers = iter(range(1, len(own) + 1))
    return [annex.label or ("附件" if len(own) == 1 else f"附件{next(numbers)}") for annex in annexes]


def annex_list(paper: Paper) -> list[tuple[str, str]]:
    """Lines of the 附件说明 as (what stands before, name of the annex): 附件： or 附件：1. (7.3.4)."""
    if not paper.list_annexes:
        return []
    names = [clean(a.title).replace("\n", "") for a in paper.annexes if not a.label]
    if len(names) < 2:
        return [("附件：", name) for name in names]
    return [(("附件：" if i == 1 else "") + f"{i}.", name) for i, name in enumerate(names, 1)]


def addressee_line(paper: Paper) -> str:
    """The addressee with its full-width colon (7.3.2), or ""."""
    text = clean(paper.addressee).replace("\n", "").strip()
    return text and text.rstrip("：:") + "："


def signature_indents(signature: Signature) -> list[tuple[str, float]]:
    """Lines of a signature with the indent of each from the right edge, in characters of the body.

    Unsealed (7.3.5.2): name two from the right, the date beginning two right of the name's beginning; a longer
    date moves both left. Sealed (7.3.5.1): date four from the right, names centred on it.
    """
    names, day = [clean(name) for name in signature.names], clean(signature.date)
    if signature.sealed:
        middle = 4 + width(day) / 2
        return [(name, max(0.0, middle - width(name) / 2)) for name in names] + [(day, 4.0)]
    last = width(names[-1]) if names else 0.0
    start = 2 + max(last, width(day) + 2)  # where the last name begins, counted from the right edge
    lines = [(name, max(2.0, start - width(name))) for name in names]
    return [*lines, (day, start - 2 - width(day) if names else 2.0)]
