"""A case as listed, and the statement of a page: one filter, three orders, each read as an index holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_, union_all
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import CONDITIONS, Conditions, in_area, in_states, in_tiles, visible
from gridops.cases.rules.areas import Area, bounds
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import Place, Sort
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.catalogue.rules import Kind
from gridops.grids.models import GridVersion
from gridops.people.models import Helping, Unit
from gridops.people.queries import Scope

_MOST_BRANCHES = 16


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as listed; `runs_out_at`: see `projection.FAR`. The grid is called as on the day of the record.

    `helped`: whether units help or helped with it (会办), which pages of the queue alone are told.
    """

    id: int
    number: str
    state: State
    version: int
    kind: Kind
    source: Source
    category_id: int
    grid_id: int
    grid_version_id: int
    unit_id: int | None
    address: str
    description: str
    reported_at: datetime
    due_at: datetime | None
    handle_due_at: datetime | None
    runs_out_at: datetime
    suspended_at: datetime | None
    resume_at: datetime | None
    asked_at: datetime | None
    checked_at: datetime | None
    verified: bool | None
    closed_at: datetime | None
    lon: float | None
    lat: float | None
    category: str = ""
    grid: str = ""
    unit: str = ""
    helped: bool = False

    def overdue(self, now: datetime) -> bool:
        """Whether the clock that runs has run out."""
        return self.runs_out_at < now


CASE_COLUMNS = (
    Case.id,
    Case.number,
    Case.state,
    Case.version,
    Case.kind,
    Case.source,
    Case.category_id,
    Case.grid_id,
    Case.grid_version_id,
    Case.unit_id,
    Case.address,
    func.substr(Case.description, 1, 200).label("description"),
    Case.reported_at,
    Case.due_at,
    Case.handle_due_at,
    Case.runs_out_at,
    Case.suspended_at,
    Case.resume_at,
    Case.asked_at,
    Case.checked_at,
    Case.verified,
    Case.closed_at,
    Case.lon,
    Case.lat,
)


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page; `next` begins the following one, None: the last.

    `short`: the time was up before words were looked for everywhere; `looked`: rows looked through. Both then lead to
    `next`, whose key says up to when.
    """

    rows: list[CaseRow]
    next: Place | None
    short: bool = False
    looked: int = 0


def place_of(row: CaseRow, sort: Sort) -> Place:
    """Where a row stands in a list of this order."""
    key: datetime = getattr(row, KEYS[sort].key)
    return Place(key, row.id)


def with_names(session: Session, rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The rows with the names of category, grid and unit."""
    categories = _names(session, Category.id, Category.name_zh, {row.category_id for row in rows})
    places = _names(session, GridVersion.id, GridVersion.name, {row.grid_version_id for row in rows})
    units = _names(session, Unit.id, Unit.name, {row.unit_id for row in rows if row.unit_id is not None})
    return [
        replace(
            row,
            category=categories.get(row.category_id, ""),
            grid=places.get(row.grid_version_id, ""),
            unit=units.get(row.unit_id or 0, ""),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the statement of a page depends on but its values: names of CONDITIONS, states, order, onward, back.

    `looks`: whether it is looked for in windows of rows, by words or in an area.
    """

    names: tuple[str, ...]
    states: tuple[State, ...]
    sort: Sort
    onward: bool
    back: bool = False
    area: Area = ()
    looks: bool = False
    words: bool = False

    @property
    def falling(self) -> bool:
        """Whether the latest comes first."""
        return (self.sort is Sort.REPORTED) is not self.back


def built(build: Callable[[Shape, Scope | None, int], Select[Any]], shape: Shape, scope: Scope, most: int) -> Any:
    """The statement of a shape: built once for all who see the whole jurisdiction, anew for any other scope."""
    return _for_all(build, shape, most) if scope.grid_ids is None else build(shape, scope, most)


@lru_cache(maxsize=256)
def _for_all(build: Callable[[Shape, Scope | None, int], Select[Any]], shape: Shape, most: int) -> Select[Any]:
    return build(shape, None, most)


def rows_at(places: Any, shape: Shape) -> Select[Any]:
    """Cases at some places (key, id) in their order, with the names of category, grid and unit."""
    helped = select(Helping.case_id).where(Helping.case_id == Case.id).correlate(Case).exists()
    return (
        select(*CASE_COLUMNS, Category.name_zh, GridVersion.name, func.coalesce(Unit.name, ""), helped)
        .join(places, places.c.id == Case.id)
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .order_by(*in_order(shape, places.c[KEYS[shape.sort].key], places.c.id))
    )


def seen(stmt: Any, scope: Scope | None) -> Any:
    """What a scope sees; None: all of the jurisdiction bound as `root_id`."""
    return stmt.where(Case.root_id == bindparam("root_id")) if scope is None else visible(stmt, scope)


def narrowed(columns: Sequence[Any], shape: Shape, scope: Scope | None) -> Select[Any]:
    """Rows in sight, by the conditions of the filter, from the place on."""
    base: Select[Any] = seen(select(*columns), scope).where(*(CONDITIONS[name] for name in shape.names))
    return base.where(*beyond(shape, KEYS[shape.sort], Case.id))


def beyond(shape: Shape, key: Any, number: Any) -> Conditions:
    """What lies beyond the place that a shape goes on from, if it does."""
    if not shape.onward:
        return []
    here, there = tuple_(key, number), tuple_(bindparam("after_key", type_=key.type), bindparam("after_id"))
    return [here < there if shape.falling else here > there]


def ordered(columns: Sequence[Any], shape: Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The first rows in order. Several states or grids are asked one by one, each read in the order of its index."""
    key, base = KEYS[shape.sort], narrowed(columns, shape, scope)
    if shape.area and not shape.looks:
        base = base.where(in_tiles(*bounds(shape.area)), *in_area(shape.area))
    branches = _branches(scope, shape)
    if len(branches) == 1:
        answer: Select[Any] = base.where(*branches[0]).order_by(*in_order(shape, key, Case.id)).limit(most)
        return answer
    parts = [base.where(*each).order_by(*in_order(shape, key, Case.id)).limit(most).subquery() for each in branches]
    together = union_all(*(select(part) for part in parts)).subquery()
    return select(together).order_by(*in_order(shape, together.c[key.key], together.c.id)).limit(most)


def in_order(shape: Shape, key: Any, number: Any) -> tuple[Any, Any]:
    """The order of a shape by its key; cases of one moment by their id."""
    return (key.desc(), number.desc()) if shape.falling else (key, number)


def _branches(scope: Scope | None, shape: Shape) -> list[Conditions]:
    """Disjoint parts of what is wanted, each of which an index holds in the order of the sort; one part: the whole."""
    states = shape.states
    if states:
        return [[Case.state == state] for state in states] if len(states) <= _MOST_BRANCHES else [in_states(states)]
    own = sorted(scope.grid_ids or ()) if scope is not None else []
    if scope is None or shape.sort is Sort.DUE or "grid_ids" in shape.names or scope.units:
        return [[]]
    if not 0 < len(own) <= _MOST_BRANCHES:
        return [[]]
    elsewhere = [Case.reporter_id == scope.user_id, Case.grid_id.not_in(own)]
    return [*([Case.grid_id == grid_id] for grid_id in own), elsewhere]


def _names(session: Session, key: Any, name: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(key, name).where(key.in_(sorted(ids))))
    return dict(rows.all())


KEYS: dict[Sort, Any] = {Sort.DUE: Case.runs_out_at, Sort.REPORTED: Case.reported_at, Sort.OLDEST: Case.reported_at}
