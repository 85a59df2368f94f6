"""`gridops import field-backup`: a phone's backup by the command itself, all of it or nothing, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridops.evidence.store import LocalStore
from tests.cli.test_imports_and_exports import grid_file
from tests.command import Command
from tests.evidence.pictures import picture, sha256
from tests.intake.backups import entry, head, write

FILES = (picture(seed=1), picture(seed=2))
NUMBERS = ("read", "new", "unchanged", "changed", "refused")


@pytest.fixture
def street(gridops: Command, tmp_path: Path) -> Command:
    """A street with one inspector."""
    people = tmp_path / "people.csv"
    people.write_text("username,name,unit_path,roles\nwg001,王五,街道办,inspector\n", "utf-8")
    gridops("import", "grids", grid_file(tmp_path))
    gridops("import", "people", people)
    return gridops


def kept(folder: Path) -> set[str]:
    """The contents in the store."""
    return {name for name, _ in LocalStore(folder / "data" / "evidence").files()}


def cases(gridops: Command) -> int:
    return sum(1 for line in gridops("export", "cases").out.splitlines() if not line.startswith("# ")) - 1


def test_a_backup_is_rehearsed_taken_and_taken_again(street: Command, tmp_path: Path) -> None:
    records = [entry([FILES[0]]), entry([FILES[1]]), entry()]
    file = write(tmp_path / "b.zip", head(records), FILES)
    rehearsed = street("import", "field-backup", file, "--dry-run", "--json").json
    assert [rehearsed[name] for name in NUMBERS] == [3, 3, 0, 0, 0]
    assert (cases(street), kept(tmp_path)) == (0, set())
    told = street("import", "field-backup", file, "--json").json
    assert ([told[name] for name in NUMBERS], told["errors"]) == ([3, 3, 0, 0, 0], [])
    assert (cases(street), kept(tmp_path)) == (3, {sha256(one) for one in FILES})
    again = street("import", "field-backup", file, "--json").json
    assert [again[name] for name in NUMBERS] == [3, 0, 3, 0, 0]
    assert cases(street) == 3


def test_of_a_refused_backup_nothing_stays_and_incomplete_takes_the_rest(street: Command, tmp_path: Path) -> None:
    bad = entry([FILES[1]], body={"category": "9999", "location": {"lon": -70.395, "lat": -33.495}})
    without_photo = entry([picture(seed=3)])
    file = write(tmp_path / "b.zip", head([entry([FILES[0]]), bad, without_photo]), FILES)
    refused = street("import", "field-backup", file, "--json", fine=False)
    assert refused.code == 2
    assert [refused.json[name] for name in NUMBERS] == [3, 0, 0, 0, 1]
    assert [error["column"] for error in refused.json["errors"]] == [
        "records[1].body.category",
        "records[2].attachments",
    ]
    assert [error["value"] for error in refused.json["errors"]] == [bad["id"], without_photo["id"]]
    assert (cases(street), kept(tmp_path)) == (0, set())
    told = street("import", "field-backup", file, "--incomplete", "--json")
    assert [told.json[name] for name in NUMBERS] == [3, 2, 0, 0, 1]
    assert len(told.json["notes"]) == 2
    assert (cases(street), kept(tmp_path)) == (2, {sha256(FILES[0])})
    again = street("import", "field-backup", file, "--incomplete", "--json").json
    assert [again[name] for name in NUMBERS] == [3, 0, 2, 0, 1]


def test_a_damaged_photo_or_an_unknown_person_refuses_the_backup(street: Command, tmp_path: Path) -> None:
    spoiled = write(tmp_path / "b.zip", head([entry([FILES[0]])]), more={f"files/{sha256(FILES[0])}": FILES[1]})
    unknown = write(tmp_path / "c.zip", head([entry()], username="wg777"))
    for file, column in ((spoiled, f"files/{sha256(FILES[0])}"), (unknown, "user.username"), (tmp_path, "file")):
        answer = street("import", "field-backup", file, "--json", fine=False)
        assert (answer.code, answer.json["errors"][0]["column"]) == (2, column)
    assert (cases(street), kept(tmp_path)) == (0, set())
    told = street("import", "field-backup", unknown, fine=False)
    assert (told.code, told.out) == (2, "read 0, new 0, unchanged 0, changed 0, refused 0\n")
    assert told.err == "user.username: nobody of this name in this jurisdiction\n"


def test_a_photo_that_was_lost_on_the_way_comes_by_the_backup(street: Command, tmp_path: Path) -> None:
    record = entry([FILES[0]])
    street("import", "field-backup", write(tmp_path / "a.zip", head([record])), "--incomplete")
    told = street("import", "field-backup", write(tmp_path / "b.zip", head([record]), FILES[:1]), "--json").json
    assert [told[name] for name in NUMBERS] == [1, 0, 0, 1, 0]
    assert kept(tmp_path) == {sha256(FILES[0])}
    assert cases(street) == 1


def test_with_several_roots_the_backup_goes_where_its_person_is(street: Command, tmp_path: Path) -> None:
    street("import", "grids", grid_file(tmp_path, "E1", -70.2))
    file = write(tmp_path / "b.zip", head([entry()]))
    for more, column in (((), "--jurisdiction"), (("--jurisdiction", "E1"), "user.username")):
        refused = street("import", "field-backup", file, "--json", *more, fine=False)
        assert (refused.code, refused.json["errors"][0]["column"]) == (2, column)
    assert street("import", "field-backup", file, "--json", "--jurisdiction", "W1").json["new"] == 1


def test_what_the_phone_could_not_put_in_is_named_by_the_record_that_lacks_it(street: Command, tmp_path: Path) -> None:
    whole, lacking = entry([FILES[0]]), entry([FILES[1]])
    told = {
        **head([whole, lacking]),
        "missing": [{"sha256": sha256(FILES[1]), "reason": "cannot be read on this phone"}],
    }
    file = write(tmp_path / "b.zip", told, FILES[:1])
    refused = street("import", "field-backup", file, "--json", fine=False)
    assert (refused.code, [error["value"] for error in refused.json["errors"]]) == (2, [lacking["id"]])
    taken = street("import", "field-backup", file, "--incomplete", "--json").json
    assert [taken[name] for name in NUMBERS] == [2, 2, 0, 0, 0]
    assert kept(tmp_path) == {sha256(FILES[0])}
