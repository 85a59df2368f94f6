"""Photos as phones make them, made on the spot: sharp, blurred, dark, turned, placed, broken; a film of a QR code."""

from __future__ import annotations

import io
import random
from functools import cache

import pillow_heif
from PIL import ExifTags, Image, ImageDraw, ImageEnhance, ImageFilter

pillow_heif.register_heif_opener()
# The cells of a QR code of version 2 that says QR_TEXT, a row in 25 bits.
QR_TEXT = "gridops:小队/7f3a"
_CELLS = (
    "1fc337f1059241174b25d174c65d175a65d104cb411fd557f000bd00154c4121ea807f144887f13b4183136f301"
    "0ca7891156b4870f89d7114fa7f300165171fc895b1046311175d3f91743a5817574151041cd21fd64db"
)
QR = [_CELLS[at : at + 7] for at in range(0, len(_CELLS), 7)]
TAKEN = "2026:11:28 21:40:05"


@cache
def street(width: int = 4000, height: int = 3000) -> Image.Image:
    """A busy picture with noise, edges, and a red corner above on the left."""
    rng = random.Random(7)
    image = Image.effect_noise((width // 4, height // 4), 50).resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        x, y, size = rng.randrange(width), rng.randrange(height), rng.randrange(width // 200, width // 12)
        draw.rectangle((x, y, x + size, y + size * 2 // 3), fill=tuple(rng.randrange(256) for _ in range(3)))
    draw.rectangle((0, 0, width // 4, height // 4), fill=(235, 20, 20))
    return image


def blurred(image: Image.Image, share: float) -> Image.Image:
    """Out of focus by a share of the width."""
    return image.filter(ImageFilter.GaussianBlur(image.width * share))


def dark(image: Image.Image) -> Image.Image:
    """Underexposed by three stops."""
    return ImageEnhance.Brightness(image).enhance(0.12)


def lit(image: Image.Image) -> Image.Image:
    """With a lamp and what it shines on: a street at night."""
    scene = image.copy()
    light = Image.effect_noise((image.width // 4, image.height // 3), 90).convert("RGB")
    scene.paste(light, (image.width // 2, image.height // 3))
    return scene


def jpeg(
    image: Image.Image, *, orientation: int = 0, place: tuple[float, float] | None = None, taken: str = ""
) -> bytes:
    """The bytes of a photo; `place` is (lon, lat)."""
    exif = Image.Exif()
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    if taken:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        inner[ExifTags.Base.DateTimeOriginal] = taken
        inner[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    if place:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for tag, value in ((ExifTags.GPS.GPSLongitude, place[0]), (ExifTags.GPS.GPSLatitude, place[1])):
            whole = abs(value)
            gps[tag] = (float(int(whole)), float(int(whole * 60 % 60)), round(whole * 3600 % 60, 4))
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLatitudeRef] = "E" if place[0] > 0 else "W", "N"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, **({"exif": exif} if orientation or place or taken else {}))
    return out.getvalue()


def encoded(image: Image.Image, kind: str) -> bytes:
    """The bytes of a picture of another kind."""
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def huge() -> bytes:
    """A JPEG whose header says 9000 × 7000."""
    small = bytearray(jpeg(street(640, 480)))
    at = small.index(b"\xff\xc0")
    small[at + 5 : at + 9] = (7000).to_bytes(2, "big") + (9000).to_bytes(2, "big")
    return bytes(small)


def film(rows: list[str]) -> bytes:
    """What a camera sees that looks at a QR code, as motion JPEG."""
    code = Image.new("1", (33, 33), 1)
    for y, row in enumerate(rows):
        for x in range(25):
            code.putpixel((x + 4, y + 4), not int(row, 16) >> (24 - x) & 1)
    scene = street(640, 480).copy()
    scene.paste(code.resize((330, 330), Image.Resampling.NEAREST).convert("RGB"), (155, 75))
    return jpeg(scene) * 3
