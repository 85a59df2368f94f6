"""What no page takes: NUL characters, which no database keeps, and forms larger than any of ours."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, request

from gridops.core.errors import Invalid, NotFound

# Files come as multipart; what people type never fills a megabyte.
LARGEST_FORM_BYTES = 1_000_000
_TYPED = frozenset({"application/x-www-form-urlencoded", "application/json"})


def set_up(app: Flask) -> None:
    """Look before anyone else does; stands before the check of the form's token, which reads the form."""
    app.config.update(MAX_FORM_MEMORY_SIZE=LARGEST_FORM_BYTES, MAX_FORM_PARTS=2000)
    app.before_request(_look)


def _look() -> None:
    if request.mimetype in _TYPED:
        request.max_content_length = LARGEST_FORM_BYTES
    if "\x00" in request.path:
        raise NotFound
    _refuse_nul(request.args.items(multi=True))
    if not request.path.startswith("/api/") and request.method == "POST":
        _refuse_nul(request.form.items(multi=True))


def _refuse_nul(items: Iterable[tuple[str, str]]) -> None:
    for name, value in items:
        if "\x00" in name or "\x00" in value:
            raise Invalid((name.replace("\x00", "")[:60], "不能包含空字符"))
