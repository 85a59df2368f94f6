"""One line of a file of incidents: what was seized, impounded, preserved or referred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridops.core.fields import Reader, instant, member, text
from gridops.operations.forms.fields import MAX_TEXT, by_last_instant
from gridops.operations.rules import IncidentKind
from gridops.squads.forms import people
from gridops.squads.rules import Agency, Someone

COLUMNS: tuple[str, ...] = (
    "external_id",
    "operation_id",
    "kind",
    "agency",
    "basis",
    "approver",
    "officers",
    "happened_at",
    "party",
    "decision_no",
    "items",
    "deadline",
    "answered_at",
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id", "kind", "agency", "happened_at")


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident as a file tells it; `operation_id`: the outing's name in the same system."""

    external_id: str
    operation_id: str | None
    kind: IncidentKind
    agency: Agency
    basis: str
    approver: str
    officers: tuple[Someone, ...]
    happened_at: datetime
    party: str | None
    decision_no: str | None
    items: str
    deadline: datetime | None
    answered_at: datetime | None


def line(cells: Mapping[str, str]) -> IncidentLine:
    """A line from its cells by column; Invalid names every wrong column. What the law asks is asked on taking it in."""
    read = Reader(cells)
    found = IncidentLine(
        external_id=read("external_id", text(120), required=True),
        operation_id=read("operation_id", text(120)),
        kind=read("kind", member(IncidentKind), required=True),
        agency=read("agency", member(Agency), required=True),
        basis=read("basis", text(300)) or "",
        approver=read("approver", text(80)) or "",
        officers=read("officers", people) or (),
        happened_at=read("happened_at", instant(), required=True),
        party=read("party", text(200)),
        decision_no=read("decision_no", text(80)),
        items=read("items", text(MAX_TEXT)) or "",
        deadline=read("deadline", by_last_instant),
        answered_at=read("answered_at", instant()),
    )
    read.done(others=True)
    return found
