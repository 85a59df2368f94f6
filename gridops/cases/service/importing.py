"""Cases told by files: new ones in bulk, known ones retold without losing what was told before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.rules.projection import Event
from gridops.cases.service.writing import DAY_TOTAL, EVENT_COLUMNS, Said, day_keys, event_row, set_projection
from gridops.core import clock, owed
from gridops.core.bulk import insert_rows


def worked_on_here(session: Session, case_id: int) -> bool:
    """Whether a person has acted on an imported case; a file may then no longer tell its history."""
    return any(acted.actor_id is not None for acted in lookups.history(session, case_id).acted)


def retell(session: Session, case: Case, given: Mapping[str, Any], events: Sequence[Event]) -> None:
    """Replace the history of a locked imported case by what a newer file tells.

    The old events stay, marked superseded; the new ones follow them. Totals of all days concerned are owed.
    """
    before = lookups.history(session, case.id)
    keys = day_keys(case.grid_id, before.events)
    now = clock.now()
    session.execute(
        update(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.superseded_at.is_(None))
        .values(superseded_at=now)
    )
    for name, value in given.items():
        setattr(case, name, value)
    told = [replace(event, seq=before.last_seq + place) for place, event in enumerate(events, 1)]
    rows = [event_row(case.id, event, Said(), now) for event in told]
    insert_rows(session, CaseEvent, EVENT_COLUMNS, rows)
    set_projection(case, told)
    case.version += len(before.events)
    owed.owe(session, DAY_TOTAL, keys | day_keys(case.grid_id, told))
    audit.record(session, "case.retell", "case", case.id, root_id=case.root_id)
