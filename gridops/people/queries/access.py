"""Persons with their roles of today, and the one scope that lists, search, map, export and API share.

The territory of a scope is the tree as it stands today; a grid that has ended hangs where it last hung, so that its
cases stay in sight of those who answer for the place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.core import clock
from gridops.grids.models import GridVersion
from gridops.people.models import EndedSession, Helping, RoleHolding, Unit, User
from gridops.people.queries.keeping import token_digest, token_row
from gridops.people.rules import SCOPE, Holding, Person, Role, Sees, may

# More cases with which a unit helps nobody has in sight at once; older ones have long ended.
MOST_HELPED = 1000
SelectT = TypeVar("SelectT", bound=Select[Any])


def load_person(session: Session, user_id: int) -> Person | None:
    """The person with the roles valid today; None when unknown or locked."""
    user = session.get(User, user_id)
    return _person(session, user) if user is not None and user.active else None


def person_by_token(session: Session, token: str) -> Person | None:
    """Whose API token this is; None when unknown, revoked, or its person is locked."""
    kept = token_row(session, token)
    return load_person(session, kept.user_id) if kept is not None and kept.revoked_at is None else None


def account(session: Session, user_id: int, session_name: str = "") -> User | None:
    """The account behind a session (stamp, language, whether its password must change).

    None when unknown or locked, or when the session of this name was signed out.
    """
    ended = exists().where(EndedSession.name_hash == token_digest(session_name))
    return session.scalar(select(User).where(User.id == user_id, User.active, ~ended))


def grids_led(session: Session, roles: Collection[Role]) -> list[int]:
    """The territories for which someone who may sign in holds one of these roles today."""
    rows = session.scalars(
        select(RoleHolding.grid_id)
        .join(User, User.id == RoleHolding.user_id)
        .where(User.active, RoleHolding.role.in_(roles), *valid_on(RoleHolding, clock.local_date(clock.now())))
        .distinct()
        .order_by(RoleHolding.grid_id)
    )
    return list(rows)


def demo_people(session: Session) -> list[tuple[str, str, Role]]:
    """(username, name, role): one demo account a role, the first by user name; empty where no demo was loaded."""
    rows = session.execute(
        select(User.username, User.name, RoleHolding.role)
        .join(RoleHolding, RoleHolding.user_id == User.id)
        .where(User.demo, User.active, *valid_on(RoleHolding, clock.local_date(clock.now())))
        .order_by(User.username)
    )
    first: dict[Role, tuple[str, str, Role]] = {}
    for username, name, role in rows:
        first.setdefault(role, (username, name, role))
    return [first[role] for role in Role if role in first]


@dataclass(frozen=True, slots=True)
class UnitsIn:
    """Cases of these units within these grids (None: the whole root)."""

    unit_ids: frozenset[int]
    grid_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows a person sees: those of `grid_ids` (None: the whole root), those of units in `units`, own reports.

    `helped`: the cases with which units of his help (会办), wherever they lie.
    """

    root_id: int
    user_id: int
    grid_ids: frozenset[int] | None
    units: tuple[UnitsIn, ...] = ()
    helped: frozenset[int] = frozenset()

    @property
    def sight(self) -> str:
        """What is in sight, by name: alike for all who see a whole root (to keep it, see `lately`)."""
        return f"root {self.root_id}" if self.grid_ids is None else f"user {self.user_id}"

    def sees(
        self,
        *,
        root_id: int,
        grid_id: int | None,
        unit_id: int | None = None,
        reporter_id: int | None = None,
        case_id: int | None = None,
    ) -> bool:
        """Whether one row is seen: the same condition as `apply_scope`, for a row at hand."""
        if root_id != self.root_id:
            return False
        return (
            self.grid_ids is None
            or grid_id in self.grid_ids
            or reporter_id == self.user_id
            or case_id in self.helped
            or any(
                unit_id in part.unit_ids and (part.grid_ids is None or grid_id in part.grid_ids) for part in self.units
            )
        )

    def sees_grid(self, grid_id: int) -> bool:
        """Whether everything recorded in this grid is seen (bulletins, figures): own units and reports do not count."""
        return self.grid_ids is None or grid_id in self.grid_ids


