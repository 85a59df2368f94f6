"""One line of a file of supervision: a look of 明察暗访, a problem item, or a supervised matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gridops.core.fields import Reader, instant, member, text, yes_no
from gridops.supervision.forms.fields import MAX_CODE, MAX_FACT, MAX_PERSON, MAX_SOURCE, not_for

COLUMNS: tuple[str, ...] = (
    "external_id",
    "kind",
    "at",
    "unit_code",
    "person",
    "fact",
    "verified",
    "outcome",
    "due_at",
    "answered_at",
    "accepted_at",
    "source",
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id", "kind", "at", "unit_code")


class Kept(StrEnum):
    """The kinds of lines."""

    CHECK = "discipline_check"
    PROBLEM = "problem"
    MATTER = "matter"


_NAMES = {Kept.CHECK: "明察暗访", Kept.PROBLEM: "通报问题", Kept.MATTER: "督查事项"}


@dataclass(frozen=True, slots=True)
class SupervisionLine:
    """A line as a file tells it.

    Of a problem item `outcome` is the answer; of a matter `fact` is its title, `answered_at` the day of a progress
    report (`outcome`), `accepted_at` the sign-off (销号).
    """

    external_id: str
    kind: Kept
    at: datetime
    unit_code: str
    person: str | None = None
    fact: str = ""
    verified: bool = False
    outcome: str | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    source: str = ""


def line(cells: Mapping[str, str]) -> SupervisionLine:
    """A line from its cells by column; Invalid names every wrong one."""
    read = Reader(cells)
    kind: Kept | None = read("kind", member(Kept), required=True)
    found = SupervisionLine(
        external_id=read("external_id", text(120), required=True),
        kind=kind or Kept.CHECK,
        at=read("at", instant(), required=True),
        unit_code=read("unit_code", text(MAX_CODE), required=True),
        person=read("person", text(MAX_PERSON)),
        # A look that found nothing has no fact; what is to be mended or done must be said.
        fact=read("fact", text(MAX_FACT), required=kind in (Kept.PROBLEM, Kept.MATTER)) or "",
        verified=read("verified", yes_no) or False,
        outcome=read("outcome", text(MAX_FACT)),
        due_at=read("due_at", instant()),
        answered_at=read("answered_at", instant()),
        accepted_at=read("accepted_at", instant()),
        source=read("source", text(MAX_SOURCE)) or "",
    )
    if kind is Kept.CHECK:
        not_for(read, _NAMES[kind], "due_at", "answered_at", "accepted_at")
    elif kind is not None:
        not_for(read, _NAMES[kind], "person")
    if found.at is not None:
        _in_order(read, found)
    read.done(others=True)
    return found


def _in_order(read: Reader, found: SupervisionLine) -> None:
    for column in ("due_at", "answered_at", "accepted_at"):
        later: datetime | None = getattr(found, column)
        if later is not None and later < found.at:
            read.wrong(column, "不得早于at")
    if found.accepted_at and found.answered_at and found.accepted_at < found.answered_at:
        read.wrong("accepted_at", "不得早于answered_at")
