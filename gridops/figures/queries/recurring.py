"""Cases that are closed ones come back (复发), as a period tells of them: linked by as_of, both as they stood at E."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseRecurrence
from gridops.cases.rules.recurring import refusal
from gridops.figures.queries.plain import span_of
from gridops.figures.queries.rows import facts_of as case_facts
from gridops.figures.queries.where import Here
from gridops.figures.rules.facts import Bounds, Recurred


def facts_of(session: Session, here: Here, bounds: Bounds) -> Iterator[Recurred]:
    """Cases reported in P and linked to one closed within 30 days before, each once, with its unit at E."""
    asked = (
        select(
            Case.id,
            Case.number,
            Case.reported_at,
            Case.grid_version_id,
            span_of(here.area.changes),
            CaseRecurrence.earlier_id,
        )
        .join(CaseRecurrence, CaseRecurrence.case_id == Case.id)
        .where(
            CaseRecurrence.root_id == here.area.root_id,
            CaseRecurrence.linked_at <= bounds.as_of,
            or_(CaseRecurrence.undone_at.is_(None), CaseRecurrence.undone_at > bounds.as_of),
            Case.reported_at >= bounds.start,
            Case.reported_at < bounds.end,
        )
        .order_by(Case.id)
    )
    found = [(row, child) for row in session.execute(asked) if (child := here.area.child_of(row[3], row[4]))]
    ids = {row[0] for row, _ in found} | {row[5] for row, _ in found}
    at_end = {case_id: facts for case_id, _, facts in case_facts(session, sorted(ids), bounds.start, bounds.end)}
    told: dict[int, Recurred] = {}
    for row, child in found:
        case, earlier = at_end[row[0]], at_end[row[5]]
        closed_at = earlier.closed_at
        if closed_at is None or refusal(case.state, row[2], earlier.state, closed_at):
            continue
        last = max(closed_at, told[row[0]].closed_at) if row[0] in told else closed_at
        told[row[0]] = Recurred(
            id=row[0], label=row[1], child_id=child, unit_id=case.unit_id or 0, reported_at=row[2], closed_at=last
        )
    yield from told.values()
