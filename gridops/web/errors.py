"""Pages for what goes wrong. The API answers for its own paths, in problem+json."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from gridops.core.errors import Closed, Conflict, GridopsError, Invalid, NotAllowed, NotFound
from gridops.intake.words import chinese
from gridops.web.field_names import label_of
from gridops.web.guards import speaks_json

log = structlog.get_logger()

# `register(app)` of the API puts a function under this name: error -> its answer, also to the field app.
API_ANSWERS = "gridops.api.answer_error"

STATUS: tuple[tuple[type[GridopsError], int], ...] = (
    (Invalid, 422),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Closed, 409),
)

# What each status says, and what to do next; Chinese is the key of the translation.
_WORDS: dict[int, tuple[str, str]] = {
    400: ("请求无法识别", "请返回上一页，刷新后再试。"),
    403: ("没有权限", "如需办理此事，请联系本单位的系统管理员。"),
    404: ("没有找到", "地址可能有误，或者该内容不在您的管辖范围内。"),
    405: ("不能这样打开", "请从页面上的按钮进入。"),
    409: ("内容已经变化", "没有保存任何内容。请刷新页面，查看最新情况后再试。"),
    413: ("文件太大", "没有保存任何内容。请压缩后再上传。"),
    415: ("不支持的文件类型", "没有保存任何内容。"),
    422: ("填写有误", "没有保存任何内容。请返回修改后再提交。"),
    429: ("操作过于频繁", "请稍等片刻再试。"),
    500: ("系统出错了", "已记录此故障。您刚才提交的内容可能没有保存，请稍后再试。"),
}


def set_up(app: Flask) -> None:
    """Answer every error once, here."""
    # A doubled slash is no other spelling of an address: no page of redirection for programs.
    app.url_map.merge_slashes = False
    app.register_error_handler(GridopsError, _of_the_house)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _fault)


def status_of(error: GridopsError) -> int:
    """The HTTP status of an error of the house."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def page(status: int, detail: str = "", fields: tuple[tuple[str, str], ...] = ()) -> Response:
    """The error page; `detail` is a sentence for the user, `fields` pairs of what a field is called and the reason."""
    title, advice = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    if status == 422 and request.method == "GET":
        advice = "请返回上一页，修改条件后再试。"
    body = render_template("error.html", status=status, title=_(title), advice=_(advice), detail=detail, fields=fields)
    return make_response(body, status)


def answer_to(error: GridopsError) -> Response:
    """What an error of the house is told, where it is met after the page was drawn."""
    return _of_the_house(error)


def _of_the_house(error: GridopsError) -> Response:
    if api := _api():
        return api(error)
    wrong = error.errors if isinstance(error, Invalid) else ()
    fields = tuple((label_of(found.field), chinese(found.reason)) for found in wrong)
    return page(status_of(error), "" if fields else str(error), fields)


def _of_http(error: HTTPException) -> Response:
    if api := _api():
        return api(error)
    if error.response is not None:  # abort(make_response(…)) and redirects are answers, not errors
        return cast(Response, error.response)
    status = error.code or 500
    if status in {301, 302, 303, 304, 307, 308}:
        return cast(Response, error.get_response())
    detail = _("页面停留太久或提交已失效，请刷新后再试。") if isinstance(error, CSRFError) else ""
    answer = page(status, detail)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _fault(error: Exception) -> Response:
    """What nobody foresaw: logged with its trace, answered without it."""
    log.error("fault", endpoint=request.endpoint, method=request.method, exc_info=error)
    if api := _api():
        return api(error)
    return page(500)


def _api() -> Callable[[Exception], Response] | None:
    return current_app.extensions.get(API_ANSWERS) if speaks_json(request.path) else None
