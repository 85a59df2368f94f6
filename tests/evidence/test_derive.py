"""Thumbnails and EXIF, made by a worker."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from gridops.evidence import derive
from gridops.evidence.store import LocalStore
from tests.evidence.pictures import picture, sha256

MAX = 60_000_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_shrunk_and_turned_upright(kind: str) -> None:
    made = derive.derive(io.BytesIO(picture(kind, (2000, 1000), orientation=6)), max_pixels=MAX)
    assert (made.width, made.height) == (1000, 2000)
    for side, content in made.thumbnails.items():
        with Image.open(io.BytesIO(content)) as small:
            assert (small.format, small.size) == ("JPEG", (side // 2, side))
            assert not small.getexif(), "a thumbnail says nothing of place and device"


def test_heic_turns_by_its_own_properties_and_not_by_exif() -> None:
    made = derive.derive(io.BytesIO(picture("HEIF", (2000, 1000), orientation=6)), max_pixels=MAX)
    assert (made.width, made.height) == (2000, 1000), "ISO 23008-12: EXIF orientation is information only"
    with Image.open(io.BytesIO(made.thumbnails[320])) as small:
        assert (small.format, small.size) == ("JPEG", (320, 160))


def test_a_small_picture_is_not_blown_up() -> None:
    made = derive.derive(io.BytesIO(picture(size=(40, 30))), max_pixels=MAX)
    with Image.open(io.BytesIO(made.thumbnails[1280])) as small:
        assert small.size == (40, 30)


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_exif_is_kept_as_plain_json(kind: str) -> None:
    made = derive.derive(io.BytesIO(picture(kind, place=(119.9876, -31.8765))), max_pixels=MAX)
    assert made.exif is not None
    assert made.exif["make"] == "Maker"
    assert made.exif["taken"] == "2017:03:05 21:40:00"
    assert made.exif["lon"] == pytest.approx(119.9876, abs=1e-5)
    assert made.exif["lat"] == pytest.approx(-31.8765, abs=1e-5)
    assert "\\u0000" not in json.dumps(made.exif, allow_nan=False)


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        ((float("nan"), 0, 0), None),
        ((1, 2), None),
        (None, None),
        ((200, 0, 0), None),
        ((31, 30, 0), 31.5),
    ],
)
def test_odd_places_are_left_out(gps: object, expected: float | None) -> None:
    assert derive._degrees(gps, "N", 90) == expected


def test_a_broken_picture_fails_by_name(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    content = picture(size=(500, 500))[:300]
    store.put(sha256(content), io.BytesIO(content))
    assert derive.make(store, sha256(content), max_pixels=MAX) is None
    with pytest.raises(derive.CannotDerive):
        derive.derive(io.BytesIO(b"\xff\xd8\xff\xe0 nothing"), max_pixels=MAX)


def test_more_pixels_than_allowed_are_not_unpacked() -> None:
    with pytest.raises(derive.CannotDerive):
        derive.derive(io.BytesIO(picture(size=(200, 200))), max_pixels=39_999)


def test_a_transparent_picture_gets_a_white_ground() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    made = derive.derive(out, max_pixels=MAX)
    with Image.open(io.BytesIO(made.thumbnails[320])) as small:
        assert small.getpixel((25, 25)) == (255, 255, 255)


def test_making_twice_gives_the_same(tmp_path: Path) -> None:
    store, content = LocalStore(tmp_path), picture(size=(600, 400))
    name = sha256(content)
    store.put(name, io.BytesIO(content))
    first = derive.make(store, name, max_pixels=MAX)
    assert derive.make(store, name, max_pixels=MAX) == first
    assert store.exists(f"{name}.320")
    assert store.exists(f"{name}.1280")
    with store.open(name) as original:
        assert original.read() == content, "originals stay untouched"
