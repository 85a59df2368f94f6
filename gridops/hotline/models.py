"""The hotline's order beside a case, its steps, and how long a caller may wait in a jurisdiction."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.hotline.rules import Due, Limit, StepKind
from gridops.worktime.rules import LimitUnit
from gridops.worktime.rules.changes import What


class HotlineOrder(Base):
    """A 12345 order (工单): the number it bears there, when the hotline took it, its two deadlines, who called.

    `caller`, `phone`: personal data, shown only to those of `rules.KEEPERS` and to the unit while it holds the case.
    `contact_limit`, `answer_limit` with their units: what the deadline was counted by; empty where it was given.
    Columns from `contacted_at` on are what its steps say; `runs_out_at`: when the clock that runs now runs out.
    """

    __tablename__ = "hotline_order"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    number: Mapped[str] = mapped_column(String(80))
    received_at: Mapped[datetime]
    contact_due_at: Mapped[datetime]
    contact_limit: Mapped[int | None]
    contact_unit: Mapped[LimitUnit | None] = mapped_column(enum_text(LimitUnit))
    answer_due_at: Mapped[datetime]
    answer_limit: Mapped[int | None]
    answer_unit: Mapped[LimitUnit | None] = mapped_column(enum_text(LimitUnit))
    caller: Mapped[str | None] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    version: Mapped[int] = mapped_column(default=1)
    contacted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    revisited_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    satisfied: Mapped[bool | None]
    runs_out_at: Mapped[datetime]
    __table_args__ = (
        Index(None, "root_id", "number", unique=True),
        Index(None, "root_id", "contact_due_at"),
        Index(None, "root_id", "runs_out_at", "id"),
        Index(None, "root_id", "received_at", "id"),
    )

    @property
    def dues(self) -> dict[StepKind, Due]:
        """Its two deadlines, each with the limit that it was counted by."""
        contact, answer = (
            Limit(count, unit) if count is not None and unit is not None else None
            for count, unit in ((self.contact_limit, self.contact_unit), (self.answer_limit, self.answer_unit))
        )
        return {StepKind.CONTACT: Due(self.contact_due_at, contact), StepKind.ANSWER: Due(self.answer_due_at, answer)}


class HotlineRecount(Base):
    """A deadline of an order that was counted anew by another calendar; appended, never changed.

    `changed`, `first`: what changed of it, from which day on; empty: it had changed before, and a step that was written
    down wrongly and taken back lets the deadline run again.
    """

    __tablename__ = "hotline_recount"
    id: Mapped[bigint_key]
    order_id: Mapped[int] = mapped_column(ForeignKey("hotline_order.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(enum_text(StepKind))
    before: Mapped[datetime]
    after: Mapped[datetime]
    changed: Mapped[What | None] = mapped_column(enum_text(What))
    first: Mapped[date | None]
    recorded_at: Mapped[datetime]


class HotlineStep(Base):
    """One step for the caller; appended, never changed: a correction is a further row that names what it corrects."""

    __tablename__ = "hotline_step"
    id: Mapped[bigint_key]
    order_id: Mapped[int] = mapped_column(ForeignKey("hotline_order.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(enum_text(StepKind))
    at: Mapped[datetime]
    reached: Mapped[bool | None]
    solved: Mapped[bool | None]
    satisfied: Mapped[bool | None]
    words: Mapped[str] = mapped_column(Text, default="")
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("hotline_step.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    __table_args__ = (Index(None, "kind", "at"),)


class HotlineTerms(Base):
    """How long a caller may wait in a jurisdiction; roots without a row: `rules.Terms` as it stands."""

    __tablename__ = "hotline_terms"
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True, autoincrement=False)
    contact_limit: Mapped[int]
    contact_unit: Mapped[LimitUnit] = mapped_column(enum_text(LimitUnit))
    answer_limit: Mapped[int]
    answer_unit: Mapped[LimitUnit] = mapped_column(enum_text(LimitUnit))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
