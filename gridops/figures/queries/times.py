"""The times behind counted records, for the rows a freeze keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core.arrays import read_columns
from gridops.core.periods import Period
from gridops.figures.counts import BITS
from gridops.figures.queries import plain
from gridops.figures.queries.area import Area
from gridops.figures.queries.rows import Rows, facts_of
from gridops.figures.rules import kept
from gridops.figures.rules.rows import TURN_KEYS
from gridops.figures.rules.tally import SOURCES

CHUNK = 1000
# Cases whose times are in memory at once: a year has a million.
AT_ONCE = 200_000


def facts_texts(session: Session, area: Area, period: Period, rows: Rows) -> dict[int, str]:
    """case id -> the times a freeze keeps of it: from the row of a plain case, from the events of a touched one."""
    texts: dict[int, str] = {}
    deadlines = {*plain.DEADLINES, "due_first_at"}
    columns = [Case.id.label("case_id"), *(plain.column(name) for name in kept.END_FIELDS)]
    statements = plain.selected(
        *columns, root_id=area.root_id, start=period.start, end=period.end, version_ids=area.version_ids()
    )
    for first in range(0, len(rows), AT_ONCE):
        part = rows.case_id[first : first + AT_ONCE]
        for statement in statements:
            if len(rows) > AT_ONCE:
                statement = statement.where(Case.id.between(int(part[0]), int(part[-1])))
            found = read_columns(session, statement)
            mask = np.isin(found["case_id"], part)
            told = {name: column[mask] for name, column in found.items()}
            texts |= zip(told["case_id"].tolist(), kept.plain_texts(told, period.end, deadlines), strict=True)
    wanted = set(rows.case_id.tolist())
    return texts | {case_id: kept.facts_text(*facts) for case_id, facts in rows.folded.items() if case_id in wanted}


def late_rows(session: Session, area: Area, period: Period, case_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Kept rows of late records that count in nothing of the period itself."""
    ids = sorted(case_ids)
    found: dict[int, dict[str, Any]] = {}
    for i in range(0, len(ids), CHUNK):
        chunk = ids[i : i + CHUNK]
        facts = {case_id: (start, end) for case_id, start, end in facts_of(session, chunk, period.start, period.end)}
        told = session.connection().execute(
            select(
                Case.id,
                Case.grid_version_id,
                plain.span_of(area.changes),
                Case.category_id,
                Case.source,
                Case.campaign_id,
            ).where(Case.id.in_(chunk))
        )
        for case_id, version_id, span, category_id, source, campaign_id in told:
            at_start, at_end = facts[case_id]
            found[case_id] = {
                "case_id": case_id,
                "grid_version_id": version_id,
                "child_id": area.child_of(version_id, span),
                "category_id": at_end.category_id or category_id,
                "source": str(source),
                "unit_id": at_end.unit_id or 0,
                "campaign_id": campaign_id or 0,
                "flags": 0,
                **dict.fromkeys(TURN_KEYS, 0),
                "facts": kept.facts_text(at_start, at_end),
            }
    return found


def columns_of(rows: Sequence[Mapping[str, Any]], flags: Any) -> SimpleNamespace:
    """Kept rows as the columns that `tally.add_up` takes, with flags evaluated anew."""
    numbers = ("category_id", "child_id", "unit_id", "campaign_id", *TURN_KEYS)
    columns = {name: np.array([row[name] for row in rows], dtype=np.int64) for name in numbers}
    places = {str(source): place for place, source in enumerate(SOURCES)}
    source = np.array([places[row["source"]] for row in rows], dtype=np.int64)
    return SimpleNamespace(**columns, source=source, flags=flags)


def sums_by_grid(area: Area, rows: Rows, keys: Sequence[str]) -> dict[int, dict[str, int]]:
    """grid id -> how many records count in each of some figures."""
    versions, places = np.unique(rows.grid_version_id, return_inverse=True)
    table = [np.bincount(places[(rows.flags & BITS[key]) != 0], minlength=len(versions)) for key in keys]
    found: dict[int, dict[str, int]] = {}
    for place, version_id in enumerate(versions.tolist()):
        sums = found.setdefault(area.territory.versions[version_id].grid_id, dict.fromkeys(keys, 0))
        for key, column in zip(keys, table, strict=True):
            sums[key] += int(column[place])
    return found
