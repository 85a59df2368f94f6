"""Series, bulletins and their life, the jobs that build them, and rendered papers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.bulletins.rules import Status
from gridops.core.db import Base, bigint_key, enum_text


class Series(Base):
    """A series of papers of a root (`monthly` 城市管理月报, …), with numbers of its own and its own cut of time.

    `settings` holds what an office may word itself: issuing body, addressee, 报/送/发, thresholds.
    """

    __tablename__ = "series"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    month_day: Mapped[int] = mapped_column(default=1)
    week_day: Mapped[int] = mapped_column(default=1)
    settings: Mapped[dict[str, Any]]
    __table_args__ = (Index(None, "root_id", "key", unique=True),)


class Bulletin(Base):
    """One paper: of a period, or a correction (更正说明) of an issued one, linked both ways.

    `text`: chapters as composed and edited, [{level, heading, paragraphs}]; `built_digest` names the state of the
    figures the stored papers were made from; `version` guards stale edits. `wording`: from the freeze on, what the
    series' settings were then. `confirmed`: numbers of the text that differ from the figures and shall stay, with why.
    """

    __tablename__ = "bulletin"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    series: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[Status] = mapped_column(enum_text(Status))
    frozen_set_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_set.id"))
    issue_no: Mapped[int | None]
    total_no: Mapped[int | None]
    issued_on: Mapped[date | None]
    as_of: Mapped[datetime | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"))
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"))
    correction_no: Mapped[int] = mapped_column(default=0)
    text: Mapped[list[Any] | None]
    edited: Mapped[bool] = mapped_column(default=False)
    draft: Mapped[dict[str, Any] | None]
    wording: Mapped[dict[str, Any] | None]
    confirmed: Mapped[list[Any] | None]
    version: Mapped[int]
    __table_args__ = (Index(None, "grid_id", "series", "period", "correction_no", unique=True),)


class BulletinStep(Base):
    """Who did which step of a bulletin's life, and when."""

    __tablename__ = "bulletin_step"
    id: Mapped[bigint_key]
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


class FactSheet(Base):
    """拟通报事项核对单: what a paper is about to say of a unit, and what the unit answers before it is approved.

    `facts`: [{heading, text}], the sentences that name the unit, none once it is no longer named; `answer`: agree
    属实 or dispute 有异议, with words; `settled`: what the editors found of a dispute.
    """

    __tablename__ = "fact_sheet"
    id: Mapped[bigint_key]
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    facts: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(String(10))
    words: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]
    settled: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (Index(None, "bulletin_id", "unit_id", unique=True),)


class BulletinItem(Base):
    """将列为通报问题: what editors changed of the items a paper is to name, and which problem item each became.

    `key`: of the rule that names it (`rules.naming`), `hand:…` typed, `text:…` marked in the text; `out`: taken out;
    `problem_id`: from the issue on, so that no item is made twice.
    """

    __tablename__ = "bulletin_item"
    id: Mapped[bigint_key]
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"))
    key: Mapped[str] = mapped_column(String(80))
    basis: Mapped[str] = mapped_column(String(80), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    fact: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200), default="")
    case_id: Mapped[int | None]
    due_on: Mapped[date | None]
    out: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None]
    at: Mapped[datetime]
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (Index(None, "bulletin_id", "key", unique=True),)


class BulletinPaper(Base):
    """A rendered file of a bulletin as it stood at a `version`; the bytes lie in the evidence store."""

    __tablename__ = "bulletin_paper"
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), primary_key=True)
    format: Mapped[str] = mapped_column(String(10), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    made_at: Mapped[datetime]
    status: Mapped[Status] = mapped_column(enum_text(Status))
    version: Mapped[int]


class BuildJob(Base):
    """A build asked for: a row owed until it is done. `state`: owed, done or failed (then `error` says why)."""

    __tablename__ = "build_job"
    id: Mapped[bigint_key]
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None]
    as_of: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    parts_total: Mapped[int] = mapped_column(default=0)
    woken_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class BuildPart(Base):
    """The counted share of one child territory in a build; written over when a task runs twice."""

    __tablename__ = "build_part"
    job_id: Mapped[int] = mapped_column(ForeignKey("build_job.id"), primary_key=True)
    grid_id: Mapped[int] = mapped_column(primary_key=True)
    payload: Mapped[str] = mapped_column(Text)
    counted_at: Mapped[datetime]
