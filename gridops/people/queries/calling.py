"""Whom people in the street may call: who leads where they work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.people.models import RoleHolding, Unit, User
from gridops.people.queries.access import valid_on
from gridops.people.rules import Role

LEADING = (Role.SHIFT_LEADER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Leading:
    """Somebody who leads for a part of the territory, with their telephone."""

    user_id: int
    name: str
    phone: str | None
    role: Role
    unit_id: int
    unit: str
    grid_id: int


def leading(session: Session, root_id: int, grid_ids: Collection[int]) -> list[Leading]:
    """Shift leaders and leaders for one of some grids today, with a telephone, by role and name."""
    rows = session.execute(
        select(User.id, User.name, User.phone, RoleHolding.role, Unit.id, Unit.name, RoleHolding.grid_id)
        .join(RoleHolding, RoleHolding.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(
            User.root_id == root_id,
            User.active,
            User.phone.is_not(None),
            RoleHolding.role.in_(LEADING),
            RoleHolding.grid_id.in_(sorted(grid_ids)),
            *valid_on(RoleHolding, clock.local_date(clock.now())),
        )
        .order_by(User.name, User.id)
    )
    found = [Leading(*row) for row in rows]
    return sorted(found, key=lambda one: LEADING.index(one.role))
