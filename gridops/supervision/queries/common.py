"""What the lists share: where a thing lies for who may see it, pages by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.people.models import Unit
from gridops.people.queries import Scope, apply_scope

PAGE = 50
# So many a queue shows; files ask for all (a limit of None).
QUEUE = 200
RowT = TypeVar("RowT")
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One page, newest first; `next`: (time, id) after which the following one begins, None: the last."""

    rows: list[RowT]
    next: Place | None


def in_sight(query: Any, scope: Scope, model: Any, unit_id: Any, reporter: Any | None = None) -> Any:
    """Narrow to what the scope shows: a thing lies where its unit does, without a place of its own in the whole root.

    The query must join Unit by the unit the thing is about.
    """
    return apply_scope(
        query, scope, root=model.root_id, grid=func.coalesce(Unit.grid_id, model.root_id), unit=unit_id,
        reporter=reporter,
    )  # fmt: skip


def one(session: Session, query: Any, words: str) -> Any:
    """The one thing a query finds; NotFound with these words."""
    found = session.scalar(query)
    if found is None:
        raise NotFound(words)
    return found


def paged(session: Session, query: Any, at: Any, row_id: Any, after: Place | None, limit: int) -> Sequence[Any]:
    """At most one row more than a page, newest first."""
    if after is not None:
        query = query.where(tuple_(at, row_id) < after)
    return session.execute(query.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()


def place_of_unit(session: Session, root_id: int, unit_id: int) -> int:
    """The grid for which roles are asked when something is about a unit: its own, or the whole root."""
    return session.scalar(select(Unit.grid_id).where(Unit.id == unit_id)) or root_id


def unit_ids(session: Session, root_id: int, codes: Sequence[str]) -> dict[str, int]:
    """Unit code -> id, for those of the root that there are."""
    wanted = sorted(set(codes))
    rows = session.execute(select(Unit.code, Unit.id).where(Unit.root_id == root_id, Unit.code.in_(wanted)))
    return {row.code: row.id for row in rows}
