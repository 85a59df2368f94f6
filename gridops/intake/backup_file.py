"""The raw backup of a phone (`gridops/field-backup/1`): a hostile ZIP until it has been read through.

Written by static/field/sync/backup.js: `backup.json` and `files/<sha256>`, nothing compressed, so that no entry can be
larger than the file itself. Nothing is ever unpacked by its name.
"""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from gridops.core.canonical import parse_json
from gridops.core.errors import FieldError, Invalid
from gridops.evidence import forms as evidence
from gridops.evidence.forms import Arrival
from gridops.evidence.rules.types import SHA256, Limits
from gridops.intake import rules
from gridops.intake.forms.shapes import parse_time

SCHEMA = "gridops/field-backup/1"
HEAD = "backup.json"
FOLDER = "files/"
MOST_RECORDS = 5000
MOST_HEAD_BYTES = 64_000_000
# As much as the phone could have sent (JSON API of the contract).
MOST_RECORD_BYTES = 1_000_000
_IN_MEMORY = 1_000_000
# What a phone would send of a record, beside `sent_at`.
_SENT = ("type", "captured_at", "body", "device", "attachments")
# What reading bytes that nobody wrote so may end in: a broken, foreign or encrypted archive.
_UNSOUND = (OSError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, LookupError, EOFError, ValueError,
            OverflowError)  # fmt: skip
# A phone whose battery was empty may begin anew in 1970.
_FARTHEST_OFFSET_S = 4_000_000_000


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """One record as it stands in the file: its place there, its name, and what the phone would send of it."""

    place: int
    id: str
    content: dict[str, Any]

    @property
    def field(self) -> str:
        """How errors name it."""
        return f"records[{self.place}]"


@dataclass(slots=True)
class Backup:
    """A backup that was read through.

    `clock_offset_s`: by how many seconds the phone's clock was behind, as its newest receipt says; 0 without one.
    `arrivals`: the sound contents by their SHA-256; `unsound`: what is wrong with the others.
    """

    path: Path
    made_at: datetime
    username: str
    user_id: int | None
    records: tuple[BackupRecord, ...]
    clock_offset_s: int
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    unsound: list[FieldError] = field(default_factory=list)

    @contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """The bytes of a content, seekable."""
        with zipfile.ZipFile(self.path) as archive, _content(archive, sha256) as content:
            yield content


def read(path: Path, limits: Limits) -> Backup:
    """Read a backup through, every content with it. Raises Invalid where the file as a whole is not one."""
    with _archive(path) as archive:
        contents = _contents(archive, path)
        backup = _read_head(path, _head(archive))
        if stray := contents - _named(backup.records):
            raise Invalid((f"{FOLDER}{min(stray)}", "belongs to no record"))
        for sha256 in sorted(contents):
            _check(archive, backup, sha256, limits)
    return backup


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _UNSOUND as broken:
        raise Invalid(("file", f"no backup of a phone: {_why(broken)}")) from None


def _head(archive: zipfile.ZipFile) -> Any:
    try:
        raw = archive.read(HEAD)
    except _UNSOUND as broken:
        raise Invalid((HEAD, f"cannot be read: {_why(broken)}")) from None
    try:
        return parse_json(raw, limit=MOST_HEAD_BYTES)
    except Invalid as wrong:
        raise Invalid(*((_in_head(error.field), error.reason) for error in wrong.errors)) from None


def _contents(archive: zipfile.ZipFile, path: Path) -> set[str]:
    """The hashes under which contents lie in the archive. Raises Invalid naming the first entry that cannot be."""
    seen: set[str] = set()
    for entry in archive.infolist():
        name = _shown(entry.filename)
        folder, _, sha256 = entry.filename.rpartition("/")
        if entry.filename != HEAD and not (f"{folder}/" == FOLDER and SHA256.fullmatch(sha256)):
            raise Invalid((name, f"no entry of a backup: {HEAD} and {FOLDER}<sha256> are"))
        if entry.filename in seen:
            raise Invalid((name, "stands twice"))
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise Invalid((name, "compressed: a phone writes without compression"))
        seen.add(entry.filename)
    if HEAD not in seen:
        raise Invalid((HEAD, "is missing"))
    if sum(entry.file_size for entry in archive.infolist()) > path.stat().st_size:
        raise Invalid(("file", "its entries lie upon each other"))
    if archive.getinfo(HEAD).file_size > MOST_HEAD_BYTES:
        raise Invalid((HEAD, f"larger than {MOST_HEAD_BYTES} bytes"))
    return {name.removeprefix(FOLDER) for name in seen if name != HEAD}


