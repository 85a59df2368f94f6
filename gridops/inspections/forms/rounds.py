"""One line of a file of rounds: a night that took place, the grids seen, who was out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridops.core.fields import Reader, instant, text, texts, whole, yes_no
from gridops.inspections.forms.records import MAX_GRIDS, MAX_GROUPS
from gridops.squads.forms import people
from gridops.squads.rules import Someone

COLUMNS: tuple[str, ...] = (
    "external_id",
    "started_at",
    "ended_at",
    "groups",
    "grid_codes",
    "people",
    "theme",
    "inspection",
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id", "started_at")


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round as a file tells it. `inspection`: approved as 行政检查. Without `ended_at` it is still open."""

    external_id: str
    started_at: datetime
    ended_at: datetime | None
    groups: int
    grid_codes: tuple[str, ...]
    people: tuple[Someone, ...]
    theme: str
    inspection: bool


def line(cells: Mapping[str, str]) -> RoundLine:
    """A line from its cells by column; Invalid names every wrong column."""
    read = Reader(cells)
    found = RoundLine(
        external_id=read("external_id", text(120), required=True),
        started_at=read("started_at", instant(), required=True),
        ended_at=read("ended_at", instant()),
        groups=read("groups", whole(1, MAX_GROUPS)) or 1,
        grid_codes=read("grid_codes", texts(60, most=MAX_GRIDS)) or (),
        people=read("people", people) or (),
        theme=read("theme", text(60)) or "",
        inspection=read("inspection", yes_no) or False,
    )
    if not read.errors and found.ended_at is not None and found.ended_at < found.started_at:
        read.wrong("ended_at", "结束时间不得早于开始时间")
    read.done(others=True)
    return found
