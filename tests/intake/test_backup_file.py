"""A backup is a hostile file until it has been read through."""

from __future__ import annotations

import json
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from gridops.core.errors import Invalid
from gridops.evidence.rules.types import Limits
from gridops.intake import backup_file
from tests.conftest import ROOT, missing
from tests.evidence.pictures import picture, sha256
from tests.intake.backups import CAPTURED, entry, head, write

LIMITS = Limits(200_000, 1_000_000)
PICTURE = picture(seed=1)


def refusal(path: Path) -> list[tuple[str, str]]:
    """Field and reason of everything for which a file is refused as a whole."""
    with pytest.raises(Invalid) as refused:
        backup_file.read(path, LIMITS)
    return [(error.field, error.reason) for error in refused.value.errors]


def test_a_sound_backup_is_read_with_its_contents(tmp_path: Path) -> None:
    record = entry([PICTURE])
    backup = backup_file.read(write(tmp_path / "b.zip", head([record]), [PICTURE]), LIMITS)
    assert [one.id for one in backup.records] == [record["id"]]
    assert set(backup.records[0].content) == {"type", "captured_at", "body", "device", "attachments"}
    assert backup.arrivals[sha256(PICTURE)].size == len(PICTURE)
    assert backup.unsound == []
    with backup.opened(sha256(PICTURE)) as content:
        assert content.read() == PICTURE


def test_what_the_phone_writes_is_read(tmp_path: Path) -> None:
    script = tmp_path / "write.mjs"
    told, path = json.dumps(head([entry([PICTURE])])), tmp_path / "phone.zip"
    (tmp_path / "picture").write_bytes(PICTURE)
    script.write_text(
        f"""import {{ readFileSync, writeFileSync }} from "node:fs";
        import {{ zip }} from {json.dumps((ROOT / "static/field/lib/zip.js").as_uri())};
        const made = await zip([["backup.json", new Blob([{json.dumps(told)}])],
            ["files/{sha256(PICTURE)}", new Blob([readFileSync({json.dumps(str(tmp_path / "picture"))})])]]);
        writeFileSync({json.dumps(str(path))}, Buffer.from(await made.arrayBuffer()));""",
        "utf-8",
    )
    try:
        subprocess.run(["node", script], check=True, timeout=60)
    except FileNotFoundError:
        missing("no node")
    assert sha256(PICTURE) in backup_file.read(path, LIMITS).arrivals


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "files/../x",
        "files/",
        "files/" + "A" * 64,
        f"files/{'a' * 64}.320",
        f"files\\{'a' * 64}",
        f"x/files/{'a' * 64}",
        "a\x1b[31m",
    ],
)
def test_an_entry_of_another_name_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (found,) = refusal(write(tmp_path / "b.zip", head([]), more={name: b"x"}))
    assert found[0].isprintable()
    assert found[1].startswith("no entry of a backup")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    for content in (b"", b"PK", b"\x00" * 5000, json.dumps(head([])).encode()):
        path.write_bytes(content)
        assert refusal(path)[0][0] == "file"
    assert refusal(tmp_path)[0][0] == "file"
    assert refusal(tmp_path / "nothing.zip")[0][0] == "file"


def test_a_file_cut_off_in_its_middle_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.zip", head([entry([PICTURE])]), [PICTURE])
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(path)[0][0] == "file"


def test_a_compressed_entry_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("backup.json", b" " * 30_000_000)
    assert refusal(path) == [("backup.json", "compressed: a phone writes without compression")]


