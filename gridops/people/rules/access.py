"""Who may do what where, and which cases a role shows: data and two small functions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from gridops.people.rules.words import Role


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held for a unit (and the units below it) and a grid (and every grid below it)."""

    role: Role
    unit_id: int
    grid_id: int


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in, with the roles held today. Everything they may do follows from `holdings`."""

    user_id: int
    root_id: int
    unit_id: int
    holdings: tuple[Holding, ...] = ()
    name: str = ""
    username: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(holding.role for holding in self.holdings)


class Sees(StrEnum):
    """Which cases a role shows its holder, within the part of the territory it is held for."""

    TERRITORY = "territory"
    UNITS = "units"
    NOTHING = "nothing"


# One's own reports are always seen, whatever the role. An admin keeps people, lists, territory and settings, and needs
# no case for that: persons and places in cases stay with those who work on them (个人信息保护法 art. 6, minimum).
SCOPE: dict[Role, Sees] = {
    Role.INSPECTOR: Sees.TERRITORY,
    Role.OFFICER: Sees.TERRITORY,
    Role.INTAKE_CLERK: Sees.TERRITORY,
    Role.SHIFT_LEADER: Sees.TERRITORY,
    Role.DISPATCHER: Sees.TERRITORY,
    Role.HANDLER: Sees.UNITS,
    Role.EDITOR: Sees.TERRITORY,
    Role.APPROVER: Sees.TERRITORY,
    Role.SUPERVISION_OFFICER: Sees.TERRITORY,
    Role.LEADER: Sees.TERRITORY,
    Role.ADMIN: Sees.NOTHING,
    Role.AUDITOR: Sees.TERRITORY,
}

# Roles that act for a unit: where a case has a unit, the role must be held for it or a unit above it.
UNIT_BOUND = frozenset({Role.HANDLER})

# Who is told at any time how the running month of their territory stands.
OVERVIEW_ROLES = (Role.LEADER, Role.APPROVER, Role.ADMIN)


def may(
    person: Person,
    roles: Collection[Role],
    grid_path: Collection[int],
    unit_path: Collection[int] | None = None,
) -> bool:
    """Whether the person holds one of `roles` for a grid of `grid_path` (a grid's id and those of all above it).

    `unit_path` (a unit's id and those above it) also binds the roles of `UNIT_BOUND` to that unit; None: no unit asked.
    """
    return any(
        holding.role in roles
        and holding.grid_id in grid_path
        and (unit_path is None or holding.role not in UNIT_BOUND or holding.unit_id in unit_path)
        for holding in person.holdings
    )


def roles_of(person: Person, grid_path: Collection[int]) -> frozenset[Role]:
    """The roles the person holds for a place, given the ids of its grid and of all above it."""
    return frozenset(holding.role for holding in person.holdings if holding.grid_id in grid_path)


def sees_cases(role: Role) -> bool:
    """Whether the role shows cases at all."""
    return SCOPE[role] is not Sees.NOTHING
