"""Which font stands for which face of the standard: the true one where it is installed, else a stand-in.

GB/T 9704 names faces (仿宋, 楷体, 黑体, 小标宋, 宋体) whose usual fonts may not be given away. Where none is found
Noto Serif SC and Noto Sans SC stand in, in weights apart enough that the levels of headings are still told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

FONT_DIRS = (Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts",)

_SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN")
_SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Zen Hei")
# For characters no Chinese font has; Chinese ones come first, so these never take a Chinese character.
_LAST_RESORT = ("Noto Color Emoji", "Noto Emoji", "Symbola", "DejaVu Sans", "DejaVu Serif")


@dataclass(frozen=True, slots=True)
class Face:
    """A face of the standard: fonts that are it, fonts that may stand in, and the weight for these."""

    key: str
    name: str
    true_fonts: tuple[str, ...]
    stand_ins: tuple[str, ...]
    weight: int


FACES = (
    Face(
        "fangsong",
        "仿宋",
        ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋", "FZFangSong-Z02",
         "FZFangSong-Z02S", "方正仿宋_GBK", "Zhuque Fangsong (technical preview)", "朱雀仿宋", "FandolFang R",
         "FandolFang"),
        _SERIF,
        400,
    ),
    Face(
        "kai",
        "楷体",
        ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体", "Kaiti SC", "FZKai-Z03", "FZKai-Z03S",
         "方正楷体_GBK", "FandolKai", "LXGW WenKai", "霞鹜文楷", "LXGW WenKai GB", "AR PL UKai CN"),
        _SERIF,
        600,
    ),
    Face(
        "hei",
        "黑体",
        ("SimHei", "黑体", "STHeiti", "华文黑体", "Heiti SC", "FZHei-B01", "FZHei-B01S", "方正黑体_GBK", "FandolHei"),
        _SANS,
        700,
    ),
    Face(
        "title",
        "小标宋",
        ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK", "方正小标宋_GB18030",
         "FZXBSJW", "FZXBSK"),
        _SERIF,
        900,
    ),
    Face(
        "song",
        "宋体",
        ("SimSun", "宋体", "NSimSun", "新宋体", "STSong", "华文宋体", "Songti SC", "FZShuSong-Z01", "方正书宋_GBK",
         "FandolSong"),
        _SERIF,
        400,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaceFound:
    """What is used for a face: `font` is None when nothing fits; `chain` lists it and all fallbacks in order."""

    face: Face
    font: str | None
    is_true: bool
    path: str | None
    chain: tuple[str, ...]


@lru_cache(maxsize=8)
def _found(font_dirs: tuple[Path, ...]) -> typst.Fonts:
    """Fonts of the given folders and of the system's; scanned once per process (about 0.1 s)."""
    return typst.Fonts(include_system_fonts=True, font_paths=[d for d in font_dirs if d.is_dir()])


def font_set(font_dirs: Sequence[Path] = FONT_DIRS) -> typst.Fonts:
    """The fonts a PDF is set with."""
    return _found(tuple(font_dirs))


def font_report(font_dirs: Sequence[Path] = FONT_DIRS) -> list[FaceFound]:
    """For each face of the standard, which font stands for it and whether that is the true face."""
    infos = font_set(font_dirs).fonts()
    names = {info.family.casefold(): info.family for info in infos}

    def present(wanted: Sequence[str]) -> list[str]:
        return [names[name.casefold()] for name in wanted if name.casefold() in names]

    report = []
    for face in FACES:
        true, stand_ins = present(face.true_fonts), present(face.stand_ins)
        chain = list(dict.fromkeys(true + stand_ins + present(_SERIF + _SANS)))
        font = chain[0] if chain else None
        cuts = [info for info in infos if info.family == font]
        path = min(cuts, key=lambda info: abs(info.weight - face.weight)).path if cuts else None
        report.append(FaceFound(face, font, bool(true), path, (*chain, *present(_LAST_RESORT))))
    return report
