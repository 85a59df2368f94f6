"""A picture's width and height read from its header alone, so that a bomb is never unpacked (pure)."""

from __future__ import annotations

from typing import BinaryIO

from gridops.evidence.rules.types import Mime, boxes, end_of

_NOT_A_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # DHT, JPG, DAC share the range of the frame markers
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM and restarts carry no length


def pixel_size(file: BinaryIO, mime: Mime) -> tuple[int, int] | None:
    """Width and height in stored pixels (before turning upright); None where the header does not tell."""
    reader = _READERS.get(mime)
    size = reader(file) if reader else None
    file.seek(0)
    return size if size and size[0] > 0 and size[1] > 0 else None


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    for _ in range(2000):
        byte = file.read(1)
        if byte != b"\xff":
            return None
        while byte == b"\xff":
            byte = file.read(1)
        if not byte:
            return None
        marker = byte[0]
        if marker in _ALONE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if length < 2 or marker in (0xD9, 0xDA):
            return None
        if 0xC0 <= marker <= 0xCF and marker not in _NOT_A_FRAME:
            frame = file.read(5)
            return (int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")) if len(frame) == 5 else None
        file.seek(length - 2, 1)
    return None


def _png(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(8)
    head = file.read(16)
    if len(head) < 16 or head[4:8] != b"IHDR":
        return None
    return int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")


def _webp(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(12)
    head = file.read(18)
    if len(head) < 18:
        return None
    kind, data = head[:4], head[8:]
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    return None


def _heic(file: BinaryIO) -> tuple[int, int] | None:
    """The largest of the `ispe` properties: tiles and thumbnails have smaller ones beside the picture's own."""
    sizes: list[tuple[int, int]] = []
    for name, start, size in boxes(file, 0, end_of(file)):
        if name == b"meta":
            sizes += _ispe(file, start + 4, start + size)
    return max(sizes, key=lambda wh: wh[0] * wh[1], default=None)


def _ispe(file: BinaryIO, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for name, inner, size in boxes(file, start, end):
        if name in (b"iprp", b"ipco"):
            found += _ispe(file, inner, inner + size)
        elif name == b"ispe" and size >= 12:
            file.seek(inner + 4)
            data = file.read(8)
            found.append((int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big")))
    return found


_READERS = {Mime.JPEG: _jpeg, Mime.PNG: _png, Mime.WEBP: _webp, Mime.HEIC: _heic}
