"""Bodies of the phone's records: round, visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gridops.core.fields import Reader, flag, member, objects, row_id, text, texts, whole
from gridops.inspections.forms.parts import (
    MAX_NOTE,
    MAX_WORDS,
    Answered,
    FindingIn,
    OrderIn,
    answers,
    finding,
    order,
)
from gridops.inspections.rules import Signed, VisitKind
from gridops.premises.forms import PremisesRef, reference
from gridops.squads.forms import own_code

MAX_GROUPS = 50
MAX_GRIDS = 200
MAX_FINDINGS = 200


class Action(StrEnum):
    """What a record does to a round."""

    START = "start"
    END = "end"
    CANCEL = "cancel"
    GRID_CHECKED = "grid_checked"


@dataclass(frozen=True, slots=True)
class RoundIn:
    """A round starts (a planned one by its number, or a free one), ends, is cancelled, or grids of it were seen.

    `code`: by which others join, made by the phone that begins it.
    """

    action: Action
    round: str | None = None
    theme: str = ""
    groups: int = 1
    grids: tuple[str, ...] = ()
    inspection: bool = False
    approval: str | None = None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class VisitIn:
    """A visit. `corrected`: on a re-inspection ids of earlier findings of these premises that are mended now; else
    numbers (from 1) of this visit's own findings that were mended on the spot.
    """

    premises: PremisesRef
    kind: VisitKind
    complete: bool
    signed: Signed
    round: str | None = None
    recheck: bool = False
    checklist: int | None = None
    answers: Mapping[int, Answered] = field(default_factory=dict)
    findings: tuple[FindingIn, ...] = ()
    corrected: tuple[int, ...] = ()
    order: OrderIn | None = None
    witness: str | None = None
    note: str = ""


def parse_round(body: Mapping[str, Any]) -> RoundIn:
    """Body of a `round` record; Invalid names what is missing for its action."""
    read = Reader(body, "body")
    planned = read("number", text(40))
    found = RoundIn(
        action=read("action", member(Action), required=True),
        round=read("round", text(40)) or planned,
        theme=read("theme", text(60)) or "",
        groups=read("groups", whole(1, MAX_GROUPS)) or 1,
        grids=read("grids", texts(60, most=MAX_GRIDS)) or (),
        inspection=read("inspection", flag) or False,
        approval=read("approval", text(200)),
        code=read("code", own_code),
        reason=read("reason", text(MAX_WORDS)),
    )
    if found.action is not Action.START and found.round is None and not read.errors:
        read.wrong("round", "required")
    if found.action is not Action.START and found.code is not None:
        read.wrong("code", "only where it begins")
    if found.action is Action.CANCEL and found.reason is None:
        read.wrong("reason", "required")
    if found.action is Action.GRID_CHECKED and not found.grids:
        read.wrong("grids", "required")
    if found.action is Action.START and found.inspection and found.round is None and found.approval is None:
        read.wrong("approval", "required")
    read.done()
    return found


def parse_visit(body: Mapping[str, Any], field: str = "body") -> VisitIn:
    """Body of a `visit` record. Who may inspect is decided by `rules.inspection_fault`, not here."""
    read = Reader(body, field)
    found = VisitIn(
        round=read("round", text(40)),
        premises=read("premises", reference, required=True),
        kind=read("kind", member(VisitKind), required=True),
        recheck=read("recheck", flag) or False,
        complete=read("complete", flag, required=True),
        checklist=read("checklist", row_id),
        answers=read("answers", answers) or {},
        findings=read("findings", objects(finding, MAX_FINDINGS)) or (),
        corrected=read("corrected", _ids) or (),
        order=read("order", order),
        signed=read("signed", member(Signed), required=True),
        witness=read("witness", text(120)),
        note=read("note", text(MAX_NOTE)) or "",
    )
    if found.signed is Signed.REFUSED and found.witness is None:
        read.wrong("witness", "required")
    if found.answers and found.checklist is None:
        read.wrong("checklist", "required")
    read.done()
    return found


def _ids(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_FINDINGS:
        raise ValueError(f"not a list of at most {MAX_FINDINGS}")
    return tuple(dict.fromkeys(row_id(one) for one in value))