def scope_of(session: Session, person: Person) -> Scope:
    """The person's scope, from the roles held today (`rules.access.SCOPE`)."""
    by_sight: dict[Sees, list[Holding]] = {sees: [] for sees in Sees}
    for holding in person.holdings:
        by_sight[SCOPE[holding.role]].append(holding)
    units = tuple(
        UnitsIn(units_below(session, [unit_id]), _grids(session, person, {grid_id}))
        for unit_id, grid_id in sorted({(held.unit_id, held.grid_id) for held in by_sight[Sees.UNITS]})
    )
    grids = _grids(session, person, {held.grid_id for held in by_sight[Sees.TERRITORY]})
    return helping_now(session, Scope(person.root_id, person.user_id, grids, units))


def helping_now(session: Session, scope: Scope) -> Scope:
    """The scope with the cases helped with at this moment. A page that is told of changes reads them with its list: a
    scope kept from before (`queries.lately`) would take a case for one of others, and its news for told.
    """
    if not scope.units or scope.grid_ids is None:
        return scope
    return replace(scope, helped=helped_by(session, scope.units))


def helped_by(session: Session, units: Iterable[UnitsIn]) -> frozenset[int]:
    """The cases with which these units help: those that wait for their answer, then the latest, MOST_HELPED in all."""
    ids = sorted({unit_id for part in units for unit_id in part.unit_ids})
    rows = select(Helping.case_id).where(Helping.unit_id.in_(ids))
    order = (Helping.answered_at.is_not(None), Helping.case_id.desc())
    return frozenset(session.scalars(rows.order_by(*order).limit(MOST_HELPED)))


def apply_scope(
    stmt: SelectT,
    scope: Scope,
    *,
    root: ColumnElement[int] | Any,
    grid: ColumnElement[int] | Any,
    unit: ColumnElement[int] | Any | None = None,
    reporter: ColumnElement[int] | Any | None = None,
    case: ColumnElement[int] | Any | None = None,
) -> SelectT:
    """Narrow a select to the rows the scope shows, given the columns of root, grid, unit in charge, reporter, case."""
    stmt = stmt.where(root == scope.root_id)
    if scope.grid_ids is None:
        return stmt
    return stmt.where(shown(scope, grid=grid, unit=unit, reporter=reporter, case=case))


def shown(
    scope: Scope,
    *,
    grid: ColumnElement[int] | Any,
    unit: ColumnElement[int] | Any | None = None,
    reporter: ColumnElement[int] | Any | None = None,
    case: ColumnElement[int] | Any | None = None,
) -> ColumnElement[bool]:
    """The condition of `apply_scope` within the root, for a person who does not see all of it."""
    seen: list[ColumnElement[bool]] = [grid.in_(sorted(scope.grid_ids))] if scope.grid_ids else []
    if unit is not None:
        for part in scope.units:
            own = unit.in_(sorted(part.unit_ids))
            seen.append(own if part.grid_ids is None else and_(own, grid.in_(sorted(part.grid_ids))))
    if reporter is not None:
        seen.append(reporter == scope.user_id)
    if case is not None and scope.helped:
        seen.append(case.in_(sorted(scope.helped)))
    return or_(*seen) if seen else false()


def grid_path(session: Session, grid_id: int) -> frozenset[int]:
    """The ids of a grid and of all above it, by today's tree."""
    return grid_paths(session, [grid_id])[grid_id]


