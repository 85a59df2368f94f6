"""What became of each of several cases; of one that others moved meanwhile, what they did beside what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from gridops.cases.queries import overview, pages, standing
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.moves import Move
from gridops.cases.service import Outcome
from gridops.people.queries import Scope
from gridops.web import explain, records
from gridops.web.desk import common
from gridops.web.guards import current_person

# Of the form, what is sent again with a case that came too late.
_SENT = ("unit", "words", "back")


@dataclass(frozen=True, slots=True)
class Late:
    """A case that was moved since the list was read: what happened since, and whether the same may be asked anew.

    `tick`: the case as it is ticked in a list that is read now.
    """

    since: Sequence[explain.Told]
    tick: str
    again: bool


def told(
    session: Session, scope: Scope, outcomes: Sequence[Outcome], seen: Mapping[int, int], what: Move
) -> dict[str, Any]:
    """What the page says of each case that is in sight. `seen`: the versions in which they were ticked."""
    rows = {row.id: row for row in overview.rows_of(session, scope, list(seen))}
    late = [rows[one.case_id] for one in outcomes if not one.done and one.case_id in rows]
    back = request.form.get("back", "")
    return {
        "outcomes": outcomes,
        "rows": rows,
        "late": _late(session, [row for row in late if row.version > seen[row.id]], seen, what),
        "again_with": [(name, text) for name in _SENT if (text := request.form.get(name, "").strip())],
        "words": request.form.get("words", "").strip(),
        "new_name": records.new_name,
        "done": sum(outcome.done for outcome in outcomes),
        "move": what,
        "back": back if back.startswith("/desk") else url_for("desk.index"),
        **common.words(),
    }


def _late(session: Session, rows: Sequence[CaseRow], seen: Mapping[int, int], what: Move) -> dict[int, Late]:
    timelines = pages.timelines(session, [row.id for row in rows]) if rows else {}
    return {
        row.id: Late(
            explain.timeline(pages.since(timelines[row.id], seen[row.id], row.version)),
            f"{row.id}.{row.version}",
            standing.why_not(session, current_person(), row.id, what) is None,
        )
        for row in rows
    }
