"""What went wrong, as RFC 9457 `application/problem+json`.

Programs are told in English what is wrong with a field, and in Chinese what a room of the house says. Who asks for a
language (`Accept-Language: zh` as the field app does for people, or `en`) is told everything in that one.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, has_request_context, request
from flask_babel import force_locale, gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from gridops.core.errors import Closed, Conflict, FieldError, GridopsError, Invalid, NotAllowed, NotFound
from gridops.intake import words

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
# What each status says where no room has words of its own, for people.
_PLAIN = {
    400: "请求无法识别，请重新打开后再试。",
    401: "请先登录。",
    403: "没有权限。",
    404: "没有找到。",
    405: "不能这样打开。",
    413: "文件太大，服务器不接收。",
    415: "不支持的文件类型。",
    429: "操作过于频繁，请稍等片刻再试。",
}


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
        **_spoken(status, detail, errors),
    }
    answer_ = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MIME)
    answer_.headers.update(headers or {})
    answer_.headers["Vary"] = "Accept-Language"
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


def in_asked(sentence: str) -> str:
    """A sentence of the house in English where that is asked for."""
    if _asked() != "en":
        return sentence
    with force_locale("en"):
        return str(gettext(sentence)) if sentence else ""


def _spoken(status: int, detail: str, errors: tuple[FieldError, ...]) -> dict[str, Any]:
    """The sentences, in the language asked for; each as it was written where none is."""
    if _asked() == "zh":
        if status == HTTPStatus.UNPROCESSABLE_ENTITY and errors:
            detail = words.all_told(Invalid(*errors))
        elif not words.is_chinese(detail):
            detail = _PLAIN.get(status, words.chinese(detail))
        errors = tuple(FieldError(error.field, words.chinese(error.reason)) for error in errors)
    return {
        "detail": in_asked(detail),
        "errors": [{"field": error.field, "reason": in_asked(error.reason)} for error in errors],
    }


def _asked() -> str:
    """`zh` or `en` where somebody asks for it; English for who takes any."""
    if not has_request_context() or "Accept-Language" not in request.headers:
        return ""
    found = request.accept_languages.best_match(("en", "zh", "zh-CN", "zh-Hans"))
    return (found or "").partition("-")[0]


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
