"""What a file is, by content; how large its picture is, by header."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.errors import Invalid
from gridops.evidence.forms import check
from gridops.evidence.rules.pixels import pixel_size
from gridops.evidence.rules.types import Limits, Mime, agrees, sniff
from tests.evidence.pictures import picture, sha256

LIMITS = Limits(max_bytes=1_000_000, max_pixels=1_000_000)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def track(handler: bytes) -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", b"\x00" * 8 + handler + b"\x00" * 12)))


M4A = box(b"ftyp", b"M4A \x00\x00\x00\x00mp42isom") + box(b"moov", track(b"soun")) + box(b"mdat", b"x" * 40)
PHONE_SOUND = box(b"ftyp", b"iso5\x00\x00\x00\x00iso6mp41") + box(b"moov", track(b"soun"))
FILM = box(b"ftyp", b"isom\x00\x00\x00\x00iso2mp41") + box(b"mdat", b"x" * 40) + box(b"moov", track(b"vide"))
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\x00" * 30 + b"A_OPUS"
WEBM_FILM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\x00" * 30 + b"V_VP8"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (picture("JPEG"), Mime.JPEG),
        (picture("PNG"), Mime.PNG),
        (picture("WEBP"), Mime.WEBP),
        (picture("HEIF"), Mime.HEIC),
        (b"%PDF-1.7\n%rest", Mime.PDF),
        (b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead", Mime.OGG),
        (b"OggS\x00\x02" + b"\x00" * 22 + b"\x80theora", None),
        (M4A, Mime.M4A),
        (PHONE_SOUND, Mime.M4A),
        (FILM, Mime.MP4),
        (WEBM, Mime.WEBM),
        (WEBM_FILM, Mime.WEBM_FILM),
        (picture("GIF"), None),
        (box(b"ftyp", b"avif\x00\x00\x00\x00avifmif1"), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<!doctype html><script>1</script>", None),
        (b"PK\x03\x04", None),
        (b"MZ", None),
        (b"", None),
        (b"\xff\xd8", None),
    ],
)
def test_a_type_is_told_by_content(content: bytes, expected: Mime | None) -> None:
    assert sniff(io.BytesIO(content)) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("size", [(64, 48), (1, 1), (301, 97), (2000, 3)])
def test_pixels_are_read_from_the_header(kind: str, size: tuple[int, int]) -> None:
    content = io.BytesIO(picture(kind, size))
    mime = sniff(content)
    assert mime is not None
    found = pixel_size(content, mime)
    if kind == "HEIF":  # the coded picture may be padded to whole blocks
        assert found is not None
        assert found[0] >= size[0]
        assert found[1] >= size[1]
    else:
        assert found == size


def test_lossless_and_extended_webp_tell_their_size() -> None:
    from PIL import Image

    for options in ({"lossless": True}, {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"}):
        out = io.BytesIO()
        Image.new("RGB", (77, 33), "red").save(out, "WEBP", **options)
        assert pixel_size(io.BytesIO(out.getvalue()), Mime.WEBP) == (77, 33)


@given(st.binary(max_size=400), st.sampled_from(list(Mime)), st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_no_bytes_upset_the_readers(noise: bytes, mime: Mime, start: int) -> None:
    heads = [
        b"",
        b"\xff\xd8\xff\xe0\x00\x04ab",
        box(b"ftyp", b"heic\x00\x00\x00\x00mif1") + b"\x00\x00\x00\x00meta",
        M4A,
    ]
    content = io.BytesIO(heads[start] + noise)
    sniff(content)
    pixel_size(content, mime)


@pytest.mark.parametrize(
    ("claimed", "mime", "expected"),
    [
        ("image/jpeg", Mime.JPEG, True),
        ("IMAGE/JPG", Mime.JPEG, True),
        ("image/heif", Mime.HEIC, True),
        ("audio/webm;codecs=opus", Mime.WEBM, True),
        ("video/webm;codecs=vp8,opus", Mime.WEBM_FILM, True),
        ("audio/webm", Mime.WEBM_FILM, False),
        ("application/octet-stream", Mime.PNG, True),
        (None, Mime.PNG, True),
        ("image/png", Mime.JPEG, False),
        ("text/html", Mime.JPEG, False),
    ],
)
def test_a_claim_agrees_or_not(claimed: str | None, mime: Mime, expected: bool) -> None:
    assert agrees(claimed, mime) is expected


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 × 60,000 pixels."""
    small = bytearray(picture("PNG"))
    small[16:24] = struct.pack(">II", 60_000, 60_000)
    return bytes(small)


@pytest.mark.parametrize(
    ("content", "name", "claimed", "field"),
    [
        (picture(), "0" * 64, None, "sha256"),
        (picture(), "XYZ", None, "sha256"),
        (picture(), None, "image/png", "content_type"),
        (b"", None, None, "size"),
        (b"\xff\xd8\xff" + b"x" * 1_000_001, None, None, "size"),
        (b"#!/bin/sh", None, "image/jpeg", "content"),
        (b"\xff\xd8\xff\xe0", None, "image/jpeg", "content"),
        (bomb(), None, "image/png", "content"),
    ],
)
def test_a_wrong_content_is_refused_by_field(content: bytes, name: str | None, claimed: str | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(io.BytesIO(content), name or sha256(content), claimed, LIMITS)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_film_is_short() -> None:
    limits = Limits(25_000_000, 1)
    assert (limits.bytes_of("image/jpeg"), limits.bytes_of("video/mp4")) == (25_000_000, 8_000_000)
    assert Limits(300_000, 1).bytes_of("video/webm") == 300_000
    film = WEBM_FILM + b"x" * 8_000_000
    with pytest.raises(Invalid) as refused:
        check(io.BytesIO(film), sha256(film), "video/webm", limits)
    assert [error.field for error in refused.value.errors] == ["size"]


def test_a_right_content_is_taken() -> None:
    content = picture("WEBP", (90, 40))
    arrival = check(io.BytesIO(content), sha256(content), "image/webp", LIMITS)
    assert (arrival.mime, arrival.size, arrival.width, arrival.height) == (Mime.WEBP, len(content), 90, 40)
