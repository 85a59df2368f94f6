"""Who answers for which grid on which line of work, and how much of the territory is covered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.people.models import Responsibility, Unit, User
from gridops.people.queries.access import valid_on
from gridops.people.rules import WorkLine


@dataclass(frozen=True, slots=True)
class Duty:
    """A responsibility with the name of the person or unit; days are half-open."""

    id: int
    grid_id: int
    line: WorkLine
    user_id: int | None
    unit_id: int | None
    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Grids of level `grid` on a day: how many, how large (km²), how many staffed on every line, and line by line."""

    count: int
    area_km2: Decimal
    staffed: int
    by_line: dict[WorkLine, int]


def duties(session: Session, root_id: int, on: date, grid_ids: Collection[int] | None = None) -> list[Duty]:
    """The responsibilities of a root (or of some of its grids) that hold on a day."""
    stmt = (
        select(
            Responsibility.id,
            Responsibility.grid_id,
            Responsibility.line,
            Responsibility.user_id,
            Responsibility.unit_id,
            func.coalesce(User.name, Unit.name),
            Responsibility.valid_from,
            Responsibility.valid_to,
        )
        .join(Grid, Grid.id == Responsibility.grid_id)
        .outerjoin(User, User.id == Responsibility.user_id)
        .outerjoin(Unit, Unit.id == Responsibility.unit_id)
        .where(Grid.root_id == root_id, *valid_on(Responsibility, on))
        .order_by(Responsibility.grid_id, Responsibility.line, Responsibility.id)
    )
    if grid_ids is not None:
        stmt = stmt.where(Responsibility.grid_id.in_(sorted(grid_ids)))
    return [Duty(*row) for row in session.execute(stmt)]


def staffed_grid_ids(session: Session, root_id: int, on: date) -> frozenset[int]:
    """Ids of the grids of level `grid` in force on a day with someone responsible on EVERY line of work on that day.

    Only responsibilities for the grid itself count: one held for a community above says nothing of who walks the grid.
    """
    answered = (
        select(Responsibility.grid_id)
        .where(*valid_on(Responsibility, on))
        .group_by(Responsibility.grid_id)
        .having(func.count(Responsibility.line.distinct()) == len(WorkLine))
    )
    stmt = (
        select(GridVersion.grid_id)
        .join(Grid, Grid.id == GridVersion.grid_id)
        .where(Grid.root_id == root_id, GridVersion.level == Level.GRID, *valid_on(GridVersion, on))
        .where(GridVersion.grid_id.in_(answered))
    )
    return frozenset(session.scalars(stmt))


def coverage(session: Session, root_id: int, on: date) -> Coverage:
    """Figures of coverage of a root on a day (`grids.count, area_km2, staffed`; statistics.md)."""
    areas: dict[int, float] = {
        row.grid_id: row.area_m2
        for row in session.execute(
            select(GridVersion.grid_id, GridVersion.area_m2)
            .join(Grid, Grid.id == GridVersion.grid_id)
            .where(Grid.root_id == root_id, GridVersion.level == Level.GRID, *valid_on(GridVersion, on))
        )
    }
    by_line: dict[WorkLine, set[int]] = {line: set() for line in WorkLine}
    for duty in duties(session, root_id, on):
        if duty.grid_id in areas:
            by_line[duty.line].add(duty.grid_id)
    km2 = (Decimal(str(sum(areas.values()))) / 1_000_000).quantize(Decimal("0.01"))
    return Coverage(
        count=len(areas),
        area_km2=km2,
        staffed=len(set.intersection(*by_line.values())),
        by_line={line: len(found) for line, found in by_line.items()},
    )
