"""The queue: one filter, three sorts, keyset paging; nothing here counts or skips rows without a limit.

Words are looked for in windows of rows until the page is full or the time is up: a page may come short, saying how far
was looked and with a place to go on from, but never slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Select, any_, bindparam, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import words as index
from gridops.cases.queries.filters import (
    CONDITIONS,
    Conditions,
    Values,
    here,
    in_area,
    in_states,
    in_tiles,
    values_of,
    visible,
    words_of,
)
from gridops.cases.rules.areas import Area, bounds
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import CLOCKED_STATES, GROUP_STATES, Group, Place, QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.grids.models import GridVersion
from gridops.people.models import Unit
from gridops.people.queries import Scope

PAGE = 50
WINDOW = 3000
# Words that nearly every case has fill a page from so many rows; of others the index is asked before more are read.
FIRST_WINDOW = 200
SEARCH_SECONDS = 0.5
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


def queue(
    session: Session,
    scope: Scope,
    wanted: QueueFilter,
    *,
    sort: Sort = Sort.DUE,
    after: Place | None = None,
    limit: int = PAGE,
    back: bool = False,
) -> CasePage:
    """One page of the cases a person sees, narrowed and sorted, after a place in that order (`back`: before it)."""
    values = values_of(session, scope, wanted)
    shape = _Shape(tuple(sorted(values)), _states(wanted, sort), sort, after is not None, back, wanted.area)
    values["root_id"] = scope.root_id
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.case_id}
    words = words_of(wanted.text, values)
    # No index holds the places of cases that have ended: they are looked for as words are.
    if words or (wanted.area and not wanted.open_alone):
        return _searched(session, scope, replace(shape, looks=True, words=bool(words)), values, words, limit)
    rows = session.execute(_built(_page, shape, scope, limit + 1), values).all()
    shown = [CaseRow(*row) for row in rows[:limit]]
    return CasePage(shown, place_of(shown[-1], sort) if len(rows) > limit else None)


def neighbours(
    session: Session, scope: Scope, wanted: QueueFilter, sort: Sort, here: Place
) -> tuple[CaseRow | None, CaseRow | None]:
    """The case before and the one after a place of a list, as the list stands now; the place may hold none any more."""
    found = [queue(session, scope, wanted, sort=sort, after=here, limit=1, back=back).rows for back in (True, False)]
    before, after = ([*rows, None][0] for rows in found)
    return before, after


def place_of(row: CaseRow, sort: Sort) -> Place:
    """Where a row stands in a list of this order."""
    key: datetime = getattr(row, _KEYS[sort].key)
    return Place(key, row.id)


def count_up_to(session: Session, scope: Scope, wanted: QueueFilter, limit: int = COUNTED_TO) -> int:
    """How many cases there are, counted no further than `limit` + 1 (shown as 1000+). Words are left out of account."""
    values = values_of(session, scope, wanted)
    conditions = [*(CONDITIONS[name] for name in values), *in_states(wanted.wanted_states), *here(wanted)]
    some = visible(select(Case.id), scope).where(*conditions).limit(limit + 1).subquery()
    return session.scalar(select(func.count()).select_from(some), values) or 0


def group_counts(session: Session, scope: Scope, limit: int = COUNTED_TO) -> dict[Group, int]:
    """The number on each tab but 全部, counted up to `limit` + 1, so that no count grows with the table."""
    statement = _counts_for_all(limit) if scope.grid_ids is None else _counts(scope, limit)
    found = session.execute(statement, {"root_id": scope.root_id, "late_at": clock.now()}).one()
    return dict(zip(_COUNTED, found, strict=True))


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
class _Shape:
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


def _states(wanted: QueueFilter, sort: Sort) -> tuple[State, ...]:
    """The states to look in. A clock runs in a few of them only, and each has an index for the other orders."""
    clocked = wanted.overdue or wanted.due_today or wanted.group is Group.OVERDUE
    if not wanted.wanted_states and clocked and sort is not Sort.DUE:
        return CLOCKED_STATES
    return wanted.wanted_states


def _built(build: Callable[[_Shape, Scope | None, int], Select[Any]], shape: _Shape, scope: Scope, most: int) -> Any:
    """The statement of a shape: built once for all who see the whole jurisdiction, anew for any other scope."""
    return _for_all(build, shape, most) if scope.grid_ids is None else build(shape, scope, most)


@lru_cache(maxsize=256)
def _for_all(build: Callable[[_Shape, Scope | None, int], Select[Any]], shape: _Shape, most: int) -> Select[Any]:
    return build(shape, None, most)


def _page(shape: _Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The rows of a page: their places in the order first, all else of these few rows only."""
    return _rows(_ordered((_KEYS[shape.sort], Case.id), shape, scope, most).subquery("places"), shape)


