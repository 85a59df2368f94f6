"""Published bulletins, imported and built by the command, agree in every figure with what was printed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tests.command import Command
from tests.conftest import shared

FOLDERS = ("tianmen-2016-12", "zhengzhou-2019-w15", "edges")

pytestmark = pytest.mark.acceptance


def build(gridops: Command, folder: Path, out: Path) -> None:
    """The three commands of acceptance/README.md."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    cases = next(folder.glob("cases.csv*"))
    gridops("import", "grids", folder / "grids.geojson")
    gridops("import", "cases", cases, "--create-units")
    where = ("--jurisdiction", expected["jurisdiction"], "--period", expected["period"])
    gridops("bulletin", "build", *where, "--out", out, "--inline")


def differences(folder: Path, out: Path) -> tuple[int, list[str]]:
    """How many figures were compared, and those that differ, by the judge that lies beside the folders."""
    found = importlib.util.spec_from_file_location("compare", shared("acceptance", "compare.py"))
    assert found is not None
    assert found.loader is not None
    judge = importlib.util.module_from_spec(found)
    found.loader.exec_module(judge)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    built = json.loads((out / "bulletin.json").read_text("utf-8"))
    compared = list(judge.differences(expected, built))
    wrong = [f"{name}: {got!r} instead of {wanted!r}" for name, got, wanted in compared if str(got) != str(wanted)]
    return len(compared), wrong


@pytest.mark.parametrize("name", FOLDERS)
def test_a_published_bulletin_is_counted_to_the_printed_digit(gridops: Command, name: str, tmp_path: Path) -> None:
    folder = shared("acceptance", name)
    build(gridops, folder, tmp_path / "out")
    compared, wrong = differences(folder, tmp_path / "out")
    assert compared > 20
    assert wrong == []
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".html", ".pdf", ".docx"}


def test_an_import_run_twice_doubles_nothing(gridops: Command) -> None:
    folder = shared("acceptance", "edges")
    gridops("import", "grids", folder / "grids.geojson")
    assert gridops("import", "grids", folder / "grids.geojson", "--json").json["unchanged"] == 3
    first = gridops("import", "cases", folder / "cases.csv", "--create-units", "--json").json
    again = gridops("import", "cases", folder / "cases.csv", "--create-units", "--json").json
    assert (first["read"], first["new"]) == (40, 40)
    assert (again["read"], again["new"], again["unchanged"], again["changed"]) == (40, 0, 40, 0)


def test_a_rehearsal_changes_nothing(gridops: Command) -> None:
    folder = shared("acceptance", "edges")
    gridops("import", "grids", folder / "grids.geojson", "--dry-run")
    refused = gridops("import", "cases", folder / "cases.csv", "--create-units", "--json", fine=False)
    assert refused.code == 2
    gridops("import", "grids", folder / "grids.geojson")
    assert gridops("import", "cases", folder / "cases.csv", "--create-units", "--dry-run", "--json").json["new"] == 40
    assert gridops("import", "cases", folder / "cases.csv", "--create-units", "--json").json["new"] == 40
