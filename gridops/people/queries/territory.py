"""The territory as admin pages pick from it: grids by today's names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid, NotFound
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.people.queries.access import in_force, valid_on
from gridops.people.rules import Person, Role, may

PAGE = 50


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """A grid as it is called today."""

    id: int
    code: str
    name: str
    level: Level
    parent_id: int | None
    area_m2: float


_COLUMNS = (Grid.id, Grid.code, GridVersion.name, GridVersion.level, GridVersion.parent_id, GridVersion.area_m2)


def territory_rows(
    session: Session, root_id: int, levels: Collection[Level] = tuple(Level), limit: int = 500
) -> list[TerritoryRow]:
    """Grids of some levels in force today, by code, for pickers; beyond `limit` a code is typed."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(
            Grid.root_id == root_id,
            GridVersion.level.in_(levels),
            *valid_on(GridVersion, clock.local_date(clock.now())),
        )
        .order_by(Grid.code)
        .limit(limit)
    )
    return [TerritoryRow(*row) for row in rows]


def grid_page(
    session: Session, root_id: int, parent_id: int | None, *, after: str | None = None, size: int = PAGE
) -> tuple[list[TerritoryRow], str | None]:
    """One page of the grids of level `grid` (below `parent_id`) by code, and where the next begins."""
    stmt = (
        select(*_COLUMNS)
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(Grid.root_id == root_id, GridVersion.level == Level.GRID)
        .where(*valid_on(GridVersion, clock.local_date(clock.now())))
    )
    if parent_id is not None:
        stmt = stmt.where(GridVersion.parent_id == parent_id)
    if after is not None:
        stmt = stmt.where(Grid.code > after)
    rows = [TerritoryRow(*row) for row in session.execute(stmt.order_by(Grid.code).limit(size + 1))]
    return rows[:size], rows[size - 1].code if len(rows) > size else None


def territory_row(session: Session, root_id: int, grid_id: int) -> TerritoryRow:
    """One grid of this root as it is called today (or was last); NotFound."""
    row = session.execute(
        select(*_COLUMNS)
        .join(GridVersion, and_(GridVersion.grid_id == Grid.id, in_force()))
        .where(Grid.root_id == root_id, Grid.id == grid_id)
    ).one_or_none()
    if row is None:
        raise NotFound("没有这个网格")
    return TerritoryRow(*row)


def grid_id_of(session: Session, root_id: int, code: str) -> int:
    """The id of a grid of this root by its code; Invalid names `grid_code`."""
    found = session.scalar(select(Grid.id).where(Grid.root_id == root_id, Grid.code == code))
    if found is None:
        raise Invalid(("grid_code", "没有这个网格"))
    return found


def rows_kept_by(person: Person, rows: Sequence[TerritoryRow]) -> list[TerritoryRow]:
    """Those of the rows (of one root, parents among them) for which the person is admin."""
    above = {row.id: row.parent_id for row in rows}

    def path(grid_id: int) -> list[int]:
        found = [person.root_id]
        step: int | None = grid_id
        while step is not None and step not in found:
            found.append(step)
            step = above.get(step)
        return found

    return [row for row in rows if may(person, (Role.ADMIN,), path(row.id))]
