"""Gapless numbers per (root, kind, year), taken by row lock inside the issuing transaction."""

from __future__ import annotations

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridops.core.db import Base, insert_or_skip


class NumberSeries(Base):
    """The last number given in one series; year 0 holds running totals over all years."""

    __tablename__ = "number_series"
    root_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


def take(session: Session, root_id: int, kind: str, year: int = 0) -> int:
    """The next number, starting at 1. A rolled-back transaction gives its number back: no gaps."""
    key = {"root_id": root_id, "kind": kind, "year": year}
    insert_or_skip(session, NumberSeries, [{**key, "last": 0}], list(key))
    series = session.execute(
        select(NumberSeries).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    series.last += 1
    session.flush()
    return series.last
