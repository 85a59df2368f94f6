"""Bodies of the phone's records: outing, tally, incident, handover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from gridops.core.fields import Reader, instant, member, members, text, whole
from gridops.operations.forms.fields import MAX_TEXT, MAX_WORDS, by_last_instant
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.operations.rules.tallies import MOST
from gridops.premises.forms import PremisesRef, reference
from gridops.squads.forms import own_code, people
from gridops.squads.rules import Agency, Signed, Someone


class Action(StrEnum):
    """What a record does to an outing."""

    START = "start"
    END = "end"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class OutingIn:
    """An outing starts (of a campaign, or a planned one by its number), ends, or is cancelled.

    `code`: by which others join, made by the phone that begins it.
    """

    action: Action
    outing: str | None = None
    campaign: str | None = None
    agencies: tuple[Agency, ...] = ()
    grid: str | None = None
    code: str | None = None
    reason: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class TallyIn:
    """One addition, negative to take back; the unit is that of the kind."""

    outing: str
    kind: TallyKind
    amount: int


@dataclass(frozen=True, slots=True)
class IncidentIn:
    """An incident with what the law asks of it; whether that is enough is decided by `rules.faults`."""

    kind: IncidentKind
    agency: Agency
    outing: str | None = None
    to_agency: str | None = None
    basis: str = ""
    approver: str = ""
    approved_at: datetime | None = None
    officers: tuple[Someone, ...] = ()
    party: str | None = None
    premises: PremisesRef | None = None
    decision_no: str | None = None
    letter_no: str | None = None
    items: str = ""
    deadline: datetime | None = None
    signed: Signed | None = None
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class HandoverIn:
    """Something handed over on the spot; `incident`: uuid of the record, or id, of what it was taken by."""

    from_agency: Agency
    to_agency: Agency
    what: str
    receiver: str
    outing: str | None = None
    incident: str | None = None


def parse_outing(body: Mapping[str, Any]) -> OutingIn:
    """Body of an `outing` record; Invalid names what is missing for its action."""
    read = Reader(body, "body")
    planned = read("number", text(40))
    found = OutingIn(
        action=read("action", member(Action), required=True),
        outing=read("outing", text(40)) or planned,
        campaign=read("campaign", text(60)),
        agencies=read("agencies", members(Agency)) or (),
        grid=read("grid", text(60)),
        code=read("code", own_code),
        reason=read("reason", text(MAX_WORDS)),
        summary=read("summary", text(MAX_TEXT)),
    )
    if found.action is Action.START and found.outing is None and found.campaign is None:
        read.wrong("campaign", "required (or the outing that was planned)")
    if found.action is not Action.START and found.code is not None:
        read.wrong("code", "only where it begins")
    if found.action in (Action.END, Action.CANCEL) and found.outing is None:
        read.wrong("outing", "required")
    if found.action is Action.CANCEL and found.reason is None:
        read.wrong("reason", "required")
    read.done()
    return found


def parse_tally(body: Mapping[str, Any]) -> TallyIn:
    """Body of a `tally` record."""
    read = Reader(body, "body")
    found = TallyIn(
        outing=read("outing", text(40), required=True),
        kind=read("kind", member(TallyKind), required=True),
        amount=read("amount", whole(-MOST, MOST), required=True),
    )
    if found.amount == 0:
        read.wrong("amount", "not 0")
    read.done()
    return found


def parse_incident(body: Mapping[str, Any], field: str = "body") -> IncidentIn:
    """Body of an `incident` record; a referral says to whom."""
    read = Reader(body, field)
    found = IncidentIn(
        outing=read("outing", text(40)),
        kind=read("kind", member(IncidentKind), required=True),
        agency=read("agency", member(Agency), required=True),
        to_agency=read("to_agency", text(120)),
        basis=read("basis", text(300)) or "",
        approver=read("approver", text(80)) or "",
        approved_at=read("approved_at", instant()),
        officers=read("officers", people) or (),
        party=read("party", text(200)),
        premises=read("premises", reference),
        decision_no=read("decision_no", text(80)),
        letter_no=read("letter_no", text(80)),
        items=read("items", text(MAX_TEXT)) or "",
        deadline=read("deadline", by_last_instant),
        signed=read("signed", member(Signed)),
        witness=read("witness", text(120)),
    )
    if found.kind is IncidentKind.REFERRED and found.to_agency is None:
        read.wrong("to_agency", "required for a referral")
    read.done()
    return found


def parse_handover(body: Mapping[str, Any], field: str = "body") -> HandoverIn:
    """Body of a `handover` record; the signature comes as an attachment of the role `signature`."""
    read = Reader(body, field)
    found = HandoverIn(
        outing=read("outing", text(40)),
        incident=read("incident", text(40)),
        from_agency=read("from_agency", member(Agency), required=True),
        to_agency=read("to_agency", member(Agency), required=True),
        what=read("what", text(MAX_TEXT), required=True),
        receiver=read("receiver", text(80), required=True),
    )
    if found.from_agency is not None and found.from_agency == found.to_agency and found.to_agency is not Agency.OTHER:
        read.wrong("to_agency", "the same as from_agency")
    read.done()
    return found
