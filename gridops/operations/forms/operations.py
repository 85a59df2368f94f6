"""One line of a file of operations: an outing with its campaign, agencies, people and four tallies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridops.core.fields import Reader, instant, members, text, whole
from gridops.operations.rules import TallyKind
from gridops.operations.rules.tallies import MOST
from gridops.squads.forms import people
from gridops.squads.rules import Agency, Someone

COLUMNS: tuple[str, ...] = (
    "external_id",
    "campaign_code",
    "campaign_name",
    "started_at",
    "ended_at",
    "agencies",
    "people",
    *(kind.value for kind in TallyKind),
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id", "campaign_code", "started_at")


@dataclass(frozen=True, slots=True)
class OperationLine:
    """An outing as a file tells it. `tallies`: totals of the file, kept as one addition of each kind."""

    external_id: str
    campaign_code: str
    campaign_name: str | None
    started_at: datetime
    ended_at: datetime | None
    agencies: tuple[Agency, ...]
    people: tuple[Someone, ...]
    tallies: Mapping[TallyKind, int]


def line(cells: Mapping[str, str]) -> OperationLine:
    """A line from its cells by column; Invalid names every wrong one. Without `ended_at` the outing is still open."""
    read = Reader(cells)
    found = OperationLine(
        external_id=read("external_id", text(120), required=True),
        campaign_code=read("campaign_code", text(60), required=True),
        campaign_name=read("campaign_name", text(120)),
        started_at=read("started_at", instant(), required=True),
        ended_at=read("ended_at", instant()),
        agencies=read("agencies", members(Agency)) or (),
        people=read("people", people) or (),
        tallies={kind: read(kind.value, whole(0, MOST)) or 0 for kind in TallyKind},
    )
    if not read.errors and found.ended_at is not None and found.ended_at < found.started_at:
        read.wrong("ended_at", "结束时间不得早于开始时间")
    read.done(others=True)
    return found
