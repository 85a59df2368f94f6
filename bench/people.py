"""Who works in the measured street: 20 units and 200 people with roles, tokens and one password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bench import territory
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids import forms
from gridops.grids import service as grid_service
from gridops.grids.models import Grid
from gridops.people.models import ApiToken, RoleHolding, Unit, User
from gridops.people.queries.keeping import token_digest
from gridops.people.rules import Role, UnitKind
from gridops.people.service.passwords import hash_password

PASSWORD = "a street that is measured"  # noqa: S105  of a database that lives for minutes
UNITS = 20
# Role -> how many people hold it; handlers are spread over the units.
STAFF = (
    ((Role.INSPECTOR,), 120),
    ((Role.HANDLER,), 40),
    ((Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER), 20),
    ((Role.LEADER,), 12),
    ((Role.EDITOR,), 4),
    ((Role.APPROVER,), 4),
)


@dataclass(frozen=True)
class Worker:
    """A person of the street."""

    user_id: int
    username: str
    token: str
    unit_id: int
    role: Role


def settle(text: bytes | None = None) -> list[Worker]:
    """Put territory, units and people into the bound database; RuntimeError where the territory is refused."""
    with transaction() as session:
        report = grid_service.import_grids(session, text or territory.street(), forms.options({}))
        if report.errors:
            raise RuntimeError(f"the territory is refused: {report.errors[:3]}")
    password = hash_password(PASSWORD)
    with transaction() as session:
        root = session.scalars(select(Grid).where(Grid.code == territory.ROOT_CODE)).one()
        units = [_unit(root.id, place) for place in range(UNITS)]
        session.add_all(units)
        session.flush()
        workers = []
        for roles, count in STAFF:
            for place in range(count):
                workers.append(_worker(session, root.id, units[place % UNITS].id, roles, place, password))
    return workers


def _unit(root_id: int, place: int) -> Unit:
    kind = UnitKind.STREET if place == 0 else UnitKind.DEPARTMENT
    return Unit(root_id=root_id, code=f"U{place:02d}", name=f"测速单位{place}", kind=kind, level=1 if place == 0 else 2)


def _worker(session: Any, root_id: int, unit_id: int, roles: tuple[Role, ...], place: int, password: str) -> Worker:
    name = f"{roles[0].value}{place}"
    user = User(root_id=root_id, username=name, name=name, unit_id=unit_id, session_stamp="1", password_hash=password)
    session.add(user)
    session.flush()
    session.add_all(RoleHolding(user_id=user.id, role=role, unit_id=unit_id, grid_id=root_id) for role in roles)
    token = f"gridops_bench_{name}"
    session.add(ApiToken(user_id=user.id, token_hash=token_digest(token), created_at=clock.now()))
    session.flush()
    return Worker(user.id, name, token, unit_id, roles[0])
