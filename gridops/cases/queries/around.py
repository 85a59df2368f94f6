"""What else happened where a case lies: cases of its kind here, lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import visible
from gridops.cases.queries.rows import CASE_COLUMNS, CaseRow, with_names
from gridops.cases.rules.moves import State
from gridops.core import clock
from gridops.core.coordinates import metres_between, window_around
from gridops.people.queries import Scope

LATELY = timedelta(days=90)
WITHIN_M = 100.0
MOST = 10
# More of one category within a hundred metres in three months nobody reads; what is shown is the latest anyway.
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Related:
    """A case of the same category here, and how far away it lies (None: the same grid is all that is known)."""

    row: CaseRow
    metres: float | None


def related(session: Session, scope: Scope, case: Case, *, most: int = MOST) -> list[Related]:
    """Cases of the same category within WITHIN_M, or in the same grid where the place is unknown; newest first.

    Those reported in the 90 days up to now, or up to the case's end where it has ended. Voided ones are left out.
    """
    until = case.closed_at or clock.now()
    here = case.lon is not None and case.lat is not None
    close_by = select(Case.id).where(
        Case.category_id == case.category_id,
        Case.reported_at >= until - LATELY,
        Case.reported_at <= until,
        Case.id != case.id,
        Case.state != State.VOIDED,
    )
    if here:
        west, south, east, north = window_around(case.lon or 0.0, case.lat or 0.0, WITHIN_M)
        close_by = close_by.where(Case.lon.between(west, east), Case.lat.between(south, north))
    else:
        close_by = close_by.where(Case.grid_id == case.grid_id)
    # By itself, so that the index of the category finds it: with the root beside it planners take that of the root.
    last = close_by.order_by(Case.reported_at.desc(), Case.id.desc()).limit(_LOOKED_AT).subquery("last")
    seen = visible(select(*CASE_COLUMNS).join(last, last.c.id == Case.id), scope)
    newest = seen.order_by(Case.reported_at.desc(), Case.id.desc())
    rows = [CaseRow(*row) for row in session.execute(newest)]
    found = [Related(row, _metres(case, row) if here else None) for row in rows]
    close = [one for one in found if one.metres is None or one.metres <= WITHIN_M][:most]
    named = with_names(session, [one.row for one in close])
    return [Related(row, one.metres) for row, one in zip(named, close, strict=True)]


def _metres(case: Case, row: CaseRow) -> float:
    return metres_between(case.lon or 0.0, case.lat or 0.0, row.lon or 0.0, row.lat or 0.0)
