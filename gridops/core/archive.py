"""One consistent archive of a database: every table as lines of JSON with its digest; read back on either database.

A ZIP: `manifest.json`, `tables/<name>.jsonl`, and whatever files the caller adds. Written beside and renamed; verified
whole before anything is replaced.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import JSON, Date, DateTime, MetaData, Table, bindparam, insert, null, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError

from gridops.core import clock
from gridops.core.db import continue_keys
from gridops.core.errors import Invalid

SCHEMA = "gridops/backup/1"
VERSION_TABLE = "alembic_version"
_CHUNK = 2000
# What reading bytes that nobody wrote so may end in: a broken, foreign or encrypted archive, lines of another shape.
_UNSOUND = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, LookupError, EOFError, ValueError, TypeError)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: revision of the tables, lines and digest of each, how many files of how many bytes."""

    schema: str
    revision: str
    made_at: str
    tables: dict[str, dict[str, Any]]
    files: int
    bytes: int


def write(connection: Connection, path: Path, files: Callable[[], Iterator[tuple[str, Path]]]) -> Manifest:
    """Write all tables as one consistent read shows them, then the files (name in the archive, path).

    `files` is asked for after the tables were read: contents are never deleted, so every row finds its file.
    """
    part = path.with_name(path.name + ".part")
    tables = _reflected(connection)
    revision = str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608  a constant
    counted, size = 0, 0
    try:
        # It holds everything that is known of people: for who made it alone.
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", allowZip64=True) as archive:
            told = {table.name: _written(connection, archive, table) for table in tables}
            for name, source in files():
                archive.write(source, f"files/{name}", compress_type=zipfile.ZIP_STORED)
                counted, size = counted + 1, size + source.stat().st_size
            manifest = Manifest(SCHEMA, revision, clock.now().isoformat(), told, counted, size)
            archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1), zipfile.ZIP_DEFLATED)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def verified(path: Path, digest_of: Callable[[str], str | None]) -> Manifest:
    """Read an archive through and compare every digest; Invalid (`file`) names the first part that is not sound.

    `digest_of`: the SHA-256 that a file must have by its name, None where its name does not say; Invalid for no name.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            if {f"tables/{name}.jsonl" for name in manifest.tables} != _names(archive, "tables/"):
                raise Invalid(("file", "its tables are not those of its manifest"))
            for name, told in manifest.tables.items():
                digest, rows = hashlib.sha256(), 0
                for line in _lines(archive, f"tables/{name}.jsonl"):
                    digest.update(line)
                    rows += 1
                if (digest.hexdigest(), rows) != (told["sha256"], told["rows"]):
                    raise Invalid(("file", f"table {name} is not what was written"))
            _check_files(archive, manifest, digest_of)
            return manifest
    except _UNSOUND as broken:
        raise Invalid(("file", f"not a sound archive: {type(broken).__name__}")) from None


def load(connection: Connection, path: Path, manifest: Manifest) -> None:
    """Fill the tables of a fresh database at the archive's revision, in an order that its foreign keys allow.

    Raises Invalid (`file`) where the archive's tables or rows are not those of that revision; the caller rolls back.
    """
    tables = _reflected(connection)
    if missing := {table.name for table in tables} - manifest.tables.keys():
        raise Invalid(("file", f"without tables of revision {manifest.revision}: {', '.join(sorted(missing))[:200]}"))
    with zipfile.ZipFile(path) as archive:
        for table in tables:
            try:
                _fill(connection, archive, table)
            except (*_UNSOUND, StopIteration, IntegrityError, DataError) as wrong:
                raise Invalid(("file", f"rows of {table.name} do not fit: {type(wrong).__name__}")) from None
        continue_keys(connection, tables)


def files_of(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    """The files of an archive by name, each opened."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("files/"):
                with archive.open(name) as file:
                    yield name.removeprefix("files/"), file  # type: ignore[misc]  # seekable, as a store wants it


def empty(connection: Connection) -> None:
    """Drop every table, in the transaction of the caller: it comes back with a rollback."""
    tables = MetaData()
    tables.reflect(connection)
    for table in reversed(tables.sorted_tables):
        table.drop(connection)


def _reflected(connection: Connection) -> list[Table]:
    tables = MetaData()
    tables.reflect(connection)
    return [table for table in tables.sorted_tables if table.name != VERSION_TABLE]


def _written(connection: Connection, archive: zipfile.ZipFile, table: Table) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    statement = select(table).order_by(*table.primary_key.columns)
    info = zipfile.ZipInfo(f"tables/{table.name}.jsonl")
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as out:
        head = _line([column.name for column in table.columns])
        out.write(head)
        digest.update(head)
        found = connection.execution_options(yield_per=_CHUNK).execute(statement)
        for row in found:
            line = _line([_plain(value) for value in row])
            out.write(line)
            digest.update(line)
            rows += 1
    return {"rows": rows + 1, "sha256": digest.hexdigest()}


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    manifest = Manifest(**json.loads(archive.read("manifest.json")))
    if not (isinstance(manifest.tables, dict) and isinstance(manifest.revision, str)):
        raise Invalid(("file", "its manifest is none"))
    if manifest.schema != SCHEMA:
        raise Invalid(("file", f"an archive of {manifest.schema}, not of {SCHEMA}"))
    return manifest


def _names(archive: zipfile.ZipFile, folder: str) -> set[str]:
    return {name for name in archive.namelist() if name.startswith(folder)}


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as file:
        yield from file


def _check_files(archive: zipfile.ZipFile, manifest: Manifest, digest_of: Callable[[str], str | None]) -> None:
    names = sorted(_names(archive, "files/"))
    if len(names) != manifest.files:
        raise Invalid(("file", f"{len(names)} files instead of {manifest.files}"))
    for name in names:
        wanted = digest_of(name.removeprefix("files/"))
        with archive.open(name) as file:  # read to its end, its check sum is compared too
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # readinto is all it takes
        if wanted is not None and wanted != digest:
            raise Invalid(("file", f"{name.removeprefix('files/')} is not what its name says"))


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    """Insert the rows; what points at rows of the same table is set once all of them are there."""
    lines = _lines(archive, f"tables/{table.name}.jsonl")
    names: list[str] = json.loads(next(lines))
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    naive = connection.dialect.name == "sqlite"
    readers = {name: _reader(table.columns[name].type, naive=naive) for name in names}
    pointed: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for line in lines:
        row = {name: readers[name](value) for name, value in zip(names, json.loads(line), strict=True)}
        if any(row[name] is not None for name in own):
            keys = {f"key_{column.name}": row[column.name] for column in table.primary_key.columns}
            pointed.append(keys | {f"to_{name}": row[name] for name in own})
            row |= dict.fromkeys(own)
        rows.append(row)
        if len(rows) == _CHUNK:
            connection.execute(insert(table), rows)
            rows = []
    if rows:
        connection.execute(insert(table), rows)
    if pointed:
        _point(connection, table, own, pointed)


def _point(connection: Connection, table: Table, own: list[str], pointed: list[dict[str, Any]]) -> None:
    where = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in own}
    for first in range(0, len(pointed), _CHUNK):
        connection.execute(update(table).where(*where).values(values), pointed[first : first + _CHUNK])


def _reader(kind: Any, *, naive: bool) -> Callable[[Any], Any]:
    if isinstance(kind, DateTime):
        return lambda value: None if value is None else _instant(value, naive=naive)
    if isinstance(kind, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(kind, JSON):
        # SQL's nothing, not the JSON word null.
        return lambda value: null() if value is None else value
    return lambda value: value


def _instant(value: str, *, naive: bool) -> datetime:
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=None) if naive else found
