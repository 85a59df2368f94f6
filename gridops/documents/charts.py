"""A chart drawn for paper: SVG (text stays text) for PDF and HTML, PNG for DOCX."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import vl_convert

from gridops.documents.fonts import FONT_DIRS
from gridops.documents.rules.charts import spec
from gridops.documents.rules.paper import Chart

_VEGA_LITE = "6.1"
_PNG_SCALE = 4.0  # about 300 dots per inch at the width of the type area


@lru_cache(maxsize=8)
def _register(font_dirs: tuple[Path, ...]) -> None:
    """Make the folders' fonts known to the drawing engine, once per process."""
    for folder in font_dirs:
        if folder.is_dir():
            vl_convert.register_font_directory(str(folder))


def svg(chart: Chart, font_dirs: Sequence[Path] = FONT_DIRS) -> str:
    """The chart as one SVG element, without styles or scripts."""
    _register(tuple(font_dirs))
    return str(vl_convert.vegalite_to_svg(spec(chart), vl_version=_VEGA_LITE))


def png(chart: Chart, font_dirs: Sequence[Path] = FONT_DIRS) -> bytes:
    """The chart as PNG bytes, white behind, about 1,800 pixels wide."""
    _register(tuple(font_dirs))
    return bytes(vl_convert.vegalite_to_png(spec(chart), vl_version=_VEGA_LITE, scale=_PNG_SCALE))
