"""Contents as evidence: access is decided on what the link belongs to, never by knowing a hash."""

from __future__ import annotations

from typing import cast

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wsgi import wrap_file

from gridops.api.description import Answer, Parameter, operation
from gridops.api.guard import person, scope, settings
from gridops.cases.queries.merging import evidence_seen
from gridops.core.db import reading
from gridops.core.errors import NotFound
from gridops.evidence import queries
from gridops.evidence.queries import Use
from gridops.evidence.rules.types import SHOWN_BY_BROWSERS, Mime, end_of
from gridops.evidence.store import LocalStore
from gridops.intake.queries import subjects
from gridops.supervision.rules import NAME_READERS

_SIZES = ("original", "320", "1280")
_KEPT_S = 3600
_ID = {"type": "integer", "minimum": 1, "maximum": 9007199254740991}
_SUFFIX: dict[str, str] = {
    Mime.JPEG: "jpg",
    Mime.PNG: "png",
    Mime.WEBP: "webp",
    Mime.HEIC: "heic",
    Mime.M4A: "m4a",
    Mime.OGG: "ogg",
    Mime.WEBM: "weba",
    Mime.MP4: "mp4",
    Mime.WEBM_FILM: "webm",
    Mime.PDF: "pdf",
}
# What names people before anything is verified is seen by few; others see what they sent themselves.
_CLOSED = {"discipline_check": frozenset(NAME_READERS)}
# What came from outside is shown, never run.
_SEALED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@operation(
    "GET",
    "/evidence/<int(max=9007199254740991):link_id>/<size>",
    "A piece of evidence: the original, or a picture made from it",
    tag="evidence",
    parameters=[
        Parameter("link_id", _ID, "as given with the case", "path"),
        Parameter("size", {"type": "string", "enum": list(_SIZES)}, "longest side in pixels, or the original", "path"),
    ],
    answers={
        200: Answer("The bytes", {"type": "string", "format": "binary"}, tuple(Mime)),
        206: Answer("A range of them", {"type": "string", "format": "binary"}, tuple(Mime)),
        304: Answer("Not changed since"),
    },
    refuses=(404, 416),
    description="A picture whose thumbnails are not made yet is answered as it is, if browsers can show it.",
)
def get_evidence(link_id: int, size: str) -> Response:
    """Send bytes to those who see what they belong to."""
    if size not in _SIZES:
        raise NoSuchPage(f"one of {', '.join(_SIZES)}")
    with reading() as session:
        use = queries.link(session, link_id)
        if not _seen(session, use):
            raise NotFound("没有这份附件。")
    store, mime, name = LocalStore(settings().evidence_dir), use.mime, use.sha256
    made = f"{use.sha256}.{size}"
    if size != "original":
        if use.derived == "made" and store.exists(made):
            mime, name = "image/jpeg", made
        elif mime not in SHOWN_BY_BROWSERS:
            raise NotFound("缩略图尚未生成。" if use.derived == "owed" else "没有可显示的图片。")
    try:
        source = store.open(name)
    except FileNotFoundError:
        raise NotFound("附件文件缺失。") from None
    settled = size == "original" or name == made
    answer = Response(wrap_file(request.environ, source), mimetype=mime, direct_passthrough=True)
    length = end_of(source)
    source.seek(0)
    answer.content_length = length
    answer.set_etag(name)
    disposition = "attachment" if use.handed_out else "inline"
    suffix = _SUFFIX.get(mime, "bin")
    answer.headers["Content-Disposition"] = f"{disposition}; filename=evidence-{link_id}.{suffix}"
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_S}" if settled else "private, no-cache"
    answer.headers["Content-Security-Policy"] = _SEALED
    return cast(Response, answer.make_conditional(request.environ, accept_ranges=True, complete_length=length))


def _seen(session: Session, use: Use) -> bool:
    """Whether who asks sees what this belongs to."""
    asker = scope(session)
    if use.subject_kind == "case":
        return evidence_seen(session, asker, use.subject_id)
    if (
        use.subject_kind in _CLOSED
        and use.linked_by != asker.user_id
        and person().roles.isdisjoint(_CLOSED[use.subject_kind])
    ):
        return False
    of = subjects.subject(session, use.subject_kind, use.subject_id)
    return of is not None and asker.sees(
        root_id=of.root_id, grid_id=of.grid_id, unit_id=of.unit_id, reporter_id=use.linked_by
    )
