"""The life of a bulletin by the command, without a worker: papers are made at the next build, and stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Command
from tests.conftest import shared

pytestmark = pytest.mark.acceptance
WHERE = ("--jurisdiction", "329900003", "--period", "2017-03")
LATE = (
    "external_id,kind,category_code,source,grid_code,reported_at,filed_at\n"
    "E-99,event,0110,inspector,329900003001,2017-03-20T08:40:00+08:00,2017-03-20T09:00:00+08:00\n"
)


@pytest.fixture
def street(gridops: Command, tmp_path: Path) -> Command:
    """The street of the edges, with an editor and an approver."""
    folder = shared("acceptance", "edges")
    people = tmp_path / "people.csv"
    people.write_text(
        "username,name,unit_code,unit_path,roles\n"
        "wang,王编,DC,督查科,editor@329900003\n"
        "li,李签,DC,督查科,approver@329900003\n",
        "utf-8",
    )
    gridops("import", "grids", folder / "grids.geojson")
    gridops("import", "cases", folder / "cases.csv", "--create-units")
    gridops("import", "people", people)
    return gridops


def _files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_an_issued_paper_is_made_at_the_next_build_and_never_changes(street: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "no bulletin" in street("bulletin", "freeze", *WHERE, "--as", "wang", fine=False).err
    street("bulletin", "build", *WHERE, "--out", out, "--inline")
    draft = _files(out)
    for step, who in (("freeze", "wang"), ("review", "wang"), ("approve", "li"), ("issue", "wang")):
        street("bulletin", step, *WHERE, "--as", who)
    assert _files(out) == draft  # nothing has been built yet
    street("bulletin", "build", *WHERE, "--out", out, "--inline")
    issued = _files(out)
    told = json.loads(issued["bulletin.json"])
    assert (told["status"], told["issue_no"]) == ("issued", 1)
    late = tmp_path / "late.csv"
    late.write_text(LATE, "utf-8")
    street("import", "cases", late)
    for folder in (out, tmp_path / "again"):
        street("bulletin", "build", *WHERE, "--out", folder, "--inline")
        assert _files(folder) == issued
    assert street("bulletin", "verify", *WHERE).code == 0


def test_who_edited_does_not_approve_and_a_step_out_of_turn_is_refused(street: Command, tmp_path: Path) -> None:
    street("bulletin", "build", *WHERE, "--out", tmp_path / "out", "--inline")
    for step, who in (("issue", "wang"), ("review", "wang"), ("freeze", "li"), ("freeze", "nobody")):
        assert street("bulletin", step, *WHERE, "--as", who, fine=False).code == 2, step
    street("bulletin", "freeze", *WHERE, "--as", "wang")
    street("bulletin", "review", *WHERE, "--as", "wang")
    assert street("bulletin", "approve", *WHERE, "--as", "wang", fine=False).code == 2
