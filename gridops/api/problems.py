"""What went wrong, as RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from gridops.core.errors import Closed, Conflict, FieldError, GridopsError, Invalid, NotAllowed, NotFound

MIME = "application/problem+json"
# Under this name pages find out who answers for paths below /api/.
EXTENSION = "gridops.api.answer_error"

STATUS: tuple[tuple[type[GridopsError], int, str], ...] = (
    (Invalid, 422, "invalid"),
    (NotFound, 404, "not-found"),
    (NotAllowed, 403, "not-allowed"),
    (Conflict, 409, "conflict"),
    (Closed, 409, "closed"),
)
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range")
_RETRY_AFTER_S = "30"
# What of the request an answer without a room's own words is about.
_FIELDS = {413: "body", 415: "Content-Type"}


def set_up(app: Flask) -> None:
    """Answer for every path below /api/, known or not."""
    app.extensions[EXTENSION] = answer


def problem(
    status: int, kind: str, detail: str = "", errors: tuple[FieldError, ...] = (), headers: dict[str, str] | None = None
) -> Response:
    """One problem answer; `detail` is a sentence, `errors` name fields with reasons."""
    body: dict[str, Any] = {
        "type": f"urn:gridops:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [{"field": error.field, "reason": error.reason} for error in errors],
    }
    answer_ = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MIME)
    answer_.headers.update(headers or {})
    return answer_


def answer(error: Exception) -> Response:
    """The answer to any error; of a fault of ours it says nothing but that it happened (the log has it)."""
    if isinstance(error, Invalid):
        return problem(422, "invalid", str(error)[:1000], error.errors)
    if isinstance(error, GridopsError):
        status, kind = next(
            ((status, kind) for cls, status, kind in STATUS if isinstance(error, cls)), (400, "refused")
        )
        return problem(status, kind, str(error))
    if isinstance(error, HTTPException):
        return _of_http(error)
    return problem(500, "fault", "系统故障，已记录。")


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or 300 <= status < 400:
        return cast(Response, error.get_response())
    kept = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kept.setdefault("Retry-After", _RETRY_AFTER_S)
    try:
        kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
    except ValueError:
        status, kind = 400, "bad-request"
    field = "X-CSRFToken" if isinstance(error, CSRFError) else _FIELDS.get(status)
    errors = (FieldError(field, error.description or kind),) if field else ()
    return problem(status, kind, error.description or "", errors, kept)
