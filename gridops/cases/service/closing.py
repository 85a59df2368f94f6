"""Who may close is set by a jurisdiction; of what reporters close themselves a share is looked at again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, ClosingRule, SpotCheckCase
from gridops.cases.queries.closing import closing_of
from gridops.cases.rules.closing import Closing
from gridops.cases.rules.sampling import is_drawn
from gridops.cases.rules.standing import Standing, closes_as_reporter
from gridops.core import clock
from gridops.core.bulk import insert_rows
from gridops.core.errors import Invalid

_COLUMNS = ("root_id", "case_id", "position", "drawn_at")


def set_closing(session: Session, root_id: int, closing: Closing, *, actor_id: int) -> None:
    """Set who may close from now on; what is closed stays closed. Raises Invalid."""
    if not closing.ties:
        raise Invalid(("leader", "至少保留一类结案人"))
    if not 0 <= closing.recheck_percent <= 100:
        raise Invalid(("recheck_percent", "复核比例为 0 至 100"))
    row = session.get(ClosingRule, root_id) or ClosingRule(root_id=root_id)
    row.leader, row.originator, row.community = closing.leader, closing.originator, closing.community
    row.recheck_percent, row.changed_at, row.changed_by = closing.recheck_percent, clock.now(), actor_id
    session.add(row)
    audit.record(
        session, "closing.set", "grid", root_id, actor_id=actor_id, root_id=root_id, leader=closing.leader,
        originator=closing.originator, community=closing.community, percent=closing.recheck_percent,
    )  # fmt: skip
    session.flush()


def draw_recheck(session: Session, case: Case, standing: Standing, recorded_at: datetime) -> bool:
    """Whether a closing just made by the case's reporter is to be looked at again; kept where it is.

    The seed is the instant at which it was recorded: kept with the event, so that anyone can count again, and chosen by
    nobody, so that whoever closes cannot know.
    """
    if not closes_as_reporter(standing):
        return False
    percent = closing_of(session, case.root_id).recheck_percent
    if not is_drawn(recorded_at.isoformat(), case.number, percent):
        return False
    insert_rows(session, SpotCheckCase, _COLUMNS, [(case.root_id, case.id, 0, clock.now())])
    return True
