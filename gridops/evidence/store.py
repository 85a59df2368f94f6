"""Where contents lie. Four methods, so that another kind of store can take the place of the local folder."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

# A content's name is its SHA-256; what was made from it bears its longest side after a dot.
_NAME = re.compile(r"[0-9a-f]{64}(\.[0-9]{1,5})?")


def is_name(name: str) -> bool:
    """Whether this may be the name of a content, or of what was made from one."""
    return _NAME.fullmatch(name) is not None


class Store(Protocol):
    """A place for bytes by name. Names are a SHA-256 in hex, with `.320` and the like for what was made from it."""

    def put(self, name: str, source: BinaryIO) -> None:
        """Keep all bytes of `source` (read from its beginning) under a name, durably; twice is harmless."""

    def open(self, name: str) -> BinaryIO:
        """The bytes of a name, seekable; FileNotFoundError when there are none."""

    def exists(self, name: str) -> bool:
        """Whether there are bytes of that name."""

    def delete(self, name: str) -> None:
        """Remove a name; nothing happens when it is not there."""


class LocalStore:
    """A folder: `ab/cd/<name>`. Written beside, made durable, then renamed: all bytes or no name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, source: BinaryIO) -> None:
        path = self._path(name)
        folders = (path.parent,) if path.parent.exists() else (path.parent, path.parent.parent, self.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        source.seek(0)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                shutil.copyfileobj(source, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        for folder in folders:
            _make_names_durable(folder)

    def open(self, name: str) -> BinaryIO:
        return self._path(name).open("rb")

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every name with its file, in order of names."""
        for path in sorted(self.folder.glob("??/??/*")):
            if is_name(path.name):
                yield path.name, path

    def _path(self, name: str) -> Path:
        if not is_name(name):
            raise ValueError(f"not the name of a content: {name!r}")
        return self.folder / name[:2] / name[2:4] / name


def _make_names_durable(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder was written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
