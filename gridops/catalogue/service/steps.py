"""The limits of single steps of a case: one row ends, the next begins; a step counts by the day it began. Audited."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.forms import StepForm
from gridops.catalogue.models import StepLimit
from gridops.catalogue.rules import Area, Step
from gridops.catalogue.rules.plans import holding
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid

# What a limit is for: step, category, class of area.
Key = tuple[Step, int | None, Area | None]


def key_of(row: StepLimit | StepForm) -> Key:
    """What a limit is for; of one there is one row at a time."""
    return row.step, row.category_id, row.area


def lock_step(session: Session, root_id: int, key: Key) -> None:
    """Let nobody else change these limits meanwhile."""
    lock_names(session, [f"step limit:{root_id}:{':'.join(map(str, key))}"])


def set_step(session: Session, root_id: int, form: StepForm, *, actor_id: int | None = None) -> None:
    """How long a step may take from today (or a later day) on. Invalid; Conflict where it says so already."""
    now = clock.now()
    today = clock.local_date(now)
    if form.category_id is not None and queries.category(session, form.category_id, root_id) is None:
        raise Invalid(("category", "没有这个类别"))
    begins = form.valid_from or today
    if begins < today:
        raise Invalid(("valid_from", "不能早于今天：已开始的环节按原时限"))
    lock_step(session, root_id, key_of(form))
    rows = (row for row in queries.step_rows(session, root_id) if key_of(row) == key_of(form))
    standing = holding(rows, begins)
    last = standing[-1] if standing else None
    said = (last.limit, last.limit_unit) if last else (None, None)
    if (last is None or last.valid_to is None) and (form.limit, form.limit_unit) == said:
        raise Conflict("该环节已是这个时限")
    for row in standing:
        if begins < row.valid_from:
            raise Invalid(("valid_from", f"早于现行内容的生效日期{row.valid_from}"))
        row.valid_to = begins
    if form.limit is not None and form.limit_unit is not None:
        session.add(
            StepLimit(
                root_id=root_id, category_id=form.category_id, step=form.step, area=form.area,
                limit=form.limit, limit_unit=form.limit_unit, valid_from=begins, valid_to=None, changed_at=now,
                changed_by=actor_id,
            )
        )  # fmt: skip
    session.flush()
    audit.record(
        session, "step.set", "root", root_id, actor_id=actor_id, root_id=root_id, step=form.step.value,
        limit=form.limit, limit_unit=form.limit_unit.value if form.limit_unit else None,
        category_id=form.category_id, area=form.area.value if form.area else None, valid_from=begins.isoformat(),
    )  # fmt: skip
