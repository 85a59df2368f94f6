"""The rows a verb is about to change or count."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.grids.models import Grid
from gridops.people.models import ApiToken, Responsibility, RoleHolding, SignInTry, Unit, User
from gridops.people.rules import Role, WorkLine


def user_by_name(session: Session, username: str, *, lock: bool = False) -> User | None:
    """The user of this normalised name in whatever root; `lock` holds the row until the transaction ends."""
    stmt = select(User).where(User.username == username)
    return session.scalar(stmt.with_for_update() if lock else stmt)


def users_by_name(session: Session, usernames: list[str]) -> dict[str, User]:
    """Normalised name -> user, in whatever root."""
    return {user.username: user for user in session.scalars(select(User).where(User.username.in_(usernames)))}


def demo_users(session: Session, root_id: int) -> list[User]:
    """The demo accounts of a root."""
    return list(session.scalars(select(User).where(User.root_id == root_id, User.demo).order_by(User.id)))


def units_of_root(session: Session, root_id: int) -> list[Unit]:
    """All units of a root, in order of making."""
    return list(session.scalars(select(Unit).where(Unit.root_id == root_id).order_by(Unit.id)))


def grids_by_code(session: Session, root_id: int) -> dict[str, int]:
    """Code -> id of every grid of a root."""
    rows = session.execute(select(Grid.code, Grid.id).where(Grid.root_id == root_id))
    return {row.code: row.id for row in rows}


def unit_below(session: Session, root_id: int, parent_id: int | None, name: str) -> Unit | None:
    """The unit of this name right below a unit (None: at level 1), the oldest where there are several."""
    above = Unit.parent_id.is_(None) if parent_id is None else Unit.parent_id == parent_id
    stmt = select(Unit).where(Unit.root_id == root_id, Unit.name == name, above).order_by(Unit.id).limit(1)
    return session.scalar(stmt)


def same_roles(session: Session, user_id: int, role: Role, unit_id: int, grid_id: int) -> list[RoleHolding]:
    """The times in which a person holds the same role for the same unit and grid."""
    stmt = select(RoleHolding).where(
        RoleHolding.user_id == user_id,
        RoleHolding.role == role,
        RoleHolding.unit_id == unit_id,
        RoleHolding.grid_id == grid_id,
    )
    return list(session.scalars(stmt.order_by(RoleHolding.id)))


def roles_of_user(session: Session, user_id: int) -> list[RoleHolding]:
    """Every role row of a person."""
    return list(session.scalars(select(RoleHolding).where(RoleHolding.user_id == user_id).order_by(RoleHolding.id)))


def same_duties(
    session: Session, grid_id: int, line: WorkLine, user_id: int | None, unit_id: int | None
) -> list[Responsibility]:
    """The times in which a person (or else a unit) answers for a grid on a line."""
    who = Responsibility.user_id == user_id if user_id is not None else Responsibility.unit_id == unit_id
    return list(
        session.scalars(
            select(Responsibility).where(Responsibility.grid_id == grid_id, Responsibility.line == line, who)
        )
    )


def token_row(session: Session, token: str) -> ApiToken | None:
    """The row of a token as it was shown once."""
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == token_digest(token)))


def live_tokens(session: Session, user_id: int) -> list[ApiToken]:
    """The tokens of a person that still open something."""
    return list(session.scalars(select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))))


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def newest_tries(session: Session, who: str, limit: int) -> list[datetime]:
    """The newest failed tries under a key, oldest first."""
    stmt = select(SignInTry.at).where(SignInTry.who == who).order_by(SignInTry.at.desc()).limit(limit)
    return sorted(session.scalars(stmt))
