"""Who may close cases of a jurisdiction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.cases.models import ClosingRule
from gridops.cases.rules.closing import EVERYBODY, Closing


def closing_of(session: Session, root_id: int) -> Closing:
    """What the jurisdiction has set; everybody of the table where it has set nothing."""
    row = session.get(ClosingRule, root_id)
    return Closing(row.leader, row.originator, row.community, row.recheck_percent) if row else EVERYBODY
