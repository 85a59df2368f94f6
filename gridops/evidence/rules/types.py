"""What a file is, by its content and never by its name or by what the sender says (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

HEAD_BYTES = 65_536
SHA256 = re.compile(r"[0-9a-f]{64}")


class Mime(StrEnum):
    """The types that are taken: photos, spoken notes, short films and papers. No SVG, no HTML, no animation."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    M4A = "audio/mp4"
    OGG = "audio/ogg"
    WEBM = "audio/webm"
    MP4 = "video/mp4"
    WEBM_FILM = "video/webm"
    PDF = "application/pdf"


PICTURES = frozenset({Mime.JPEG, Mime.PNG, Mime.WEBP, Mime.HEIC})
# A film proves that something was refused or handed over: some seconds of it, which a phone can send at night.
FILM_MAX_BYTES = 8_000_000
SHOWN_BY_BROWSERS = frozenset({Mime.JPEG, Mime.PNG, Mime.WEBP})

# Other names under which phones send the same type.
_ALIASES = {
    "image/jpg": Mime.JPEG,
    "image/pjpeg": Mime.JPEG,
    "image/heif": Mime.HEIC,
    "image/x-png": Mime.PNG,
    "audio/m4a": Mime.M4A,
    "audio/x-m4a": Mime.M4A,
    "audio/aac": Mime.M4A,
    "application/ogg": Mime.OGG,
    "audio/opus": Mime.OGG,
}
_NO_CLAIM = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc", b"hevx"})
_MEDIA_BRANDS = frozenset({b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"})


_FILM_CODECS = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one content may be: bytes as stored, pixels as shown."""

    max_bytes: int
    max_pixels: int

    def bytes_of(self, mime: str) -> int:
        """How many bytes a content of this type may have."""
        return min(self.max_bytes, FILM_MAX_BYTES) if is_film(mime) else self.max_bytes


def is_film(mime: str) -> bool:
    """Whether this media type is one of moving pictures."""
    return mime.startswith("video/")


def agrees(claimed: str | None, mime: Mime) -> bool:
    """Whether a claimed media type names the type found; no claim (or `application/octet-stream`) agrees with all."""
    name = (claimed or "").partition(";")[0].strip().lower()
    return name in _NO_CLAIM or name == mime or _ALIASES.get(name) is mime


def claimable(claimed: str | None) -> bool:
    """Whether a claimed media type is one that could be taken at all."""
    return any(agrees(claimed, mime) for mime in Mime)


def sniff(file: BinaryIO) -> Mime | None:
    """The type of a seekable file by its content, or None when it is none of those taken. Rewinds the file."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found = _by_magic(head) or (_by_brand(file, head) if head[4:8] == b"ftyp" else None)
    file.seek(0)
    return found


def _by_magic(head: bytes) -> Mime | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Mime.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Mime.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Mime.WEBP
    if head.startswith(b"%PDF-"):
        return Mime.PDF
    if head.startswith(b"OggS"):
        return None if b"theora" in head else Mime.OGG
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return Mime.WEBM_FILM if any(codec in head for codec in _FILM_CODECS) else Mime.WEBM
    return None


def _by_brand(file: BinaryIO, head: bytes) -> Mime | None:
    """ISO media files say what they are by brands; those that hold sound or film alike are told by their tracks."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(size, 256) - 3, 4)}
    if head[8:12] in (b"avif", b"avis"):
        return None
    if brands & _HEIC_BRANDS:
        return Mime.HEIC
    if brands & _MEDIA_BRANDS:
        return Mime.MP4 if _has_film(file) else Mime.M4A
    return None


def _has_film(file: BinaryIO) -> bool:
    for name, start, size in boxes(file, 0, end_of(file)):
        if name == b"moov":
            file.seek(start)
            # A handler box carries the kind of its track 8 bytes after its name.
            return re.search(rb"hdlr.{8}vide", file.read(size), re.DOTALL) is not None
    return False


def boxes(file: BinaryIO, start: int, end: int, most: int = 4096) -> Iterator[tuple[bytes, int, int]]:
    """The ISO media boxes between two offsets as (name, start of content, size of content); stops at nonsense."""
    for _ in range(most):
        if start + 8 > end:
            return
        file.seek(start)
        header = file.read(16)
        if len(header) < 8:
            return
        size, name, head = int.from_bytes(header[:4], "big"), header[4:8], 8
        if size == 1:
            size, head = int.from_bytes(header[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield name, start + head, size - head
        start += size


def end_of(file: BinaryIO) -> int:
    """The length of a seekable file in bytes."""
    return file.seek(0, 2)
