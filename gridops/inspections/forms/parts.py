"""Parts that several forms of this room read: premises, findings, papers, answers to a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridops.core.fields import Reader, day, flag, member, row_id, text
from gridops.inspections.rules import OrderKind, Severity

MAX_WORDS = 500
MAX_NOTE = 2000
MAX_FINDING = 1000
MAX_ITEMS = 500


@dataclass(frozen=True, slots=True)
class FindingIn:
    """One thing found. `item`: id of a question of the checklist; `category`: code of the night list (清单 N)."""

    text: str
    severity: Severity | None = None
    item: int | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class OrderIn:
    """The paper left: an order to correct says until which day."""

    kind: OrderKind
    number: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one question of a checklist."""

    ok: bool
    note: str = ""


def finding(value: object) -> FindingIn:
    """`{text, severity, item, category}`."""
    read = Reader(value)
    found = FindingIn(
        text=read("text", text(MAX_FINDING)) or "",
        severity=read("severity", member(Severity)),
        item=read("item", row_id),
        category=read("category", text(30)),
    )
    if not read.errors and not found.text and found.item is None:
        read.wrong("text", "required (or item)")
    read.done()
    return found


def order(value: object) -> OrderIn:
    """`{kind, number, due_on}`; an order to correct names its last day (行政处罚法 art. 28: within a set time)."""
    read = Reader(value)
    found = OrderIn(
        kind=read("kind", member(OrderKind), required=True),
        number=read("number", text(60)),
        due_on=read("due_on", day),
    )
    if found.kind is OrderKind.ORDER and found.due_on is None and not read.errors:
        read.wrong("due_on", "required")
    read.done()
    return found


def answers(value: object) -> dict[int, Answered]:
    """A checklist as filled: `{item id: {ok, note}}`."""
    if not isinstance(value, Mapping) or len(value) > MAX_ITEMS:
        raise ValueError(f"not an object of at most {MAX_ITEMS} answers")
    found: dict[int, Answered] = {}
    for key, given in value.items():
        read = Reader(given)
        found[row_id(key)] = Answered(read("ok", flag, required=True), read("note", text(MAX_WORDS)) or "")
        read.done()
    return found
