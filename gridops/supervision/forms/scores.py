"""One line of a file of scores from above."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gridops.core.fields import Reader, member, text, whole
from gridops.supervision.forms.fields import points
from gridops.supervision.rules import Assessor

COLUMNS: tuple[str, ...] = ("month", "assessor", "item", "score", "full", "rank", "of", "note")
REQUIRED: tuple[str, ...] = ("month", "assessor", "item", "score")
KEY: tuple[str, ...] = ("month", "assessor", "item")
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A score of one item of one month (`2017-03`), in points; `rank` of `of` streets."""

    month: str
    assessor: Assessor
    item: str
    score: Decimal
    full: Decimal | None = None
    rank: int | None = None
    of: int | None = None

    @property
    def key(self) -> tuple[str, Assessor, str]:
        """What names the line."""
        return self.month, self.assessor, self.item


def line(cells: Mapping[str, str]) -> ScoreLine:
    """A line from its cells by column; Invalid names every wrong one."""
    read = Reader(cells)
    found = ScoreLine(
        month=read("month", _month, required=True),
        assessor=read("assessor", member(Assessor), required=True),
        item=read("item", text(120), required=True),
        score=read("score", points, required=True),
        full=read("full", points),
        rank=read("rank", whole(1, 10_000)),
        of=read("of", whole(1, 10_000)),
    )
    if found.full is not None and found.score is not None and found.score > found.full:
        read.wrong("score", "得分不得高于满分")
    if found.rank is not None and found.of is not None and found.rank > found.of:
        read.wrong("rank", "位次不得大于参评数")
    read.done(others=True)
    return found


def _month(value: object) -> str:
    said = str(value).strip()
    if not _MONTH.fullmatch(said):
        raise ValueError("not a month like 2017-03")
    return said
