"""Tables for others (CSV, XLSX, GeoJSON): cells no spreadsheet runs, the row count and the filter inside."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, TextIO

from gridops.core.errors import Invalid

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
COMMENT = "# "
# One sheet holds 1,048,576 rows; the header and the last line are two of them.
XLSX_MOST_ROWS = 1_048_574


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


def write_xlsx(out: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], told: str) -> int:
    """The same table as a workbook; texts are written as texts, long digits too. Returns the number of rows."""
    import xlsxwriter

    plain = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, plain) as book:
        sheet = book.add_worksheet("data")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns)
        count = 0
        for row in rows:
            count += 1
            if count > XLSX_MOST_ROWS:
                raise Invalid(("--format", f"a sheet holds {XLSX_MOST_ROWS} rows: narrow the filter, or take csv"))
            for place, value in enumerate(row):
                _write_cell(sheet, count, place, safe_cell(value))
        sheet.write_string(count + 1, 0, f"{COMMENT}rows {count}; {told}")
    return count


def write_geojson(out: TextIO, features: Iterable[dict[str, Any]], told: str) -> int:
    """An RFC 7946 FeatureCollection with members `rows` and `filter` after the features; returns that number."""
    out.write('{"type":"FeatureCollection","features":[')
    count = 0
    for feature in features:
        out.write(("," if count else "") + "\n" + json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
        count += 1
    out.write(f'\n],"rows":{count},"filter":{json.dumps(told, ensure_ascii=False)}}}\n')
    return count


def point_feature(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row as a feature at its `lon`, `lat` (no geometry where it has none); the other columns are its properties."""
    properties = dict(zip(columns, row, strict=True))
    lon, lat = properties.pop("lon", ""), properties.pop("lat", "")
    placed = isinstance(lon, int | float) and isinstance(lat, int | float)
    geometry = {"type": "Point", "coordinates": [lon, lat]} if placed else None
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _write_cell(sheet: Any, row: int, place: int, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if value != "":
            sheet.write_string(row, place, str(value))
    else:
        sheet.write_number(row, place, value)
