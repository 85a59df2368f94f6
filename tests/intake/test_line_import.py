"""The machine for files of lines, on both databases: every bad line named, all or nothing, twice without doubling."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.fields import Reader, text, whole
from gridops.core.outside import Told
from gridops.intake import line_import
from gridops.intake.files import Counts, RowError
from gridops.intake.line_import import Kind
from gridops.intake.line_kinds import KINDS
from tests.factories import make_grid, make_unit

GOOD = "external_id,size,note\n1,5,said\n2,7,\n"


def line(cells: Mapping[str, str]) -> tuple[str, int]:
    read = Reader(cells)
    found = read("external_id", text(10), required=True), read("size", whole(0, 100), required=True)
    read.done(others=True)
    return found


def take(_session: Session, _root_id: int, source_system: str, lines: Sequence[tuple[int, tuple[str, int]]]) -> Told:
    told = Told(new=len(lines))
    for number, (_key, size) in lines:
        if size == 13:
            told.refuse(number, "size", size, f"{source_system} has no such size")
    return told


KIND = Kind("things", "Take in things", ("external_id", "size"), ("external_id",), line, take)


@pytest.fixture
def taken(session: Session, tmp_path: Path) -> Callable[..., Counts]:
    root = make_grid(session)

    def run(content: str | bytes, kind: Kind = KIND) -> Counts:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return line_import.run(session, kind, root.id, "theirs", path)

    return run


def numbers(counts: Counts) -> tuple[int, ...]:
    return counts.read, counts.new, counts.unchanged, counts.changed, counts.refused


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.encode("utf-8-sig"),  # as Excel writes UTF-8
        GOOD.replace("said", "备注").encode("gb18030"),  # as older Chinese spreadsheets write
        gzip.compress(GOOD.encode()),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("said", '"a ""quoted"" line\nand another"'),
        GOOD + "\n\n# rows 2; an export of ours,,\n",
    ],
    ids=["plain", "mark", "gb18030", "gzip", "windows", "quoted", "exported"],
)
def test_files_as_they_come(taken: Callable[..., Counts], content: Any) -> None:
    assert numbers(taken(content)) == (2, 2, 0, 0, 0)


def test_every_bad_line_is_named_also_those_that_the_room_refuses(taken: Callable[..., Counts]) -> None:
    counts = taken(
        "external_id,size\n"
        "1,5\n"  # good
        "2,large\n"  # cannot be read
        "3,13\n"  # the room refuses it
        ",4\n"  # has no name
        "1,6\n"  # bears the name of the first
        "4,5,6\n"  # a cell too many
        f"5,{'9' * 5000}\n"  # a numeral nobody should compute
    )
    assert [(error.line, error.column) for error in counts.errors] == [
        (3, "size"),
        (4, "size"),
        (5, "external_id"),
        (6, "external_id"),
        (7, ""),
        (8, "size"),
    ]
    assert counts.errors[1] == RowError(4, "size", "13", "theirs has no such size")
    assert counts.errors[3].reason == "stands already in line 2"
    assert len(counts.errors[5].value) == line_import.LONGEST_VALUE
    assert (counts.read, counts.refused) == (7, 6)


def test_two_columns_may_name_a_line_together(taken: Callable[..., Counts]) -> None:
    by_both = replace(KIND, key=("external_id", "size"))
    counts = taken("external_id,size\n1,5\n1,6\n1,5\n", by_both)
    assert [(error.line, error.reason) for error in counts.errors] == [(4, "stands already in line 2")]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("size\n5\n", "external_id"),
        ("external_id,colour\n1,red\n", "colour"),
        ("external_id,external_id\n1,2\n", "external_id"),
        ("", "file"),
        (b"external_id\n\x00\n", "file"),
    ],
    ids=["key missing", "unknown column", "column twice", "empty", "binary"],
)
def test_what_is_no_such_table_is_refused_as_a_whole(taken: Callable[..., Counts], content: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        taken(content)
    assert field in [error.field for error in refused.value.errors]


def test_people_come_in_by_the_same_machine(session: Session, tmp_path: Path) -> None:
    root = make_grid(session)
    unit = make_unit(session, root)
    (kind,) = (kind for kind in KINDS if kind.name == "people")
    path = tmp_path / "people.csv"
    path.write_text(f"username,name,unit_code,note\nwang,王五,{unit.code},x\nli,李四,{unit.code},\n", "utf-8")
    first, again = (line_import.run(session, kind, root.id, "", path) for _ in range(2))
    assert (numbers(first), numbers(again)) == ((2, 2, 0, 0, 0), (2, 0, 2, 0, 0))
    path.write_text("username,name,unit_code\nwang,王五,nowhere\nWang,王六,nowhere\n", "utf-8")
    refused = line_import.run(session, kind, root.id, "", path)
    assert [(error.line, error.column) for error in refused.errors] == [
        (2, "unit_code"),
        (3, "username"),
        (3, "unit_code"),
    ]


def test_every_kind_names_its_columns_once() -> None:
    for kind in KINDS:
        assert len(set(kind.columns)) == len(kind.columns)
        assert set(kind.required) <= set(kind.columns)
        assert set(kind.key) <= set(kind.columns)
