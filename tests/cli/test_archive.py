"""`backup` and `restore`: all rows and all evidence, on each database and from one to the other; damage is found."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, select

from gridops.core import db
from gridops.evidence.store import LocalStore
from tests.cli.test_imports_and_exports import case_file, grid_file
from tests.command import Command, command_in


def rows(url: str) -> dict[str, list[Any]]:
    """Every row of every table, as plain text: the same on both databases."""
    engine: Engine = db.open_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    found = {}
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            order = [*table.primary_key.columns]
            told = connection.execute(select(table).order_by(*order)).mappings().all()
            found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in told]
    engine.dispose()
    return found


def _plain(value: Any) -> str:
    if hasattr(value, "utcoffset") and value.utcoffset() is not None:
        value = (value - value.utcoffset()).replace(tzinfo=None)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)


def files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "evidence").glob("??/??/*")}


PHOTO = b"not a picture, and kept all the same"


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Path]:
    """A data folder with territory, cases (two of them one inside the other's tree), a photo and its archive."""
    folder = tmp_path / "first"
    gridops = command_in(folder)
    gridops("import", "grids", grid_file(tmp_path))
    gridops("import", "cases", case_file(tmp_path, {}, {"external_id": "E-2", "filed_at": "2017-03-05T09:00:00"}))
    store = LocalStore(folder / "evidence")
    store.put(hashlib.sha256(PHOTO).hexdigest(), io.BytesIO(PHOTO))
    store.put(hashlib.sha256(PHOTO).hexdigest() + ".320", io.BytesIO(b"smaller"))
    gridops("backup", tmp_path / "all.zip")
    return folder, tmp_path / "all.zip"


def test_what_names_people_is_for_its_owner_alone(saved: tuple[Path, Path]) -> None:
    assert [path.stat().st_mode & 0o077 for path in saved] == [0, 0]


def test_everything_goes_from_sqlite_to_postgresql_and_back(
    saved: tuple[Path, Path], own_postgresql: str, tmp_path: Path
) -> None:
    first, archive = saved
    there = command_in(tmp_path / "there", GRIDOPS_DATABASE_URL=own_postgresql)
    there("restore", archive)
    before = rows(f"sqlite:///{first / 'gridops.db'}")
    assert len(before["case"]) == 2
    assert len(before["category"]) > 100
    assert rows(own_postgresql) == before
    assert files(tmp_path / "there") == files(first)
    assert len(files(first)) == 2
    there("backup", tmp_path / "back.zip")
    back = command_in(tmp_path / "back")
    back("restore", tmp_path / "back.zip")
    assert rows(f"sqlite:///{tmp_path / 'back' / 'gridops.db'}") == before
    # Keys go on after those that came: what is made now overwrites nothing.
    more = case_file(tmp_path, {"external_id": "E-3"}, name="more.csv")
    assert there("import", "cases", more, "--json").json["new"] == 1


def test_a_restore_replaces_what_is_there_and_may_be_run_twice(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    gridops("import", "cases", case_file(tmp_path, {}))
    gridops("backup", tmp_path / "one.zip")
    gridops("import", "cases", case_file(tmp_path, {"external_id": "E-2"}, name="more.csv"))
    for _ in range(2):
        gridops("restore", tmp_path / "one.zip")
        told = gridops("export", "cases", "--out", tmp_path / "cases.csv")
        assert "E-1" in (tmp_path / "cases.csv").read_text("utf-8-sig")
        assert "E-2" not in (tmp_path / "cases.csv").read_text("utf-8-sig")
        assert told.code == 0
    again = gridops("import", "cases", case_file(tmp_path, {"external_id": "E-2"}, name="more.csv"), "--json")
    assert again.json["new"] == 1


def _changed(archive: Path, name: str, change: Any) -> None:
    """The archive written anew with one part changed (None: left out)."""
    copy = archive.with_suffix(".changed")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(copy, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == name:
                content = change(content)
            if content is not None:
                new.writestr(entry, content)
    copy.replace(archive)


DAMAGES: list[tuple[str, Any]] = [
    ("tables/grid.jsonl", lambda content: content[:-1]),  # a byte short
    ("tables/grid.jsonl", lambda content: None),  # a table is missing
    ("manifest.json", lambda content: content.replace(b"gridops/backup/1", b"gridops/backup/9")),  # another form
    ("manifest.json", lambda content: content[:40]),  # no manifest at all
    ("manifest.json", lambda content: json.dumps({**json.loads(content), "revision": "9999"}).encode()),  # newer
    ("manifest.json", lambda content: json.dumps({**json.loads(content), "tables": {}}).encode()),  # of nothing
]


def test_a_damaged_archive_is_refused_and_nothing_is_replaced(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    gridops("backup", tmp_path / "one.zip")
    gridops("import", "grids", grid_file(tmp_path, "W2", west=-60.0))
    for name, change in DAMAGES:
        damaged = tmp_path / "damaged.zip"
        shutil.copy(tmp_path / "one.zip", damaged)
        _changed(damaged, name, change)
        refused = gridops("restore", damaged, fine=False)
        assert (refused.code, refused.err.split(":")[0]) == (2, "file"), name
    # Bytes that cannot even be unpacked; and the evidence of another folder.
    raw = (tmp_path / "one.zip").read_bytes()
    begin = raw.index(b"tables/grid.jsonl") + len("tables/grid.jsonl") + 20
    damaged.write_bytes(raw[:begin] + b"\xff" * 4 + raw[begin + 4 :])
    assert gridops("restore", damaged, fine=False).code == 2
    shutil.copy(tmp_path / "one.zip", damaged)
    with zipfile.ZipFile(damaged, "a") as archive:
        archive.writestr("files/../../evil", b"x")
    _changed(damaged, "manifest.json", lambda content: json.dumps({**json.loads(content), "files": 1}).encode())
    assert "no name of a content" in gridops("restore", damaged, fine=False).err
    gridops("export", "grids", "--out", tmp_path / "grids.csv")
    assert "W2" in (tmp_path / "grids.csv").read_text("utf-8-sig")


def test_a_photo_that_is_not_what_its_name_says_is_found(saved: tuple[Path, Path], tmp_path: Path) -> None:
    _, archive = saved
    with zipfile.ZipFile(archive) as content:
        name = next(name for name in content.namelist() if name.startswith("files/") and "." not in name)
    _changed(archive, name, lambda content: content + b"x")
    refused = command_in(tmp_path / "there")("restore", archive, fine=False)
    assert (refused.code, "is not what its name says" in refused.err) == (2, True)
    assert (
        not (tmp_path / "there" / "gridops.db").exists() or rows(f"sqlite:///{tmp_path / 'there' / 'gridops.db'}") == {}
    )
