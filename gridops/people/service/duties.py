"""Who answers for a grid on a line of work."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.grids.models import Grid
from gridops.people.models import Responsibility, User
from gridops.people.queries.keeping import same_duties
from gridops.people.rules import Person, WorkLine
from gridops.people.service.authority import actor, require_admin, unit_of


def assign(
    session: Session,
    grid_id: int,
    line: WorkLine,
    *,
    user_id: int | None = None,
    unit_id: int | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: Person | None = None,
) -> Responsibility:
    """Let a person or a unit (exactly one) answer for a grid on a line, for half-open days.

    Conflict when the same person or unit answers for it already in part of that time. Several may answer together.
    """
    grid = session.get(Grid, grid_id)
    if grid is None or grid.root_id is None:
        raise Invalid(("grid_id", "没有这个网格"))
    require_admin(session, by, grid_id)
    if (user_id is None) == (unit_id is None):
        raise Invalid(("user_id", "责任人与责任单位须且只能填一项"))
    if user_id is not None:
        user = session.get(User, user_id)
        if user is None or user.root_id != grid.root_id:
            raise Invalid(("user_id", "没有这个人员"))
    if unit_id is not None:
        unit_of(session, grid.root_id, unit_id)
    if valid_from is not None and valid_to is not None and valid_from >= valid_to:
        raise Invalid(("valid_to", "截止日期必须晚于起始日期"))
    for held in same_duties(session, grid_id, line, user_id, unit_id):
        if _overlap(held.valid_from, held.valid_to, valid_from, valid_to):
            raise Conflict("该责任人在这段时间内已负责此网格的这项工作")
    duty = Responsibility(
        grid_id=grid_id, line=line, user_id=user_id, unit_id=unit_id, valid_from=valid_from, valid_to=valid_to
    )
    session.add(duty)
    session.flush()
    _record(session, "duty.assign", duty, grid.root_id, by)
    return duty


def end_duty(session: Session, duty_id: int, *, on: date | None = None, by: Person | None = None) -> None:
    """End a responsibility: it holds no more from `on` (default: today)."""
    duty = session.get(Responsibility, duty_id)
    if duty is None:
        raise NotFound("没有这项责任")
    require_admin(session, by, duty.grid_id)
    day = on or clock.local_date(clock.now())
    if duty.valid_from is not None and duty.valid_from >= day:
        day = duty.valid_from
    if duty.valid_to is None or duty.valid_to > day:
        duty.valid_to = day
    _record(session, "duty.end", duty, session.get_one(Grid, duty.grid_id).root_id, by)


def _overlap(start: date | None, end: date | None, other_start: date | None, other_end: date | None) -> bool:
    """Whether two half-open times share a day."""
    if start is not None and start == end:
        return False
    before = end is not None and other_start is not None and end <= other_start
    after = other_end is not None and start is not None and other_end <= start
    return not before and not after


def _record(session: Session, act: str, duty: Responsibility, root_id: int | None, by: Person | None) -> None:
    audit.record(session, act, "grid", duty.grid_id, actor_id=actor(by), root_id=root_id, line=duty.line.value)
