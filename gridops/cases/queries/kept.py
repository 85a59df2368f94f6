"""The filters of the queue that a person keeps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gridops.cases.models import DeskFilter


def kept_filters(session: Session, user_id: int) -> list[Any]:
    """Rows of id, name, query and position, in the order in which they were kept."""
    return list(session.execute(_KEPT, {"user_id": user_id}))


# Built once: each page of the queue asks for them.
_KEPT = (
    select(DeskFilter.id, DeskFilter.name, DeskFilter.query, DeskFilter.position)
    .where(DeskFilter.user_id == bindparam("user_id"))
    .order_by(DeskFilter.position, DeskFilter.id)
)
