"""Reading foreign JSON without surprises, and the canonical form (RFC 8785) whose SHA-256 tells same from other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import rfc8785

from gridops.core.errors import Invalid

MAX_DEPTH = 32
MAX_SAFE_INTEGER = 2**53 - 1
MAX_NAME = 60


def parse_json(raw: bytes, *, limit: int = 1_000_000) -> Any:
    """Parse hostile bytes as JSON: UTF-8, no NaN, no doubled names, no lone surrogates, depth and size limited.

    Raises Invalid (field `body`, or the dotted name of the offending value).
    """
    if len(raw) > limit:
        raise Invalid(("body", f"larger than {limit} bytes"))
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except (UnicodeDecodeError, ValueError, RecursionError) as wrong:
        raise Invalid(("body", f"not JSON: {str(wrong) or type(wrong).__name__}")) from None
    check_json(value)
    return value


def check_json(value: Any, field: str = "body") -> None:
    """Refuse what has no canonical form: too deep, integers beyond 2^53, infinite numbers, lone surrogates, NUL."""
    _check(value, [field])


def _check(value: Any, path: list[str | int]) -> None:
    """`path` leads to the value; it becomes a name only where something is wrong, or many long names cost minutes."""
    if len(path) > MAX_DEPTH + 1:
        raise Invalid((_dotted(path), f"nested deeper than {MAX_DEPTH} levels"))
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise Invalid((_dotted(path), "an integer beyond 2^53 - 1"))
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise Invalid((_dotted(path), "not a finite number"))
    elif isinstance(value, list | dict):
        items = enumerate(value) if isinstance(value, list) else value.items()
        for name, item in items:
            if isinstance(name, str):
                _check_text(name, path)
            path.append(name)
            _check(item, path)
            path.pop()


def _dotted(path: list[str | int]) -> str:
    """`body.list[3].name`, printable: each name to 60 characters, the whole to 200."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part[:MAX_NAME]}" for part in path)
    return "".join(parts)[1:201].replace("\x00", "?").encode("utf-8", "replace").decode()


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a checked JSON value."""
    return rfc8785.dumps(value)


def canonical_flat(names: Sequence[str], values: Sequence[Any]) -> str:
    """The same as text, and quickly, for an object whose ASCII names are given in order.

    Of texts, whole numbers, truths, None and lists of them: these Python's own encoder writes as RFC 8785 does.
    """
    return _FLAT(dict(zip(names, values, strict=True)))


_FLAT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check_text(text: str, path: list[str | int]) -> None:
    if "\x00" in text:
        raise Invalid((_dotted(path), "contains a NUL character"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid((_dotted(path), "contains half a character (lone surrogate)")) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value
