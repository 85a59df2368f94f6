"""What notices say of cases, and which cases run out soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import GROUP_STATES, Group
from gridops.catalogue.models import Category
from gridops.grids.models import GridVersion

WITH_UNIT = GROUP_STATES[Group.HANDLING]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A case as a group may read of it: no person, no words of anybody."""

    root_id: int
    number: str
    state: State
    unit_id: int | None
    runs_out_at: datetime
    category: str
    grid: str


def noticed(session: Session, case_id: int) -> Noticed | None:
    """What may be told of a case; the grid by its name on the day of the report."""
    row = session.execute(
        select(
            Case.root_id, Case.number, Case.state, Case.unit_id, Case.runs_out_at, Category.name_zh, GridVersion.name
        )
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .where(Case.id == case_id)
    ).first()
    return Noticed(*row) if row else None


@dataclass(frozen=True, slots=True)
class RunningOut:
    """A case in a unit's hands whose time ends soon."""

    id: int
    unit_id: int | None
    dispatched_at: datetime | None
    runs_out_at: datetime


def running_out(session: Session, root_id: int, now: datetime, until: datetime, limit: int = 500) -> list[RunningOut]:
    """The cases of a root in units' hands whose time ends between two instants, the next first."""
    rows = session.execute(
        select(Case.id, Case.unit_id, Case.dispatched_at, Case.runs_out_at)
        .where(
            Case.root_id == root_id,
            Case.state.in_(WITH_UNIT),
            Case.unit_id.is_not(None),
            Case.runs_out_at > now,
            Case.runs_out_at <= until,
        )
        .order_by(Case.runs_out_at, Case.id)
        .limit(limit)
    )
    return [RunningOut(*row) for row in rows]
