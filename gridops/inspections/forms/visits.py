"""One line of a file of visits: where, when, how many findings, how many of them mended, whether a paper was left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gridops.core import clock
from gridops.core.fields import Reader, instant, text, whole, yes_no

MAX_FINDINGS = 1000

COLUMNS: tuple[str, ...] = (
    "external_id",
    "round_id",
    "credit_code",
    "premises_name",
    "visited_at",
    "complete",
    "recheck",
    "findings",
    "corrected",
    "corrected_at",
    "ordered",
    "order_due_at",
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id", "visited_at")


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as a file tells it. `corrected` of its `findings` were seen mended, at `corrected_at`.

    `round_id`: external id of its round, None for a visit by itself. `order_due_on`: the last day of the paper left.
    """

    external_id: str
    round_id: str | None
    credit_code: str | None
    premises_name: str
    visited_at: datetime
    complete: bool
    recheck: bool
    findings: int
    corrected: int
    corrected_at: datetime | None
    ordered: bool
    order_due_on: date | None
    note: str


def line(cells: Mapping[str, str]) -> VisitLine:
    """A line from its cells by column; Invalid names every wrong column. An empty `complete` is yes."""
    read = Reader(cells)
    complete = read("complete", yes_no)
    due_at = read("order_due_at", instant())
    found = VisitLine(
        external_id=read("external_id", text(120), required=True),
        round_id=read("round_id", text(120)),
        credit_code=read("credit_code", text(18)),
        premises_name=read("premises_name", text(200)) or "",
        visited_at=read("visited_at", instant(), required=True),
        complete=complete is not False,
        recheck=read("recheck", yes_no) or False,
        findings=read("findings", whole(0, MAX_FINDINGS)) or 0,
        corrected=read("corrected", whole(0, MAX_FINDINGS)) or 0,
        corrected_at=read("corrected_at", instant()),
        ordered=read("ordered", yes_no) or False,
        order_due_on=clock.local_date(due_at) if due_at else None,
        note=read("note", text(2000)) or "",
    )
    if not read.errors:
        _check(read, found)
    read.done(others=True)
    return found


def _check(read: Reader, found: VisitLine) -> None:
    """What contradicts itself."""
    if found.credit_code is None and not found.premises_name:
        read.wrong("premises_name", "required (or credit_code)")
    if found.corrected > found.findings:
        read.wrong("corrected", "more than findings")
    if found.corrected and found.corrected_at is None:
        read.wrong("corrected_at", "required with corrected")
    if found.corrected_at is not None and found.corrected_at < found.visited_at:
        read.wrong("corrected_at", "整改时间不得早于检查时间")
    if found.order_due_on is not None and not found.ordered:
        read.wrong("order_due_at", "only where ordered is yes")
    if found.order_due_on is not None and found.order_due_on < clock.local_date(found.visited_at):
        read.wrong("order_due_at", "整改期限不得早于检查当日")
