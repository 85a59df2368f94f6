"""The case (projection of its events) and its events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.cases.rules.moves import Move, Source, State
from gridops.catalogue.rules import Kind
from gridops.core.db import Base, Id, bigint_key, enum_text

# Cases sent down by an assessment are few; the figures of a month ask for those filed in it.
_ASSESSED = text("source = 'assessment'")


def _where_given(name: str, column: str, *more: str, unique: bool = False) -> Index:
    """An index over the rows that have this column at all: the many that have none cost nothing."""
    given = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, unique=unique, sqlite_where=given, postgresql_where=given)


class Case(Base):
    """One case. Columns from `state` on are written only by the projection (`cases.rules.projection`).

    lon/lat WGS-84 degrees; `place` keeps what was sent (crs, accuracy, picked, fix) and how the grid was found.
    `runs_out_at`: when the clock that runs now runs out (`projection.FAR`: none runs): what is due next, what is
    overdue. `open_tile`: the tile (`rules.tiles`) in which a case lies that has not ended: windows of the map.
    """

    __tablename__ = "case"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    record_id: Mapped[str | None] = mapped_column(String(36))
    source_system: Mapped[str | None] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[Kind] = mapped_column(enum_text(Kind))
    source: Mapped[Source] = mapped_column(enum_text(Source))
    source_number: Mapped[str | None] = mapped_column(String(80))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_version_id: Mapped[int] = mapped_column(ForeignKey("grid_version.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    place: Mapped[dict[str, Any] | None]
    address: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    import_digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int]

    state: Mapped[State] = mapped_column(enum_text(State))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    condition_id: Mapped[int | None] = mapped_column(ForeignKey("filing_condition.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    reported_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    self_handled_at: Mapped[datetime | None]
    not_filed_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    due_first_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_fair_at: Mapped[datetime | None]
    handle_due_at: Mapped[datetime | None]
    handle_due_fair_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    merged_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    last_moved_at: Mapped[datetime]
    last_undone_at: Mapped[datetime | None]
    last_rewritten_at: Mapped[datetime | None]
    verified: Mapped[bool | None]
    checked_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_due_at: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    runs_out_at: Mapped[datetime]
    open_tile: Mapped[int | None]
    __table_args__ = (
        Index(None, "root_id", "source_system", "external_id", unique=True),
        Index(None, "root_id", "last_moved_at", "reported_at"),
        Index(None, "root_id", "state", "last_moved_at"),
        Index(None, "root_id", "recorded_at"),
        Index(None, "root_id", "reported_at", "id"),
        Index(None, "root_id", "runs_out_at", "id"),
        Index(None, "root_id", "state", "runs_out_at", "id"),
        Index(None, "root_id", "state", "reported_at", "id"),
        Index(None, "unit_id", "state", "runs_out_at", "id"),
        Index(None, "grid_id", "reported_at", "id"),
        Index(None, "category_id", "reported_at", "id"),
        _where_given("uq_case_record_id", "record_id", unique=True),
        _where_given("ix_case_reporter_id", "reporter_id", "reported_at", "id"),
        _where_given("ix_case_reporter_due", "reporter_id", "runs_out_at", "id"),
        _where_given("ix_case_unit_reported", "unit_id", "reported_at", "id"),
        _where_given("ix_case_open_tile", "open_tile", "root_id"),
        _where_given("ix_case_resume_at", "resume_at"),
        Index("ix_case_assessed", "root_id", "filed_at", sqlite_where=_ASSESSED, postgresql_where=_ASSESSED),
    )


class CaseEvent(Base):
    """One event of a case, with two times: when it happened and when we learnt of it. Appended, never changed.

    `reason`: the words said with it. `outcome`: what a verification found; `until_at`: the deadline asked for, or the
    set date of a suspension; `into_id`: the case it was merged into; `details`: what else was handed in.
    `superseded_at`: a later file of the same source told the history otherwise; such events are kept and never folded.
    """

    __tablename__ = "case_event"
    id: Mapped[bigint_key]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    seq: Mapped[int]
    move: Mapped[Move] = mapped_column(enum_text(Move))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(Id)
    record_id: Mapped[str | None] = mapped_column(String(36))
    unit_id: Mapped[int | None]
    category_id: Mapped[int | None]
    condition_id: Mapped[int | None]
    due_at: Mapped[datetime | None]
    handle_due_at: Mapped[datetime | None]
    turns: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[bool | None]
    until_at: Mapped[datetime | None]
    into_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None]
    superseded_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "case_id", "seq", unique=True),
        Index(None, "move", "happened_at"),
        _where_given("uq_case_event_record_id", "record_id", unique=True),
    )
