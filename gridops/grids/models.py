"""Territory in time: `grid` has a stable id and code, `grid_version` the shape, name, level and parent of a time."""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key, enum_text
from gridops.grids.rules import Level


def _stamp() -> int:
    return secrets.randbits(40)


class Grid(Base):
    """One area for ever. A root (root_id = id) is a jurisdiction: scope, numbers and calendars hang on it."""

    __tablename__ = "grid"
    id: Mapped[bigint_key]
    root_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)


class GridVersion(Base):
    """A grid as it was from `valid_from` (empty: since always) up to, not including, `valid_to` (empty: still).

    geometry: GeoJSON text in WGS-84; area in m² (geodesic); west … north: bounding box in degrees.
    """

    __tablename__ = "grid_version"
    id: Mapped[bigint_key]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[Level] = mapped_column(enum_text(Level))
    geometry: Mapped[str] = mapped_column(Text)
    area_m2: Mapped[float] = mapped_column(Float)
    west: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # Random, and new with every change: the sum over all rows tells every process that the territory has changed.
    stamp: Mapped[int] = mapped_column(default=_stamp, onupdate=_stamp, index=True)
    __table_args__ = (Index(None, "grid_id", "valid_from", unique=True),)
