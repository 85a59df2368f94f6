"""Reading foreign JSON without surprises, and the canonical form (RFC 8785) whose SHA-256 tells same from other."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

from gridops.core.errors import Invalid

MAX_DEPTH = 32
MAX_SAFE_INTEGER = 2**53 - 1


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


def check_json(value: Any, field: str = "body", depth: int = 0) -> None:
    """Refuse what has no canonical form: too deep, integers beyond 2^53, infinite numbers, lone surrogates, NUL."""
    if depth > MAX_DEPTH:
        raise Invalid((field[:200], f"nested deeper than {MAX_DEPTH} levels"))
    if isinstance(value, str):
        _check_text(value, field)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise Invalid((field, "an integer beyond 2^53 - 1"))
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise Invalid((field, "not a finite number"))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            check_json(item, f"{field}[{place}]", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name, field)
            check_json(item, f"{field}.{name}", depth + 1)


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a checked JSON value."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check_text(text: str, field: str) -> None:
    if "\x00" in text:
        raise Invalid((field.replace("\x00", "?"), "contains a NUL character"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid(
            (field.encode("utf-8", "replace").decode(), "contains half a character (lone surrogate)")
        ) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value
