"""Daily totals of moves that stay true, the running period as last told, and frozen sets with their kept rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key


class DayTotal(Base):
    """Moves of one local day in one grid by kind, category, source and unit (0: none); rebuilt, never incremented."""

    __tablename__ = "day_total"
    id: Mapped[bigint_key]
    root_id: Mapped[int]
    grid_id: Mapped[int]
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    category_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int]
    reported: Mapped[int]
    self_handled: Mapped[int]
    accepted: Mapped[int]
    declined: Mapped[int]
    filed: Mapped[int]
    not_filed: Mapped[int]
    dispatched: Mapped[int]
    closings: Mapped[int]
    closings_undone: Mapped[int]
    voids: Mapped[int]
    merges: Mapped[int]
    __table_args__ = (
        Index("ix_day_total_key", "grid_id", "day", "kind", "category_id", "source", "unit_id", unique=True),
        Index(None, "root_id", "day"),
    )


class RunningSet(Base):
    """The figures of a period that runs, as a worker counted them last: what a page shows without counting a month.

    Nothing rests on it: counted anew by the calendar, and in place where it is missing or old.
    """

    __tablename__ = "running_set"
    id: Mapped[bigint_key]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    series: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(20))
    as_of: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    tables: Mapped[dict[str, Any]]
    __table_args__ = (Index(None, "grid_id", "series", unique=True),)


class FrozenSet(Base):
    """The figures of one period of one series as of one instant: numbers, tables, and the digest.

    `state`: frozen, then issued. `digest`: over the kept rows, then over figures, tables and late records. `names`:
    what units, grids, categories and campaigns were called and rolled up to, so that tables can be recounted after any
    reorganisation.
    """

    __tablename__ = "frozen_set"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    series: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    as_of: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    figures: Mapped[dict[str, Any]]
    tables: Mapped[dict[str, Any]]
    late_records: Mapped[list[Any]]
    names: Mapped[dict[str, Any]]
    __table_args__ = (
        Index(None, "grid_id", "series", "period", unique=True),
        Index(None, "grid_id", "series", "starts_at"),
    )


class KeptRow(Base):
    """One counted record of a frozen set: its dimensions, the times used, and what it counted in.

    `child_id`: the direct child of the jurisdiction it lay in. `flags`: bit i set where it counts in the i-th of
    `figures.counts.FLAGS`; the turns are counts within the period. `late`: a record of an earlier period told of on the
    line of late records. `facts`: JSON of the times used (`figures.rules.kept`).
    """

    __tablename__ = "kept_row"
    set_id: Mapped[int] = mapped_column(ForeignKey("frozen_set.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(Id, primary_key=True)
    grid_version_id: Mapped[int]
    child_id: Mapped[int]
    category_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int]
    campaign_id: Mapped[int]
    flags: Mapped[int]
    rework_turns: Mapped[int]
    extension_turns: Mapped[int]
    returned: Mapped[int]
    late: Mapped[bool]
    facts: Mapped[str] = mapped_column(Text)


class KeptFact(Base):
    """One counted record of enforcement or supervision of a frozen set: what it was, as plain values (JSON).

    `kind`: of `figures.rules.facts` or `figures.money`; `fact_id`: its row there.
    """

    __tablename__ = "kept_fact"
    set_id: Mapped[int] = mapped_column(ForeignKey("frozen_set.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    fact_id: Mapped[int] = mapped_column(Id, primary_key=True)
    facts: Mapped[str] = mapped_column(Text)
