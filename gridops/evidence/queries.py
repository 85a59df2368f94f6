"""Every question about contents and their uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.evidence.models import Content, ContentSent, EvidenceLink, EvidencePrint, PartialUpload
from gridops.evidence.rules import prints
from gridops.evidence.rules.types import is_film


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a content, as pages and doors show it. Pixels upright once `made`; lon/lat WGS-84 degrees; times UTC.

    `derived`: `owed`, `made`, `none` (not a picture) or `failed`. `exif` is what the picture says of itself.
    """

    id: int
    sha256: str
    subject_kind: str
    subject_id: int
    event_id: int | None
    role: str
    album: bool
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    linked_at: datetime
    linked_by: int | None
    record_id: str | None
    mime: str
    size: int
    width: int | None
    height: int | None
    derived: str
    exif: dict[str, Any] | None

    @property
    def picture(self) -> bool:
        """Whether it is a picture."""
        return self.mime.startswith("image/")

    @property
    def handed_out(self) -> bool:
        """Whether it is given as a file to keep, as nothing in the page shows or plays it (a PDF)."""
        return not self.mime.startswith(("image/", "audio/", "video/"))

    @property
    def film(self) -> bool:
        """Whether it is moving pictures."""
        return is_film(self.mime)

    @property
    def visible(self) -> bool:
        """Whether there is something to look at."""
        return self.picture or self.film


_USE = (
    EvidenceLink.id,
    EvidenceLink.sha256,
    EvidenceLink.subject_kind,
    EvidenceLink.subject_id,
    EvidenceLink.event_id,
    EvidenceLink.role,
    EvidenceLink.album,
    EvidenceLink.taken_at,
    EvidenceLink.lon,
    EvidenceLink.lat,
    EvidenceLink.linked_at,
    EvidenceLink.linked_by,
    EvidenceLink.record_id,
    Content.mime,
    Content.size,
    Content.width,
    Content.height,
    Content.derived,
    Content.exif,
)


def link(session: Session, link_id: int) -> Use:
    """One use. Whoever asks must be allowed to see its subject: that is decided by the caller. Raises NotFound."""
    row = session.execute(select(*_USE).join(Content).where(EvidenceLink.id == link_id)).first()
    if row is None:
        raise NotFound("没有这份附件。")
    return Use(*row)


def by_ids(session: Session, link_ids: Iterable[int]) -> dict[int, Use]:
    """Some uses by their ids; whoever asks has looked whether their subjects are seen."""
    rows = session.execute(select(*_USE).join(Content).where(EvidenceLink.id.in_(sorted(set(link_ids)))))
    return {row[0]: Use(*row) for row in rows}


def links_for(session: Session, subject_kind: str, subject_ids: int | Sequence[int]) -> list[Use]:
    """All uses for one subject or several of a kind (`case`), oldest first."""
    ids = [subject_ids] if isinstance(subject_ids, int) else list(subject_ids)
    rows = session.execute(
        select(*_USE)
        .join(Content)
        .where(EvidenceLink.subject_kind == subject_kind, EvidenceLink.subject_id.in_(ids))
        .order_by(EvidenceLink.id)
    )
    return [Use(*row) for row in rows]


def uses_of(session: Session, root_id: int, subject_kind: str, sha256s: Iterable[str]) -> list[Use]:
    """All uses of some contents for subjects of a kind in a jurisdiction, oldest first."""
    rows = session.execute(
        select(*_USE)
        .join(Content)
        .where(
            EvidenceLink.sha256.in_(sorted(set(sha256s))),
            EvidenceLink.root_id == root_id,
            EvidenceLink.subject_kind == subject_kind,
        )
        .order_by(EvidenceLink.id)
    )
    return [Use(*row) for row in rows]


def alike(session: Session, sha256: str) -> dict[str, int]:
    """The contents that look like this one (itself left out), and in how many bits their prints differ."""
    own = session.get(EvidencePrint, sha256)
    if own is None:
        return {}
    value = prints.unsigned(own.value)
    columns = (EvidencePrint.band_1, EvidencePrint.band_2, EvidencePrint.band_3, EvidencePrint.band_4)
    near = [column.in_(values) for column, values in zip(columns, prints.probes(value), strict=True)]
    rows = session.execute(select(EvidencePrint.sha256, EvidencePrint.value).where(or_(*near)))
    found = {name: prints.apart(value, prints.unsigned(kept)) for name, kept in rows if name != sha256}
    return {name: bits for name, bits in found.items() if bits <= prints.NEAR}


def sent_by(session: Session, user_id: int, sha256s: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Those of the contents that this person has sent: sha256 -> (size in bytes, media type)."""
    wanted = list(sha256s)
    if not wanted:
        return {}
    rows = session.execute(
        select(Content.sha256, Content.size, Content.mime)
        .join(ContentSent, ContentSent.sha256 == Content.sha256)
        .where(ContentSent.user_id == user_id, Content.sha256.in_(wanted))
    )
    return {sha256: (size, mime) for sha256, size, mime in rows}


def content(session: Session, sha256: str) -> Content | None:
    """What is known of a content, if it has come."""
    return session.get(Content, sha256)


def abandoned_parts(session: Session, before: datetime) -> list[PartialUpload]:
    """Uploads in parts that nobody has touched since an instant."""
    return list(session.scalars(select(PartialUpload).where(PartialUpload.touched_at < before)))
