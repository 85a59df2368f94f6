"""Small drawn pictures for some cases of the demo street, clearly marked as drawings; before and after."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gridops.documents.fonts import FONT_DIRS, font_report

_SIZE = (960, 720)
_GROUND = 470
Colour = tuple[int, int, int]
Pen = ImageDraw.ImageDraw


def picture(problem: str, caption: str, *, after: bool, seed: int, font_dirs: tuple[Path, ...] = ()) -> bytes:
    """A JPEG (960 × 720) of a street scene with the problem, or without it (`after`)."""
    # The scene around is the same before and after.
    dice = random.Random(seed)
    image = Image.new("RGB", _SIZE, (214, 228, 238))
    pen = ImageDraw.Draw(image)
    _street(pen, dice)
    _SCENES.get(problem, _SCENES.get(problem[:3], _rubbish))(pen, dice, after)
    _caption(pen, f"演示图片（绘制） · {'处置后' if after else '处置前'} · {caption}", font_dirs)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _street(pen: Pen, dice: random.Random) -> None:
    """Sky, houses with windows, trees, pavement, road."""
    for row in range(300):
        pen.line([(0, row), (_SIZE[0], row)], fill=(176 + row // 7, 204 + row // 9, 226 + row // 20))
    x = -dice.randrange(80)
    while x < _SIZE[0]:
        width, height = dice.randrange(130, 230), dice.randrange(190, 360)
        wall = dice.choice(((222, 208, 186), (205, 196, 190), (190, 200, 206), (228, 216, 200), (208, 186, 170)))
        pen.rectangle([x, _GROUND - height, x + width, _GROUND], fill=wall)
        for column in range(x + 16, x + width - 30, 40):
            for row in range(_GROUND - height + 20, _GROUND - 110, 52):
                lit = dice.random() < 0.2
                pen.rectangle([column, row, column + 22, row + 30], fill=(240, 224, 160) if lit else (120, 144, 160))
        pen.rectangle([x + 10, _GROUND - 84, x + width - 10, _GROUND - 62], fill=dice.choice(_SIGNS))
        pen.rectangle([x + 18, _GROUND - 58, x + width - 18, _GROUND], fill=(92, 84, 78))
        x += width + dice.randrange(6)
    pen.rectangle([0, _GROUND, _SIZE[0], 590], fill=(196, 192, 184))
    for line in range(0, _SIZE[0], 60):
        pen.line([(line, _GROUND), (line - 40, 590)], fill=(182, 178, 170))
    pen.rectangle([0, 560, _SIZE[0], 574], fill=(226, 196, 92))
    pen.rectangle([0, 590, _SIZE[0], _SIZE[1]], fill=(96, 98, 102))
    for line in range(20, _SIZE[0], 180):
        pen.rectangle([line, 636, line + 90, 644], fill=(230, 230, 226))
    for place in (dice.randrange(60, 200), dice.randrange(760, 900)):
        pen.rectangle([place - 8, 330, place + 8, 520], fill=(110, 82, 58))
        for _ in range(9):
            cx, cy, r = place + dice.randrange(-52, 52), 300 + dice.randrange(-60, 40), dice.randrange(34, 58)
            pen.ellipse([cx - r, cy - r, cx + r, cy + r], fill=(78 + dice.randrange(30), 128 + dice.randrange(30), 74))


_SIGNS: tuple[Colour, ...] = ((52, 96, 140), (150, 90, 40), (60, 120, 84), (120, 70, 110))


def _rubbish(pen: Pen, dice: random.Random, after: bool) -> None:
    pen.rectangle([610, 450, 690, 560], fill=(60, 110, 70))
    pen.rectangle([602, 438, 698, 456], fill=(48, 90, 58))
    for _ in range(0 if after else 46):
        x, y, s = 400 + int(dice.gauss(60, 80)), 540 + int(dice.gauss(0, 16)), dice.randrange(8, 26)
        pen.polygon(
            [(x, y), (x + s, y - s // 2), (x + s + 6, y + s // 2), (x + 4, y + s)],
            fill=dice.choice(((238, 238, 232), (190, 60, 60), (60, 90, 170), (214, 180, 80), (120, 110, 100))),
        )


def _bikes(pen: Pen, dice: random.Random, after: bool) -> None:
    for place in range(7):
        x = 300 + place * 62 if after else 290 + int(dice.uniform(0, 380))
        y = 528 if after else 500 + dice.randrange(70)
        tilt = 0 if after else dice.randrange(-22, 22)
        colour = dice.choice(((190, 60, 50), (50, 90, 160), (60, 130, 90), (210, 160, 60)))
        for wheel in (0, 58):
            drop = tilt if wheel else 0
            pen.ellipse([x + wheel - 20, y - 20 + drop, x + wheel + 20, y + 20 + drop], outline=(40, 40, 42), width=5)
        pen.line([(x, y), (x + 22, y - 34), (x + 52, y - 34), (x + 58, y + tilt)], fill=colour, width=7)
        pen.line([(x + 52, y - 34), (x + 46, y - 56), (x + 62, y - 58)], fill=colour, width=5)


def _stalls(pen: Pen, dice: random.Random, after: bool) -> None:
    for place in range(0 if after else 3):
        x = 300 + place * 150
        pen.rectangle([x, 500, x + 120, 550], fill=(160, 116, 70))
        pen.polygon([(x - 12, 430), (x + 132, 430), (x + 116, 462), (x + 4, 462)], fill=dice.choice(_SIGNS))
        for post in (x + 6, x + 112):
            pen.line([(post, 460), (post, 552)], fill=(90, 80, 70), width=5)
        for _ in range(16):
            cx, cy = x + dice.randrange(10, 110), 496 + dice.randrange(-8, 8)
            fruit = dice.choice(((214, 80, 50), (226, 170, 50), (110, 160, 60)))
            pen.ellipse([cx - 8, cy - 8, cx + 8, cy + 8], fill=fruit)


def _ads(pen: Pen, dice: random.Random, after: bool) -> None:
    pen.rectangle([240, 300, 720, 540], fill=(216, 210, 200))
    pen.rectangle([240, 300, 720, 540], outline=(170, 164, 154), width=4)
    for _ in range(0 if after else 18):
        x, y = 256 + dice.randrange(420), 312 + dice.randrange(190)
        paper = dice.choice(((246, 240, 150), (244, 244, 240), (240, 170, 170)))
        pen.rectangle([x, y, x + 44, y + 32], fill=paper)
        for line in (8, 15, 22):
            pen.line([(x + 5, y + line), (x + 38, y + line)], fill=(110, 60, 60), width=2)


def _hole(pen: Pen, dice: random.Random, after: bool) -> None:
    patch = (112, 114, 118) if after else (40, 38, 36)
    points = [(430 + int(dice.uniform(-10, 10)) + dx, 650 + dy) for dx, dy in
              ((-90, 0), (-50, -32), (30, -38), (100, -10), (80, 30), (0, 42), (-60, 28))]  # fmt: skip
    pen.polygon(points, fill=patch)
    if not after:
        pen.line([points[0], (points[0][0] - 70, points[0][1] + 14)], fill=(52, 50, 48), width=4)


def _soil(pen: Pen, dice: random.Random, after: bool) -> None:
    pen.rectangle([220, 380, 760, 470], fill=(70, 130, 170))
    mound = [(260, 560), (360, 480), (450, 500), (540, 450), (640, 510), (720, 560)]
    pen.polygon(mound, fill=(86, 140, 88) if after else (150, 112, 74))
    for _ in range(0 if after else 60):
        x, y = 280 + dice.randrange(420), 560 - int(dice.random() ** 2 * 70)
        pen.ellipse([x - 5, y - 4, x + 6, y + 5], fill=(124, 92, 60))


def _water(pen: Pen, dice: random.Random, after: bool) -> None:
    pen.rectangle([0, 520, _SIZE[0], _SIZE[1]], fill=(104, 140, 146))
    pen.rectangle([0, 500, _SIZE[0], 524], fill=(150, 148, 140))
    for _ in range(26):
        x, y = dice.randrange(_SIZE[0]), 540 + dice.randrange(160)
        pen.line([(x, y), (x + 60, y)], fill=(128, 162, 166), width=3)
    for _ in range(0 if after else 40):
        x, y = 240 + int(dice.gauss(200, 110)), 560 + dice.randrange(90)
        pen.ellipse([x, y, x + dice.randrange(10, 36), y + 12], fill=dice.choice(((92, 120, 64), (232, 232, 226))))


_SCENES: dict[str, Callable[[Pen, random.Random, bool], None]] = {
    "E0410": _bikes, "E0409": _bikes, "E0162": _bikes, "E0405": _stalls, "E0401": _stalls, "E0406": _stalls,
    "E0129": _stalls, "E0164": _stalls, "E0604": _stalls, "E02": _ads, "C0308": _ads, "E0113": _hole, "C01": _hole,
    "E0503": _hole, "E0111": _soil, "E0304": _soil, "E0160": _soil, "E0117": _soil, "E0165": _water, "E0125": _water,
}  # fmt: skip


def _caption(pen: Pen, text: str, font_dirs: tuple[Path, ...]) -> None:
    font = _font(font_dirs)
    pen.rectangle([0, _SIZE[1] - 46, _SIZE[0], _SIZE[1]], fill=(28, 32, 38))
    if font is not None:
        pen.text((18, _SIZE[1] - 38), text, font=font, fill=(240, 240, 236))


@cache
def _font(font_dirs: tuple[Path, ...]) -> ImageFont.FreeTypeFont | None:
    """A font with Chinese characters, where there is one that can be opened."""
    for found in font_report((*font_dirs, *FONT_DIRS)):
        if found.face.key in ("hei", "song") and found.path:
            try:
                return ImageFont.truetype(found.path, 24)
            except OSError:
                continue
    return None
