"""Files of lines and tables for others by the command itself: where they go, in which form, who reads persons."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.test_imports_and_exports import grid_file
from tests.command import Command, command_in

PREMISES = """external_id,credit_code,name,kind,lon,lat,grid_code,responsible,risk,note
P1,91320411MA1M8X9T4U,甲化工有限公司,enterprise,-70.395,-33.495,,赵六,high,x
P2,,=乙五金店,shop,,,W1,,low,
"""


@pytest.fixture
def gridops(tmp_path: Path) -> Command:
    run = command_in(tmp_path / "data")
    run("import", "grids", grid_file(tmp_path))
    return run


def premises_file(folder: Path) -> Path:
    path = folder / "premises.csv"
    path.write_text(PREMISES, "utf-8-sig")
    return path


def test_a_rehearsal_keeps_nothing_and_persons_stand_in_clear_only_for_someone_by_name(
    gridops: Command, tmp_path: Path
) -> None:
    file = premises_file(tmp_path)
    told = [gridops("import", "premises", file, "--json", *more).json for more in (("--dry-run",), (), ())]
    assert [(one["new"], one["unchanged"]) for one in told] == [(2, 0), (2, 0), (0, 2)]
    people = tmp_path / "people.csv"
    people.write_text("username,name,unit_path,roles\nreader,钱八,街道办,leader\n", "utf-8")
    gridops("import", "people", people)
    masked = gridops("export", "premises").out
    assert "赵*" in masked
    assert "'=乙五金店" in masked
    refused = gridops("export", "premises", "--clear-as", "nobody", fine=False)
    assert (refused.code, refused.out) == (2, "")
    clear = gridops("export", "premises", "--clear-as", "reader").out
    assert "赵六" in clear
    assert "persons masked" not in clear


def test_the_same_rows_as_a_workbook_and_as_places(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "premises", premises_file(tmp_path))
    book, places = tmp_path / "out.xlsx", tmp_path / "out.geojson"
    assert gridops("export", "premises", "--format", "xlsx", fine=False).code == 2, "a workbook needs a file"
    gridops("export", "premises", "--format", "xlsx", "--out", book)
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "91320411MA1M8X9T4U" in sheet
    assert "# rows 2; premises" in sheet
    gridops("export", "premises", "--format", "geojson", "--out", places)
    told = json.loads(places.read_text("utf-8"))
    assert told["rows"] == 2
    assert [feature["geometry"] and feature["geometry"]["coordinates"] for feature in told["features"]] == [
        [-70.395, -33.495],
        None,
    ]
    gridops("export", "grids", "--format", "geojson", "--out", places)
    assert json.loads(places.read_text("utf-8"))["features"][0]["properties"]["code"] == "W1"


def test_with_several_roots_a_file_says_into_which_it_goes(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path, "E1", -70.2))
    file = tmp_path / "operations.csv"
    file.write_text("external_id,campaign_code,started_at\nO1,ZX1,2017-03-06T09:00:00\n", "utf-8")
    refused = gridops("import", "operations", file, "--json", fine=False)
    assert [error["column"] for error in refused.json["errors"]] == ["--jurisdiction"]
    for code in ("W1", "E1"):
        assert gridops("import", "operations", file, "--jurisdiction", code, "--json").json["new"] == 1
    assert len(gridops("export", "outings", "--jurisdiction", "E1").out.splitlines()) == 3
    assert gridops("export", "outings", fine=False).code == 2
