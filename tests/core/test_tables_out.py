"""Tables for others: nothing in them runs, the number of rows and the filter are inside."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from gridops.core import tables_out
from gridops.core.errors import Invalid
from gridops.core.tables_out import point_feature, write_csv, write_geojson, write_xlsx

COLUMNS = ("key", "words", "lon", "lat")
ROWS = [
    ["00012345678901234567", "=HYPERLINK(1)", -71.5, 42.0],
    ["2", "@me & <you>", "", ""],
    ["3", "http://a.b", 1.0, 2.0],
]


def sheet_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers() -> None:
    out = io.BytesIO()
    assert write_xlsx(out, COLUMNS, ROWS, "mine; all") == 3
    sheet = sheet_of(out.getvalue())
    assert "<f>" not in sheet, "no cell is a formula"
    assert "hyperlink" not in sheet
    assert "00012345678901234567" in sheet, "a credit code stays a text"
    assert "&#39;=HYPERLINK" in sheet or "'=HYPERLINK" in sheet
    assert "<v>-71.5</v>" in sheet
    assert "# rows 3; mine; all" in sheet


def test_a_sheet_that_would_not_hold_all_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_out, "XLSX_MOST_ROWS", 2)
    with pytest.raises(Invalid):
        write_xlsx(io.BytesIO(), COLUMNS, ROWS, "")


def test_geojson_has_points_where_there_are_places_and_counts_its_rows() -> None:
    out = io.StringIO()
    assert write_geojson(out, (point_feature(COLUMNS, row) for row in ROWS), "mine") == 3
    told = json.loads(out.getvalue())
    assert (told["type"], told["rows"], told["filter"]) == ("FeatureCollection", 3, "mine")
    assert told["features"][0]["geometry"] == {"type": "Point", "coordinates": [-71.5, 42.0]}
    assert told["features"][1]["geometry"] is None
    assert told["features"][1]["properties"] == {"key": "2", "words": "@me & <you>"}


def test_geojson_without_rows_is_geojson() -> None:
    out = io.StringIO()
    write_geojson(out, iter(()), "none")
    assert json.loads(out.getvalue())["features"] == []


def test_csv_ends_with_its_rows_and_filter() -> None:
    out = io.StringIO()
    write_csv(out, COLUMNS, ROWS, "mine")
    assert out.getvalue().splitlines()[-1] == "# rows 3; mine"
