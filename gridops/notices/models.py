"""Web hooks and the notices that were owed to them; notices to people, how each wants them, and their mails."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.notices.rules import HookKind, Occasion, Outcome
from gridops.notices.rules.personal import FIRST_HOUR, Mail


class Hook(Base):
    """Where notices to a unit and those below it go; without a unit: to the centre, and for units without one.

    `address` is a secret: whoever knows it may write to the group. `failures` in a row; after one it rests.
    """

    __tablename__ = "notice_hook"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[HookKind] = mapped_column(enum_text(HookKind))
    address: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    rest_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "root_id", "unit_id", unique=True),
        Index(
            "uq_notice_hook_centre",
            "root_id",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )


class Notice(Base):
    """One thing to be told, once: `key` says what. `content` and `unit_id` (the hook's) are as it was told last."""

    __tablename__ = "notice"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    occasion: Mapped[Occasion] = mapped_column(enum_text(Occasion))
    since: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(enum_text(Outcome))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    content: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (Index(None, "root_id", "since"),)


_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_id IS NULL AND mail <> 'none'")


class PersonalNotice(Base):
    """One thing told to one person, once: `key` says what. Kept: who was told what, when, and how.

    `grid_id`, `unit_id`: where the case lay then; whether it may still be shown, the case of now says. `bell`, `mail`:
    how the person wanted it then; `mail_id`: the mail it went out with.
    """

    __tablename__ = "personal_notice"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    key: Mapped[str] = mapped_column(String(200))
    occasion: Mapped[Occasion] = mapped_column(enum_text(Occasion))
    number: Mapped[str] = mapped_column(String(40), index=True)
    category: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_at: Mapped[datetime | None]
    happened_at: Mapped[datetime]
    told_at: Mapped[datetime]
    bell: Mapped[bool]
    read_at: Mapped[datetime | None]
    mail: Mapped[Mail] = mapped_column(enum_text(Mail))
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("notice_mail.id"), index=True)
    __table_args__ = (
        Index(None, "key", "user_id", unique=True),
        Index(None, "user_id", "id"),
        Index(None, "root_id", "id"),
        Index("ix_personal_notice_unread", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_personal_notice_to_mail", "user_id", sqlite_where=_TO_MAIL, postgresql_where=_TO_MAIL),
    )


class NoticeMark(Base):
    """A key of time running out that was seen and owed to people, whether or not anybody is told: never worked twice.

    Of no use once its deadline has gone by: cleared then.
    """

    __tablename__ = "notice_mark"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    marked_at: Mapped[datetime] = mapped_column(index=True)


class NoticeChoice(Base):
    """How a person wants an occasion, where it is not as `rules.personal.BY_DEFAULT` says."""

    __tablename__ = "notice_choice"
    id: Mapped[bigint_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    occasion: Mapped[Occasion] = mapped_column(enum_text(Occasion))
    bell: Mapped[bool]
    mail: Mapped[Mail] = mapped_column(enum_text(Mail))
    __table_args__ = (Index(None, "user_id", "occasion", unique=True),)


class NoticeHours(Base):
    """When a person's daily mail goes out."""

    __tablename__ = "notice_hours"
    id: Mapped[bigint_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), unique=True)
    hour: Mapped[int] = mapped_column(default=FIRST_HOUR)
    workdays_only: Mapped[bool] = mapped_column(default=False)


class NoticeMail(Base):
    """A mail owed to a person: notices that go together, or those of a day. The row is the work owed.

    `key`: once for a person and day, or for a person and the first notice of it. `next_at`: not before; while it is
    being sent also nobody else's.
    """

    __tablename__ = "notice_mail"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    day: Mapped[date | None]
    made_at: Mapped[datetime]
    next_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(enum_text(Outcome))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (Index(None, "outcome", "next_at"),)