def grid_paths(session: Session, grid_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of several grids, by grid, in one statement."""
    start = select(GridVersion.grid_id.label("of_id"), GridVersion.grid_id, GridVersion.parent_id)
    path = start.where(GridVersion.grid_id.in_(sorted(grid_ids)), in_force()).cte("path", recursive=True)
    above = select(path.c.of_id, GridVersion.grid_id, GridVersion.parent_id)
    above = above.join(GridVersion, and_(GridVersion.grid_id == path.c.parent_id, in_force()))
    return _paths(grid_ids, session.execute(select(*path.union(above).c["of_id", "grid_id"])))


def grids_below(session: Session, grid_ids: Collection[int]) -> frozenset[int]:
    """The ids of these grids and of all below them, by today's tree."""
    start = select(GridVersion.grid_id).where(GridVersion.grid_id.in_(sorted(grid_ids)))
    tree = start.cte("tree", recursive=True)
    below = select(GridVersion.grid_id).where(GridVersion.parent_id == tree.c.grid_id, in_force())
    return frozenset(session.scalars(select(tree.union(below).c.grid_id)))


def units_below(session: Session, unit_ids: Iterable[int]) -> frozenset[int]:
    """The ids of these units and of all below them."""
    tree = select(Unit.id).where(Unit.id.in_(sorted(unit_ids))).cte("units", recursive=True)
    below = select(Unit.id).where(Unit.parent_id == tree.c.id)
    return frozenset(session.scalars(select(tree.union(below).c.id)))


def unit_path(session: Session, unit_id: int) -> frozenset[int]:
    """The ids of a unit and of all above it."""
    return unit_paths(session, [unit_id])[unit_id]


def unit_paths(session: Session, unit_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same of several units, by unit, in one statement."""
    return _paths(unit_ids, session.execute(_UNIT_PATHS, {"unit_ids": sorted(unit_ids)}))


def _unit_paths() -> Select[Any]:
    start = select(Unit.id.label("of_id"), Unit.id, Unit.parent_id)
    path = start.where(Unit.id.in_(bindparam("unit_ids", expanding=True))).cte("above", recursive=True)
    above = select(path.c.of_id, Unit.id, Unit.parent_id).join(Unit, Unit.id == path.c.parent_id)
    return select(*path.union(above).c["of_id", "id"])


# Asked with every step of a unit, so it is built once.
_UNIT_PATHS = _unit_paths()


def _paths(ids: Iterable[int], rows: Iterable[Any]) -> dict[int, frozenset[int]]:
    found = {one: {one} for one in ids}
    for one, above in rows:
        found[one].add(above)
    return {one: frozenset(path) for one, path in found.items()}


def may_at(session: Session, person: Person, roles: Collection[Role], grid_id: int, unit_id: int | None = None) -> bool:
    """Whether the person holds one of `roles` for this grid and, for roles bound to a unit, for this unit."""
    if person.roles.isdisjoint(roles):
        return False
    units = None if unit_id is None else unit_path(session, unit_id)
    return may(person, roles, grid_path(session, grid_id), units)


def _person(session: Session, user: User) -> Person:
    today = clock.local_date(clock.now())
    held = session.execute(
        select(RoleHolding.role, RoleHolding.unit_id, RoleHolding.grid_id)
        .where(RoleHolding.user_id == user.id, *valid_on(RoleHolding, today))
        .order_by(RoleHolding.id)
    )
    holdings = tuple(Holding(role, unit_id, grid_id) for role, unit_id, grid_id in held)
    return Person(user.id, user.root_id, user.unit_id, holdings, user.name, user.username)


def _grids(session: Session, person: Person, grid_ids: set[int]) -> frozenset[int] | None:
    """None for the whole root, which needs no look at the tree."""
    if person.root_id in grid_ids:
        return None
    return grids_below(session, grid_ids) if grid_ids else frozenset()


def valid_on(table: Any, on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Half-open days: from `valid_from` (empty: since always) up to, not including, `valid_to` (empty: still)."""
    return (
        or_(table.valid_from.is_(None), table.valid_from <= on),
        or_(table.valid_to.is_(None), table.valid_to > on),
    )


def in_force() -> ColumnElement[bool]:
    """The version of a grid that began last by today, ended or not."""
    today = clock.local_date(clock.now())
    later = aliased(GridVersion)
    return and_(
        or_(GridVersion.valid_from.is_(None), GridVersion.valid_from <= today),
        ~select(later.id)
        .where(
            later.grid_id == GridVersion.grid_id,
            later.valid_from <= today,
            or_(GridVersion.valid_from.is_(None), later.valid_from > GridVersion.valid_from),
        )
        .exists(),
    )
