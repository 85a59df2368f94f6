"""The verbs: receive a content (whole or in parts), link it to what it proves, keep what was made from it.

Bytes are put into the store before the row that names them is committed: a row never points at nothing.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.core import clock, owed
from gridops.core.bulk import insert_rows
from gridops.core.db import insert_or_skip, lock_names
from gridops.core.errors import Conflict, Invalid
from gridops.evidence import queries
from gridops.evidence.forms import Arrival
from gridops.evidence.models import Content, ContentSent, EvidenceLink, EvidencePrint, PartialUpload
from gridops.evidence.parts import PartFolder
from gridops.evidence.queries import Use
from gridops.evidence.rules import prints
from gridops.evidence.rules.types import PICTURES, Limits
from gridops.evidence.store import Store

THUMBNAIL = "thumbnail"
# Prints of pictures that came before prints were made.
PRINT = "print"
_LINK_COLUMNS = (
    "root_id",
    "subject_kind",
    "subject_id",
    "event_id",
    "linked_at",
    "linked_by",
    "record_id",
    "sha256",
    "role",
    "album",
    "taken_at",
    "lon",
    "lat",
)
PARTS_KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload: it begins at byte `start` of `total`; `size` bytes long."""

    sha256: str
    start: int
    size: int
    total: int


@dataclass(frozen=True, slots=True)
class LinkIn:
    """One use to be made of a content: role, whether it came from the album, when and where it was taken."""

    sha256: str
    role: str
    album: bool = False
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def receive(session: Session, arrival: Arrival, user_id: int) -> bool:
    """Note that a checked content, already in the store, has come from a person; True when he had not sent it before.

    A picture owes its thumbnails.
    """
    now = clock.now()
    picture = arrival.mime in PICTURES
    row = {
        "sha256": arrival.sha256,
        "size": arrival.size,
        "mime": str(arrival.mime),
        "received_at": now,
        "received_from": user_id,
        "width": arrival.width,
        "height": arrival.height,
        "exif": None,
        "derived": "owed" if picture else "none",
    }
    if insert_or_skip(session, Content, [row], ["sha256"]) and picture:
        owed.owe(session, THUMBNAIL, [arrival.sha256])
    sent = {"sha256": arrival.sha256, "user_id": user_id, "sent_at": now}
    return bool(insert_or_skip(session, ContentSent, [sent], ["sha256", "user_id"]))


def keep(session: Session, store: Store, content: bytes, mime: str) -> str:
    """Keep bytes that we made ourselves (a paper) and return their SHA-256; the same bytes again are kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not store.exists(sha256):
        store.put(sha256, io.BytesIO(content))
    row = {
        "sha256": sha256,
        "size": len(content),
        "mime": mime,
        "received_at": clock.now(),
        "received_from": None,
        "width": None,
        "height": None,
        "exif": None,
        "derived": "none",
    }
    insert_or_skip(session, Content, [row], ["sha256"])
    return sha256


def take_part(session: Session, folder: PartFolder, part: Part, source: BinaryIO, user_id: int, limits: Limits) -> int:
    """Append one part and return how many bytes have come; bytes that had come before are skipped.

    Raises Conflict where bytes before this part are missing (HEAD tells from where to go on), Invalid where the total
    is over the limit or the part reaches beyond it.
    """
    _check_part(part, limits)
    row = _upload_row(session, part, user_id)
    have = folder.length(part.sha256, user_id)
    if part.start == 0 and row.total != part.total:
        folder.discard(part.sha256, user_id)
        have, row.total = 0, part.total
    if row.total != part.total or part.start > have:
        raise Conflict(f"{have} bytes of {row.total} have come; go on from there")
    if part.start + part.size > have:
        have = folder.append(part.sha256, user_id, have - part.start, source)
    row.received, row.touched_at = have, clock.now()
    return have


def end_parts(session: Session, folder: PartFolder, sha256: str, user_id: int) -> None:
    """The upload is complete or worth nothing: forget its parts."""
    _alone(session, sha256, user_id)
    session.execute(delete(PartialUpload).where(PartialUpload.sha256 == sha256, PartialUpload.user_id == user_id))
    folder.discard(sha256, user_id)


def clear_abandoned_parts(session: Session, folder: PartFolder) -> int:
    """Forget uploads in parts that nobody has gone on with for two weeks; returns how many."""
    rows = queries.abandoned_parts(session, clock.now() - PARTS_KEPT_FOR)
    for row in rows:
        end_parts(session, folder, row.sha256, row.user_id)
    return len(rows)


def link(
    session: Session,
    uses: list[LinkIn],
    *,
    root_id: int,
    subject_kind: str,
    subject_id: int,
    user_id: int | None,
    event_id: int | None = None,
    record_id: str | None = None,
) -> None:
    """Link received contents to what they prove. One link a call: that nothing is linked twice is the caller's care."""
    now = clock.now()
    same = (root_id, subject_kind, subject_id, event_id, now, user_id, record_id)
    rows = [(*same, use.sha256, use.role, use.album, use.taken_at, use.lon, use.lat) for use in uses]
    insert_rows(session, EvidenceLink, _LINK_COLUMNS, rows)


def use_again(session: Session, uses: Sequence[Use], *, root_id: int, subject_id: int) -> None:
    """Use evidence of a thing for another of its kind too: the same content, taken by whom, when and where it was."""
    now = clock.now()
    rows = [
        (
            *(root_id, use.subject_kind, subject_id, None, now, use.linked_by, None),
            *(use.sha256, use.role, use.album, use.taken_at, use.lon, use.lat),
        )
        for use in uses
    ]
    insert_rows(session, EvidenceLink, _LINK_COLUMNS, rows)


def keep_derived(session: Session, sha256: str, made: dict[str, Any] | None) -> None:
    """Note what a worker found and made of a picture: `width`, `height` (upright), `exif`, `print`; None: it failed."""
    content = session.get(Content, sha256)
    if content is None:
        return
    if made is None:
        content.derived = "failed"
        return
    content.width, content.height, content.exif = made["width"], made["height"], made["exif"]
    content.derived = "made"
    keep_print(session, sha256, made.get("print"))


def keep_print(session: Session, sha256: str, value: int | None) -> None:
    """Note what a picture looks like; None: nothing to recognise it by. Twice is harmless."""
    if value is None:
        return
    parts = dict(zip(("band_1", "band_2", "band_3", "band_4"), prints.bands(value), strict=True))
    insert_or_skip(session, EvidencePrint, [{"sha256": sha256, "value": prints.signed(value), **parts}], ["sha256"])


def _check_part(part: Part, limits: Limits) -> None:
    if part.total > limits.max_bytes:
        raise Invalid(("size", f"{part.total} bytes are more than the {limits.max_bytes} allowed"))
    if part.start + part.size > part.total:
        raise Invalid(("Content-Range", "the part reaches beyond the total"))


def _upload_row(session: Session, part: Part, user_id: int) -> PartialUpload:
    """The row of this upload; its parts are appended one after the other."""
    _alone(session, part.sha256, user_id)
    key = {"sha256": part.sha256, "user_id": user_id}
    fresh = {**key, "received": 0, "total": part.total, "touched_at": clock.now()}
    insert_or_skip(session, PartialUpload, [fresh], ["sha256", "user_id"])
    return session.get_one(PartialUpload, (part.sha256, user_id))


def _alone(session: Session, sha256: str, user_id: int) -> None:
    """Whoever else sends or ends this upload waits. By its name: its row may come and go meanwhile."""
    lock_names(session, [f"parts of {sha256} by {user_id}"])
