"""Samples that anyone can draw again (pure): who is drawn follows from a seed and the numbers of the cases alone."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable

MOST = 500
PERCENT = 10


def draw(seed: str, numbers: Collection[str], size: int) -> list[str]:
    """So many of these numbers, in the order they were drawn: the same for the same seed and the same population.

    Each number has its place by the SHA-256 of seed and number, so no generator of anyone's programme is needed.
    """
    return sorted(set(numbers), key=lambda number: (_place(seed, number), number))[:size]


def digest_of(numbers: Iterable[str]) -> str:
    """What a population was: SHA-256 of its numbers in ascending order, a line each."""
    return hashlib.sha256("".join(f"{number}\n" for number in sorted(set(numbers))).encode()).hexdigest()


def packed(numbers: Iterable[str]) -> str:
    """A population as it is kept: its numbers in ascending order, a line each, compressed (zlib) and in base64."""
    return b64encode(zlib.compress("\n".join(sorted(set(numbers))).encode(), 9)).decode()


def unpacked(kept: str) -> list[str]:
    """The numbers of a population that was kept."""
    return zlib.decompress(b64decode(kept)).decode().split("\n")


def is_drawn(seed: str, number: str, percent: int) -> bool:
    """Whether one case belongs to a sample of so many in a hundred that has no fixed population."""
    return int(_place(seed, number)[:8], 16) % 100 < percent


def _place(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()
