"""Units, people, roles, responsibilities, tokens, sign-in tries, ended sessions and viewings."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.people.rules.viewing import REASON_AT_MOST, Ended
from gridops.people.rules.words import Role, UnitKind, WorkLine


class Unit(Base):
    """A unit in three levels: 1 街道/园区 (and each agency), 2 部门, 3 科室; people are the fourth.

    `phone`: of its office.
    """

    __tablename__ = "unit"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[int]
    kind: Mapped[UnitKind] = mapped_column(enum_text(UnitKind))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    phone: Mapped[str | None] = mapped_column(String(30))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "root_id", "code", unique=True),)


class User(Base):
    """A person with a sign-in.

    `username` is kept as `rules.sign_in.normal_username` makes it. `session_stamp` changes when sessions must end
    (password, locking, sign-out everywhere). `must_change_password`: an admin set a one-time password. `phone`:
    personal data, masked in lists; the field app gives those of shift leaders and leaders to their people. `email`:
    given by the person themselves for notices, personal data too: in no list and no log.
    """

    __tablename__ = "app_user"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    staff_no: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(254))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    certificate_valid_to: Mapped[date | None]
    session_stamp: Mapped[str] = mapped_column(String(40))
    language: Mapped[str | None] = mapped_column(String(10))


class RoleHolding(Base):
    """A role held for a unit and a part of the territory (the grid and all below it), for a time."""

    __tablename__ = "role_holding"
    id: Mapped[bigint_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_text(Role))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Responsibility(Base):
    """Who answers for a grid on one line of work: a person or a unit, for a time (half-open days)."""

    __tablename__ = "responsibility"
    id: Mapped[bigint_key]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    line: Mapped[WorkLine] = mapped_column(enum_text(WorkLine))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class ApiToken(Base):
    """A bearer token, kept as SHA-256 only."""

    __tablename__ = "api_token"
    id: Mapped[bigint_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInTry(Base):
    """A failed sign-in, by name (hashed) and address: tries are throttled over these rows."""

    __tablename__ = "sign_in_try"
    id: Mapped[bigint_key]
    who: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]


class EndedSession(Base):
    """A session that was signed out, by the hash of its name, until its cookie is too old to open anything anyway."""

    __tablename__ = "ended_session"
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class Viewing(Base):
    """An admin saw the product as somebody else does: why, from when, until when at the latest, and how it ended."""

    __tablename__ = "viewing"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    admin_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    reason: Mapped[str] = mapped_column(String(REASON_AT_MOST))
    begun_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended: Mapped[Ended | None] = mapped_column(enum_text(Ended))


class Helping(Base):
    """A unit helps with a case that another unit leads (会办): until when, and when it told its result.

    Kept by `cases` with the events of the case; here, since whoever helps sees the case (`queries.access`).
    """

    __tablename__ = "helping"
    case_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, autoincrement=False)
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "unit_id", "case_id"),)
