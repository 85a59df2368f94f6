"""Rules of points, the level that found a problem, what was reported upward beforehand, and how a person judged it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.catalogue.rules import Kind
from gridops.core.db import Base, bigint_key, enum_text
from gridops.supervision.rules import Assessor


class AssessmentRule(Base):
    """What one level takes off for a problem of a kind (考核扣分规则), in points with two places.

    `code`: of a class or a category (`01`, `0110`) of a list, empty: all of `kind`; the longest that fits holds.
    Edited by ending one row and adding the next. Days are half-open.
    """

    __tablename__ = "assessment_rule"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    assessor: Mapped[Assessor] = mapped_column(enum_text(Assessor))
    name: Mapped[str] = mapped_column(String(60))
    list_code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[Kind] = mapped_column(enum_text(Kind))
    code: Mapped[str] = mapped_column(String(30), default="")
    found_points: Mapped[Decimal]
    overdue_points: Mapped[Decimal]
    rework_points: Mapped[Decimal]
    return_points: Mapped[Decimal]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class AssessmentProblem(Base):
    """Which level sent a case of source `assessment` down; without a row nobody has said so yet."""

    __tablename__ = "assessment_problem"
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    assessor: Mapped[Assessor] = mapped_column(enum_text(Assessor))
    set_at: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))


class EarlyReport(Base):
    """A problem of our own finding that was reported upward beforehand (提前上报): when, to whom, its number there.

    Appended, never changed: a correction is a further row that names what it corrects; `withdrawn`: it never happened.
    """

    __tablename__ = "early_report"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    assessor: Mapped[Assessor] = mapped_column(enum_text(Assessor))
    number: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text, default="")
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("early_report.id"), unique=True)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    __table_args__ = (Index(None, "root_id", "at"),)


class EarlyJudgement(Base):
    """A person's word whether a problem from above is the one that was reported beforehand; the last one holds."""

    __tablename__ = "early_judgement"
    id: Mapped[bigint_key]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    early_report_id: Mapped[int] = mapped_column(ForeignKey("early_report.id"))
    same: Mapped[bool]
    words: Mapped[str] = mapped_column(Text, default="")
    judged_at: Mapped[datetime]
    judged_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
