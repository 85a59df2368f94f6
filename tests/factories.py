"""One builder per table: what a test does not say is filled in plausibly."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.cases.service.writing import NewCase, numbers_for, write_numbered
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.people.models import RoleHolding, Unit, User
from gridops.people.rules import Role, UnitKind
from gridops.worktime.rules import LimitUnit

_serial = itertools.count(1)


def at(text: str) -> datetime:
    """An instant from local words: `2017-03-05 09:00`."""
    return clock.parse_instant(text.replace(" ", "T"))


def square(west: float, south: float, side: float = 0.01) -> str:
    """GeoJSON text of a square with its corner and side in degrees."""
    east, north = west + side, south + side
    ring = f"[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]"
    return f'{{"type":"Polygon","coordinates":[{ring}]}}'


def make_grid(
    session: Session,
    code: str | None = None,
    *,
    parent: Grid | None = None,
    level: Level = Level.STREET,
    name: str | None = None,
    west: float = 119.95,
    south: float = 31.85,
    side: float = 0.01,
    **version: Any,
) -> Grid:
    """A grid with one version: a root, or below `parent` in its root."""
    grid = Grid(code=code or f"9{next(_serial):08d}", root_id=parent.root_id if parent else None)
    session.add(grid)
    session.flush()
    grid.root_id = grid.root_id or grid.id
    session.add(
        GridVersion(
            grid_id=grid.id,
            parent_id=parent.id if parent else None,
            name=name or grid.code,
            level=level,
            geometry=square(west, south, side),
            area_m2=1_000_000.0,
            west=west,
            south=south,
            east=west + side,
            north=south + side,
            **version,
        )
    )
    session.flush()
    return grid


def make_category(
    session: Session, code: str = "0110", *, kind: Kind = Kind.EVENT, list_code: str = "B", name: str = "暴露垃圾"
) -> Category:
    """A level-2 category of a list that is made when missing."""
    listed = session.query(CategoryList).filter_by(code=list_code).first()
    if listed is None:
        listed = CategoryList(code=list_code, version="test", name=f"清单{list_code}")
        session.add(listed)
        session.flush()
    category = Category(
        list_id=listed.id,
        kind=kind,
        code=code,
        level=2,
        parent_code=code[:2],
        name_zh=name,
        name_en=name,
        confidence="high",
    )
    session.add(category)
    session.flush()
    return category


def make_condition(
    session: Session, category: Category, limit: int | None = 4, unit: LimitUnit = LimitUnit.WORKING_HOUR
) -> FilingCondition:
    """A filing condition with a limit."""
    condition = FilingCondition(
        category_id=category.id,
        position=1,
        condition="有此类问题",
        closing_condition="问题已消除",
        limit=limit,
        limit_unit=unit if limit else None,
    )
    session.add(condition)
    session.flush()
    return condition


def make_case(
    session: Session, grid: Grid, category: Category, *events: Event, source: Source = Source.INSPECTOR, **given: Any
) -> Case:
    """A case in a grid, told by its events (default: reported now); the report comes first."""
    version_id = session.scalars(select(GridVersion.id).where(GridVersion.grid_id == grid.id)).first()
    columns = {
        "root_id": grid.root_id,
        "grid_id": grid.id,
        "grid_version_id": version_id,
        "kind": category.kind,
        "source": source,
        "recorded_at": clock.now(),
        **given,
    }
    told = events or (Event(Move.REPORT, clock.now(), 1, category_id=category.id),)
    new = NewCase(columns, told)
    return write_numbered(session, new, numbers_for(session, new))


def make_unit(
    session: Session,
    root: Grid,
    code: str | None = None,
    *,
    parent: Unit | None = None,
    name: str | None = None,
    kind: UnitKind = UnitKind.DEPARTMENT,
    level: int | None = None,
) -> Unit:
    """A unit of a root; below `parent` one level deeper."""
    code = code or f"U{next(_serial)}"
    unit = Unit(
        root_id=root.id,
        code=code,
        name=name or code,
        kind=kind,
        parent_id=parent.id if parent else None,
        level=level or (parent.level + 1 if parent else 2),
    )
    session.add(unit)
    session.flush()
    return unit


def make_user(
    session: Session,
    root: Grid,
    *roles: Role,
    unit: Unit | None = None,
    grid: Grid | None = None,
    username: str | None = None,
    password_hash: str | None = None,
) -> User:
    """A person holding roles for a unit and a part of the territory (default: the whole root)."""
    unit = unit or make_unit(session, root)
    name = username or f"user{next(_serial)}"
    user = User(
        root_id=root.id, username=name, name=name, unit_id=unit.id, session_stamp="1", password_hash=password_hash
    )
    session.add(user)
    session.flush()
    for role in roles:
        session.add(RoleHolding(user_id=user.id, role=role, unit_id=unit.id, grid_id=(grid or root).id))
    session.flush()
    return user


def statements_of(on: Session | Engine, ask: Callable[[], object]) -> int:
    """How many statements an answer needs, of one session or of all."""
    seen: list[object] = []

    def note(*given: object) -> None:
        seen.append(given[2])

    database = on.connection() if isinstance(on, Session) else on
    event.listen(database, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(database, "before_cursor_execute", note)
    return len(seen)
