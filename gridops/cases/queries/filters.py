"""The filter of the queue as conditions over `case`, and the scope that every list of cases obeys.

Each condition stands once, under the name of the value it asks for, so that a statement over some of them can be built
once and asked again with other values: building a statement costs more than running it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, null, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import steps
from gridops.cases.rules.areas import Area, bounds, edges
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.queue import ANY_HELPER, LATELY, LATELY_MOVES, OPEN_STATES, SOON, Group, QueueFilter
from gridops.cases.rules.tiles import ranges
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.people.models import Helping, Unit
from gridops.people.queries import Scope, apply_scope, units_below

Conditions = list[ColumnElement[bool]]
Values = dict[str, Any]

_NUMBER = re.compile(r"[12][0-9]{3,7}(?:-[0-9]{0,12})?")
_TAIL = re.compile(r"[0-9]{4,12}")
_MOST_TAILS = 2000
_DAY = timedelta(days=1)

# Who of the unit that has a case received, answered or returned it last; a new dispatch finds it with nobody.
HOLDER = (
    select(case((CaseEvent.move == Move.DISPATCH, null()), else_=CaseEvent.actor_id))
    .where(
        CaseEvent.case_id == Case.id,
        CaseEvent.move.in_((Move.DISPATCH, Move.RECEIVE, Move.FEEDBACK, Move.RETURN)),
        CaseEvent.superseded_at.is_(None),
    )
    .order_by(CaseEvent.seq.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)

CONDITIONS: dict[str, ColumnElement[bool]] = {
    "category_id": Case.category_id == bindparam("category_id"),
    "kind": Case.kind == bindparam("kind"),
    "source": Case.source == bindparam("source"),
    "campaign_id": Case.campaign_id == bindparam("campaign_id"),
    "reporter_id": Case.reporter_id == bindparam("reporter_id"),
    "unit_ids": Case.unit_id.in_(bindparam("unit_ids", expanding=True)),
    "grid_ids": Case.grid_id.in_(bindparam("grid_ids", expanding=True)),
    "category_ids": Case.category_id.in_(bindparam("category_ids", expanding=True)),
    "since": Case.reported_at >= bindparam("since"),
    "until": Case.reported_at < bindparam("until"),
    "late_at": Case.runs_out_at < bindparam("late_at"),
    "due_since": Case.runs_out_at >= bindparam("due_since"),
    "due_until": Case.runs_out_at < bindparam("due_until"),
    # A range, since an index serves LIKE only under some collations.
    "number_from": Case.number >= bindparam("number_from"),
    "number_below": Case.number < bindparam("number_below"),
    "number_since": Case.reported_at >= bindparam("number_since"),
    "number_until": Case.reported_at < bindparam("number_until"),
    # No move is later than the last one: what the second asks of events, the first asks of the row.
    "lately_since": Case.last_moved_at >= bindparam("lately_since"),
    "lately": Case.id.in_(
        select(CaseEvent.case_id).where(
            CaseEvent.move == bindparam("lately"),
            CaseEvent.happened_at >= bindparam("lately_since"),
            CaseEvent.superseded_at.is_(None),
        )
    ),
    "holder_id": bindparam("holder_id") == HOLDER,
    "helper_ids": Case.id.in_(
        select(Helping.case_id).where(
            Helping.unit_id.in_(bindparam("helper_ids", expanding=True)), Helping.answered_at.is_(None)
        )
    ),
    # Written out: PostgreSQL takes no more than 65,535 values beside a statement.
    "late_ids": Case.id.in_(bindparam("late_ids", expanding=True, literal_execute=True)),
    "tail_ids": Case.id.in_(bindparam("tail_ids", expanding=True)),
}


def visible(stmt: Any, scope: Scope) -> Any:
    """Narrow a select over cases to those the scope shows."""
    return apply_scope(
        stmt,
        scope,
        root=Case.root_id,
        grid=Case.grid_id,
        unit=Case.unit_id,
        reporter=Case.reporter_id,
        case=Case.id,
    )


def sees(scope: Scope, case: Case) -> bool:
    """Whether the scope shows one case at hand: the same condition."""
    return scope.sees(
        root_id=case.root_id,
        grid_id=case.grid_id,
        unit_id=case.unit_id,
        reporter_id=case.reporter_id,
        case_id=case.id,
    )


def values_of(session: Session, scope: Scope, wanted: QueueFilter) -> Values:
    """The values of the filter by the names of their CONDITIONS, but for states and words."""
    plain = ("category_id", "kind", "source", "campaign_id", "holder_id")
    given: Values = {name: getattr(wanted, name) for name in plain}
    if wanted.unit_id is not None:
        given["unit_ids"] = sorted(units_below(session, [wanted.unit_id]))
    if wanted.helper_id is not None:
        given["helper_ids"] = _helpers(session, scope, wanted.helper_id)
    if wanted.late_step:
        given["late_ids"] = steps.late_ids(session, scope.root_id, wanted.wanted_states or OPEN_STATES) or []
    if wanted.grid_id is not None:
        given["grid_ids"] = sorted(grids.tree(session).descendants(wanted.grid_id) | {wanted.grid_id})
    if wanted.class_code is not None:
        # They are of its kind: asked for both, a database would think them far fewer than they are.
        given |= {"category_ids": _categories(session, wanted), "kind": None}
    if wanted.mine:
        given["reporter_id"] = scope.user_id
    found = {**given, **_times(wanted), **(_tail(session, scope, wanted.text) or _number(wanted.text))}
    return {name: value for name, value in found.items() if value is not None}


def _helpers(session: Session, scope: Scope, helper_id: int) -> list[int]:
    if helper_id == ANY_HELPER:
        return sorted(session.scalars(select(Unit.id).where(Unit.root_id == scope.root_id)))
    return sorted(units_below(session, [helper_id]))


def narrowed(stmt: Any, session: Session, scope: Scope, wanted: QueueFilter) -> Any:
    """A select over cases narrowed by scope, filter and states, its values bound; words are left out of account."""
    values = values_of(session, scope, wanted)
    conditions = [*(CONDITIONS[name] for name in values), *in_states(wanted.wanted_states), *here(wanted)]
    return visible(stmt, scope).where(*conditions).params(values)


def here(wanted: QueueFilter) -> Conditions:
    """The conditions of the area of a filter, by index where it looks for open cases alone."""
    tiles = [in_tiles(*bounds(wanted.area))] if wanted.area and wanted.open_alone else []
    return [*tiles, *in_area(wanted.area)]


def in_area(area: Area, lon: Any = Case.lon, lat: Any = Case.lat) -> Conditions:
    """The conditions of lying in an area drawn on the map, as `areas.holds` has it; none for none."""
    if not area:
        return []
    west, south, east, north = bounds(area)
    crossed = (
        case((and_(lat >= low, lat < high, lon < x + (lat - low) * ((z - x) / (high - low))), 1), else_=0)
        for (x, low), (z, high) in edges(area)
    )
    return [lon.between(west, east), lat.between(south, north), sum(crossed, literal(0)) % 2 == 1]


def in_tiles(west: float, south: float, east: float, north: float) -> ColumnElement[bool]:
    """The condition of being open and in the tiles of a window; it may hold a little outside."""
    return or_(*(Case.open_tile.between(first, last) for first, last in ranges(west, south, east, north)))


def in_states(states: Sequence[State]) -> Conditions:
    """The condition of being in one of these states; none for none."""
    return [Case.state == states[0] if len(states) == 1 else Case.state.in_(sorted(states))] if states else []


def words_of(text: str, values: Values) -> str:
    """The words to look for in address and description; empty where the filter's values took the text for a number."""
    return "" if values.keys() & {"tail_ids", "number_from"} else text.strip()


