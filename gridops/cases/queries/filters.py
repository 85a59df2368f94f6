"""The filter of the queue as conditions over `case`, and the scope that every list of cases obeys."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import Group, QueueFilter
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.people.queries import Scope, apply_scope, units_below

Conditions = list[ColumnElement[bool]]

_NUMBER = re.compile(r"[12][0-9]{3,7}(?:-[0-9]{0,12})?")
_DAY = timedelta(days=1)


def visible(stmt: Any, scope: Scope) -> Any:
    """Narrow a select over cases to those the scope shows."""
    return apply_scope(stmt, scope, root=Case.root_id, grid=Case.grid_id, unit=Case.unit_id, reporter=Case.reporter_id)


def conditions_of(session: Session, scope: Scope, wanted: QueueFilter) -> Conditions:
    """The filter as conditions over `case`, but for states and words."""
    found = [column == value for column, value in _plain(wanted) if value is not None]
    if wanted.unit_id is not None:
        found.append(_among(Case.unit_id, units_below(session, [wanted.unit_id])))
    if wanted.grid_id is not None:
        found.append(_among(Case.grid_id, grids.tree(session).descendants(wanted.grid_id) | {wanted.grid_id}))
    if wanted.class_code is not None:
        found.append(_among(Case.category_id, _categories(session, wanted)))
    if wanted.mine:
        found.append(Case.reporter_id == scope.user_id)
    return [*found, *_times(wanted), *_number(wanted.text)]


def in_states(states: Sequence[State]) -> Conditions:
    """The condition of being in one of these states; none for none."""
    return [_among(Case.state, states)] if states else []


def words_of(text: str) -> str:
    """The words to look for in address and description; empty where the text is the beginning of a number."""
    return "" if _NUMBER.fullmatch(text.strip()) else text.strip()


def _plain(wanted: QueueFilter) -> Iterable[tuple[Any, Any]]:
    return (
        (Case.category_id, wanted.category_id),
        (Case.kind, wanted.kind),
        (Case.source, wanted.source),
        (Case.campaign_id, wanted.campaign_id),
    )


def _times(wanted: QueueFilter) -> Conditions:
    now = clock.now()
    today = clock.local_date(now)
    found: Conditions = []
    if wanted.first_day is not None:
        found.append(Case.reported_at >= clock.midnight(wanted.first_day))
    if wanted.last_day is not None:
        found.append(Case.reported_at < clock.midnight(wanted.last_day + _DAY))
    if wanted.overdue or wanted.group is Group.OVERDUE:
        found.append(Case.runs_out_at < now)
    if wanted.due_today:
        found.append(and_(Case.runs_out_at >= clock.midnight(today), Case.runs_out_at < clock.midnight(today + _DAY)))
    return found


def _number(text: str) -> Conditions:
    """A text of digits is the beginning of a case's number, which begins with the day of its report."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return []
    begin = plain.rstrip("-")
    # A range, since an index serves LIKE only under some collations.
    found: Conditions = [and_(Case.number >= begin, Case.number < begin[:-1] + chr(ord(begin[-1]) + 1))]
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(f"{begin[:4]}-{begin[4:6]}-{begin[6:8]}")
        found += [Case.reported_at >= clock.midnight(day), Case.reported_at < clock.midnight(day + _DAY)]
    return found


def _categories(session: Session, wanted: QueueFilter) -> list[int]:
    stmt = select(Category.id).where(Category.parent_code == wanted.class_code)
    if wanted.kind is not None:
        stmt = stmt.where(Category.kind == wanted.kind)
    return list(session.scalars(stmt))


def _among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    found = sorted(values)
    answer: ColumnElement[bool] = column == found[0] if len(found) == 1 else column.in_(found)
    return answer
