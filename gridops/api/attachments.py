"""Contents by their SHA-256: whole or in parts, before or after the record that names them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from gridops.api.description import Answer, Body, Parameter, operation
from gridops.api.guard import limits, person, settings
from gridops.api.problems import problem
from gridops.api.reading import json_answer
from gridops.api.shapes import ContentOut, PartOut
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid
from gridops.evidence import forms, queries
from gridops.evidence import service as evidence
from gridops.evidence.parts import PartFolder
from gridops.evidence.rules.types import Mime, claimable
from gridops.evidence.store import LocalStore
from gridops.intake import service as intake
from gridops.tasks.waking import wake

_NAME = Parameter(
    "sha256", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "SHA-256 of the whole content, in hex", "path"
)
_RANGE = Parameter(
    "Content-Range",
    {"type": "string", "pattern": "^bytes [0-9]{1,12}-[0-9]{1,12}/[0-9]{1,12}$"},
    "for a part: `bytes first-last/total`",
    "header",
)
_RANGE_TEXT = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")
_IN_MEMORY = 1_000_000
_MEDIA_TYPES = (*Mime, "application/octet-stream")


@operation(
    "PUT",
    "/attachments/<sha256>",
    "Upload a content, whole or in parts",
    tag="attachments",
    parameters=[_NAME, _RANGE],
    body=Body({"type": "string", "format": "binary"}, _MEDIA_TYPES),
    answers={
        201: Answer("All bytes have come", ContentOut),
        200: Answer("The same bytes had come before", ContentOut),
        202: Answer("A part has come", PartOut),
    },
    refuses=(409, 413, 415, 422),
    description=(
        "The type is told by the content; a Content-Type that names another is refused, "
        "`application/octet-stream` claims nothing. Bytes with another hash are refused (422) and parts discarded."
    ),
)
def put_attachment(sha256: str) -> Response:
    """Take a content or a part of it."""
    forms.check_name(sha256)
    if not claimable(request.mimetype):
        raise UnsupportedMediaType("none of the media types taken")
    with _received() as body:
        part = _part(sha256, body)
        return _take_whole(sha256, body) if part is None else _take_part(part, body)


@operation(
    "HEAD",
    "/attachments/<sha256>",
    "How many bytes of a content have come from who asks",
    tag="attachments",
    parameters=[_NAME],
    answers={
        200: Answer(
            "Some or all have come",
            headers={
                "Upload-Offset": "bytes that have come: go on from here",
                "Upload-Complete": "`?1` when all have come, else `?0`",
            },
        )
    },
    refuses=(404, 422),
    description="Answers 404 with `Upload-Offset: 0` when nothing has come.",
)
def head_attachment(sha256: str) -> Response:
    """Tell from where to go on."""
    forms.check_name(sha256)
    me = person().user_id
    with reading() as session:
        whole = queries.sent_by(session, me, [sha256]).get(sha256)
    offset = whole[0] if whole else _parts().length(sha256, me)
    headers = {"Upload-Offset": str(offset), "Upload-Complete": "?1" if whole else "?0"}
    return Response(headers=headers) if offset else problem(404, "not-found", "nothing has come", headers=headers)


def _take_whole(sha256: str, body: BinaryIO) -> Response:
    arrival = forms.check(body, sha256, request.mimetype, limits())
    _keep(arrival, body)
    with transaction() as session:
        new = intake.attachment(session, arrival, person().user_id)
    _forget_parts(sha256)
    return _answer(arrival, new)


def _take_part(part: evidence.Part, body: BinaryIO) -> Response:
    me, folder = person().user_id, _parts()
    with reading() as session:
        known = queries.sent_by(session, me, [part.sha256]).get(part.sha256)
    if known:
        _forget_parts(part.sha256)
        return json_answer(_shown(part.sha256, *known))
    with transaction() as session:
        have = evidence.take_part(session, folder, part, body, me, limits())
    if have < part.total:
        return json_answer({"received": have}, 202)
    try:
        with folder.open(part.sha256, me) as whole:
            arrival = forms.check(whole, part.sha256, request.mimetype, limits())
            _keep(arrival, whole)
    except FileNotFoundError:
        raise Conflict("this upload was ended by another request; ask HEAD") from None
    except Invalid:
        with transaction() as session:
            evidence.end_parts(session, folder, part.sha256, me)
        raise
    with transaction() as session:
        new = intake.attachment(session, arrival, me)
        evidence.end_parts(session, folder, part.sha256, me)
    return _answer(arrival, new)


def _forget_parts(sha256: str) -> None:
    """The whole has come otherwise: nobody goes on with its parts, and a photo lies nowhere twice."""
    me, folder = person().user_id, _parts()
    if folder.length(sha256, me):
        with transaction() as session:
            evidence.end_parts(session, folder, sha256, me)


def _keep(arrival: forms.Arrival, source: BinaryIO) -> None:
    """Into the store before any row names it; a content that was lost there is healed by sending it again."""
    store = LocalStore(settings().evidence_dir)
    if not store.exists(arrival.sha256):
        store.put(arrival.sha256, source)


def _answer(arrival: forms.Arrival, new: bool) -> Response:
    wake("evidence.derive")
    return json_answer(_shown(arrival.sha256, arrival.size, arrival.mime), 201 if new else 200)


def _shown(sha256: str, size: int, mime: str) -> dict[str, object]:
    return {"sha256": sha256, "size": size, "mime": str(mime), "received": size, "complete": True}


def _parts() -> PartFolder:
    return PartFolder(settings().evidence_dir)


@contextmanager
def _received() -> Iterator[BinaryIO]:
    """The body, read before any transaction begins: a slow phone keeps nobody waiting."""
    request.max_content_length = limits().max_bytes
    if (request.content_length or 0) > limits().max_bytes:
        raise RequestEntityTooLarge(f"at most {limits().max_bytes} bytes")
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
        shutil.copyfileobj(request.stream, body, 1 << 18)
        body.seek(0)
        yield cast(BinaryIO, body)


def _part(sha256: str, body: BinaryIO) -> evidence.Part | None:
    text = request.headers.get("Content-Range")
    if text is None:
        return None
    found = _RANGE_TEXT.fullmatch(text)
    if found is None:
        raise Invalid(("Content-Range", "bytes first-last/total"))
    first, last, total = (int(number) for number in found.groups())
    size = body.seek(0, 2)
    if not first <= last < total or last - first + 1 != size:
        raise Invalid(("Content-Range", f"does not fit a body of {size} bytes"))
    return evidence.Part(sha256, first, size, total)
