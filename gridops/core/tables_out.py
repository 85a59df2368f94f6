"""Tables for others: CSV whose cells no spreadsheet runs, with the row count and the filter inside."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
COMMENT = "# "


def safe_cell(value: Any) -> Any:
    """A cell that is shown, never run: an apostrophe before what would be a formula; numbers stay as they are."""
    if not isinstance(value, str) or not value.lstrip("'").startswith(_RUNNABLE):
        return "" if value is None else value
    return f"'{value}"


def unguarded(cell: str) -> str:
    """The text that `safe_cell` guarded: its apostrophe taken away again, anything else as it is."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_RUNNABLE) else cell


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], told: str) -> int:
    """Write a header, rows and a last line with the number of rows and the filter in words; returns that number."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        count += 1
    writer.writerow([f"{COMMENT}rows {count}; {told}"])
    return count
