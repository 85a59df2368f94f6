"""Premises: enterprises, sites, shops, markets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.core.outside import FromOutside, outside_keys
from gridops.premises.rules import PremisesKind, Risk


class Premises(FromOutside, Base):
    """One enterprise, site, shop or market of a root. Without a credit code it is its name within the street.

    `name_key`: the name as compared (`rules.name_key`). `responsible`, `phone`: personal data, masked but to those who
    work with it, each reading in clear is logged. `merged_into_id`: a duplicate found later; what hangs on it counts
    for the survivor. lon/lat WGS-84 degrees.
    """

    __tablename__ = "premises"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[PremisesKind] = mapped_column(enum_text(PremisesKind))
    risk: Mapped[Risk] = mapped_column(enum_text(Risk))
    address: Mapped[str] = mapped_column(Text, default="")
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    responsible: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    merged_into_id: Mapped[int | None] = mapped_column(Id, ForeignKey("premises.id"))
    merged_at: Mapped[datetime | None]
    __table_args__ = (
        *outside_keys("premises"),
        Index(
            "uq_premises_credit_code",
            "root_id",
            "credit_code",
            unique=True,
            sqlite_where=text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
            postgresql_where=text("credit_code IS NOT NULL AND merged_into_id IS NULL"),
        ),
        Index(None, "root_id", "name_key"),
    )
