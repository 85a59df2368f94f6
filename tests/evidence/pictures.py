"""Pictures made on the spot, so that no file has to be kept."""

from __future__ import annotations

import hashlib
import io
import random

import pillow_heif
from PIL import ExifTags, Image

pillow_heif.register_heif_opener()


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    *,
    seed: int = 0,
    orientation: int | None = None,
    place: tuple[float, float] | None = None,
) -> bytes:
    """Bytes of a noisy picture; `place` is (lon, lat) for its EXIF."""
    image = Image.new("RGB", size, (seed * 37 % 256, 90, 140))
    rng = random.Random(seed)
    for _ in range(30):
        image.putpixel((rng.randrange(size[0]), rng.randrange(size[1])), (rng.randrange(256), 0, 0))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Maker\x00"
    exif[ExifTags.Base.Model] = "Phone 1"
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2017:03:05 21:40:00"
    if place:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for tag, ref, value, names in (
            (ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, place[0], "WE"),
            (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, place[1], "SN"),
        ):
            whole = int(abs(value))
            minutes = (abs(value) - whole) * 60
            gps[tag] = (float(whole), float(int(minutes)), (minutes - int(minutes)) * 60)
            gps[ref] = names[value >= 0]
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if kind != "GIF" else {}))
    return out.getvalue()


def sha256(content: bytes) -> str:
    """Its name."""
    return hashlib.sha256(content).hexdigest()
