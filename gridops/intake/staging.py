"""The staging area: checked rows wait here until a whole file is known to be right, then they are swapped in.

A file without a name in the data folder: whatever happens to the process, nothing of it stays behind.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple

import numpy as np


class StagedCase(NamedTuple):
    """A checked line of a case file. `times`: as `cases.service.importing.ToldCase`; `digest` of all that is told."""

    line: int
    digest: str
    root_id: int
    external_id: str
    kind: str
    category_list: str
    category_code: str
    source: str
    source_number: str
    grid_id: int
    grid_version_id: int
    unit_code: str | None
    campaign_code: str | None
    lon: float | None
    lat: float | None
    place: str | None
    address: str
    description: str
    reworked_times: int | None
    returned_upheld: bool | None
    times: tuple[str | None, ...]


class Staging:
    """The rows of one run, a chunk at a time; used with `with`. In memory stand eight bytes for each row."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by `__exit__`
        self._keys: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, rows: Sequence[StagedCase]) -> None:
        """Stage the checked rows of a chunk."""
        self._keys.append(np.fromiter((hash(_key(row)) for row in rows), np.int64, len(rows)))
        pickle.dump([tuple(row) for row in rows], self._file, pickle.HIGHEST_PROTOCOL)

    def chunks(self) -> Iterator[list[StagedCase]]:
        """The staged rows in their order."""
        self._file.seek(0)
        for _ in self._keys:
            # What this process has written itself a moment ago.
            yield [StagedCase._make(row) for row in pickle.load(self._file)]  # noqa: S301

    def doubled(self) -> list[tuple[int, str, int]]:
        """Lines whose key stands earlier in the same file: (line, external id, first line)."""
        if not self._keys:
            return []
        keys, counts = np.unique(np.concatenate(self._keys), return_counts=True)
        suspects = set(keys[counts > 1].tolist())
        if not suspects:
            return []
        lines: dict[tuple[int, str], list[int]] = defaultdict(list)
        for chunk in self.chunks():
            for row in chunk:
                if hash(_key(row)) in suspects:
                    lines[_key(row)].append(row.line)
        return sorted((line, key[1], first) for key, (first, *others) in lines.items() for line in others)[:1000]


def _key(row: StagedCase) -> tuple[int, str]:
    return row.root_id, row.external_id
