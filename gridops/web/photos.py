"""Photos that come with a form: judged by content, kept at once, so that a fault elsewhere in the form loses none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from config import Config
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.evidence import forms, queries
from gridops.evidence.rules.types import PICTURES, Limits
from gridops.evidence.store import LocalStore
from gridops.intake import service as intake
from gridops.people.rules import Person
from gridops.tasks.waking import wake

MOST = 8
# Fields of a form -> role of what comes in them, and whether it was chosen from the album.
SHOT, ALBUM = "photo", "album"
_KEPT = re.compile(r"([0-9a-f]{64})/([a-z][a-z_]{0,19})/([01])")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that has come: its hash, bytes, type by content, role, and whether it came from the album."""

    sha256: str
    size: int
    mime: str
    role: str
    album: bool

    @property
    def kept(self) -> str:
        """How a form that is shown again names it."""
        return f"{self.sha256}/{self.role}/{int(self.album)}"

    def attachment(self) -> dict[str, Any]:
        """As a record names it."""
        named = {"sha256": self.sha256, "size": self.size, "mime": self.mime, "role": self.role}
        return {**named, "album": True} if self.album else named


def settings() -> Config:
    """The settings of this deployment."""
    found: Config = current_app.config["GRIDOPS"]
    return found


def limits() -> Limits:
    """How much one photo may be."""
    return Limits(settings().photo_max_bytes, settings().photo_max_pixels)


def received(person: Person, roles: Iterable[str]) -> tuple[list[Photo], dict[str, str]]:
    """The photos of the form being handled (fields `photo_<role>`, `album_<role>`) and those it kept from before.

    Each is in the store, and known to be this person's, when this returns. What is wrong stands under `photos`; the
    good ones are kept all the same.
    """
    found: dict[tuple[str, str], Photo] = {(photo.sha256, photo.role): photo for photo in _kept(person)}
    wrong: dict[str, str] = {}
    for role in roles:
        for prefix in (SHOT, ALBUM):
            for file in request.files.getlist(f"{prefix}_{role}"):
                if not file.filename:
                    continue
                if len(found) == MOST:
                    return list(found.values()), {"photos": _("一次最多 %(n)d 张照片", n=MOST)}
                try:
                    photo = _take(person, file, role, album=prefix == ALBUM)
                    found[(photo.sha256, role)] = photo
                except Invalid as fault:
                    wrong["photos"] = fault.errors[0].reason
    return list(found.values()), wrong


def _take(person: Person, file: FileStorage, role: str, *, album: bool) -> Photo:
    sha256 = hashlib.sha256()
    while block := file.stream.read(1 << 20):
        sha256.update(block)
    source = cast(Any, file.stream)
    try:
        arrival = forms.check(source, sha256.hexdigest(), None, limits())
    except Invalid as wrong:
        too_large = any(error.field == "size" and "more than" in error.reason for error in wrong.errors)
        raise Invalid(
            ("photos", _("照片太大，请压缩后再传") if too_large else _("不是完好的照片，请重新拍摄或选择"))
        ) from None
    if arrival.mime not in PICTURES:
        raise Invalid(("photos", _("只收照片（JPEG、PNG、WebP、HEIC）")))
    store = LocalStore(settings().evidence_dir)
    if not store.exists(arrival.sha256):
        source.seek(0)
        store.put(arrival.sha256, source)
    with transaction() as session:
        intake.attachment(session, arrival, person.user_id)
    wake("evidence.derive")
    return Photo(arrival.sha256, arrival.size, str(arrival.mime), role, album)


def _kept(person: Person) -> list[Photo]:
    """Photos that an earlier try of the form brought; only those this very person has sent."""
    named = [found.groups() for text in request.form.getlist("kept")[:MOST] if (found := _KEPT.fullmatch(text))]
    if not named:
        return []
    with reading() as session:
        mine = queries.sent_by(session, person.user_id, {sha256 for sha256, _, _ in named})
    return [
        Photo(sha256, *mine[sha256], role=role, album=album == "1") for sha256, role, album in named if sha256 in mine
    ]