def _read_head(path: Path, head: Any) -> Backup:
    if not isinstance(head, dict) or head.get("schema") != SCHEMA:
        raise Invalid(("schema", f"{SCHEMA} is expected"))
    user = head["user"] if isinstance(head.get("user"), dict) else {}
    records = head["records"] if isinstance(head.get("records"), list) else None
    username = user.get("username")
    wrong: list[FieldError] = []
    try:
        made_at = parse_time(head.get("made_at"))
    except ValueError as refused:
        wrong.append(FieldError("made_at", str(refused)))
    if not isinstance(username, str) or not username:
        wrong.append(FieldError("user.username", "required"))
    if records is None or len(records) > MOST_RECORDS:
        wrong.append(FieldError("records", f"a list of at most {MOST_RECORDS}"))
    else:
        wrong += _record_faults(records)
    if wrong or records is None:
        raise Invalid(*wrong)
    return Backup(
        path,
        made_at,
        str(username),
        user["id"] if type(user.get("id")) is int else None,
        tuple(
            BackupRecord(place, item["id"], {name: item[name] for name in _SENT if name in item})
            for place, item in enumerate(records)
        ),
        _clock_offset(records),
    )


def _record_faults(records: list[Any]) -> list[FieldError]:
    """What is wrong with records as entries of the file; what they say is the gate's to judge."""
    wrong: list[FieldError] = []
    first_at: dict[str, int] = {}
    for place, item in enumerate(records):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str) or rules.as_uuid(name) != name:
            wrong.append(FieldError(f"records[{place}].id", "a UUID in lower case"))
            continue
        first = first_at.setdefault(name, place)
        if first != place:
            wrong.append(FieldError(f"records[{place}].id", f"the same as records[{first}]"))
        if len(json.dumps(item, ensure_ascii=False).encode()) > MOST_RECORD_BYTES:
            wrong.append(FieldError(f"records[{place}]", f"larger than {MOST_RECORD_BYTES} bytes"))
    return wrong


def _clock_offset(records: list[dict[str, Any]]) -> int:
    """What the server said last about the phone's clock."""
    told: list[tuple[str, int]] = []
    for item in records:
        receipt = item.get("receipt")
        if isinstance(receipt, dict) and type(receipt.get("clock_offset_s")) is int:
            told.append((str(receipt.get("received_at", "")), receipt["clock_offset_s"]))
    offset = max(told)[1] if told else 0
    return offset if abs(offset) < _FARTHEST_OFFSET_S else 0


def _named(records: tuple[BackupRecord, ...]) -> set[str]:
    """The contents that any record names."""
    found: set[str] = set()
    for record in records:
        claims = record.content.get("attachments")
        if isinstance(claims, list):
            found |= {str(claim.get("sha256")) for claim in claims if isinstance(claim, dict)}
    return found


def _check(archive: zipfile.ZipFile, backup: Backup, sha256: str, limits: Limits) -> None:
    """A content as from the phone: hash, size, type by content, pixels."""
    if archive.getinfo(FOLDER + sha256).file_size > limits.max_bytes:
        backup.unsound.append(FieldError(f"{FOLDER}{sha256}", f"more than the {limits.max_bytes} bytes allowed"))
        return
    try:
        with _content(archive, sha256) as content:
            backup.arrivals[sha256] = evidence.check(content, sha256, None, limits)
    except Invalid as wrong:
        backup.unsound += [FieldError(f"{FOLDER}{sha256}", error.reason) for error in wrong.errors]
    except _UNSOUND as broken:
        backup.unsound.append(FieldError(f"{FOLDER}{sha256}", f"cannot be read: {_why(broken)}"))


@contextmanager
def _content(archive: zipfile.ZipFile, sha256: str) -> Iterator[BinaryIO]:
    # Read to its end first: only then its check sum has been compared, and only a file can be looked at twice.
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
        with archive.open(FOLDER + sha256) as packed:
            shutil.copyfileobj(packed, content, 1 << 18)
        content.seek(0)
        yield cast(BinaryIO, content)


def _in_head(name: str) -> str:
    return name.removeprefix("body.") if name.startswith("body.") else HEAD


def _why(broken: BaseException) -> str:
    return _shown(str(broken) or type(broken).__name__)


def _shown(name: str) -> str:
    """A foreign name, printable and not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:120] or "(no name)"
