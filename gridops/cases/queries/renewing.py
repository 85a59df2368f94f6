"""Running cases that stand under settings which have changed since, and the deadlines that moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.renewing import Wish
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import Category, FilingCondition
from gridops.catalogue.rules import conditions_on
from gridops.core import clock
from gridops.grids import queries as grids

_RUNNING = MOVES[Move.RECOUNT].from_states


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that was counted anew: of which case, when, from what to what; `unit_*`: the unit's own clock."""

    event_id: int
    number: str
    category: str
    at: datetime
    actor_id: int | None
    due_at: datetime | None
    details: dict[str, Any]


def successor(session: Session, condition: FilingCondition, root_id: int) -> FilingCondition | None:
    """What stands today in the place of a condition; itself where nothing replaced it, None where nothing does."""
    rows = catalogue.condition_rows(session, [condition.category_id], root_id)[condition.category_id]
    now = conditions_on(rows, clock.local_date(clock.now()))
    return next((row for row in now if row.position == condition.position), None)


def earlier_versions(session: Session, condition_id: int, root_id: int) -> list[int]:
    """The ids of all rows in a condition's place but the one that holds today; empty where none holds."""
    condition = catalogue.condition(session, condition_id, root_id)
    now = successor(session, condition, root_id) if condition is not None else None
    if condition is None or now is None:
        return []
    rows = catalogue.condition_rows(session, [condition.category_id], root_id)[condition.category_id]
    return [row.id for row in rows if row.position == condition.position and row.id != now.id]


def case_ids(session: Session, wish: Wish, limit: int) -> list[int]:
    """The running cases that a wish may mean, by id."""
    wanted = _running(wish.root_id).where(Case.id > wish.after)
    if wish.condition_id is not None:
        wanted = wanted.where(Case.condition_id.in_(earlier_versions(session, wish.condition_id, wish.root_id)))
    if wish.grid_id is not None:
        wanted = wanted.where(Case.grid_id.in_(sorted(grids.tree(session).descendants(wish.grid_id))))
        wanted = wanted.where(Case.condition_id.in_(_with_classes(session, wish.root_id)))
    return list(session.scalars(wanted.order_by(Case.id).limit(limit)))


def counts_under(session: Session, root_id: int, condition_ids: Collection[int]) -> dict[int, int]:
    """Condition -> how many running cases of a root stand under it."""
    if not condition_ids:
        return {}
    wanted = _running(root_id).where(Case.condition_id.in_(sorted(condition_ids))).group_by(Case.condition_id)
    return {row[0]: row[1] for row in session.execute(wanted.with_only_columns(Case.condition_id, func.count()))}


def moved(session: Session, root_id: int, *, before: int | None = None, limit: int = 50) -> list[Moved]:
    """The deadlines of a root that were counted anew, the newest first; `before`: goes on below this event."""
    wanted = (
        select(
            CaseEvent.id,
            Case.number,
            Category.name_zh,
            CaseEvent.recorded_at,
            CaseEvent.actor_id,
            CaseEvent.due_at,
            CaseEvent.details,
        )
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Category, Category.id == Case.category_id)
        .where(CaseEvent.move == Move.RECOUNT, Case.root_id == root_id, CaseEvent.superseded_at.is_(None))
        .order_by(CaseEvent.id.desc())
        .limit(limit)
    )
    rows: Sequence[Any] = session.execute(wanted if before is None else wanted.where(CaseEvent.id < before)).all()
    return [Moved(row[0], row[1], row[2], row[3], row[4], row[5], row[6] or {}) for row in rows]


def _running(root_id: int) -> Any:
    return select(Case.id).where(Case.root_id == root_id, Case.state.in_(sorted(_RUNNING)))


def _with_classes(session: Session, root_id: int) -> list[int]:
    """The conditions that have limits of their own for classes of areas; few."""
    rows = session.scalars(select(FilingCondition).where(FilingCondition.root_id.in_((0, root_id))))
    return [row.id for row in rows if row.class_limits]
