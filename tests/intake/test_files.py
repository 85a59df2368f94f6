"""Tables of others are read line by line; what is no row of them is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridops.core.errors import Invalid
from gridops.core.tables_out import safe_cell, unguarded
from gridops.intake import files
from gridops.intake.files import Line, RowError, Table

KNOWN = ("key", "text", "more")


def read(tmp_path: Path, content: str) -> tuple[list[Line], list[RowError]]:
    """The lines and errors of a file with these contents."""
    path = tmp_path / "table.csv"
    path.write_text(content, "utf-8", newline="")
    table = Table(path, KNOWN, ("key",))
    return list(table), table.errors


def keys(lines: list[Line]) -> list[str]:
    return [line.cells["key"] for line in lines]


def test_only_the_last_line_of_an_export_is_skipped(tmp_path: Path) -> None:
    lines, errors = read(tmp_path, 'key,text\n# one,a\n# rows 7; mine,b\nz,c\n"# rows 3; cases, all"\n\n')
    assert keys(lines) == ["# one", "# rows 7; mine", "z"]
    assert [line.number for line in lines] == [2, 3, 4]
    assert errors == []


def test_a_last_line_that_only_begins_like_a_comment_is_a_row(tmp_path: Path) -> None:
    assert keys(read(tmp_path, "key,text\na,b\n# rows of trees,c\n")[0]) == ["a", "# rows of trees"]


def test_a_row_of_another_width_is_refused_by_its_line(tmp_path: Path) -> None:
    lines, errors = read(tmp_path, "key,text,more\na,b,c\nd,e\nf,g,h,i\n")
    assert keys(lines) == ["a"]
    assert errors == [
        RowError(3, "", "d", "fewer cells than the header's 3"),
        RowError(4, "", "i", "more cells than the header's 3"),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('key,text\na,b\n"c"d,e\nf,g\n', 3),
        ('key,text\na,"b\n', 2),
        (f"key,text\na,b\nc,{'x' * (files.MAX_CELL + 1)}\n", 3),
        ('"key"x,text\n', 1),
        ('key,text\na,"b\nc,d\ne,"f"\ng,h\n', 2),  # the row that does not end begins there
    ],
)
def test_what_is_no_csv_names_its_line(tmp_path: Path, content: str, line: int) -> None:
    _, errors = read(tmp_path, content)
    assert [error.line for error in errors] == [line]
    assert errors[0].reason.startswith("not CSV: ")


@pytest.mark.parametrize("cell", ["x" * 3000, '"\n"', "x,"])
def test_a_row_without_end_is_not_gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str) -> None:
    monkeypatch.setattr(files, "MAX_ROW", 2000)
    _, errors = read(tmp_path, f"key,text\na,b\nc,{cell * 1000}\n")
    assert [error.reason.partition(" characters")[0] for error in errors] == ["not CSV: a row longer than 2000"]


def test_a_nul_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="line 2 contains NUL"):
        read(tmp_path, "key,text\na,\x00\n")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-", "@me", "'=1", "''-2", "'plain", "plain", ""])
def test_a_guarded_cell_is_read_as_what_it_was(tmp_path: Path, text: str) -> None:
    assert unguarded(safe_cell(text)) == text
    assert read(tmp_path, f"key,text\na,{safe_cell(text)}\n")[0][0].cells["text"] == text


def test_a_number_is_no_formula() -> None:
    assert safe_cell(-7.5) == -7.5
