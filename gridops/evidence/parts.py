"""Uploads in parts: a file per (content, person) that grows; the file's length is the truth about what has come."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO


class PartFolder:
    """The folder `incoming` beside the contents. Callers hold the name of the upload, so one writer at a time."""

    def __init__(self, evidence_dir: Path) -> None:
        self.folder = evidence_dir / "incoming"

    def length(self, sha256: str, user_id: int) -> int:
        """How many bytes have come; 0 when none."""
        try:
            return self._path(sha256, user_id).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, sha256: str, user_id: int, skip: int, source: BinaryIO) -> int:
        """Append `source` from its byte `skip` on, durably; returns the new length."""
        self.folder.mkdir(parents=True, exist_ok=True)
        source.seek(skip)
        with self._path(sha256, user_id).open("ab") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def open(self, sha256: str, user_id: int) -> BinaryIO:
        """What has come so far; FileNotFoundError when nothing has."""
        return self._path(sha256, user_id).open("rb")

    def discard(self, sha256: str, user_id: int) -> None:
        """Forget what has come."""
        self._path(sha256, user_id).unlink(missing_ok=True)

    def _path(self, sha256: str, user_id: int) -> Path:
        return self.folder / f"{sha256}.{int(user_id)}.part"
