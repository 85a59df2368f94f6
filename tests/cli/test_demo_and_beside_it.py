"""The demo street is whole, loads once, and published bulletins built beside it count the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridops.core import db
from tests.cli.test_acceptance import FOLDERS, build, differences
from tests.command import Command, command_in
from tests.conftest import shared
from tests.demo import copy_database, copy_folder

MONTHS = [f"2017-{month:02d}" for month in range(1, 12)]
ROLES = {
    "inspector", "officer", "intake_clerk", "shift_leader", "dispatcher", "handler", "editor", "approver",
    "supervision_officer", "leader", "admin", "auditor",
}  # fmt: skip


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path) -> Command:
    """The command on a copy of the demo."""
    return command_in(copy_folder(demo_folder, tmp_path / "data"))


@pytest.fixture(params=["sqlite", "postgresql"])
def beside(request: pytest.FixtureRequest, demo_folder: Path, tmp_path: Path) -> Command:
    """The command on a copy of the demo, on each database."""
    folder = copy_folder(demo_folder, tmp_path / "data")
    if request.param == "sqlite":
        return command_in(folder)
    url = request.getfixturevalue("own_postgresql")
    source, target = db.open_engine(f"sqlite:///{folder / 'gridops.db'}"), db.open_engine(url)
    copy_database(source, target)
    source.dispose()
    target.dispose()
    return command_in(folder, GRIDOPS_DATABASE_URL=url)


@pytest.mark.acceptance
def test_published_bulletins_count_the_same_beside_the_demo(beside: Command, tmp_path: Path) -> None:
    for name in FOLDERS:
        folder, out = shared("acceptance", name), tmp_path / name
        build(beside, folder, out)
        compared, wrong = differences(folder, out)
        assert compared > 20
        assert wrong == []


def test_the_demo_has_a_person_for_each_role_and_one_supervisor_for_three(demo: Command) -> None:
    people = demo("demo", "--sign-ins").json
    assert {person["role"] for person in people} == ROLES
    assert len({person["username"] for person in people if person["role"] == "inspector"}) == 60
    supervisor = {p["username"]: set() for p in people if p["role"] == "dispatcher"}
    for person in people:
        if person["username"] in supervisor:
            supervisor[person["username"]].add(person["role"])
    assert {"intake_clerk", "shift_leader", "dispatcher"} in supervisor.values()


def test_the_demo_loaded_again_changes_nothing(demo: Command, tmp_path: Path) -> None:
    before = demo("export", "cases", "--jurisdiction", "320411003").out
    demo("demo")
    assert demo("export", "cases", "--jurisdiction", "320411003").out == before


def test_eleven_monthlies_are_issued_with_their_numbers_and_recount(demo: Command, tmp_path: Path) -> None:
    for number, month in enumerate(MONTHS, 1):
        if month in {"2017-03", "2017-11"}:
            where = ("--jurisdiction", "320411003", "--period", month)
            demo("bulletin", "build", *where, "--out", tmp_path / month)
            told = json.loads((tmp_path / month / "bulletin.json").read_text("utf-8"))
            assert (told["status"], told["issue_no"], told["total_no"]) == ("issued", number, number)
            assert told["as_of"].startswith("2017-")
            assert told["figures"]["grids.count"]["value"] == 60
            assert told["figures"]["grids.coverage"]["value"] == "100.00"
            assert demo("bulletin", "verify", *where).code == 0


def test_the_territory_of_the_demo_can_be_exported(demo: Command) -> None:
    lines = demo("export", "grids", "--jurisdiction", "320411003").out.splitlines()
    assert sum(1 for line in lines if ",grid," in line) == 60
    assert lines[-1].startswith("# rows 68")
