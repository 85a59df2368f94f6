"""What a leader's page asks of cases: the last day that has any, and cases named by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import visible
from gridops.cases.queries.rows import CASE_COLUMNS, CaseRow, with_names
from gridops.people.queries import Scope, grids_below


def last_reported_at(session: Session, root_id: int, grid_id: int, until: datetime) -> datetime | None:
    """When the newest report of a territory and all below it was made, before an instant.

    `until`: a record may carry a date of the far future; such a one must not lead a reader there.
    """
    newest = select(func.max(Case.reported_at)).where(Case.root_id == root_id, Case.reported_at < until)
    if grid_id != root_id:
        newest = newest.where(Case.grid_id.in_(sorted(grids_below(session, [grid_id]))))
    return session.scalar(newest)


def rows_of(session: Session, scope: Scope, case_ids: Sequence[int]) -> list[CaseRow]:
    """The cases of these ids that the scope shows, in the order of the ids."""
    rows = session.execute(visible(select(*CASE_COLUMNS).where(Case.id.in_(list(case_ids))), scope)).all()
    found = {row.id: row for row in with_names(session, [CaseRow(*row) for row in rows])}
    return [found[case_id] for case_id in case_ids if case_id in found]
