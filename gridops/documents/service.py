"""The verb of the room: render a paper.

The drawing libraries are loaded on the first call, so that a process which only imports this module, as the web
does through the rooms above, stays light.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gridops.documents.rules import Paper


@dataclass(frozen=True, slots=True)
class Rendered:
    """One paper in its three forms. The same paper gives the same bytes, so a digest of them can be kept."""

    pdf: bytes
    docx: bytes
    html: bytes  # UTF-8, stands alone
    unfit: str  # why the PDF is no PDF/A: mostly a character that no font can show; "" when it is one


def render(paper: Paper, font_dirs: Sequence[Path] | None = None) -> Rendered:
    """PDF, DOCX and stand-alone HTML of a paper; about a second the first time, then a third of one.

    `font_dirs` are folders of fonts beside those that set-up brought and those of the system. Raises
    `typst.TypstError` or python-docx's `UnrecognizedImageError` for a picture whose bytes are broken.
    """
    from gridops.documents import charts, fonts
    from gridops.documents.docx import docx
    from gridops.documents.html import standalone
    from gridops.documents.pdf import printed

    dirs = fonts.FONT_DIRS if font_dirs is None else (*fonts.FONT_DIRS, *font_dirs)
    page = standalone(paper, lambda chart: charts.svg(chart, dirs))
    paged = printed(paper, dirs)
    return Rendered(paged.data, docx(paper, dirs), page.encode(), paged.unfit)
