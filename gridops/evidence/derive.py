"""What a worker makes of a picture: thumbnails, upright, and the EXIF it carries. Never imported by the web process.

Pillow and libheif open foreign bytes here and nowhere else.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import pillow_heif
from PIL import ExifTags, Image, ImageOps

from gridops.evidence.rules.prints import HEIGHT, WIDTH, print_of
from gridops.evidence.store import Store

SIZES = (320, 1280)
_TAGS = {
    ExifTags.Base.Make: "make",
    ExifTags.Base.Model: "model",
    ExifTags.Base.Software: "software",
    ExifTags.Base.Orientation: "orientation",
    ExifTags.Base.DateTime: "changed",
}
_EXIF_TAGS = {
    ExifTags.Base.DateTimeOriginal: "taken",
    ExifTags.Base.OffsetTimeOriginal: "taken_offset",
    ExifTags.Base.ExposureTime: "exposure_s",
    ExifTags.Base.ISOSpeedRatings: "iso",
}
_ON_ITS_SIDE = (5, 6, 7, 8)
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, TypeError, KeyError, IndexError, MemoryError,
           OverflowError, RuntimeError, ZeroDivisionError, Image.DecompressionBombError)  # fmt: skip

pillow_heif.register_heif_opener(thumbnails=False)


class CannotDerive(Exception):
    """The picture cannot be opened; the text says why."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Upright pixels, EXIF as plain JSON (None: it carries none), JPEG bytes by longest side in pixels.

    `print`: what it looks like (`rules.prints`).
    """

    width: int
    height: int
    exif: dict[str, Any] | None
    thumbnails: dict[int, bytes]
    print: int | None


def make(store: Store, sha256: str, *, max_pixels: int) -> dict[str, Any] | None:
    """Make and store the thumbnails of a picture (`<sha256>.320`, `.1280`); safe to run twice.

    Returns what `evidence.service.keep_derived` takes: width, height, exif, print; None: the picture cannot be opened.
    """
    with store.open(sha256) as source:
        try:
            made = derive(source, max_pixels=max_pixels)
        except CannotDerive:
            return None
    for side, content in made.thumbnails.items():
        store.put(f"{sha256}.{side}", io.BytesIO(content))
    return {"width": made.width, "height": made.height, "exif": made.exif, "print": made.print}


def print_again(store: Store, sha256: str) -> int | None:
    """The print of a picture whose thumbnails were made before prints were; FileNotFoundError without them."""
    with store.open(f"{sha256}.{SIZES[0]}") as source, Image.open(source, formats=("JPEG",)) as image:
        return _print(image)


def derive(source: BinaryIO, *, max_pixels: int) -> Derived:
    """Open a picture, turn it upright and shrink it; never larger than the original. Raises CannotDerive."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source, formats=("JPEG", "PNG", "WEBP", "HEIF")) as image:
                if image.width * image.height > max_pixels:
                    raise CannotDerive(f"{image.width} × {image.height} pixels")
                exif = read_exif(image)
                turned = image.getexif().get(ExifTags.Base.Orientation) in _ON_ITS_SIDE
                # Decoding a JPEG at a fraction of its size is several times as fast.
                full = image.size
                image.draft("RGB", (SIZES[-1], SIZES[-1]))
                upright = _upright(image)
        thumbnails = {side: _shrunk(upright, side) for side in SIZES}
        seen = _print(upright)
    except _BROKEN as broken:
        raise CannotDerive(f"{type(broken).__name__}: {broken}"[:300]) from broken
    width, height = (full[1], full[0]) if turned else full
    return Derived(width, height, exif, thumbnails, seen)


def read_exif(image: Image.Image) -> dict[str, Any] | None:
    """What the picture says of itself: make, model, times as written, place in degrees. Only plain finite JSON."""
    try:
        base = image.getexif()
        inner, gps = base.get_ifd(ExifTags.IFD.Exif), base.get_ifd(ExifTags.IFD.GPSInfo)
    except _BROKEN:
        return None
    found = {name: _plain(base.get(tag)) for tag, name in _TAGS.items()}
    found |= {name: _plain(inner.get(tag)) for tag, name in _EXIF_TAGS.items()}
    found |= _place(gps)
    kept = {name: value for name, value in found.items() if value is not None}
    return kept or None


def _place(gps: dict[int, Any]) -> dict[str, Any]:
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), 90)
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), 180)
    if lat is None or lon is None:
        return {}
    return {"lon": lon, "lat": lat, "altitude_m": _plain(gps.get(ExifTags.GPS.GPSAltitude))}


def _degrees(parts: Any, reference: Any, limit: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or abs(value) > limit:
        return None
    return round(-value if str(reference).strip("\x00 ").upper() in ("S", "W") else value, 7)


def _plain(value: Any) -> str | int | float | None:
    """Text without control characters, or a finite number of ordinary size; everything else is left out."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    if isinstance(value, str):
        text = "".join(c for c in value.encode("utf-8", "ignore").decode() if c.isprintable()).strip()
        return text[:200] or None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**53 else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return round(number, 9) if math.isfinite(number) and abs(number) < 1e15 else None


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        white = Image.new("RGBA", upright.size, "white")
        white.alpha_composite(upright.convert("RGBA"))
        upright = white
    return upright.convert("RGB")


def _print(image: Image.Image) -> int | None:
    grey = image.convert("L").resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    return print_of(grey.tobytes())


def _shrunk(image: Image.Image, side: int) -> bytes:
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # Only the colour profile goes along: place and device stay with the original.
    small.save(out, "JPEG", quality=82, optimize=True, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()
