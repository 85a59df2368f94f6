"""The classes of a jurisdiction's areas: one row ends, the next begins; cases keep the class of their day. Audited."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.forms import AreaForm
from gridops.catalogue.models import AreaClass
from gridops.catalogue.rules.plans import holding
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid
from gridops.grids import queries as grids


def lock_area(session: Session, root_id: int, grid_id: int) -> None:
    """Let nobody else change the class of this grid meanwhile."""
    lock_names(session, [f"area class:{root_id}:{grid_id}"])


def set_area(session: Session, root_id: int, form: AreaForm, *, actor_id: int | None = None) -> None:
    """The class of a grid from today (or a later day) on.

    Invalid for a grid of another jurisdiction or a day gone by, Conflict where it has that class already.
    """
    now = clock.now()
    today = clock.local_date(now)
    node = grids.tree(session).nodes.get(form.grid_id)
    if node is None or node.root_id != root_id:
        raise Invalid(("grid", "没有这个网格"))
    begins = form.valid_from or today
    if begins < today:
        raise Invalid(("valid_from", "不能早于今天：已立案的案件按原类别计时"))
    lock_area(session, root_id, form.grid_id)
    standing = holding((row for row in queries.area_rows(session, root_id) if row.grid_id == form.grid_id), begins)
    last = standing[-1] if standing else None
    if (last is None or last.valid_to is None) and (last.area if last else None) is form.area:
        raise Conflict("该网格已是这个类别")
    for row in standing:
        if begins < row.valid_from:
            raise Invalid(("valid_from", f"早于现行内容的生效日期{row.valid_from}"))
        row.valid_to = begins
    if form.area is not None:
        session.add(
            AreaClass(
                root_id=root_id,
                grid_id=form.grid_id,
                area=form.area,
                valid_from=begins,
                valid_to=None,
                changed_at=now,
                changed_by=actor_id,
            )
        )
    session.flush()
    audit.record(
        session, "area.set", "grid", form.grid_id, actor_id=actor_id, root_id=root_id,
        before=last.area.value if last else None, after=form.area.value if form.area else None,
        valid_from=begins.isoformat(),
    )  # fmt: skip
