"""Discipline checks, problem items of bulletins, supervised matters, scores from above, appeals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.core.outside import FromOutside, outside_keys
from gridops.supervision.rules import Against, Assessor, Light, ProblemState


class DisciplineCheck(FromOutside, Base):
    """A look at one unit within 明察暗访; looks of one day and source are one check (`rules.checks_of`).

    `person`: personal data; named only where `verified` and `naming_approved_by` the discipline office, by its paper
    `naming_approval`.
    """

    __tablename__ = "discipline_check"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(120), default="")
    fact: Mapped[str] = mapped_column(Text, default="")
    person: Mapped[str | None] = mapped_column(String(80))
    verified: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    naming_approved_by: Mapped[int | None]
    naming_approval: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (*outside_keys("discipline_check"), Index(None, "root_id", "at"))


class Problem(FromOutside, Base):
    """A problem item (通报问题) that an issue of a series named: who mends it by when, the answer, its acceptance.

    `period`: of the issue that named it; `streak`: for how many issues in a row it has been named (连续N期).
    """

    __tablename__ = "problem"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    series: Mapped[str] = mapped_column(String(40))
    period: Mapped[str | None] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    at: Mapped[datetime]
    fact: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200), default="")
    case_id: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(120), default="")
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None]
    answer_record_id: Mapped[str | None] = mapped_column(String(36))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None]
    refused_at: Mapped[datetime | None]
    refuse_reason: Mapped[str | None] = mapped_column(Text)
    streak: Mapped[int] = mapped_column(default=1)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        *outside_keys("problem"),
        Index(None, "root_id", "number", unique=True),
        Index(None, "root_id", "series", "period"),
    )


class ProblemStep(Base):
    """What happened to a problem item: answered, refused or accepted, in whose words; appended, never changed.

    The row of the item is what its last steps say; `record_id`: the phone's record of an answer.
    """

    __tablename__ = "problem_step"
    id: Mapped[bigint_key]
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    state: Mapped[ProblemState] = mapped_column(enum_text(ProblemState))
    at: Mapped[datetime]
    words: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[int | None]
    record_id: Mapped[str | None] = mapped_column(String(36))
    recorded_at: Mapped[datetime]
    __table_args__ = (
        Index(
            "uq_problem_step_record_id",
            "record_id",
            unique=True,
            sqlite_where=text("record_id IS NOT NULL"),
            postgresql_where=text("record_id IS NOT NULL"),
        ),
    )


class Matter(FromOutside, Base):
    """A supervised matter (督查事项): source, lead and helpers, due date, sign-off (销号)."""

    __tablename__ = "matter"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(120), default="")
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (*outside_keys("matter"), Index(None, "root_id", "number", unique=True))


class MatterHelper(Base):
    """A unit that helps the lead unit with a matter (会办单位)."""

    __tablename__ = "matter_helper"
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class MatterUndoing(Base):
    """A sign-off that was undone (销号撤销): the matter counted as done from `done_at` until `undone_at`."""

    __tablename__ = "matter_undoing"
    id: Mapped[bigint_key]
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    done_at: Mapped[datetime]
    done_by: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime]
    undone_by: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)


class MatterLine(Base):
    """The weekly line of progress of a matter, with its light; appended, the latest holds."""

    __tablename__ = "matter_line"
    id: Mapped[bigint_key]
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    light: Mapped[Light] = mapped_column(enum_text(Light))
    user_id: Mapped[int | None]
    recorded_at: Mapped[datetime]


class Score(Base):
    """A score from above for one item of one month, in hundredths of a point; `rank` of `of` streets."""

    __tablename__ = "score"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    month: Mapped[str] = mapped_column(String(7))
    assessor: Mapped[Assessor] = mapped_column(enum_text(Assessor))
    item: Mapped[str] = mapped_column(String(120))
    score: Mapped[Decimal]
    full: Mapped[Decimal | None]
    rank: Mapped[int | None]
    of: Mapped[int | None]
    import_digest: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "root_id", "month", "assessor", "item", unique=True),)


class Appeal(Base):
    """An appeal (申诉) against an overdue, rework or return mark of a case, decided by someone else.

    Upheld: the case is left out of ranks and assessment and stays in the record.
    """

    __tablename__ = "appeal"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    against: Mapped[Against] = mapped_column(enum_text(Against))
    marked_at: Mapped[datetime]
    judged_by: Mapped[int | None]
    at: Mapped[datetime]
    by_id: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    upheld: Mapped[bool | None]
    why: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    __table_args__ = (Index(None, "root_id", "decided_at"), Index(None, "case_id", "against", "marked_at", unique=True))
