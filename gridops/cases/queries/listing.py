"""The queue: one filter, three sorts, keyset paging; nothing here counts or skips rows without a limit.

Words are looked for in windows of rows: a page may come short with a place to go on from, but never slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import Conditions, conditions_of, in_states, visible, words_of
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import CLOCKED_STATES, Group, Place, QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.catalogue.rules import Kind
from gridops.grids.models import GridVersion
from gridops.people.models import Unit
from gridops.people.queries import Scope

PAGE = 50
WINDOW = 3000
_MOST_BRANCHES = 16
COUNTED_TO = 1000


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as listed; `runs_out_at`: see `projection.FAR`. The grid is called as on the day of the record."""

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
    runs_out_at: datetime
    suspended_at: datetime | None
    asked_at: datetime | None
    checked_at: datetime | None
    verified: bool | None
    closed_at: datetime | None
    lon: float | None
    lat: float | None
    category: str = ""
    grid: str = ""
    unit: str = ""

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
    Case.runs_out_at,
    Case.suspended_at,
    Case.asked_at,
    Case.checked_at,
    Case.verified,
    Case.closed_at,
    Case.lon,
    Case.lat,
)


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page; `next` begins the following one, None: the last. `short`: words were looked for only so far."""

    rows: list[CaseRow]
    next: Place | None
    short: bool = False


def queue(
    session: Session,
    scope: Scope,
    wanted: QueueFilter,
    *,
    sort: Sort = Sort.DUE,
    after: Place | None = None,
    limit: int = PAGE,
) -> CasePage:
    """One page of the cases a person sees, narrowed and sorted, after a place in that order."""
    conditions = conditions_of(session, scope, wanted)
    words = words_of(wanted.text)
    if words:
        return _searched(session, scope, wanted, conditions, words, sort, after, limit)
    rows = session.execute(_ordered(CASE_COLUMNS, scope, wanted, conditions, sort, after, limit + 1)).all()
    shown = with_names(session, [CaseRow(*row) for row in rows[:limit]])
    return CasePage(shown, _place(shown[-1], sort) if len(rows) > limit else None)


def count_up_to(session: Session, scope: Scope, wanted: QueueFilter, limit: int = COUNTED_TO) -> int:
    """How many cases there are, counted no further than `limit` + 1 (shown as 1000+). Words are left out of account."""
    conditions = conditions_of(session, scope, wanted)
    states = wanted.wanted_states
    some = visible(select(Case.id), scope).where(*conditions, *in_states(states)).limit(limit + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def group_counts(session: Session, scope: Scope, limit: int = COUNTED_TO) -> dict[Group, int]:
    """The number on each tab but 全部, counted up to `limit` + 1."""
    return {
        group: count_up_to(session, scope, QueueFilter(group=group), limit) for group in Group if group is not Group.ALL
    }


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


def _ordered(
    columns: Sequence[Any],
    scope: Scope,
    wanted: QueueFilter,
    conditions: Sequence[ColumnElement[bool]],
    sort: Sort,
    after: Place | None,
    limit: int,
) -> Select[Any]:
    """The first rows in order. Several states or grids are asked one by one, each read in the order of its index."""
    key = _KEYS[sort]
    base = visible(select(*columns), scope).where(*conditions)
    if after is not None:
        base = base.where(_beyond(sort, after))
    branches = _branches(scope, wanted, sort)
    if len(branches) == 1:
        answer: Select[Any] = base.where(*branches[0]).order_by(*_order(sort, key, Case.id)).limit(limit)
        return answer
    parts = [base.where(*each).order_by(*_order(sort, key, Case.id)).limit(limit).subquery() for each in branches]
    together = union_all(*(select(part) for part in parts)).subquery()
    return select(together).order_by(*_order(sort, together.c[key.key], together.c.id)).limit(limit)


def _branches(scope: Scope, wanted: QueueFilter, sort: Sort) -> list[Conditions]:
    """Disjoint parts of what is wanted, each of which an index holds in the order of the sort; one part: the whole."""
    states = wanted.wanted_states
    if not states and wanted.group is Group.OVERDUE and sort is not Sort.DUE:
        states = CLOCKED_STATES
    if states:
        return [[Case.state == state] for state in states] if len(states) <= _MOST_BRANCHES else [in_states(states)]
    own = sorted(scope.grid_ids or ())
    if sort is Sort.DUE or wanted.grid_id is not None or scope.units or not 0 < len(own) <= _MOST_BRANCHES:
        return [[]]
    elsewhere = [Case.reporter_id == scope.user_id, Case.grid_id.not_in(own)]
    return [*([Case.grid_id == grid_id] for grid_id in own), elsewhere]


def _searched(
    session: Session,
    scope: Scope,
    wanted: QueueFilter,
    conditions: Sequence[ColumnElement[bool]],
    words: str,
    sort: Sort,
    after: Place | None,
    limit: int,
) -> CasePage:
    """A page of rows with these words, looked for in the next WINDOW rows only."""
    columns = (*CASE_COLUMNS, Case.source_number)
    window = _ordered(columns, scope, wanted, conditions, sort, after, WINDOW).subquery()
    key, number = window.c[_KEYS[sort].key], window.c.id
    order = _order(sort, key, number)
    low = words.lower()
    hit = or_(
        *(func.lower(window.c[name]).contains(low, autoescape=True) for name in ("address", "description")),
        window.c.source_number == words,
    )
    shown_columns = [window.c[column.key] for column in CASE_COLUMNS]
    rows = session.execute(select(*shown_columns).where(hit).order_by(*order).limit(limit + 1)).all()
    shown = with_names(session, [CaseRow(*row) for row in rows[:limit]])
    if len(rows) > limit:
        return CasePage(shown, _place(shown[-1], sort))
    last = session.execute(select(key, number).order_by(*order).offset(WINDOW - 1).limit(1)).one_or_none()
    return CasePage(shown, None if last is None else Place(last[0], last[1]), short=last is not None)


_KEYS: dict[Sort, Any] = {Sort.DUE: Case.runs_out_at, Sort.REPORTED: Case.reported_at, Sort.OLDEST: Case.reported_at}


def _order(sort: Sort, key: Any, number: Any) -> tuple[Any, Any]:
    return (key.desc(), number.desc()) if sort is Sort.REPORTED else (key, number)


def _beyond(sort: Sort, after: Place) -> ColumnElement[bool]:
    here, there = tuple_(_KEYS[sort], Case.id), tuple_(after.key, after.case_id)
    return here < there if sort is Sort.REPORTED else here > there


def _place(row: CaseRow, sort: Sort) -> Place:
    key: datetime = getattr(row, _KEYS[sort].key)
    return Place(key, row.id)


def _names(session: Session, key: Any, name: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(key, name).where(key.in_(sorted(ids))))
    return dict(rows.all())
