"""Names that a phone gives to a thing: time-ordered UUIDs; and ids of rows as people's browsers send them."""

from __future__ import annotations

import os
import time
from uuid import UUID

_MOST_DIGITS = 18


def uuid7() -> UUID:
    """A fresh UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def row_id(text: str) -> int:
    """The id of a row from the text of a form or address: 1 to 18 ASCII digits, so that every database takes it.

    Raises ValueError for anything else.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError("not the id of a row")
    return int(text)
