"""Names that a phone gives to a thing: time-ordered UUIDs."""

from __future__ import annotations

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A fresh UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
