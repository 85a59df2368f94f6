"""The filters of the queue that a person keeps."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import DeskFilter


def kept_filters(session: Session, user_id: int) -> list[DeskFilter]:
    """In the order in which they were kept."""
    rows = session.scalars(
        select(DeskFilter).where(DeskFilter.user_id == user_id).order_by(DeskFilter.position, DeskFilter.id)
    )
    return list(rows)