def test_entries_that_lie_upon_each_other_are_refused(tmp_path: Path) -> None:
    files = [picture(seed=seed) for seed in range(5)]
    path = write(tmp_path / "b.zip", head([entry(files)]), files)
    raw = bytearray(path.read_bytes())
    # In the directory every entry is said to be as large as the whole file, all at the same place.
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<II", raw, at + 20, len(raw) - 200, len(raw) - 200)
        struct.pack_into("<I", raw, at + 42, 0)
        at = raw.find(b"PK\x01\x02", at + 4)
    path.write_bytes(raw)
    assert refusal(path) == [("file", "its entries lie upon each other")]


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.zip", head([]))
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(signature) + flags] |= 1
    path.write_bytes(raw)
    assert refusal(path)[0][0] == "backup.json"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (b"{", "backup.json"),
        (b"\xff\xfe", "backup.json"),
        (b"[" * 100_000, "backup.json"),
        (b"[]", "schema"),
        (b'{"schema": "gridops/field-backup/2"}', "schema"),
        (b'{"schema": "gridops/field-backup/1", "schema": "gridops/field-backup/1"}', "backup.json"),
        ({**head([]), "made_at": "yesterday"}, "made_at"),
        ({**head([]), "made_at": None}, "made_at"),
        ({**head([]), "user": None}, "user.username"),
        ({**head([]), "user": {"username": ""}}, "user.username"),
        ({**head([]), "records": {}}, "records"),
        (head([None]), "records[0].id"),
        (head([entry(record_id="x")]), "records[0].id"),
        (head([entry(record_id="019CAE00-0000-7000-8000-00000000000A")]), "records[0].id"),
        (head([entry(body={"words": "x" * 1_100_000})]), "records[0]"),
    ],
)
def test_a_head_that_is_none_is_refused_by_its_field(tmp_path: Path, told: object, field: str) -> None:
    assert [name for name, _ in refusal(write(tmp_path / "b.zip", told))] == [field]


def test_json_nested_too_deep_is_named_where_it_goes_too_deep(tmp_path: Path) -> None:
    deep: object = 1
    for _ in range(40):
        deep = {"a": deep}
    (found,) = refusal(write(tmp_path / "b.zip", head([entry(body=deep)])))
    assert found[0].startswith("records[0].body.a.a")
    assert "deeper" in found[1]


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    record = entry()
    assert refusal(write(tmp_path / "b.zip", head([record, record]))) == [("records[1].id", "the same as records[0]")]
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "c.zip", head([entry([PICTURE])]), [PICTURE, PICTURE])
    assert refusal(path)[0][1] == "stands twice"


def test_a_content_that_no_record_names_is_refused(tmp_path: Path) -> None:
    found = refusal(write(tmp_path / "b.zip", head([entry()]), [PICTURE]))
    assert found == [(f"files/{sha256(PICTURE)}", "belongs to no record")]


def test_unsound_contents_are_named_and_do_not_arrive(tmp_path: Path) -> None:
    other, page = picture(seed=2), b"<html>no picture</html>"
    large = picture(size=(1200, 900), seed=3)
    huge = PICTURE + b"\x00" * 200_000
    claims = entry([PICTURE, page, large, huge])
    path = write(tmp_path / "b.zip", head([claims]), [page, large, huge], more={f"files/{sha256(PICTURE)}": other})
    backup = backup_file.read(path, LIMITS)
    assert backup.arrivals == {}
    reasons = {error.field: error.reason for error in backup.unsound}
    assert "SHA-256" in reasons[f"files/{sha256(PICTURE)}"]
    assert "none of the types" in reasons[f"files/{sha256(page)}"]
    assert "pixels" in reasons[f"files/{sha256(large)}"]
    assert "bytes" in reasons[f"files/{sha256(huge)}"]


def test_a_content_with_a_wrong_check_sum_is_unsound(tmp_path: Path) -> None:
    path = write(tmp_path / "b.zip", head([entry([PICTURE])]), [PICTURE])
    path.write_bytes(path.read_bytes().replace(PICTURE[-20:], b"\x00" * 20))
    backup = backup_file.read(path, LIMITS)
    assert [error.field for error in backup.unsound] == [f"files/{sha256(PICTURE)}"]


@pytest.mark.parametrize(
    ("receipts", "offset"),
    [
        ([None, "x", {}, {"clock_offset_s": "1"}], 0),
        ([{"received_at": "2026-03-05", "clock_offset_s": 60}, {"received_at": "2026-03-04", "clock_offset_s": 5}], 60),
        ([{"received_at": "2026-03-05", "clock_offset_s": 2**52}], 0),
    ],
)
def test_the_newest_receipt_says_how_far_off_the_clock_is(tmp_path: Path, receipts: list[object], offset: int) -> None:
    records = [entry(receipt=receipt) for receipt in receipts]
    assert backup_file.read(write(tmp_path / "b.zip", head(records)), LIMITS).clock_offset_s == offset


def test_any_byte_may_be_spoiled_and_the_file_is_still_read_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.zip", head([entry([PICTURE], captured_at=CAPTURED)]), [PICTURE])
    raw = path.read_bytes()
    for at in [*range(0, len(raw), 97), *range(len(raw) - 250, len(raw))]:
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])
        try:
            backup = backup_file.read(path, LIMITS)
        except Invalid:
            continue
        assert len(backup.records) == 1
