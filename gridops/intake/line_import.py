"""One machine for all files whose lines a room takes: read, checked line by line, handed over as a whole.

All or nothing: where the counts tell of errors, the caller rolls back. The same file twice changes nothing: that is the
rooms' business, by the key of each line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gridops.core.db import lock_names
from gridops.core.errors import FieldError, Invalid
from gridops.core.outside import Told
from gridops.intake.files import Counts, Line, RowError, Table

NOTE = "note"
LONGEST_VALUE = 200
# (session, root, source system, numbered lines) -> what became of them.
Take = Callable[[Session, int, str, Sequence[tuple[int, Any]]], Told]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its columns, those that must stand in the header, those that name a line, and the room's part.

    `read` makes a line's cells what they mean (Invalid names columns); `take` brings them in.
    """

    name: str
    told: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    read: Callable[[Mapping[str, str]], Any]
    take: Take
    key: tuple[str, ...] = ("external_id",)
    source_system: bool = True


def run(session: Session, kind: Kind, root_id: int, source_system: str, file: Path) -> Counts:
    """Take a file into a root, in the caller's transaction; with errors nothing may be committed.

    Every bad line is named: those that cannot be read, and those that the room refuses. Raises Invalid where the file
    is no such table.
    """
    counts = Counts()
    # Two files at once would make the same premises, people and numbers, each in the order of its lines.
    lock_names(session, [f"import of lines {root_id}"])
    lines = _read(kind, file, counts)
    told = kind.take(session, root_id, source_system, lines)
    counts.new, counts.unchanged, counts.changed = told.new, told.unchanged, told.changed
    counts.errors += [RowError(line, column, value[:LONGEST_VALUE], why) for line, column, value, why in told.errors]
    counts.errors.sort(key=lambda error: error.line)
    counts.refused += len(told.refused_lines)
    return counts


def _read(kind: Kind, file: Path, counts: Counts) -> list[tuple[int, Any]]:
    """The good lines with their numbers; what is wrong with the others is counted."""
    columns = dict.fromkeys((*kind.columns, NOTE))
    table = Table(file, tuple(columns), kind.required)
    good: list[tuple[int, Any]] = []
    first_at: dict[tuple[str, ...], int] = {}
    for line in table:
        counts.read += 1
        wrong = _doubled(kind, line, first_at)
        try:
            found = kind.read(line.cells)
        except Invalid as refused:
            wrong += [_error(line, error) for error in refused.errors]
        if wrong:
            counts.refuse(wrong)
        else:
            good.append((line.number, found))
    for error in table.errors:
        counts.read += 1
        counts.refuse([error])
    return good


def _doubled(kind: Kind, line: Line, first_at: dict[tuple[str, ...], int]) -> list[RowError]:
    key = tuple(line.cells.get(name, "") for name in kind.key)
    first = first_at.setdefault(key, line.number) if any(key) else line.number
    if first == line.number:
        return []
    return [RowError(line.number, kind.key[0], key[0][:LONGEST_VALUE], f"stands already in line {first}")]


def _error(line: Line, error: FieldError) -> RowError:
    column = error.field.partition(".")[0]
    return RowError(line.number, column, line.cells.get(column, "")[:LONGEST_VALUE], error.reason)
