"""What may be handed in as a content: its bytes are checked before anything is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from gridops.core.errors import Invalid
from gridops.evidence.rules.pixels import pixel_size
from gridops.evidence.rules.types import PICTURES, SHA256, Limits, Mime, agrees, end_of, sniff


@dataclass(frozen=True, slots=True)
class Arrival:
    """A content that was checked: the name is the SHA-256 of its bytes, the type is what the bytes are.

    `width`, `height`: stored pixels of a picture, else None.
    """

    sha256: str
    size: int
    mime: Mime
    width: int | None
    height: int | None


def check_name(sha256: str) -> str:
    """The name of a content: 64 lower-case hexadecimal digits. Raises Invalid (field `sha256`)."""
    if not SHA256.fullmatch(sha256):
        raise Invalid(("sha256", "64 lower-case hexadecimal digits"))
    return sha256


def check(source: BinaryIO, sha256: str, claimed: str | None, limits: Limits) -> Arrival:
    """Check a whole content: hash, size, type by content, agreement with the claimed media type, pixels.

    Raises Invalid naming `sha256`, `size`, `content` or `content_type`. Leaves the file rewound.
    """
    check_name(sha256)
    size = end_of(source)
    if size == 0:
        raise Invalid(("size", "the content is empty"))
    if size > limits.max_bytes:
        raise Invalid(("size", f"{size} bytes are more than the {limits.max_bytes} allowed"))
    source.seek(0)
    found = _sha256(source)
    if found != sha256:
        raise Invalid(("sha256", f"the bytes received have the SHA-256 {found}"))
    mime = sniff(source)
    if mime is None:
        raise Invalid(("content", f"none of the types taken: {', '.join(Mime)}"))
    if not agrees(claimed, mime):
        raise Invalid(("content_type", f"the content is {mime}"))
    if size > limits.bytes_of(mime):
        raise Invalid(("size", f"{size} bytes are more than the {limits.bytes_of(mime)} allowed"))
    width, height = _pixels(source, mime, limits)
    return Arrival(sha256, size, mime, width, height)


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _pixels(source: BinaryIO, mime: Mime, limits: Limits) -> tuple[int, int] | tuple[None, None]:
    if mime not in PICTURES:
        return None, None
    pixels = pixel_size(source, mime)
    if pixels is None:
        raise Invalid(("content", f"a damaged picture: its header ({mime}) gives no size"))
    if pixels[0] * pixels[1] > limits.max_pixels:
        raise Invalid(("content", f"{pixels[0]} × {pixels[1]} pixels are more than the {limits.max_pixels} allowed"))
    return pixels