def _times(wanted: QueueFilter) -> Values:
    now = clock.now()
    today = clock.local_date(now)
    found: Values = {}
    if wanted.first_day is not None:
        found["since"] = clock.midnight(wanted.first_day)
    if wanted.last_day is not None:
        found["until"] = clock.midnight(wanted.last_day + _DAY)
    if wanted.overdue or wanted.group is Group.OVERDUE:
        found["late_at"] = now
    due = [(now, now + SOON)] if wanted.group is Group.SOON else []
    due += [(clock.midnight(today), clock.midnight(today + _DAY))] if wanted.due_today else []
    if due:
        found |= {"due_since": max(since for since, _ in due), "due_until": min(until for _, until in due)}
    if wanted.lately is not None:
        found |= {"lately": LATELY_MOVES[wanted.lately], "lately_since": now - LATELY}
    return found


def _tail(session: Session, scope: Scope, text: str) -> Values:
    """The cases in sight whose number ends in these digits: its last part is the id, so each is found by its key."""
    plain = text.strip()
    if not (plain.isascii() and _TAIL.fullmatch(plain)):
        return {}
    last, step = session.scalar(select(func.max(Case.id))) or 0, 10 ** len(plain)
    ids = range(int(plain), last + 1, step)[-_MOST_TAILS:]  # the latest, where there are more than anyone would read
    seen = visible(select(Case.id).where(Case.id.in_(ids)), scope) if ids else None
    found = sorted(session.scalars(seen)) if seen is not None else []
    return {"tail_ids": found} if found else {}


def _number(text: str) -> Values:
    """A text of digits is the beginning of a case's number, which begins with the day of its report."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return {}
    begin = plain.rstrip("-")
    found: Values = {"number_from": begin, "number_below": begin[:-1] + chr(ord(begin[-1]) + 1)}
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(f"{begin[:4]}-{begin[4:6]}-{begin[6:8]}")
        found |= {"number_since": clock.midnight(day), "number_until": clock.midnight(day + _DAY)}
    return found


def _categories(session: Session, wanted: QueueFilter) -> list[int]:
    stmt = select(Category.id).where(Category.parent_code == wanted.class_code)
    if wanted.kind is not None:
        stmt = stmt.where(Category.kind == wanted.kind)
    return sorted(session.scalars(stmt))
