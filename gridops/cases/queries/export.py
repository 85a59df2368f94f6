"""The rows of `export cases`: the columns of the import, so that an export can be read again, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.filters import narrowed, values_of, words_of
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.rules.queue import QueueFilter
from gridops.catalogue import queries as catalogue
from gridops.core import clock
from gridops.grids.models import Grid
from gridops.operations.models import Campaign
from gridops.people.models import Unit
from gridops.people.queries import Scope

BATCH = 1000

EXPORT_COLUMNS = (
    "number", "external_id", "kind", "category_list", "category_code", "category", "source", "source_number",
    "grid_code", "unit_code", "campaign_code", "lon", "lat", "crs", "address", "description", "state",
    "reported_at", "declined_at", "self_handled_at", "accepted_at", "not_filed_at", "filed_at", "dispatched_at",
    "due_first_at", "due_at", "handle_due_at", "handled_at", "first_closed_at", "closed_at", "reworked_at",
    "reworked_times", "extended_at", "suspended_at", "resumed_at", "returned_at", "returned_upheld", "reopened_at",
    "merged_at", "voided_at", "on_time", "overdue",
)  # fmt: skip

# Times that stand in the row as they happened; the others are read from the events.
_ROW_TIMES = (
    "reported_at", "declined_at", "self_handled_at", "accepted_at", "not_filed_at", "filed_at", "dispatched_at",
    "due_first_at", "due_at", "merged_at", "voided_at",
)  # fmt: skip
_LATEST = {
    "handled_at": Move.FEEDBACK,
    "closed_at": Move.CLOSE,
    "reworked_at": Move.CHECK_FAILED,
    "extended_at": Move.EXTEND,
    "suspended_at": Move.SUSPEND,
    "resumed_at": Move.RESUME,
    "returned_at": Move.RETURN,
    "reopened_at": Move.UNDO_CLOSING,
}


def export_rows(session: Session, scope: Scope, wanted: QueueFilter | None = None) -> Iterator[dict[str, str | float]]:
    """Every case that the scope shows and the filter leaves, by id; as they stand in a file, times local.

    `on_time`: yes, no, or empty where it is not closed or had no deadline. `overdue`: yes where the clock that runs has
    run out. Memory stays constant.
    """
    codes = _Codes(session, scope.root_id)
    wanted = wanted or QueueFilter()
    base = narrowed(select(*Case.__table__.columns), session, scope, wanted)
    if words := words_of(wanted.text, values_of(session, scope, wanted)).lower():
        texts = (Case.address, Case.description)
        base = base.where(or_(*(func.lower(text).contains(words, autoescape=True) for text in texts)))
    now, last = clock.now(), 0
    while True:
        batch = session.execute(base.where(Case.id > last).order_by(Case.id).limit(BATCH)).all()
        told = lookups.told(session, [case.id for case in batch])
        for case in batch:
            yield _row(case, told[case.id], codes, now)
        if len(batch) < BATCH:
            return
        last = batch[-1].id


class _Codes:
    """Codes of what cases refer to by id."""

    def __init__(self, session: Session, root_id: int) -> None:
        self.grids = dict(session.execute(select(Grid.id, Grid.code).where(Grid.root_id == root_id)).all())
        self.units = dict(session.execute(select(Unit.id, Unit.code).where(Unit.root_id == root_id)).all())
        campaigns = select(Campaign.id, Campaign.code).where(Campaign.root_id == root_id)
        self.campaigns = dict(session.execute(campaigns).all())
        self.categories = catalogue.lookup(session)


def _row(case: Any, events: list[Event], codes: _Codes, now: datetime) -> dict[str, str | float]:
    category = codes.categories[case.category_id]
    values: dict[str, Any] = {
        "number": case.number,
        "external_id": case.external_id,
        "kind": case.kind.value,
        "category_list": category.list_code,
        "category_code": category.code,
        "category": category.name,
        "source": case.source.value,
        "source_number": case.source_number,
        "grid_code": codes.grids.get(case.grid_id),
        "unit_code": codes.units.get(case.unit_id or 0),
        "campaign_code": codes.campaigns.get(case.campaign_id or 0),
        "lon": case.lon,
        "lat": case.lat,
        "crs": "wgs84" if case.lon is not None else None,
        "address": case.address,
        "description": case.description,
        "state": case.state.value,
        **{name: getattr(case, name) for name in _ROW_TIMES},
        **_from_events(case, events),
        "on_time": _on_time(case),
        "overdue": "yes" if case.runs_out_at < now else "no",
    }
    return {name: _cell(values[name]) for name in EXPORT_COLUMNS}


def _from_events(case: Any, events: list[Event]) -> dict[str, Any]:
    latest: dict[Move, datetime] = {}
    upheld: bool | None = None
    for event in sorted(events, key=lambda event: (event.happened_at, event.seq)):
        latest[event.move] = event.happened_at
        upheld = event.outcome if event.move is Move.RETURN else upheld
    closings = sorted(event.happened_at for event in events if event.move is Move.CLOSE)
    failed = sum(event.turns for event in events if event.move is Move.CHECK_FAILED)
    own = case.handle_due_at if case.handle_due_at != case.due_at else None
    return {
        **{name: latest.get(move) for name, move in _LATEST.items()},
        "first_closed_at": closings[0] if len(closings) > 1 else None,
        "reworked_times": failed or None,
        "returned_upheld": None if upheld is None else "yes" if upheld else "no",
        "handle_due_at": own,
    }


def _on_time(case: Any) -> str:
    if case.closed_at is None or case.due_fair_at is None:
        return ""
    return "yes" if case.closed_at <= case.due_fair_at else "no"


def _cell(value: Any) -> str | float:
    """Numbers stay numbers: a western longitude is no formula."""
    if value is None or isinstance(value, (int, float)):
        return "" if value is None else value
    return clock.local(value).isoformat() if isinstance(value, datetime) else str(value)
