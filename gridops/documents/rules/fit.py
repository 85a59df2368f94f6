"""How a brief of one page is set: in the largest type in which it holds (the standard knows no briefs)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from gridops.documents.rules import measures as m
from gridops.documents.rules.heads import head_lines, head_pt, title_lines
from gridops.documents.rules.paper import Heading, Paper, Paragraph, annex_list
from gridops.documents.rules.wording import lines_of, width

HEAD_DROP_MM = 8.0  # the red head of a brief stands high
_FOOT_PT = 24.0  # a line of the foot


@dataclass(frozen=True, slots=True)
class Setting:
    """Type of the body, pitch of its lines, and the title, in points."""

    body: float
    pitch: float
    title: float

    @property
    def chars(self) -> int:
        """Characters of a line."""
        return int(m.AREA_WIDTH_PT / self.body)

    @property
    def measures(self) -> dict[str, float]:
        """The measures of the standard that a brief has otherwise, by the names paper.typ reads them by."""
        return {
            "body_pt": self.body, "line_pitch_pt": self.pitch, "chars_per_line": self.chars,
            "char_pitch_pt": m.AREA_WIDTH_PT / self.chars, "title_pt": self.title, "title_pitch_pt": self.title * 1.4,
            "small_pt": min(m.SMALL_PT, self.body), "head_drop_mm": HEAD_DROP_MM,
        }  # fmt: skip


# 三号 to 五号, each with its lines drawn together before the type grows smaller.
SETTINGS = tuple(
    Setting(body, pitch, title)
    for body, pitches, title in (
        (16.0, (28.99, 26.0), 22.0),
        (14.0, (25.0, 22.0), 20.0),
        (12.0, (20.0, 18.0), 18.0),
        (10.5, (16.0, 14.5), 16.0),
    )
    for pitch in pitches
)


def setting_of(paper: Paper) -> Setting | None:
    """The setting of a paper of one page, None for any other; what even the smallest cannot hold runs on in it."""
    if not paper.one_page:
        return None
    area = m.AREA_HEIGHT_MM * m.PT_PER_MM
    return next((setting for setting in SETTINGS if height(paper, setting) <= area), SETTINGS[-1])


def height(paper: Paper, setting: Setting) -> float:
    """Points a paper of text needs from the top of its head to the bottom of its foot."""
    return (_head(paper, setting) + _body(paper, setting)) * setting.pitch + _foot(paper, setting)


def _head(paper: Paper, setting: Setting) -> int:
    """Lines of the head, the issue, both sides, the red line, the title and the addressee."""
    heads, titles = head_lines(paper.head), title_lines(paper.title)
    lines = 1 if paper.mark else 0
    if heads:
        lines += ceil((HEAD_DROP_MM * m.PT_PER_MM + len(heads) * head_pt(heads) * 1.15) / setting.pitch + 0.4) + 2
    lines += bool(paper.issue_line) + bool(paper.left_line or paper.right_line)
    lines += ceil(len(titles) * setting.title * 1.4 / setting.pitch) + 1 if titles else 0
    return lines + bool(paper.addressee)


def _body(paper: Paper, setting: Setting) -> int:
    """Lines of headings and paragraphs, each a character fuller than counted: 避头尾 pushes some to the next line."""
    lines = 0
    for block in paper.body:
        if isinstance(block, Heading):
            lines += 1
        elif isinstance(block, Paragraph):
            told = [block.lead + line if i == 0 else line for i, line in enumerate(lines_of(block.text))]
            lines += sum(ceil((width(line) + 3) / (setting.chars - 0.5)) for line in told)
    listed = annex_list(paper)
    return lines + (1 + len(listed) if listed else 0)


def _foot(paper: Paper, setting: Setting) -> float:
    """The foot and the line kept free above it."""
    foot = paper.foot
    if foot is None:
        return 0.0
    wide = m.AREA_WIDTH_PT / min(m.SMALL_PT, setting.body) - 2
    lines = sum(ceil(width(f"{line.label}：{line.text}") / (wide - width(line.label) - 1)) for line in foot.lines)
    return (lines + bool(foot.office or foot.printed) + (foot.copies is not None)) * _FOOT_PT + setting.pitch
