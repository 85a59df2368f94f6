"""Reading tables that others wrote: CSV, plain or gzipped, UTF-8 (with or without BOM) or GB 18030."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gridops.core.errors import Invalid
from gridops.core.tables_out import COMMENT, unguarded

MAX_CELL = 20_000
# Characters of one row; a file whose row never ends must not fill the memory.
MAX_ROW = 1_000_000
_LAST_LINE = re.compile(rf"{COMMENT}rows \d+; ")


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused cell, as `--json` prints it; `line` is the line of the file, the header being line 1."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Counts:
    """The answer of every import."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, errors: Sequence[RowError]) -> None:
        """Count a line as refused, keeping what is wrong with it."""
        self.refused += 1
        self.errors += errors


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file, and its cells by column name (stripped; absent columns empty)."""

    number: int
    cells: dict[str, str]


class Table:
    """A table file that is read line by line. Raises Invalid (field `file` or the column) when it is no such table.

    `known`: None where the header may have others beside the required ones (a file that is mapped).
    `errors`: lines that are no rows of the table, known when the reading has ended.
    """

    def __init__(self, path: Path, known: Sequence[str] | None, required: Sequence[str]) -> None:
        self.path = path
        self._known = known
        self._required = required
        self.errors: list[RowError] = []

    def __iter__(self) -> Iterator[Line]:
        try:
            with _opened(self.path) as text:
                yield from self._lines(_Text(text))
        except (OSError, EOFError, zlib.error) as broken:
            reason = getattr(broken, "strerror", None) or str(broken)
            raise Invalid(("file", f"cannot be read: {reason}")) from None
        except UnicodeDecodeError:
            raise Invalid(("file", "neither UTF-8 nor GB 18030 text")) from None

    def _lines(self, text: _Text) -> Iterator[Line]:
        header: list[str] = []
        last: tuple[int, list[str]] | None = None
        for number, cells in self._rows(text):
            if not header:
                header = [name.strip() for name in cells]
                self._check(header)
                continue
            if last is not None:
                yield from self._line(*last, header)
                last = None
            # An exported table ends with a line of its own that tells rows and filter; elsewhere it is a row.
            if _LAST_LINE.match(cells[0]):
                last = number, cells
            else:
                yield from self._line(number, cells, header)
        if not header and not self.errors:
            self._check(header)

    def _rows(self, text: _Text) -> Iterator[tuple[int, list[str]]]:
        """The number of the line it ends in, and the cells, of each row that is not empty; stops at what is no CSV.

        What is no CSV is told of the line its row begins in: there a quotation mark that never ends stands.
        """
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(text, strict=True)
        begun = 1
        try:
            for cells in reader:
                text.taken, begun = 0, reader.line_num + 1
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
        except csv.Error as wrong:
            read = "" if begun == text.number else f", in the row to line {text.number}"
            self.errors.append(RowError(begun, "", "", f"not CSV: {wrong}{read}; nothing after it was read"))

    def _line(self, number: int, cells: list[str], header: list[str]) -> Iterator[Line]:
        width = len(header)
        if len(cells) == width:
            texts = [cell.strip() for cell in cells]
            # Few cells are guarded, and asking each by a call costs as much as reading the line.
            yield Line(number, {n: unguarded(t) if t[:1] == "'" else t for n, t in zip(header, texts, strict=True)})
        elif len(cells) > width:
            beyond = ",".join(cells[width:])[:80]
            self.errors.append(RowError(number, "", beyond, f"more cells than the header's {width}"))
        else:
            self.errors.append(RowError(number, "", cells[0][:80], f"fewer cells than the header's {width}"))

    def _check(self, header: list[str]) -> None:
        if not any(header):
            raise Invalid(("file", "empty: no header line"))
        read = header if self._known is not None else [name for name in header if name in self._required]
        wrong = [(name, "stands twice in the header") for name in sorted({n for n in read if header.count(n) > 1})]
        if self._known is not None:
            wrong += [(name or "(no name)", "unknown column") for name in header if name not in self._known]
        wrong += [(name, "required column is missing") for name in self._required if name not in header]
        if wrong:
            raise Invalid(*wrong)


def _opened(path: Path) -> IO[str]:
    encoding = _encoding(path)
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _bytes(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is; else GB 18030, which Chinese spreadsheets still write."""
    with io.TextIOWrapper(_bytes(path), encoding="utf-8-sig", newline="") as text:
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


class _Text:
    """The lines of a text for the CSV reader; `number` is the last one given, `taken` the characters of this row."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self.number = 0
        self.taken = 0

    def __iter__(self) -> _Text:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.taken += len(line)
        if "\x00" in line:
            raise Invalid(("file", f"line {self.number} contains NUL characters: not a text file"))
        if self.taken > MAX_ROW:
            raise csv.Error(f"a row longer than {MAX_ROW} characters")
        return line
