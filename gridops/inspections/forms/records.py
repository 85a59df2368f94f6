"""Bodies of the phone's records: round, visit, check_in, track."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gridops.core.fields import Read, Reader, flag, instant, member, number, objects, row_id, text, texts, whole
from gridops.inspections.forms.parts import (
    MAX_NOTE,
    MAX_WORDS,
    Answered,
    FindingIn,
    OrderIn,
    PremisesRef,
    answers,
    finding,
    order,
    premises,
)
from gridops.inspections.rules import Signed, VisitKind
from gridops.squads.rules import Agency

MAX_GROUPS = 50
MAX_GRIDS = 200
MAX_FINDINGS = 200
MAX_POINTS = 5000


class Action(StrEnum):
    """What a record does to a round."""

    START = "start"
    END = "end"
    CANCEL = "cancel"
    GRID_CHECKED = "grid_checked"


@dataclass(frozen=True, slots=True)
class RoundIn:
    """A round starts (a planned one by its number, or a free one), ends, is cancelled, or grids of it were seen."""

    action: Action
    round: str | None = None
    theme: str = ""
    groups: int = 1
    grids: tuple[str, ...] = ()
    inspection: bool = False
    approval: str | None = None
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


@dataclass(frozen=True, slots=True)
class CheckInIn:
    """Somebody joins a round (or leaves: `out`): the sender by the leader's code, others by name and certificate."""

    round: str | None
    code: str | None = None
    name: str | None = None
    agency: Agency | None = None
    certificate_no: str | None = None
    out: bool = False


@dataclass(frozen=True, slots=True)
class TrackIn:
    """Where a phone was while its page was open: [seconds since the start, lon, lat, accuracy in metres], WGS-84."""

    round: str
    started_at: datetime
    ended_at: datetime
    points: tuple[tuple[float, ...], ...]


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
        reason=read("reason", text(MAX_WORDS)),
    )
    if found.action is not Action.START and found.round is None and not read.errors:
        read.wrong("round", "required")
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
        premises=read("premises", premises, required=True),
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


def parse_check_in(body: Mapping[str, Any]) -> CheckInIn:
    """Body of a `check_in` record for a round."""
    read = Reader(body, "body")
    found = CheckInIn(
        round=read("round", text(40)),
        code=read("code", text(40)),
        name=read("name", text(80)),
        agency=read("agency", member(Agency)),
        certificate_no=read("certificate_no", text(60)),
        out=read("out", flag) or False,
    )
    if found.round is None and found.code is None:
        read.wrong("round", "required")
    if found.name is not None and found.agency is None:
        read.wrong("agency", "required with a name")
    if found.name is None and found.certificate_no is not None:
        read.wrong("name", "required with a certificate")
    read.done()
    return found


def parse_track(body: Mapping[str, Any]) -> TrackIn:
    """Body of a `track` record of a round."""
    read = Reader(body, "body")
    found = TrackIn(
        round=read("round", text(40), required=True),
        started_at=read("started_at", instant(), required=True),
        ended_at=read("ended_at", instant(), required=True),
        points=read("points", _points, required=True) or (),
    )
    if not read.errors and found.ended_at < found.started_at:
        read.wrong("ended_at", "before started_at")
    read.done()
    return found


def _ids(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_FINDINGS:
        raise ValueError(f"not a list of at most {MAX_FINDINGS}")
    return tuple(dict.fromkeys(row_id(one) for one in value))


_POINT: tuple[Read[float], ...] = (number(0, 86_400), number(-180, 180), number(-90, 90), number(0, 1_000_000))


def _points(value: object) -> tuple[tuple[float, ...], ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_POINTS:
        raise ValueError(f"not a list of at most {MAX_POINTS}")
    if not all(isinstance(one, list | tuple) and 3 <= len(one) <= 4 for one in value):
        raise ValueError("not points of [seconds, lon, lat, accuracy]")
    return tuple(tuple(read(part) for read, part in zip(_POINT, one, strict=False)) for one in value)
