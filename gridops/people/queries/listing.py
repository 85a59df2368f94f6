"""What the admin pages list: people page by page, the tree of units, the territory for pickers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid, NotFound
from gridops.grids.models import Grid, GridVersion
from gridops.people.models import ApiToken, RoleHolding, Unit, User
from gridops.people.queries.access import in_force, units_below, valid_on
from gridops.people.rules import Role, UnitKind
from gridops.people.rules.sign_in import normal_username

PAGE = 50


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as held, with the names a screen shows; days are half-open."""

    id: int
    user_id: int
    role: Role
    unit_id: int
    unit_name: str
    grid_id: int
    grid_code: str
    grid_name: str
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the role holds on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as listed."""

    id: int
    username: str
    name: str
    staff_no: str | None
    unit_id: int
    unit_name: str
    active: bool
    demo: bool
    has_password: bool
    must_change_password: bool
    certificate_no: str | None
    certificate_valid_to: date | None
    phone: str | None
    roles: tuple[HeldRole, ...] = ()

    def held_on(self, day: date) -> dict[Role, list[HeldRole]]:
        """The roles of a day, each once, with the units and grids it is held for."""
        held: dict[Role, list[HeldRole]] = {}
        for one in self.roles:
            if one.holds_on(day):
                held.setdefault(one.role, []).append(one)
        return held


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list is narrowed to; empty means everything."""

    text: str = ""
    role: Role | None = None
    unit_id: int | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the tree, parents before children, with the number of active people in it."""

    id: int
    code: str
    name: str
    level: int
    kind: UnitKind
    parent_id: int | None
    grid_id: int | None
    people: int
    valid_to: date | None
    phone: str | None


_LIST = (
    User.id,
    User.username,
    User.name,
    User.staff_no,
    User.unit_id,
    Unit.name,
    User.active,
    User.demo,
    User.password_hash.is_not(None),
    User.must_change_password,
    User.certificate_no,
    User.certificate_valid_to,
    User.phone,
)


def people_page(
    session: Session, root_id: int, wanted: PeopleFilter, *, after: str | None = None, size: int = PAGE
) -> tuple[list[PersonRow], str | None]:
    """One page by user name after the user name `after`, and where the next page begins (None: this is the last)."""
    stmt = select(*_LIST).join(Unit, Unit.id == User.unit_id).where(User.root_id == root_id)
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        names = (User.name, User.username, User.staff_no)
        stmt = stmt.where(or_(*(column.ilike(like, escape="\\") for column in names)))
    if wanted.role is not None:
        today = clock.local_date(clock.now())
        holders = select(RoleHolding.user_id).where(RoleHolding.role == wanted.role, *valid_on(RoleHolding, today))
        stmt = stmt.where(User.id.in_(holders))
    if wanted.unit_id is not None:
        stmt = stmt.where(User.unit_id.in_(units_below(session, [wanted.unit_id])))
    if wanted.active is not None:
        stmt = stmt.where(User.active.is_(wanted.active))
    if after is not None:
        stmt = stmt.where(User.username > after)
    rows = [PersonRow(*tuple(row)) for row in session.execute(stmt.order_by(User.username).limit(size + 1))]
    more = rows[size - 1].username if len(rows) > size else None
    return _with_roles(session, rows[:size]), more


def person_details(session: Session, root_id: int, user_id: int) -> PersonRow:
    """One person of this root with all roles, past and future ones too; NotFound."""
    stmt = select(*_LIST).join(Unit, Unit.id == User.unit_id).where(User.root_id == root_id, User.id == user_id)
    row = session.execute(stmt).one_or_none()
    if row is None:
        raise NotFound("没有这个人员")
    return _with_roles(session, [PersonRow(*tuple(row))])[0]


def held_roles(session: Session, user_ids: Collection[int]) -> list[HeldRole]:
    """All roles of these people, past and future ones too."""
    rows = session.execute(
        select(
            RoleHolding.id,
            RoleHolding.user_id,
            RoleHolding.role,
            RoleHolding.unit_id,
            Unit.name,
            RoleHolding.grid_id,
            Grid.code,
            GridVersion.name,
            RoleHolding.valid_from,
            RoleHolding.valid_to,
        )
        .join(Unit, Unit.id == RoleHolding.unit_id)
        .join(Grid, Grid.id == RoleHolding.grid_id)
        .join(GridVersion, and_(GridVersion.grid_id == Grid.id, in_force()))
        .where(RoleHolding.user_id.in_(sorted(user_ids)))
        .order_by(RoleHolding.user_id, RoleHolding.role, RoleHolding.id)
    )
    return [HeldRole(*tuple(row)) for row in rows]


def unit_rows(session: Session, root_id: int) -> list[UnitRow]:
    """All units of a root as a tree: each unit is followed by those below it, by code."""
    people = (
        select(User.unit_id, func.count().label("people")).where(User.active).group_by(User.unit_id).subquery("people")
    )
    rows = session.execute(
        select(
            Unit.id,
            Unit.code,
            Unit.name,
            Unit.level,
            Unit.kind,
            Unit.parent_id,
            Unit.grid_id,
            func.coalesce(people.c.people, 0),
            Unit.valid_to,
            Unit.phone,
        )
        .outerjoin(people, people.c.unit_id == Unit.id)
        .where(Unit.root_id == root_id)
        .order_by(Unit.level, Unit.code)
    )
    children: dict[int | None, list[UnitRow]] = {}
    for row in rows:
        unit = UnitRow(*tuple(row))
        children.setdefault(unit.parent_id, []).append(unit)
    ordered: list[UnitRow] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting.extend(reversed(children.get(unit.id, [])))
    return ordered


def unit_by_code(session: Session, root_id: int, code: str) -> UnitRow | None:
    """The unit of this root with this code, or None."""
    unit = session.scalar(select(Unit).where(Unit.root_id == root_id, Unit.code == code))
    if unit is None:
        return None
    return UnitRow(
        unit.id, unit.code, unit.name, unit.level, unit.kind, unit.parent_id, unit.grid_id, 0, unit.valid_to, unit.phone
    )


def units_by_id(session: Session, unit_ids: Iterable[int]) -> list[Unit]:
    """Some units, by their ids."""
    return list(session.scalars(select(Unit).where(Unit.id.in_(sorted(set(unit_ids)))).order_by(Unit.id)))


def names_of_units(session: Session, unit_ids: Collection[int]) -> dict[int, str]:
    """Unit id -> name."""
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(sorted(set(unit_ids)))))
    return {row.id: row.name for row in rows}


def names_of_users(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """User id -> name, locked people too: a timeline names who acted."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_(sorted(set(user_ids)))))
    return {row.id: row.name for row in rows}


