"""The staging area: checked lines wait here until a whole file is known to be right, then they are swapped in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.ids import uuid7
from gridops.intake.models import StagedRow

# A run that died leaves its rows; after a day nobody is still at it.
STALE = timedelta(days=1)


def begin(session: Session) -> str:
    """Name a new run, and clear what runs that died have left."""
    session.execute(delete(StagedRow).where(StagedRow.started_at < clock.now() - STALE))
    return str(uuid7())


def add(session: Session, run: str, rows: Sequence[tuple[int, str, str, dict[str, Any]]]) -> None:
    """Stage checked lines: (line, key, digest of its content, data)."""
    now = clock.now()
    if rows:
        session.connection().execute(
            insert(StagedRow),
            [
                {
                    "run": run,
                    "line": line,
                    "key": key,
                    "digest": digest,
                    "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
                    "started_at": now,
                }
                for line, key, digest, data in rows
            ],
        )


def doubled(session: Session, run: str) -> list[tuple[int, str, int]]:
    """Lines whose key stands earlier in the same file: (line, key, first line)."""
    first = (
        select(StagedRow.key, func.min(StagedRow.line).label("line"))
        .where(StagedRow.run == run)
        .group_by(StagedRow.key)
        .having(func.count() > 1)
        .subquery()
    )
    rows = session.execute(
        select(StagedRow.line, StagedRow.key, first.c.line)
        .join(first, first.c.key == StagedRow.key)
        .where(StagedRow.run == run, StagedRow.line > first.c.line)
        .order_by(StagedRow.line)
        .limit(1000)
    )
    return [(line, key, earlier) for line, key, earlier in rows]


def chunks(session: Session, run: str, size: int = 2000) -> Iterator[list[tuple[int, str, str, dict[str, Any]]]]:
    """The staged lines in order, a chunk at a time: (line, key, digest, data)."""
    after = -1
    while True:
        rows = session.execute(
            select(StagedRow.line, StagedRow.key, StagedRow.digest, StagedRow.data)
            .where(StagedRow.run == run, StagedRow.line > after)
            .order_by(StagedRow.line)
            .limit(size)
        ).all()
        if not rows:
            return
        after = rows[-1].line
        yield [(row.line, row.key, row.digest, json.loads(row.data)) for row in rows]


def end(session: Session, run: str) -> None:
    """Clear a run, swapped in or refused."""
    session.execute(delete(StagedRow).where(StagedRow.run == run))
