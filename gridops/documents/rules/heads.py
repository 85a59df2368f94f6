"""How large the red head may be, and where head and title break into lines (7.2.4, 7.3.1)."""

from collections.abc import Sequence

from gridops.documents.rules import measures as m
from gridops.documents.rules.wording import balanced_lines, width

_AIR = 0.95  # share of the type area a head fills at most


def head_lines(head: str) -> list[str]:
    """The red head broken into lines no longer than its smallest size allows."""
    return balanced_lines(head, m.AREA_WIDTH_PT * _AIR / m.HEAD_SMALLEST_PT)


def head_pt(lines: Sequence[str]) -> float:
    """Type size in points, in halves, at which the longest head line fits the type area."""
    longest = max((width(line) for line in lines), default=1.0)
    return min(m.HEAD_PT, int(m.AREA_WIDTH_PT * _AIR / max(longest, 1.0) * 2) / 2)


def title_lines(title: str) -> list[str]:
    """The title broken into balanced lines of the size it is set in."""
    return balanced_lines(title, m.TITLE_CHARS)