def people_named(session: Session, user_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """User id -> name and name of the unit."""
    stmt = select(User.id, User.name, Unit.name).join(Unit, Unit.id == User.unit_id)
    rows = session.execute(stmt.where(User.id.in_(sorted(set(user_ids)))))
    return {user_id: (name, unit) for user_id, name, unit in rows}


def user_id_of(session: Session, root_id: int, username: str) -> int:
    """The id of a person of this root by user name; Invalid names `username`."""
    found = session.scalar(select(User.id).where(User.root_id == root_id, User.username == normal_username(username)))
    if found is None:
        raise Invalid(("username", "没有这个人员"))
    return found


def pick_people(session: Session, root_id: int, limit: int = 500) -> list[tuple[str, str]]:
    """(user name, name) of active people, for pickers; more than `limit` are found by typing the user name."""
    stmt = select(User.username, User.name).where(User.root_id == root_id, User.active)
    return [(row.username, row.name) for row in session.execute(stmt.order_by(User.username).limit(limit))]


def tokens_of(session: Session, user_id: int) -> list[ApiToken]:
    """The tokens of a person that have not been revoked."""
    stmt = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return list(session.scalars(stmt.order_by(ApiToken.id)))


def _with_roles(session: Session, rows: list[PersonRow]) -> list[PersonRow]:
    held: dict[int, list[HeldRole]] = {}
    for role in held_roles(session, [row.id for row in rows]):
        held.setdefault(role.user_id, []).append(role)
    return [replace(row, roles=tuple(held.get(row.id, ()))) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
