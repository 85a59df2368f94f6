"""Content is stored once by SHA-256; each use is a link row, and access is decided on the link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.core.db import Base, Id, bigint_key


class Content(Base):
    """Bytes we hold, untouched. `mime` is found from the content; `exif` keeps what the picture says of itself.

    `derived` holds the state of thumbnails: `owed`, `made`, `none` (not a picture) or `failed`.
    """

    __tablename__ = "content"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    mime: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[datetime]
    received_from: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    exif: Mapped[dict[str, Any] | None]
    derived: Mapped[str] = mapped_column(String(10))


class ContentSent(Base):
    """Who has sent these very bytes. A record may only name contents that its own sender has shown to hold."""

    __tablename__ = "content_sent"
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, primary_key=True)
    sent_at: Mapped[datetime]


class EvidenceLink(Base):
    """One use of a content: for which thing (`case` + id, …), in which role, when and where it was taken."""

    __tablename__ = "evidence_link"
    id: Mapped[bigint_key]
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    root_id: Mapped[int]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Id)
    event_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(String(20))
    album: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime | None]
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    linked_at: Mapped[datetime]
    linked_by: Mapped[int | None]
    record_id: Mapped[str | None] = mapped_column(String(36))
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)


class PartialUpload(Base):
    """An upload in parts that is not complete yet: how many bytes of how many have come."""

    __tablename__ = "partial_upload"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(Id, primary_key=True)
    received: Mapped[int]
    total: Mapped[int]
    touched_at: Mapped[datetime]


class EvidencePrint(Base):
    """What a picture looks like, in 64 bits (`rules.prints`), and four parts of it by which near ones are found."""

    __tablename__ = "evidence_print"
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), primary_key=True)
    value: Mapped[int]
    band_1: Mapped[int] = mapped_column(index=True)
    band_2: Mapped[int] = mapped_column(index=True)
    band_3: Mapped[int] = mapped_column(index=True)
    band_4: Mapped[int] = mapped_column(index=True)
