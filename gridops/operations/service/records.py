"""What the phone's records do: each verb returns the kind and the id of what it made or changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.grids import queries as grids
from gridops.operations import queries
from gridops.operations.forms import (
    Action,
    HandoverIn,
    IncidentIn,
    OutingIn,
    TallyIn,
)
from gridops.operations.models import Outing
from gridops.operations.rules import GOERS, PLANNERS, check_joining
from gridops.operations.service.incidents import add_handover, add_incident
from gridops.operations.service.outings import (
    add_tally,
    campaign_for,
    cancel_outing,
    end_outing,
    new_outing,
    outing_for,
    start_outing,
)
from gridops.people.rules import Person
from gridops.squads import service as squads
from gridops.squads.forms import CheckInIn, TrackIn

# Kind of the thing a record led to, and its id.
Subject = tuple[str, int]


def record_outing(
    session: Session, person: Person, body: OutingIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """An outing begins, ends or is cancelled; NotAllowed, NotFound, Invalid, Conflict, Closed as its verbs say."""
    _check_goer(person)
    if body.action is Action.START:
        outing = _to_start(session, person, body, happened_at, recorded_at, record_id)
        start_outing(session, person, outing, happened_at, recorded_at)
        return "outing", outing.id
    outing = outing_for(session, person, body.outing or "")
    if body.action is Action.END:
        end_outing(session, person, outing, happened_at, summary=body.summary, reason=body.reason)
    else:
        cancel_outing(session, person, outing, body.reason or "", at=happened_at)
    return "outing", outing.id


def record_check_in(
    session: Session,
    person: Person,
    body: CheckInIn,
    *,
    happened_at: datetime,
    recorded_at: datetime,  # noqa: ARG001  squads note when they learnt of it themselves
    record_id: str,
) -> Subject:
    """Somebody joins an outing: the sender by the leader's code (or because planned), others by name and certificate.

    `out`: they leave. NotAllowed for a wrong code, and where someone is named by a person who is not on the outing.
    """
    _check_goer(person)
    outing = _joined(session, person, body)
    if not body.out:
        check_joining(outing, happened_at)
    member = squads.join(session, outing.squad_id, person.user_id, body, happened_at, record_id=record_id)
    _told(session, "outing.check_out" if body.out else "outing.check_in", outing, person, member=member)
    return "squad_member", member


def record_tally(
    session: Session, person: Person, body: TallyIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """One addition to an outing, taken whenever it arrives: before others, and after the outing has ended."""
    _check_goer(person)
    outing = outing_for(session, person, body.outing, change=False)
    tally = add_tally(
        session,
        outing,
        body.kind,
        body.amount,
        at=happened_at,
        user_id=person.user_id,
        record_id=record_id,
        recorded_at=recorded_at,
    )
    _told(session, "outing.tally", outing, person, kind=body.kind.value, amount=body.amount)
    return "tally", tally.id


def record_incident(
    session: Session, person: Person, body: IncidentIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """An incident; Invalid names what of the law's musts is missing, with the article."""
    _check_goer(person)
    outing = outing_for(session, person, body.outing, change=False) if body.outing else None
    incident = add_incident(
        session, person, body, outing, happened_at=happened_at, recorded_at=recorded_at, record_id=record_id
    )
    return "incident", incident.id


def record_handover(
    session: Session, person: Person, body: HandoverIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """A hand-over on the spot."""
    _check_goer(person)
    outing = outing_for(session, person, body.outing, change=False) if body.outing else None
    handover = add_handover(session, person, body, outing, at=happened_at, recorded_at=recorded_at, record_id=record_id)
    return "handover", handover.id


def record_track(
    session: Session,
    person: Person,
    body: TrackIn,
    *,
    happened_at: datetime,  # noqa: ARG001  a track tells its own times
    recorded_at: datetime,
    record_id: str,
) -> Subject:
    """Where the sender's phone was on an outing; sensitive, never scored (个人信息保护法 art. 28)."""
    _check_goer(person)
    outing = queries.outing_named(session, person.root_id, body.outing or "")
    track = squads.keep_track(
        session, outing.squad_id, person.user_id, body, record_id=record_id, recorded_at=recorded_at
    )
    _told(session, "outing.track", outing, person)
    return "track", track.id


def _to_start(
    session: Session, person: Person, body: OutingIn, at: datetime, recorded_at: datetime, record_id: str
) -> Outing:
    """The planned outing that begins, or a new one of the campaign."""
    if body.outing is not None:
        outing = outing_for(session, person, body.outing)
        if outing.record_id is None:
            outing.record_id = record_id
        if body.code is not None:
            squads.add_code(session, outing.squad_id, body.code)
        return outing
    campaign = campaign_for(session, person.root_id, body.campaign or "")
    grid_id = None
    if body.grid is not None:
        grid = grids.by_code(session, body.grid)
        if grid is None or grid.root_id != person.root_id:
            raise Invalid(("body.grid", "no such grid"))
        grid_id = grid.id
    outing = new_outing(
        session,
        campaign,
        at,
        agencies=body.agencies,
        grid_id=grid_id,
        code=body.code,
        recorded_at=recorded_at,
    )
    outing.record_id = record_id
    return outing


def _joined(session: Session, person: Person, body: CheckInIn) -> Outing:
    """The outing that is named, or whose code was scanned."""
    if body.outing is not None:
        return queries.outing_named(session, person.root_id, body.outing)
    found = queries.outing_by_code(session, person.root_id, body.code or "")
    if found is None:
        raise NotFound("没有这个签到码的行动")
    return found


def _check_goer(person: Person) -> None:
    if person.roles.isdisjoint((*GOERS, *PLANNERS)):
        raise NotAllowed("只有执法人员、监督员和值班人员可以记录联合执法")


def _told(session: Session, act: str, outing: Outing, person: Person, **details: Any) -> None:
    audit.record(session, act, "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id, **details)
