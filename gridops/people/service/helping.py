"""Which units help with a case, as scope and lists read it; the events of the case tell the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.core.bulk import insert_rows
from gridops.people.models import Helping


def set_helping(session: Session, case_id: int, helpers: Mapping[int, tuple[datetime | None, datetime | None]]) -> None:
    """The units that help with a case now: by id, until when, and when the result was told."""
    session.execute(delete(Helping).where(Helping.case_id == case_id))
    rows = [(case_id, unit_id, due_at, answered_at) for unit_id, (due_at, answered_at) in helpers.items()]
    insert_rows(session, Helping, ("case_id", "unit_id", "due_at", "answered_at"), rows)
