"""`import cases --map`: requests as a city published them give its own flags; damaged files change nothing."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from pathlib import Path

import pytest

from tests.command import Command, command_in
from tests.conftest import ROOT, shared

EXAMPLE = ROOT / "docs" / "examples" / "boston311"
MAPPED = ("--map", EXAMPLE / "mapping.toml", "--source-system", "boston311", "--json")

pytestmark = pytest.mark.acceptance


def city_file() -> Path:
    return shared("data", "incidents", "boston311-100.csv")


def exported(gridops: Command, folder: Path) -> dict[str, dict[str, str]]:
    """The cases as exported, by the number they bear there."""
    out = folder / "out.csv"
    gridops("export", "cases", "--out", out)
    rows = csv.DictReader(out.read_text("utf-8-sig").splitlines())
    return {row["external_id"]: row for row in rows if row["external_id"]}


def test_the_citys_own_flags_come_out(gridops: Command, tmp_path: Path) -> None:
    gridops("import", "grids", EXAMPLE / "territory.geojson")
    assert gridops("import", "cases", *MAPPED, "--dry-run", city_file()).json["new"] == 100
    told = [gridops("import", "cases", *MAPPED, city_file()).json for _ in range(2)]
    assert [(one["read"], one["new"], one["unchanged"]) for one in told] == [(100, 100, 0), (100, 0, 100)]
    ours = exported(gridops, tmp_path)
    with city_file().open(newline="") as file:
        theirs = {row["case_enquiry_id"]: row for row in csv.DictReader(file)}
    assert ours.keys() == theirs.keys()
    flags: dict[tuple[bool, bool], set[str]] = {}
    for name, their in theirs.items():
        target, closed = bool(their["target_dt"]), bool(their["closed_dt"])
        flags.setdefault((target, closed), set()).add(name)
        if target and closed:
            assert ours[name]["on_time"] == ("yes" if their["ontime"] == "ONTIME" else "no"), name
        else:
            assert ours[name]["on_time"] == ""
        assert ours[name]["overdue"] == ("yes" if target and not closed else "no"), name
        assert bool(ours[name]["due_at"]) is target
    assert len(flags[True, True]) == 77
    assert len(flags[True, False]) == 12
    assert len(flags[False, True]) + len(flags[False, False]) == 11


def test_the_bulletin_counts_them(tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data")
    gridops("import", "grids", EXAMPLE / "territory.geojson")
    gridops("import", "cases", *MAPPED, city_file())
    gridops("bulletin", "build", "--jurisdiction", "BOSTON", "--period", "2022", "--out", tmp_path, "--inline")
    figures = json.loads((tmp_path / "bulletin.json").read_text("utf-8"))["figures"]
    wanted = {"filed": 100, "closed": 77, "closed_on_time": 72, "overdue_open": 12, "no_deadline": 11}
    assert {name: figures[f"cases.{name}"]["value"] for name in wanted} == wanted


def test_of_a_damaged_file_every_bad_line_is_named_and_nothing_comes_in(tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data")
    gridops("import", "grids", EXAMPLE / "territory.geojson")
    header, *lines = city_file().read_text("utf-8").splitlines()
    bad = {
        3: lines[1].replace("2022-01-19 11:18:00", "2022-13-19 11:18:00"),  # no such month
        4: lines[2].replace("42.2884", "latitude"),
        5: lines[3].replace("2022-01-09 06:43:06", "2021-12-31 06:43:06"),  # closed before it was reported
        6: lines[4].replace("101004154423", ""),
        7: lines[5] + ",one more",
        8: ",".join(lines[6].split(",")[:9]),
        9: lines[7].replace("Citizens Connect App", "Telegram").replace("City Worker App", "Telegram"),
        10: lines[0],  # the first once more
        11: lines[9].replace("2022-01-01 01:56:00", f"{'9' * 500}-01-01"),
        12: re.sub(r"(42\.\d+),(-71\.\d+)", r"\2,\1", lines[10]),  # the default grid is for places not known
    }
    damaged = tmp_path / "damaged.csv.gz"
    whole = [header, *(bad.get(number, line) for number, line in enumerate(lines, start=2))]
    damaged.write_bytes(gzip.compress("\r\n".join(whole).encode()))
    for more in ((), ("--dry-run",)):
        refused = gridops("import", "cases", *MAPPED, *more, damaged, fine=False)
        assert refused.code == 2
        assert sorted({error["line"] for error in refused.json["errors"]}) == list(bad)
        assert (refused.json["new"], refused.json["refused"]) == (0, len(bad))
    assert exported(gridops, tmp_path) == {}
    assert gridops("import", "cases", *MAPPED, city_file()).json["new"] == 100


def test_a_file_that_says_the_same_twice_and_in_another_order_doubles_nothing(tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data")
    gridops("import", "grids", EXAMPLE / "territory.geojson")
    gridops("import", "cases", *MAPPED, city_file())
    header, *lines = city_file().read_text("utf-8").splitlines()
    shuffled = random.Random(7).sample(lines, len(lines))
    other = tmp_path / "other.csv"
    other.write_text("\n".join([header, *shuffled, ""]), "utf-8-sig")
    assert gridops("import", "cases", *MAPPED, other).json["unchanged"] == 100
    other.write_text("\n".join([header, *shuffled, *shuffled[:3]]), "utf-8")
    refused = gridops("import", "cases", *MAPPED, other, fine=False)
    assert [error["line"] for error in refused.json["errors"]] == [102, 103, 104]
    later = [shuffled[0].replace(",ONTIME,", ",ONTIME,", 1), *shuffled[1:]]
    later[5] = later[5].replace("MA", "Massachusetts")
    other.write_text("\n".join([header, *later]), "utf-8")
    told = gridops("import", "cases", *MAPPED, other).json
    assert (told["unchanged"], told["changed"]) == (99, 1)
    assert len(exported(gridops, tmp_path)) == 100


def test_what_is_wrong_with_the_mapping_is_answered_in_its_form(tmp_path: Path) -> None:
    gridops = command_in(tmp_path / "data")
    gridops("import", "grids", EXAMPLE / "territory.geojson")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text((EXAMPLE / "mapping.toml").read_text("utf-8").replace("target_dt", "deadline"), "utf-8")
    refused = gridops("import", "cases", "--map", mapping, "--json", city_file(), fine=False)
    assert refused.code == 2
    assert [error["column"] for error in refused.json["errors"]] == ["deadline"]
