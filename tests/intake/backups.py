"""Backups of phones as static/field/sync/backup.js writes them, and spoiled ones."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gridops.core.ids import uuid7
from tests.evidence.pictures import sha256

CAPTURED = "2026-03-05T21:40:00.000+08:00"
MADE = "2026-03-06T08:00:00.000+08:00"


def entry(files: Sequence[bytes] = (), record_id: str | None = None, **more: Any) -> dict[str, Any]:
    """A record as it stands in `backup.json`: a report that waits, unless told otherwise."""
    claims = [{"sha256": sha256(one), "size": len(one), "mime": "image/jpeg", "role": "before"} for one in files]
    return {
        "id": record_id or str(uuid7()),
        "type": "report",
        "captured_at": CAPTURED,
        "body": {"category": "0110", "location": {"lon": -70.395, "lat": -33.495}},
        "device": "field 7",
        "attachments": claims,
        "state": "queued",
        "receipt": None,
        "created_at": CAPTURED,
        **more,
    }


def head(records: Sequence[Any], username: str = "wg001") -> dict[str, Any]:
    """The content of `backup.json`."""
    return {
        "schema": "gridops/field-backup/1",
        "made_at": MADE,
        "device": "7",
        "app_version": "1",
        "user": {"id": 1, "username": username, "name": "王五"},
        "records": list(records),
    }


def write(path: Path, told: Any, files: Sequence[bytes] = (), more: Mapping[str, bytes] | None = None) -> Path:
    """A backup file: `told` as its `backup.json` (bytes as they are), contents under their hashes, other entries."""
    raw = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("backup.json", raw)
        for content in files:
            archive.writestr(f"files/{sha256(content)}", content)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path
