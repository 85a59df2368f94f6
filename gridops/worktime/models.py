"""The working-day table (调休 included) and office hours; a root's own rows win over the common ones."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key


class CalendarDay(Base):
    """One published day: worked or not, why, and who says so. Days without a row are provisional (Mon-Fri worked)."""

    __tablename__ = "calendar_day"
    id: Mapped[bigint_key]
    root_id: Mapped[int | None]
    day: Mapped[date]
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(80))
    __table_args__ = (
        Index(
            "uq_calendar_day_common",
            "day",
            unique=True,
            sqlite_where=text("root_id IS NULL"),
            postgresql_where=text("root_id IS NULL"),
        ),
        Index("uq_calendar_day_root", "root_id", "day", unique=True),
    )


class OfficeHours(Base):
    """Office hours of a root (or of all, root_id empty) from a day on: `08:30-12:00,13:30-17:30`, local time."""

    __tablename__ = "office_hours"
    id: Mapped[bigint_key]
    root_id: Mapped[int | None] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    hours: Mapped[str] = mapped_column(String(120))


class CalendarEdition(Base):
    """A random stamp per root (0: the common rows), renewed by every change; kept copies are good until then."""

    __tablename__ = "calendar_edition"
    root_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))
