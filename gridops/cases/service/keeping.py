"""Filters of the queue that a person keeps under a name: their own alone, and no more than fit above a list."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.cases.forms import KeptFilterIn
from gridops.cases.models import DeskFilter
from gridops.cases.queries.kept import kept_filters
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, NotFound

MOST_KEPT = 20


def keep_filter(session: Session, user_id: int, given: KeptFilterIn) -> DeskFilter:
    """Keep a filter; one of the same name becomes this one. Raises Conflict where MOST_KEPT are kept already."""
    lock_names(session, [f"desk_filter {user_id}"])
    own = kept_filters(session, user_id)
    same = session.get(DeskFilter, next((row.id for row in own if row.name == given.name), 0))
    if same is not None:
        same.query = given.query
        return same
    if len(own) >= MOST_KEPT:
        raise Conflict("最多保存 20 个筛选，请先删除不用的")
    made = DeskFilter(
        user_id=user_id,
        name=given.name,
        query=given.query,
        position=max((row.position for row in own), default=0) + 1,
    )
    session.add(made)
    session.flush()
    return made


def drop_filter(session: Session, user_id: int, filter_id: int) -> None:
    """Keep a filter no longer. Raises NotFound for one that is not this person's; dropped before is dropped."""
    row = session.get(DeskFilter, filter_id)
    if row is None or row.user_id != user_id:
        raise NotFound("没有这个筛选")
    session.delete(row)
