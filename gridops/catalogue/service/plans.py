"""Withdrawing what was to hold from a later day on: the rows stay, they never held. Audited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.models import AreaClass, StepLimit
from gridops.catalogue.rules.plans import withdrawn
from gridops.catalogue.service.areas import lock_area
from gridops.catalogue.service.steps import key_of, lock_step
from gridops.core import clock
from gridops.core.errors import Conflict, NotFound


def withdraw_area(session: Session, root_id: int, row_id: int, *, actor_id: int | None = None) -> None:
    """Withdraw a planned class of a grid, or its planned end. NotFound; Conflict where it holds by now."""
    row = session.get(AreaClass, row_id)
    if row is None or row.root_id != root_id:
        raise NotFound("没有这项设置")
    lock_area(session, root_id, row.grid_id)
    rows = [one for one in queries.area_rows(session, root_id) if one.grid_id == row.grid_id]
    day = _withdraw(session, rows, row)
    audit.record(
        session, "area.withdraw", "grid", row.grid_id, actor_id=actor_id, root_id=root_id, area=row.area.value, day=day
    )


def withdraw_step(session: Session, root_id: int, row_id: int, *, actor_id: int | None = None) -> None:
    """Withdraw a planned limit of a step, or its planned end. NotFound; Conflict where it holds by now."""
    row = session.get(StepLimit, row_id)
    if row is None or row.root_id != root_id:
        raise NotFound("没有这项设置")
    lock_step(session, root_id, key_of(row))
    rows = [one for one in queries.step_rows(session, root_id) if key_of(one) == key_of(row)]
    day = _withdraw(session, rows, row)
    audit.record(
        session, "step.withdraw", "root", root_id, actor_id=actor_id, root_id=root_id, step=row.step.value,
        category_id=row.category_id, area=row.area.value if row.area else None, day=day,
    )  # fmt: skip


def _withdraw(session: Session, rows: Sequence[Any], row: Any) -> str:
    """The day from which the plan would have held."""
    for one in rows:
        session.refresh(one)  # as it stands under the lock
    changes = withdrawn(rows, row, clock.local_date(clock.now()))
    if not changes:
        raise Conflict("已经生效或已经撤回")
    day = changes[0][1] or row.valid_to
    for one, until in changes:
        one.valid_to = until
    session.flush()
    return str(day)
