"""What the loading of the demo street asks the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move
from gridops.core.owed import Owed
from gridops.grids import queries as grids
from gridops.people.models import RoleHolding, Unit, User
from gridops.people.queries.access import valid_on
from gridops.people.rules import Role

LOADING = "demo_loading"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo person in one role."""

    role: Role
    name: str
    username: str
    unit: str
    territory: str


def loading(session: Session) -> Owed | None:
    """The mark of a load that has begun and is not complete."""
    return session.scalar(select(Owed).where(Owed.kind == LOADING).order_by(Owed.id).limit(1))


def demo_accounts(session: Session, root_id: int) -> int:
    """How many demo accounts a root has."""
    return session.scalar(select(func.count()).where(User.root_id == root_id, User.demo)) or 0


def case_ids(session: Session, record_ids: dict[str, int]) -> dict[int, int]:
    """Key of the plan -> case id, for the reports (by record id) that have been taken."""
    wanted = list(record_ids)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(select(Case.record_id, Case.id).where(Case.record_id.in_(wanted[start : start + 500])))
        found |= {record_ids[record_id]: case_id for record_id, case_id in rows if record_id}
    return found


def newest_event(session: Session, case_id: int, move: Move) -> int | None:
    """The id of the last event of a kind of a case."""
    return session.scalar(
        select(CaseEvent.id)
        .where(CaseEvent.case_id == case_id, CaseEvent.move == move)
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    )


def sign_ins(session: Session, root_id: int) -> list[SignIn]:
    """Every demo person of a root in every role held today, by role and user name; territory by its name."""
    names = {node.grid_id: node.name for node in grids.tree(session).nodes.values()}
    rows = session.execute(
        select(RoleHolding.role, User.name, User.username, Unit.name, RoleHolding.grid_id)
        .join(User, User.id == RoleHolding.user_id)
        .join(Unit, Unit.id == RoleHolding.unit_id)
        .where(User.root_id == root_id, User.demo, User.active, *valid_on(RoleHolding, grids.today()))
        .order_by(RoleHolding.id)
    )
    merged: dict[tuple[Role, str], SignIn] = {}
    for role, name, username, unit, grid_id in rows:
        before = merged.get((role, username))
        territory = f"{before.territory}、{names[grid_id]}" if before else names[grid_id]
        merged[role, username] = SignIn(role, name, username, unit, territory)
    order = {role: place for place, role in enumerate(Role)}
    return sorted(merged.values(), key=lambda each: (order[each.role], each.username))
