"""Campaigns (专项整治); outings, tallies and incidents open with joint enforcement."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, bigint_key


class Campaign(Base):
    """A campaign of a root; cases name it by its code."""

    __tablename__ = "campaign"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "root_id", "code", unique=True),)
