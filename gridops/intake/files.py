"""Reading tables that others wrote: CSV, plain or gzipped, UTF-8 (with or without BOM) or GB 18030."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gridops.core.errors import Invalid
from gridops.core.tables_out import COMMENT

MAX_CELL = 20_000


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused cell, as `--json` prints it; `line` is the line of the file, the header being line 1."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file, and its cells by column name (stripped; absent columns empty)."""

    number: int
    cells: dict[str, str]


class Table:
    """A table file that is read line by line. Raises Invalid (field `file` or the column) when it is no such table."""

    def __init__(self, path: Path, known: Sequence[str], required: Sequence[str]) -> None:
        self.path = path
        self._known = known
        self._required = required
        self.errors: list[RowError] = []

    def __iter__(self) -> Iterator[Line]:
        try:
            yield from self._lines()
        except (OSError, EOFError, zlib.error) as broken:
            reason = getattr(broken, "strerror", None) or str(broken)
            raise Invalid(("file", f"cannot be read: {reason}")) from None
        except UnicodeDecodeError:
            raise Invalid(("file", "neither UTF-8 nor GB 18030 text")) from None
        except csv.Error as wrong:
            raise Invalid(("file", f"not CSV: {wrong}")) from None

    def _lines(self) -> Iterator[Line]:
        with _opened(self.path) as text:
            csv.field_size_limit(MAX_CELL)
            reader = csv.reader(_without_nul(text), strict=True)
            header = [name.strip() for name in next(reader, [])]
            self._check(header)
            for cells in reader:
                # An exported table ends with a line of its own that tells rows and filter.
                if not any(cell.strip() for cell in cells) or cells[0].startswith(COMMENT):
                    continue
                if len(cells) > len(header):
                    self._too_long(reader.line_num, cells, len(header))
                    continue
                yield Line(reader.line_num, {n: c.strip() for n, c in zip(header, cells, strict=False)})

    def _check(self, header: list[str]) -> None:
        if not any(header):
            raise Invalid(("file", "empty: no header line"))
        wrong = [(name, "stands twice in the header") for name in sorted({n for n in header if header.count(n) > 1})]
        wrong += [(name or "(no name)", "unknown column") for name in header if name not in self._known]
        wrong += [(name, "required column is missing") for name in self._required if name not in header]
        if wrong:
            raise Invalid(*wrong)

    def _too_long(self, line: int, cells: list[str], width: int) -> None:
        self.errors.append(RowError(line, "", ",".join(cells[width:])[:80], f"more cells than the header's {width}"))


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


def _without_nul(text: IO[str]) -> Iterator[str]:
    for line in text:
        if "\x00" in line:
            raise Invalid(("file", "contains NUL characters: not a text file"))
        yield line
