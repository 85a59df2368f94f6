"""Night rounds, visits to premises, findings, and what was ordered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.core.outside import FromOutside, outside_keys
from gridops.inspections.rules import OrderKind, Signed, VisitKind


class Round(FromOutside, Base):
    """A night round (夜查): one plan, one night, however many groups; everything of it belongs to its start.

    `inspection`: approved as 行政检查 (`approval`: by whom, under which number). Ended by the duty leader; a round that
    was not ended in the usual way says why. `plan`: {risk: [premises], premises: draw, officers: draw}; a draw is kept
    with its seed and population (`rules.Draw`).
    """

    __tablename__ = "night_round"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[str] = mapped_column(String(40))
    squad_id: Mapped[int] = mapped_column(ForeignKey("squad.id"))
    theme: Mapped[str] = mapped_column(String(60), default="")
    groups: Mapped[int] = mapped_column(default=1)
    inspection: Mapped[bool] = mapped_column(default=False)
    approval: Mapped[str | None] = mapped_column(String(200))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    planned_for: Mapped[datetime | None]
    plan: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        *outside_keys("night_round"),
        Index(None, "root_id", "number", unique=True),
        Index(None, "root_id", "started_at"),
    )


class RoundGrid(Base):
    """A grid of a round; `checked_at`: seen, also where nothing was found (a result too)."""

    __tablename__ = "round_grid"
    round_id: Mapped[int] = mapped_column(ForeignKey("night_round.id"), primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True)
    checked_at: Mapped[datetime | None]


class Visit(FromOutside, Base):
    """A visit to premises on a round (or by itself). Only complete ones count; re-inspections are told apart.

    `answers`: the checklist as filled, {item id: {ok, note}}. A visit that was recorded by mistake is voided.
    """

    __tablename__ = "visit"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("night_round.id"), index=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    visited_at: Mapped[datetime]
    kind: Mapped[VisitKind] = mapped_column(enum_text(VisitKind))
    complete: Mapped[bool]
    recheck: Mapped[bool] = mapped_column(default=False)
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("checklist.id"))
    answers: Mapped[dict[str, Any] | None]
    signed: Mapped[Signed] = mapped_column(enum_text(Signed))
    witness: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[int | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (*outside_keys("visit"), Index(None, "root_id", "visited_at"))


class Finding(Base):
    """Something found on a visit. `corrected_at`: when a re-inspection saw it mended (`corrected_visit_id`).

    A file tells only how many: its rows have empty words. `case_id`: plain number of the case it became. `voided_at`:
    recorded by mistake; it counts nowhere.
    """

    __tablename__ = "finding"
    id: Mapped[bigint_key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    seq: Mapped[int]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(20), default="general")
    corrected_at: Mapped[datetime | None]
    corrected_visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    case_id: Mapped[int | None]
    recorded_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "visit_id", "seq", unique=True),
        Index(
            "ix_finding_case_id",
            "case_id",
            sqlite_where=sql("case_id IS NOT NULL"),
            postgresql_where=sql("case_id IS NOT NULL"),
        ),
    )


class Order(Base):
    """What a visit left at the premises: an order to correct with a deadline, or a hazard notice.

    `due_at`: end of the last day allowed. `lifted_at`: all of its findings were seen mended.
    """

    __tablename__ = "correction_order"
    id: Mapped[bigint_key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), unique=True)
    kind: Mapped[OrderKind] = mapped_column(enum_text(OrderKind))
    number: Mapped[str | None] = mapped_column(String(60))
    served_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    due_on: Mapped[date | None]
    lifted_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
