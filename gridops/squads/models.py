"""Squads, their members and the tracks they recorded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.squads.rules import Agency, CheckedInBy, left_at


class Squad(Base):
    """Who is out together on one night round or one outing; the upper row holds its id.

    `code`: what the QR says, as `rules.plain_code` has it.
    """

    __tablename__ = "squad"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    day: Mapped[date]
    code: Mapped[str] = mapped_column(String(40), unique=True)


class SquadCode(Base):
    """A further code of a squad: of another phone that began the same thing without a network, and showed its own."""

    __tablename__ = "squad_code"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    squad_id: Mapped[int] = mapped_column(ForeignKey("squad.id"), index=True)


class SquadMember(Base):
    """A person of a squad; `person_key` (rules) tells them apart, so each counts once however often they check in.

    `user_id`: one of ours; others are known by name, agency and certificate. `certified`: held a valid enforcement
    certificate on the squad's day. Planned members have no `checked_in_at` and count nowhere. `checked_in_at` is the
    first time, `last_in_at` the last, `checked_out_at` the last they said that they leave.
    """

    __tablename__ = "squad_member"
    id: Mapped[bigint_key]
    squad_id: Mapped[int] = mapped_column(ForeignKey("squad.id"))
    person_key: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    agency: Mapped[Agency] = mapped_column(enum_text(Agency))
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    certified: Mapped[bool]
    leads: Mapped[bool] = mapped_column(default=False)
    checked_in_at: Mapped[datetime | None]
    last_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    how: Mapped[CheckedInBy | None] = mapped_column(enum_text(CheckedInBy))
    record_id: Mapped[str | None] = mapped_column(String(36), index=True)
    recorded_at: Mapped[datetime]
    __table_args__ = (Index(None, "squad_id", "person_key", unique=True),)

    @property
    def left_at(self) -> datetime | None:
        """When they left; None for who is there, or came back."""
        return left_at(self.checked_out_at, self.last_in_at)


class Track(Base):
    """Where a member's phone was while its page was open (前台记录); sensitive, never scored.

    `points`: [[seconds since start, lon, lat, accuracy in metres], …], WGS-84; none any more since `forgotten_at`.
    """

    __tablename__ = "track"
    id: Mapped[bigint_key]
    squad_id: Mapped[int] = mapped_column(ForeignKey("squad.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    record_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    points: Mapped[list[Any]]
    recorded_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "forgotten_at", "ended_at"),)
