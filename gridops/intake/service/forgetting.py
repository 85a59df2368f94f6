"""Where people went is kept for a while only: sensitive data (个人信息保护法 art. 28, 47)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gridops.intake.models import Record
from gridops.squads import service as squads


def forget_paths(session: Session, before: datetime, limit: int = 500) -> int:
    """Take the places out of tracks that ended before an instant, in the ledger too; how many.

    The digest of the record stays, so that a phone that sends it again is still told that it is here.
    """
    forgotten = squads.forget_paths(session, before, limit)
    for record_id in forgotten:
        row = session.get(Record, record_id) if record_id else None
        if row is not None:
            row.body = {**row.body, "points": []}
    session.flush()
    return len(forgotten)