def _rows(places: Any, shape: _Shape) -> Select[Any]:
    """Cases at some places (key, id) in their order, with the names of category, grid and unit."""
    return (
        select(*CASE_COLUMNS, Category.name_zh, GridVersion.name, func.coalesce(Unit.name, ""))
        .join(places, places.c.id == Case.id)
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .order_by(*_order(shape, places.c[_KEYS[shape.sort].key], places.c.id))
    )


def _seen(stmt: Any, scope: Scope | None) -> Any:
    return stmt.where(Case.root_id == bindparam("root_id")) if scope is None else visible(stmt, scope)


def _narrowed(columns: Sequence[Any], shape: _Shape, scope: Scope | None) -> Select[Any]:
    """Rows in sight, by the conditions of the filter, from the place on."""
    base: Select[Any] = _seen(select(*columns), scope).where(*(CONDITIONS[name] for name in shape.names))
    if not shape.onward:
        return base
    key = _KEYS[shape.sort]
    here, there = tuple_(key, Case.id), tuple_(bindparam("after_key", type_=key.type), bindparam("after_id"))
    return base.where(here < there if shape.falling else here > there)


def _ordered(columns: Sequence[Any], shape: _Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The first rows in order. Several states or grids are asked one by one, each read in the order of its index."""
    key, base = _KEYS[shape.sort], _narrowed(columns, shape, scope)
    if shape.area and not shape.looks:
        base = base.where(in_tiles(*bounds(shape.area)), *in_area(shape.area))
    branches = _branches(scope, shape)
    if len(branches) == 1:
        answer: Select[Any] = base.where(*branches[0]).order_by(*_order(shape, key, Case.id)).limit(most)
        return answer
    parts = [base.where(*each).order_by(*_order(shape, key, Case.id)).limit(most).subquery() for each in branches]
    together = union_all(*(select(part) for part in parts)).subquery()
    return select(together).order_by(*_order(shape, together.c[key.key], together.c.id)).limit(most)


def _branches(scope: Scope | None, shape: _Shape) -> list[Conditions]:
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


def _searched(session: Session, scope: Scope, shape: _Shape, values: Values, words: str, limit: int) -> CasePage:
    """A page of rows with these words in this area, looked for in windows until full or SEARCH_SECONDS are over."""
    like = {"words": words, "pattern": f"%{_escaped(words.lower())}%"} if words else {}
    until, looked, shown = time.monotonic() + SEARCH_SECONDS, 0, list[CaseRow]()
    while True:
        window = WINDOW if looked else FIRST_WINDOW
        asked = {**values, **like, "most": limit + 1 - len(shown)}
        shown += [CaseRow(*row) for row in session.execute(_built(_hits, shape, scope, window), asked)]
        # Words that fill a page at once need no index; of those that do not, it knows all places.
        if not looked and len(shown) <= limit and words and (ids := index.candidates(session, words)) is not None:
            rows = session.execute(_built(_indexed, shape, scope, limit + 1), {**values, **like, "ids": ids})
            shown = [CaseRow(*row) for row in rows]
            return CasePage(shown[:limit], place_of(shown[limit - 1], shape.sort) if len(shown) > limit else None)
        if len(shown) > limit:
            return CasePage(shown[:limit], place_of(shown[limit - 1], shape.sort))
        end = _end(session, scope, shape, values, window)
        if end is None:
            return CasePage(shown, None)
        looked += window
        shape = replace(shape, onward=True)
        values = {**values, "after_key": end.key, "after_id": end.case_id}
        if time.monotonic() > until:
            # whether anything at all is left to look through
            left = _end(session, scope, shape, values, 1)
            return CasePage(shown, end if left else None, short=left is not None, looked=looked)


def _end(session: Session, scope: Scope, shape: _Shape, values: Values, most: int) -> Place | None:
    """The place of the last of the next `most` rows; None where there are fewer."""
    last = session.execute(_built(_window_end, shape, scope, most), values).one_or_none()
    return None if last is None else Place(last[0], last[1])


def _indexed(shape: _Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The first rows in order among the cases of some ids that hold the words, where words and area are asked for."""
    stmt = _narrowed((_KEYS[shape.sort], Case.id), shape, scope).where(
        Case.id == any_(bindparam("ids", type_=ARRAY(BigInteger))), *in_states(shape.states),
        *in_area(shape.area), _holds(Case.address, Case.description, Case.source_number),
    )  # fmt: skip
    return _rows(stmt.order_by(*_order(shape, _KEYS[shape.sort], Case.id)).limit(most).subquery("places"), shape)


def _holds(address: Any, description: Any, source_number: Any) -> Any:
    texts = (func.lower(text).like(bindparam("pattern"), escape="/") for text in (address, description))
    return or_(*texts, source_number == bindparam("words"))


def _hits(shape: _Shape, scope: Scope | None, most: int) -> Select[Any]:
    key = _KEYS[shape.sort]
    columns = (key, Case.id, Case.lon, Case.lat, *((Case.address, Case.description, Case.source_number) * shape.words))
    window = _ordered(columns, shape, scope, most).subquery("window")
    hits = in_area(shape.area, window.c.lon, window.c.lat)
    if shape.words:
        hits.append(_holds(window.c.address, window.c.description, window.c.source_number))
    found = select(window.c[key.key], window.c.id).where(*hits).order_by(*_order(shape, window.c[key.key], window.c.id))
    return _rows(found.limit(bindparam("most", type_=Integer)).subquery("places"), shape)


def _window_end(shape: _Shape, scope: Scope | None, most: int) -> Select[Any]:
    """Key and id of the last row of a full window; nothing where it is not full."""
    key = _KEYS[shape.sort]
    window = _ordered((key, Case.id), shape, scope, most).subquery("window")
    order = _order(shape, window.c[key.key], window.c.id)
    return select(window.c[key.key], window.c.id).order_by(*order).offset(most - 1).limit(1)


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _counts(scope: Scope | None, limit: int) -> Select[Any]:
    """One statement for all tabs: each counts no further than `limit` + 1."""
    found = []
    for group in _COUNTED:
        narrowed = [CONDITIONS["late_at"]] if group is Group.OVERDUE else in_states(GROUP_STATES[group])
        some = _seen(select(Case.id), scope).where(*narrowed).limit(limit + 1).subquery()
        found.append(select(func.count()).select_from(some).scalar_subquery())
    return select(*found)


@lru_cache(maxsize=4)
def _counts_for_all(limit: int) -> Select[Any]:
    return _counts(None, limit)


_COUNTED = tuple(group for group in Group if group is not Group.ALL)
_KEYS: dict[Sort, Any] = {Sort.DUE: Case.runs_out_at, Sort.REPORTED: Case.reported_at, Sort.OLDEST: Case.reported_at}


def _order(shape: _Shape, key: Any, number: Any) -> tuple[Any, Any]:
    return (key.desc(), number.desc()) if shape.falling else (key, number)


def _names(session: Session, key: Any, name: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(key, name).where(key.in_(sorted(ids))))
    return dict(rows.all())
