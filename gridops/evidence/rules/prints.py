"""What a picture looks like in 64 bits, whatever its size and compression, and where like ones are looked for (pure).

A difference hash: of 8 rows of 9 grey points each says whether it is brighter than the one to its right. Two prints
that differ in at most NEAR bits are near: of their four parts of 16 bits one then differs in one bit at most, so that
looking for 17 values of each part finds every near one, and plain indexes answer it.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 9, 8
NEAR = 6
BANDS = 4
_BITS = 64 // BANDS
_MASK = (1 << _BITS) - 1
# A night, a wall, a fog: whoever photographs nothing takes the same picture everywhere.
_TELLING = range(7, 58)


def print_of(grey: Sequence[int]) -> int | None:
    """The print of WIDTH × HEIGHT grey points, row by row; None where there is nothing to recognise it by."""
    value = 0
    for row in range(HEIGHT):
        for column in range(WIDTH - 1):
            at = row * WIDTH + column
            value = value << 1 | (grey[at] > grey[at + 1])
    return value if value.bit_count() in _TELLING else None


def apart(one: int, other: int) -> int:
    """In how many bits two prints differ."""
    return (one ^ other).bit_count()


def bands(value: int) -> tuple[int, ...]:
    """The four parts of a print, the highest first."""
    return tuple(value >> shift & _MASK for shift in range(64 - _BITS, -1, -_BITS))


def probes(value: int) -> tuple[tuple[int, ...], ...]:
    """For each part the values that a near print's may have: its own, and those one bit away."""
    return tuple((band, *(band ^ 1 << bit for bit in range(_BITS))) for band in bands(value))


def signed(value: int) -> int:
    """A print as databases keep 64 bits."""
    return value - (1 << 64) if value >> 63 else value


def unsigned(kept: int) -> int:
    """A print as it was before `signed`."""
    return kept & (1 << 64) - 1
