"""The queue: one filter, three sorts, keyset paging; nothing here counts or skips rows without a limit."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import CONDITIONS, Values, here, in_states, values_of, visible, words_of
from gridops.cases.queries.rows import KEYS, CasePage, CaseRow, Shape, built, ordered, place_of, rows_at, seen
from gridops.cases.queries.searching import searched
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import CLOCKED_STATES, GROUP_STATES, SOON, Group, Place, QueueFilter, Sort
from gridops.core import clock
from gridops.people.queries import Scope

PAGE = 50
COUNTED_TO = 1000


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
    shape = Shape(tuple(sorted(values)), _states(wanted, sort), sort, after is not None, back, wanted.area)
    if after is not None and _before_all(shape, values, after):
        after, shape = None, replace(shape, onward=False)
    values["root_id"] = scope.root_id
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.case_id}
    words = words_of(wanted.text, values)
    # No index holds the places of cases that have ended: they are looked for as words are.
    if words or (wanted.area and not wanted.open_alone):
        return searched(session, scope, replace(shape, looks=True, words=bool(words)), values, words, limit)
    rows = session.execute(built(_page, shape, scope, limit + 1), values).all()
    shown = [CaseRow(*row) for row in rows[:limit]]
    return CasePage(shown, place_of(shown[-1], sort) if len(rows) > limit else None)


def _before_all(shape: Shape, values: Values, after: Place) -> bool:
    """Whether all that is asked for lies beyond a place: from there on the index would be read through up to it."""
    if KEYS[shape.sort] is not Case.reported_at:
        return False
    edges = [values.get(name) for name in (("until", "number_until") if shape.falling else ("since", "number_since"))]
    return any(edge is not None and (after.key >= edge if shape.falling else after.key < edge) for edge in edges)


def neighbours(
    session: Session, scope: Scope, wanted: QueueFilter, sort: Sort, here: Place
) -> tuple[CaseRow | None, CaseRow | None]:
    """The case before and the one after a place of a list, as the list stands now; the place may hold none any more."""
    found = [queue(session, scope, wanted, sort=sort, after=here, limit=1, back=back).rows for back in (True, False)]
    before, after = ([*rows, None][0] for rows in found)
    return before, after


def count_up_to(session: Session, scope: Scope, wanted: QueueFilter, limit: int = COUNTED_TO) -> int:
    """How many cases there are, counted no further than `limit` + 1 (shown as 1000+). Words are left out of account."""
    values = values_of(session, scope, wanted)
    conditions = [*(CONDITIONS[name] for name in values), *in_states(wanted.wanted_states), *here(wanted)]
    some = visible(select(Case.id), scope).where(*conditions).limit(limit + 1).subquery()
    return session.scalar(select(func.count()).select_from(some), values) or 0


def group_counts(session: Session, scope: Scope, limit: int = COUNTED_TO) -> dict[Group, int]:
    """The number on each tab but 全部, counted up to `limit` + 1, so that no count grows with the table."""
    statement = _counts_for_all(limit) if scope.grid_ids is None else _counts(scope, limit)
    now = clock.now()
    values = {"root_id": scope.root_id, "late_at": now, "due_since": now, "due_until": now + SOON}
    found = session.execute(statement, values).one()
    return dict(zip(_COUNTED, found, strict=True))


def _states(wanted: QueueFilter, sort: Sort) -> tuple[State, ...]:
    """The states to look in. A clock runs in a few of them only, and each has an index for the other orders."""
    clocked = wanted.overdue or wanted.due_today or wanted.group in _BY_CLOCK
    if not wanted.wanted_states and clocked and sort is not Sort.DUE:
        return CLOCKED_STATES
    return wanted.wanted_states


def _page(shape: Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The rows of a page: their places in the order first, all else of these few rows only."""
    return rows_at(ordered((KEYS[shape.sort], Case.id), shape, scope, most).subquery("places"), shape)


def _counts(scope: Scope | None, limit: int) -> Select[Any]:
    """One statement for all tabs: each counts no further than `limit` + 1."""
    found = []
    for group in _COUNTED:
        asked = _BY_CLOCK.get(group)
        narrowed = [CONDITIONS[name] for name in asked] if asked else in_states(GROUP_STATES[group])
        some = seen(select(Case.id), scope).where(*narrowed).limit(limit + 1).subquery()
        found.append(select(func.count()).select_from(some).scalar_subquery())
    return select(*found)


@lru_cache(maxsize=4)
def _counts_for_all(limit: int) -> Select[Any]:
    return _counts(None, limit)


# The tabs that go by the clock, and what they ask.
_BY_CLOCK = {Group.SOON: ("due_since", "due_until"), Group.OVERDUE: ("late_at",)}
_COUNTED = tuple(group for group in Group if group is not Group.ALL)
