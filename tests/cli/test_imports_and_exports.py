"""`import` and `export` as commands: what is refused says so in its form, and an export can be read again."""

from __future__ import annotations

import csv
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridops.core import db
from tests.command import Command, command_in
from tests.factories import make_grid, square

HEADER = (
    "external_id", "kind", "category_code", "grid_code", "reported_at", "filed_at", "dispatched_at", "unit_code", "lon",
    "lat", "address", "description", "returned_at", "returned_upheld", "reworked_at", "reworked_times",
    "due_first_at", "due_at",
)  # fmt: skip
ROW = dict.fromkeys(HEADER, "") | {
    "external_id": "E-1",
    "kind": "event",
    "category_code": "0110",
    "grid_code": "W1",
    "reported_at": "2017-03-05T08:40:00+08:00",
}


def grid_file(folder: Path, code: str = "W1", west: float = -70.4) -> Path:
    """A territory of one root, in the south-west of the world."""
    properties = {"code": code, "name": code, "level": "street"}
    feature = {"type": "Feature", "properties": properties, "geometry": json.loads(square(west, -33.5))}
    path = folder / f"{code}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def case_file(folder: Path, *rows: dict[str, str], name: str = "cases.csv") -> Path:
    """A file of cases, each told by what differs from ROW."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)
    return path


def test_an_export_can_be_read_again(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    told = case_file(
        tmp_path,
        {"grid_code": "", "lon": "-70.395", "lat": "-33.495", "address": "=1+1", "description": "+86 10, @home"},
        {
            "external_id": "# 2",
            "filed_at": "2017-03-05T09:00:00",
            "dispatched_at": "2017-03-05T09:10:00",
            "unit_code": "CG",
            "returned_at": "2017-03-06T10:00:00",
            "returned_upheld": "no",
            "reworked_at": "2017-03-07T10:00:00",
            "reworked_times": "2",
            "due_first_at": "2017-03-08T09:00:00",
            "due_at": "2017-03-10T09:00:00",
        },
    )
    assert gridops("import", "cases", told, "--create-units", "--json").json["new"] == 2
    first, again = tmp_path / "first.csv", tmp_path / "again.csv"
    gridops("export", "cases", "--out", first)
    lines = first.read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert ",-70.395,-33.495,wgs84," in lines[1]
    assert ",'=1+1," in lines[1]
    answer = gridops("import", "cases", first, "--source-system", "copy", "--json").json
    assert (answer["read"], answer["new"], answer["errors"]) == (2, 2, [])
    gridops("export", "cases", "--out", again)
    rows = list(csv.DictReader(again.read_text("utf-8-sig").splitlines()))
    apart = [{name: text for name, text in row.items() if name != "number"} for row in rows[:4]]
    assert apart[:2] == apart[2:]
    assert (apart[1]["external_id"], apart[1]["returned_upheld"], apart[1]["reworked_times"]) == ("# 2", "no", "2")
    assert (apart[1]["due_first_at"], apart[1]["due_at"]) == ("2017-03-08T09:00:00+08:00", "2017-03-10T09:00:00+08:00")


def test_a_source_system_has_a_name(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    for name in ("", "x" * 41, "a\tb"):
        refused = gridops("import", "cases", case_file(tmp_path, {}), "--source-system", name, "--json", fine=False)
        assert refused.code == 2
        assert refused.json["errors"][0]["column"] == "--source-system"
    assert gridops("import", "cases", case_file(tmp_path, {}), "--json").json["new"] == 1


def test_a_line_that_is_no_csv_is_named_and_nothing_is_taken_in(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    file = case_file(tmp_path, {})
    file.write_text(file.read_text("utf-8") + '"E-2"x,event\n', "utf-8")
    refused = gridops("import", "cases", file, "--json", fine=False)
    assert refused.code == 2
    assert [error["line"] for error in refused.json["errors"]] == [3]
    assert gridops("import", "cases", case_file(tmp_path, {}), "--json").json["new"] == 1


def test_two_imports_at_once_take_each_case_once(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    file = case_file(tmp_path, *({"external_id": f"E-{n}"} for n in range(300)))
    with ThreadPoolExecutor(2) as both:
        told = [both.submit(gridops, "import", "cases", file, "--json", fine=False) for _ in range(2)]
    answers = [each.result() for each in told]
    assert [answer.code for answer in answers] == [0, 0], answers
    assert sorted((a.json["new"], a.json["unchanged"]) for a in answers) == [(0, 300), (300, 0)]


def test_an_export_that_cannot_be_written_says_so(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", grid_file(tmp_path))
    for what in ("grids", "cases"):
        refused = gridops("export", what, "--out", tmp_path / "nowhere" / "out.csv", fine=False)
        assert (refused.code, refused.err.strip()) == (2, "--out: cannot be written: No such file or directory")


def test_of_two_territories_at_once_the_later_is_refused_in_its_form(own_postgresql: str, tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data", GRIDOPS_DATABASE_URL=own_postgresql)
    gridops("init")
    engine = db.open_engine(own_postgresql)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with Session(engine) as other, engine.connect() as beside, ThreadPoolExecutor(1) as later:
        make_grid(other, "W1")
        told = later.submit(gridops, "import", "grids", grid_file(tmp_path), "--json", fine=False)
        while not told.done() and not beside.execute(waiting).scalar_one():
            beside.rollback()
            time.sleep(0.1)
        other.commit()
    engine.dispose()
    assert told.result().code == 2, told.result()
    assert [error["reason"] for error in told.result().json["errors"]] == [
        "another import wrote the same grids at this moment: run it again"
    ]


def test_postgresql_knows_how_large_a_table_is_that_an_import_has_grown(own_postgresql: str, tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data", GRIDOPS_DATABASE_URL=own_postgresql)
    gridops("init")
    gridops("import", "grids", grid_file(tmp_path))
    gridops("import", "cases", case_file(tmp_path, {}, {"external_id": "E-2"}))
    engine = db.open_engine(own_postgresql)
    with engine.connect() as connection:
        seen = connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'case'"))
    engine.dispose()
    assert seen == 2
