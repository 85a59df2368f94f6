"""What the desk hands in: plans of rounds, corrections of visits, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.core.fields import Read, Reader, T, day, flag, instant, member, row_id, text, texts, whole
from gridops.inspections.forms.parts import MAX_NOTE, MAX_WORDS
from gridops.inspections.forms.records import MAX_GRIDS, MAX_GROUPS
from gridops.inspections.rules import Signed
from gridops.squads.forms import people
from gridops.squads.rules import Someone

MAX_DRAWN = 200


@dataclass(frozen=True, slots=True)
class PlanIn:
    """A planned round: what, when, where, by whom; how many premises by risk and by draw, how many officers by draw.

    `leader`: user name of ours. `seed` of the draw: None lets the program take one.
    """

    planned_for: datetime
    theme: str
    leader: str
    groups: int = 1
    grids: tuple[int, ...] = ()
    people: tuple[Someone, ...] = ()
    inspection: bool = False
    approval: str | None = None
    by_risk: int = 0
    at_random: int = 0
    officers_at_random: int = 0
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right about a visit, and why; None leaves as it was. `due_on`: of the paper it left."""

    reason: str
    complete: bool | None = None
    signed: Signed | None = None
    witness: str | None = None
    note: str | None = None
    number: str | None = None
    due_on: date | None = None


def plan_form(raw: Mapping[str, object]) -> PlanIn:
    """A plan from a form; Invalid names every wrong field."""
    read = Reader(raw)
    found = PlanIn(
        planned_for=read("planned_for", instant(), required=True),
        theme=read("theme", text(60), required=True),
        leader=read("leader", text(60), required=True),
        groups=read("groups", whole(1, MAX_GROUPS)) or 1,
        grids=tuple(row_id(one) for one in read("grids", texts(18, most=MAX_GRIDS)) or () if one.isdigit()),
        people=read("people", people) or (),
        inspection=raw.get("inspection") == "yes",
        approval=read("approval", text(200)),
        by_risk=read("by_risk", whole(0, MAX_DRAWN)) or 0,
        at_random=read("at_random", whole(0, MAX_DRAWN)) or 0,
        officers_at_random=read("officers_at_random", whole(0, MAX_DRAWN)) or 0,
        seed=read("seed", text(40)),
    )
    if found.inspection and found.approval is None:
        read.wrong("approval", "行政检查须写明批准人和批准文号")
    read.done(others=True)
    return found


@dataclass(frozen=True, slots=True)
class Replan:
    """What a plan says anew before the round begins, and why. What was drawn stays as drawn."""

    planned_for: datetime
    theme: str
    leader: str
    reason: str
    groups: int = 1
    people: tuple[Someone, ...] = ()
    inspection: bool = False
    approval: str | None = None


def replan_form(raw: Mapping[str, object]) -> Replan:
    """A changed plan from a form; Invalid names every wrong field."""
    read = Reader(raw)
    found = Replan(
        planned_for=read("planned_for", instant(), required=True),
        theme=read("theme", text(60), required=True),
        leader=read("leader", text(60), required=True),
        reason=read("reason", text(MAX_WORDS), required=True),
        groups=read("groups", whole(1, MAX_GROUPS)) or 1,
        people=read("people", people) or (),
        inspection=raw.get("inspection") == "yes",
        approval=read("approval", text(200)),
    )
    if found.inspection and found.approval is None:
        read.wrong("approval", "行政检查须写明批准人和批准文号")
    read.done(others=True)
    return found


def correction_form(raw: Mapping[str, object]) -> Correction:
    """A correction from a form: fields that are not there stay as they are."""
    read = Reader(raw)
    found = Correction(
        reason=read("reason", text(MAX_WORDS), required=True),
        complete=read("complete", flag),
        signed=read("signed", member(Signed)),
        witness=read("witness", text(120)),
        note=read("note", text(MAX_NOTE)),
        number=read("number", text(60)),
        due_on=read("due_on", day),
    )
    if found.signed is Signed.REFUSED and found.witness is None:
        read.wrong("witness", "required")
    read.done(others=True)
    return found


def words(raw: Mapping[str, object], name: str, *, longest: int = MAX_WORDS) -> str:
    """One text that must be given; Invalid names it."""
    found: str = one(raw, name, text(longest))
    return found


def one(raw: Mapping[str, object], name: str, read_it: Read[T]) -> T:
    """One value that must be given; Invalid names it."""
    read = Reader(raw)
    found: Any = read(name, read_it, required=True)
    read.done(others=True)
    return found  # type: ignore[no-any-return]


def instant_of(raw: Mapping[str, object], name: str) -> datetime:
    """A time that must be given; Invalid names it."""
    found: datetime = one(raw, name, instant())
    return found
