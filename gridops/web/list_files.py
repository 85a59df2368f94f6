"""A list as a file: CSV or a workbook (XLSX), as its address asks; the same rows, columns and words in both."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from flask import request, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock, masking
from gridops.core.errors import Invalid
from gridops.core.tables_out import write_csv, write_xlsx
from gridops.intake.queries.outgoing import Outgoing

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# A workbook takes twice the time of CSV: so many cases keep a server that others use busy for about half a minute.
MOST_IN_WORKBOOK = 50_000
BATCH = 1000
# The columns of a list: the head as the page says it, and the cell of a row.
Columns = Mapping[str, Callable[[Any], Any]]
KeyT = TypeVar("KeyT")
RowT = TypeVar("RowT")


class Whole(str):
    """A text that is told whole: the number of a record, or what was masked part by part before."""

    __slots__ = ()


def as_workbook(address: str) -> str:
    """The address of the same list as a workbook: `/list.csv?…` or `…format=csv` said of XLSX."""
    return re.sub(r"(\.|\bformat=)csv\b", r"\1xlsx", address, count=1)


def form_asked() -> str | None:
    """The form in which the address asks for a list, by its ending or its `format`; None: as a page."""
    ending = request.path.rpartition(".")[2]
    asked = ending if ending in TYPES else request.args.get("format", "")
    return asked if asked in TYPES else None


def dated(name: str) -> str:
    """The name of a file with the minute it is of."""
    return f"{name}-{clock.local(clock.now()):%Y%m%d-%H%M}"


def said(kept: Mapping[str, Any]) -> str:
    """What a list is narrowed to, as the last line of its file tells it."""
    return "; ".join(f"{name}={text}" for name, text in kept.items())


def answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], told: str) -> Response:
    """The table in the form that is asked for; `told`: its filter in words. Invalid with more rows than it takes."""
    content, form = io.BytesIO(), form_asked() or "csv"
    if form == "xlsx":
        write_xlsx(content, columns, _few(rows), told)
    else:
        # Spreadsheets take a file for UTF-8 only when it begins with the mark.
        text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
        write_csv(text, columns, rows, told)
        text.detach()
    content.seek(0)
    return send_file(content, mimetype=TYPES[form], as_attachment=True, download_name=f"{name}.{form}")


def all_rows(page_of: Callable[..., Any]) -> Iterator[Any]:
    """Every row of a list, page by page: `page_of(after=…, limit=…)` gives the `rows` and `next`, or both as a pair."""
    after: Any = None
    while True:
        page = page_of(after=after, limit=BATCH)
        rows, after = page if isinstance(page, tuple) else (page.rows, page.next)
        yield from rows
        if after is None:
            return


def in_batches(keys: Sequence[KeyT], rows_of: Callable[[Sequence[KeyT]], Iterable[RowT]]) -> Iterator[RowT]:
    """The rows of keys that were counted once, read some at a time."""
    for first in range(0, len(keys), BATCH):
        yield from rows_of(keys[first : first + BATCH])


def of_records(
    session: Session, table: Outgoing, root_id: int, ids: Collection[int], kept: Mapping[str, Any]
) -> Response:
    """The records of a list with the columns of `gridops export`, in order of entry; people in them are masked."""
    return answer(dated(table.name), table.columns, table.chosen(session, root_id, ids), _masked(kept))


def of_rows(
    name: str, columns: Columns, rows: Iterable[Any], kept: Mapping[str, Any], most: int | None = None
) -> Response:
    """The rows of a list under the heads of its page, as that says them; names of people are masked by the columns.

    `most`: no more rows than these; where there are more, the last line says so.
    """
    told = _masked(kept)
    if most is not None:
        rows = list(islice(rows, most + 1))
        told += f"; only the first {most}, there are more" if len(rows) > most else ""
    lines = ([cell(of(row)) for of in columns.values()] for row in islice(rows, most))
    return answer(dated(name), [_(head) for head in columns], lines, told)


def cell(value: Any) -> Any:
    """A value as files write it: times local, with their offset; nothing as nothing; long numbers in words masked."""
    if isinstance(value, str):
        return value if isinstance(value, Whole) else masking.words(value)
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="seconds")
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


def joined(*parts: Any) -> Whole:
    """What one cell of a page says beneath each other, in a line; what is not there is left out."""
    return Whole("；".join(str(cell(part)) for part in parts if part not in (None, "")))


def _masked(kept: Mapping[str, Any]) -> str:
    return "; ".join(part for part in (said(kept), "persons masked") if part)


def _few(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for count, row in enumerate(rows):
        if count == MOST_IN_WORKBOOK:
            words = _("XLSX 最多 %(n)d 行，请缩小筛选范围，或者导出 CSV。", n=MOST_IN_WORKBOOK)
            raise Invalid(("format", words))
        yield row
