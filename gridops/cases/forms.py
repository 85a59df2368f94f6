"""What may be handed in about a case: raw data -> frozen dataclass, or Invalid naming every wrong field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.cases.rules.moves import IF_ANY, MOVES, Move, Suspension
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.fields import Fix as Fix
from gridops.core.fields import Location as Location
from gridops.core.fields import Read, Reader, day, flag, instant, location, member, row_id, text

MAX_DESCRIPTION = 2000
MAX_WORDS = 500
MAX_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A report as handed in. `grid`: the code of a grid, where there is no place. `same_as`: uuid or number of a case
    that this shows again.
    """

    category: str
    category_list: str = "B"
    kind: Kind | None = None
    description: str = ""
    location: Location | None = None
    grid: str | None = None
    address: str = ""
    source: Source = Source.INSPECTOR
    source_number: str | None = None
    self_handled: bool = False
    same_as: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class MoveFields:
    """What is handed in with a move; the table of moves says which of these it needs and takes."""

    reason: str | None = None
    words: str | None = None
    outcome: bool | None = None
    condition: int | None = None
    closing_condition: int | None = None
    unit: int | None = None
    due: datetime | None = None
    suspension: Suspension | None = None
    resume_on: date | None = None
    into: str | None = None
    category: int | None = None

    def given(self) -> frozenset[str]:
        """The names of the fields that were handed in."""
        return frozenset(name for name in _MOVE_FIELDS if getattr(self, name) is not None)


def parse_report(raw: object, field: str = "body") -> ReportIn:
    """A report from untrusted JSON or a form: lengths and degrees limited; Invalid names `body.location.lon`, …"""
    read = Reader(raw, field)
    found = ReportIn(
        category=read("category", text(30), required=True),
        category_list=read("category_list", text(20)) or "B",
        kind=read("kind", member(Kind)),
        description=read("description", text(MAX_DESCRIPTION)) or "",
        location=read("location", location),
        grid=read("grid", text(60)),
        address=read("address", text(MAX_ADDRESS)) or "",
        source=read("source", member(Source)) or Source.INSPECTOR,
        source_number=read("source_number", text(80)),
        self_handled=read("self_handled", flag) or False,
        same_as=read("same_as", text(40)),
        campaign=read("campaign", text(60)),
    )
    if found.location is None and found.grid is None and not read.errors:
        read.errors.append((f"{field}.location", "required (or grid)"))
    read.done()
    return found


def parse_move(move: Move, raw: object, field: str = "") -> MoveFields:
    """The fields of a move from a form or JSON; what the table does not name for this move is refused."""
    rule = MOVES[move]
    read = Reader(raw, field)
    values = {
        name: read(name, _MOVE_FIELDS[name], required=name in rule.needs and name not in IF_ANY)
        for name in (*rule.needs, *rule.takes)
    }
    if values.get("suspension") is Suspension.SET_DATE and values.get("resume_on") is None:
        read.errors.append((read.name("resume_on"), "required for a suspension to a set date"))
    if values.get("suspension") is Suspension.OUTSIDE and values.get("resume_on") is not None:
        read.errors.append((read.name("resume_on"), "only for a suspension to a set date"))
    read.done()
    return MoveFields(**values)


_MOVE_FIELDS: dict[str, Read[Any]] = {
    "reason": text(MAX_WORDS),
    "words": text(MAX_DESCRIPTION),
    "outcome": flag,
    "condition": row_id,
    "closing_condition": row_id,
    "unit": row_id,
    "due": instant(),
    "suspension": member(Suspension),
    "resume_on": day,
    "into": text(40),
    "category": row_id,
}
