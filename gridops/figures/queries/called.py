"""Facts of 12345: orders whose contact fell due, or whose caller was asked, in a period. Who called is none of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core.periods import Period
from gridops.figures.queries.plain import span_of
from gridops.figures.queries.where import Here
from gridops.figures.rules import facts
from gridops.figures.rules.facts import Bounds
from gridops.hotline.models import HotlineOrder
from gridops.hotline.queries import asked_about, revisits_of


def facts_of(session: Session, here: Here, period: Period, bounds: Bounds) -> Iterator[facts.Called]:
    """The orders of a period, each with the last follow-up call in it that reached the caller."""
    wanted = (
        select(HotlineOrder, Case.number, Case.grid_version_id, span_of(here.area.changes))
        .join(Case, Case.id == HotlineOrder.case_id)
        .where(HotlineOrder.root_id == here.area.root_id, asked_about(period.start, period.end))
        .order_by(HotlineOrder.id)
    )
    found = [(row, here.area.child_of(row.grid_version_id, row[3])) for row in session.execute(wanted)]
    rows: list[tuple[Any, str, int]] = [(row[0], row[1], child) for row, child in found if child]
    asked = revisits_of(session, [order.id for order, *_ in rows], period.start, min(period.end, bounds.due_by))
    for order, number, child in rows:
        held = asked.get(order.id)
        last = held[-1] if held else None
        yield facts.Called(
            id=order.id,
            label=number,
            contact_due_at=order.contact_due_at,
            contacted_at=order.contacted_at,
            asked_at=last.at if last else None,
            solved=last.solved if last else None,
            satisfied=last.satisfied if last else None,
            child_id=child,
        )
