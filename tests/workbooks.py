"""Workbooks (XLSX) read back by what they are: a zip of XML, without the library that wrote them."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile

from werkzeug.test import TestResponse

from gridops.web.list_files import as_workbook
from tests.webapp import Browser

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of the only sheet as texts, row by row; every cell of the rows between the first and the last."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- our own program wrote it
    assert not list(sheet.iter(f"{_SHEET}f")), "no cell is a formula"
    rows = []
    for row in sheet.iter(f"{_SHEET}row"):
        cells = {_column(cell.attrib["r"]): "".join(cell.itertext()) for cell in row.iter(f"{_SHEET}c")}
        rows.append([cells.get(place, "") for place in range(max(cells, default=-1) + 1)])
    return rows


def text_of(answer: TestResponse) -> str:
    """What an answer says, as text: of a workbook its rows, the cells parted by commas."""
    if answer.mimetype != XLSX:
        return answer.text
    return "\n".join(",".join(row) for row in rows_of(answer.data))


def in_both_forms(browser: Browser, address: str) -> list[list[str]]:
    """The rows of the list as CSV, after they were found to be those of the workbook."""
    as_csv, as_xlsx = browser.get(address), browser.get(as_workbook(address))
    assert (as_csv.mimetype, as_xlsx.mimetype) == ("text/csv", XLSX), address
    names = [answer.headers["Content-Disposition"] for answer in (as_csv, as_xlsx)]
    assert names[0].startswith("attachment;")
    assert names[0].replace(".csv", ".xlsx") == names[1]
    rows = list(csv.reader(io.StringIO(as_csv.data.decode("utf-8-sig"))))
    # A sheet has no cells where nothing stands.
    book = [row + [""] * (len(rows[0]) - len(row)) for row in rows_of(as_xlsx.data)[:-1]]
    assert book == rows[:-1], address
    assert rows_of(as_xlsx.data)[-1] == rows[-1], address
    return rows


def _column(reference: str) -> int:
    """`B7` is in the second column, 1."""
    number = 0
    for letter in re.sub(r"\d", "", reference):
        number = number * 26 + ord(letter) - 64
    return number - 1
