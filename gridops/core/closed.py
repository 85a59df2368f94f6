"""Requests that may only look: while one is open, nothing of it is written, wherever the writing would begin."""

from __future__ import annotations

from contextvars import ContextVar, Token

from gridops.core.errors import NotAllowed

_why: ContextVar[str | None] = ContextVar("closed_to_writing", default=None)

Closing = Token[str | None]


def close_to_writing(why: str) -> Closing:
    """From here on `transaction()` is refused to this request with this sentence, until `open_to_writing`."""
    return _why.set(why)


def open_to_writing(closing: Closing) -> None:
    """The request is over: whoever comes next on this thread may write."""
    _why.reset(closing)


def ask_to_write() -> None:
    """NotAllowed where the request may only look."""
    if (why := _why.get()) is not None:
        raise NotAllowed(why)
