"""A file of another city read as ours by a mapping: tables of cases, no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridops.core.errors import Invalid
from gridops.intake.case_map import CaseMap, read_map
from gridops.intake.files import RowError

WHOLE = """
timezone = "America/New_York"
default_category = "0699"
[columns]
external_id = "id"
category_code = "type"
reported_at = "opened"
due_at = "target"
returned_upheld = "right"
[constants]
kind = "event"
reworked_times = 2
[copies]
filed_at = "opened"
accepted_at = "reported_at"
[values.category_code]
"Graffiti" = "0201"
[values.returned_upheld]
"Y" = "yes"
"""
HEADER = "id,type,opened,target,right,unused,unused"


def mapping(folder: Path, text: str) -> CaseMap:
    path = folder / "mapping.toml"
    path.write_text(text, "utf-8")
    return read_map(path)


def read(folder: Path, told: CaseMap, *lines: str, header: str = HEADER) -> tuple[list[dict[str, str]], list[RowError]]:
    path = folder / "theirs.csv"
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    table = told.table(path)
    return [line.cells for line in told.lines(table)], table.errors


def test_columns_values_constants_and_copies(tmp_path: Path) -> None:
    told = mapping(tmp_path, WHOLE)
    rows, errors = read(
        tmp_path,
        told,
        "1,Graffiti,2022-01-03 09:30:00,2022-07-03T09:30:00,Y,,",
        "2,Something else,2022-01-03T09:30:00+00:00,soon,,,",
        "3,,,,N,,",
    )
    assert errors == []
    # In winter New York is five hours behind UTC, in summer four.
    assert rows[0] == {
        "external_id": "1",
        "kind": "event",
        "category_code": "0201",
        "reported_at": "2022-01-03T09:30:00-05:00",
        "due_at": "2022-07-03T09:30:00-04:00",
        "returned_upheld": "yes",
        "reworked_times": "2",
        "filed_at": "2022-01-03T09:30:00-05:00",
        "accepted_at": "2022-01-03T09:30:00-05:00",
    }
    assert rows[1]["category_code"] == "0699", "what the values do not name falls to the default"
    assert rows[1]["reported_at"] == "2022-01-03T09:30:00+00:00", "a time with an offset keeps it"
    assert rows[1]["due_at"] == "soon", "what is no time is left for whoever names the line"
    assert (rows[2]["category_code"], rows[2]["returned_upheld"]) == ("0699", "N")
    assert told.notes() == ["default_category 0699 for 2 lines"]


def test_a_line_of_another_width_is_named(tmp_path: Path) -> None:
    rows, errors = read(tmp_path, mapping(tmp_path, WHOLE), "1,Graffiti,2022-01-03,,,,", "2,x", "3,a,b,c,d,e,f,g")
    assert len(rows) == 1
    assert [error.line for error in errors] == [3, 4]


def test_a_column_that_is_named_must_stand_in_the_header_once(tmp_path: Path) -> None:
    told = mapping(tmp_path, WHOLE)
    for header, column in (("id,type,opened,right", "target"), ("id,type,opened,target,right,id", "id")):
        with pytest.raises(Invalid) as refused:
            read(tmp_path, told, header=header)
        assert [error.field for error in refused.value.errors] == [column]


KNOWN = '[columns]\nexternal_id = "a"\nkind = "b"\ncategory_code = "c"\nreported_at = "d"\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("columns = ", "--map"),  # no TOML
        ("[colums]\n", "--map: colums"),  # a table nobody knows
        (f"{KNOWN}colour = 'e'\n", "--map: columns.colour"),  # no column of ours
        (f"{KNOWN}[constants]\nkind = 'event'\n", "--map: kind"),  # told twice
        (f"{KNOWN}[values.source]\nx = 'public'\n", "--map: values.source"),  # values of a column that is not told
        (f"timezone = 'Mars/Olympus'\n{KNOWN}", "--map: timezone"),
        (f"timezone = '../../etc/passwd'\n{KNOWN}", "--map: timezone"),
        (f"default_grid = 5\n{KNOWN}", "--map: default_grid"),
        (f"{KNOWN}address = ['e']\n", "--map: columns.address"),
        ("values = 3\n", "--map: values"),
        ('[columns]\nexternal_id = "a"\nkind = "b"\nreported_at = "d"\n', "--map: columns.category_code"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapping(tmp_path, text)
    assert field in [error.field for error in refused.value.errors]


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        read_map(tmp_path / "nowhere.toml")
