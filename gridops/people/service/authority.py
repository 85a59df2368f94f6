"""Which admin may touch what."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core.errors import NotAllowed, NotFound
from gridops.grids.models import Grid
from gridops.people.models import Unit, User
from gridops.people.queries import held_roles, may_at
from gridops.people.rules import Person, Role


def actor(by: Person | None) -> int | None:
    """Whom the audit trail names."""
    return None if by is None else by.user_id


def require_admin(session: Session, by: Person | None, grid_id: int) -> None:
    """NotAllowed unless `by` is admin of this grid; NotFound across roots, whose people do not know each other."""
    if by is None:
        return
    grid = session.get(Grid, grid_id)
    if grid is None or grid.root_id != by.root_id:
        raise NotFound("没有这个网格")
    if not may_at(session, by, {Role.ADMIN}, grid_id):
        raise NotAllowed("只有该范围的系统管理员可以这样做")


def require_manager(session: Session, by: Person | None, user: User) -> None:
    """An account is managed by an admin whose territory holds every role of that account; without roles, the root's.

    Otherwise an admin of one community could set the password of the street's admin.
    """
    if by is None:
        return
    if user.root_id != by.root_id:
        raise NotFound("没有这个人员")
    if not manages(session, by, user.id, user.root_id):
        raise NotAllowed("只有该范围的系统管理员可以这样做")


def manages(session: Session, by: Person, user_id: int, root_id: int) -> bool:
    """Whether `by` may manage the account of a person of this root: what pages offer and `require_manager` passes."""
    places = {held.grid_id for held in held_roles(session, [user_id])}
    return all(may_at(session, by, {Role.ADMIN}, grid_id) for grid_id in places or {root_id})


def user_of(session: Session, user_id: int) -> User:
    """The user; NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个人员")
    return user


def unit_of(session: Session, root_id: int, unit_id: int) -> Unit:
    """The unit of this root; NotFound."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.root_id != root_id:
        raise NotFound("没有这个单位")
    return unit
