"""Roles held for a unit and a part of the territory, for a time."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.grids.models import Grid
from gridops.people.models import RoleHolding, User
from gridops.people.queries.keeping import same_roles
from gridops.people.rules import Person, Role
from gridops.people.service.authority import actor, require_admin, unit_of, user_of


def grant_role(
    session: Session,
    user_id: int,
    role: Role,
    *,
    unit_id: int | None = None,
    grid_id: int | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: Person | None = None,
) -> RoleHolding:
    """Let a person hold a role for a unit (default: their own) and a grid (default: the whole root), half-open days.

    A time that touches or overlaps the same role for the same unit and grid is joined with it.
    """
    user = user_of(session, user_id)
    grid_id = user.root_id if grid_id is None else grid_id
    grid = session.get(Grid, grid_id)
    if grid is None or grid.root_id != user.root_id:
        raise Invalid(("grid_id", "没有这个网格"))
    _require_other(by, user)
    require_admin(session, by, grid_id)
    unit = unit_of(session, user.root_id, user.unit_id if unit_id is None else unit_id)
    if valid_from is not None and valid_to is not None and valid_from >= valid_to:
        raise Invalid(("valid_to", "截止日期必须晚于起始日期"))
    holding = _joined(session, user.id, role, unit.id, grid_id, valid_from, valid_to)
    session.flush()
    audit.record(
        session,
        "role.grant",
        "user",
        user.id,
        actor_id=actor(by),
        root_id=user.root_id,
        role=role.value,
        unit_id=unit.id,
        grid_id=grid_id,
    )
    return holding


def end_role(session: Session, holding_id: int, *, on: date | None = None, by: Person | None = None) -> None:
    """End a role with the day before `on` (default: it holds no more from today); one that had not begun never does."""
    holding = session.get(RoleHolding, holding_id)
    if holding is None:
        raise NotFound("没有这个角色")
    user = user_of(session, holding.user_id)
    _require_other(by, user)
    require_admin(session, by, holding.grid_id)
    day = on or clock.local_date(clock.now())
    if holding.valid_from is not None and holding.valid_from >= day:
        day = holding.valid_from
    if holding.valid_to is None or holding.valid_to > day:
        holding.valid_to = day
    audit.record(
        session,
        "role.end",
        "user",
        user.id,
        actor_id=actor(by),
        root_id=user.root_id,
        role=holding.role.value,
        grid_id=holding.grid_id,
    )


def _joined(
    session: Session, user_id: int, role: Role, unit_id: int, grid_id: int, start: date | None, end: date | None
) -> RoleHolding:
    """One row for the union of the new time and those it touches."""
    same = same_roles(session, user_id, role, unit_id, grid_id)
    touching = [held for held in same if touches(held.valid_from, held.valid_to, start, end)]
    if not touching:
        holding = RoleHolding(
            user_id=user_id, role=role, unit_id=unit_id, grid_id=grid_id, valid_from=start, valid_to=end
        )
        session.add(holding)
        return holding
    first, *others = touching
    starts, ends = [held.valid_from for held in touching] + [start], [held.valid_to for held in touching] + [end]
    first.valid_from = None if None in starts else min(day for day in starts if day)
    first.valid_to = None if None in ends else max(day for day in ends if day)
    for other in others:
        session.delete(other)
    return first


def touches(start: date | None, end: date | None, other_start: date | None, other_end: date | None) -> bool:
    """Whether two half-open times overlap or follow each other without a gap; empty times touch nothing."""
    if start is not None and start == end:
        return False
    before = end is not None and other_start is not None and end < other_start
    after = other_end is not None and start is not None and other_end < start
    return not before and not after


def _require_other(by: Person | None, user: User) -> None:
    """Nobody gives roles to themselves; a second admin, or the command line, does."""
    if by is not None and by.user_id == user.id:
        raise NotAllowed("不能修改自己的角色，请由另一位管理员办理")
