"""`outings`: the outings I am on, the campaigns of which one may begin, and what the law asks of each incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.operations import queries
from gridops.operations.models import Campaign, Handover
from gridops.operations.queries import IncidentRow, OutingRow
from gridops.operations.rules import (
    INCIDENT_NAMES,
    MEASURES,
    TAKING,
    IncidentKind,
    OutingState,
    TallyKind,
    asks,
    latest_end,
    term_of,
)
from gridops.penalties import queries as penalties
from gridops.people.rules import Person
from gridops.squads import queries as squads
from gridops.squads.rules import AGENCY_NAMES
from gridops.web.field.pack.shapes import Json, grid, instant, named, said
from gridops.web.field.pack.squads import join_text, members_of
from gridops.worktime.queries import working_time

# What is over is shown for a day, to put late counts in.
SHOWN_AFTER = timedelta(days=1)
# Last days are told for so many days to come: a phone knows no holidays.
_DAYS_AHEAD = 21


def build(session: Session, person: Person) -> Json:
    """The words of joint enforcement, the campaigns of today, and my outings with all that a phone needs on them."""
    now = clock.now()
    tree = grids.tree(session)
    own = squads.our_own(session, person.user_id)
    return {
        "agencies": named(AGENCY_NAMES),
        "tallies": [
            {"value": kind.value, "name": said(measure.name), "classifier": said(measure.classifier)}
            for kind, measure in MEASURES.items()
        ],
        "incidents": [_law(session, person.root_id, kind, now) for kind in IncidentKind],
        "bases": [
            {"text": f"{row.law}{row.article}"[:300], "matter": row.matter}
            for row in penalties.bases(session, person.root_id, clock.local_date(now))
        ],
        "self": {
            "agency": own.someone().agency,
            "certified": own.certified_on(clock.local_date(now)),
            "officer": own.username,
        },
        "campaigns": [
            _campaign(tree, row) for row in queries.campaigns_on(session, person.root_id, clock.local_date(now))
        ],
        "outings": _outings(session, person, tree, now),
    }


def _law(session: Session, root_id: int, kind: IncidentKind, now: datetime) -> Json:
    asked = asks(kind, now)
    return {
        "kind": kind.value,
        "name": said(INCIDENT_NAMES[kind]),
        "taking": kind in TAKING,
        "agencies": [agency.value for agency in asked.agencies],
        "officers": asked.officers,
        "fields": [
            {"field": one.field, "required": one.required, "says": [said(says) for says in one.says]}
            for one in asked.fields
        ],
        "term": _term(session, root_id, kind, now),
    }


def _term(session: Session, root_id: int, kind: IncidentKind, now: datetime) -> Json | None:
    term = term_of(kind, now)
    if term is None:
        return None
    working = working_time(session, root_id)
    latest = {}
    for days in range(-1, _DAYS_AHEAD):
        begun = now + timedelta(days=days)
        last = latest_end(kind, begun, working.calendar, working.hours)
        if last is not None:
            latest[clock.local_date(begun).isoformat()] = clock.local_date(last).isoformat()
    return {"days": term.days, "unit": term.unit.value, "says": said(term.says), "latest": latest}


def _campaign(tree: Tree, row: Campaign) -> Json:
    return {
        "code": row.code,
        "name": row.name,
        "aim": row.aim,
        "agencies": list(row.agencies or ()),
        "categories": list(row.categories or ()),
        "grid": grid(tree, row.grid_id),
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


def _outings(session: Session, person: Person, tree: Tree, now: datetime) -> list[Json]:
    rows = queries.outings_of_person(session, person.root_id, person.user_id, now - SHOWN_AFTER)
    ids = [row.outing.id for row in rows]
    sums = queries.tally_sums(session, ids)
    counted = queries.own_tallies(session, ids, person.user_id)
    incidents = [row for row in queries.incidents_of(session, ids) if row.incident.voided_at is None]
    handovers = [row for row in queries.handovers_of(session, ids) if row.voided_at is None]
    squad = members_of(session, person, [row.outing.squad_id for row in rows])
    return [
        {
            **_outing(session, person, tree, row, squad[row.outing.squad_id]),
            "sums": {kind.value: sums.get(row.outing.id, {}).get(kind, 0) for kind in TallyKind},
            "counted": counted.get(row.outing.id, []),
            "incidents": [_incident(one) for one in incidents if one.incident.outing_id == row.outing.id],
            "handovers": [_handover(one) for one in handovers if one.outing_id == row.outing.id],
        }
        for row in rows
    ]


def _outing(session: Session, person: Person, tree: Tree, row: OutingRow, squad: list[Json]) -> Json:
    outing, state = row.outing, row.state
    leads = queries.leads(session, outing, person.user_id)
    here = any(one["me"] and one["checked_in_at"] and not one["checked_out_at"] for one in squad)
    told = squads.squad(session, outing.squad_id) if leads else None
    ref = outing.record_id or outing.number
    return {
        "number": outing.number,
        "record": outing.record_id,
        "state": state.value,
        "campaign": {"code": row.campaign_code, "name": row.campaign},
        "grid": grid(tree, outing.grid_id),
        "agencies": list(outing.agencies or ()),
        "planned_for": instant(outing.planned_for),
        "started_at": instant(outing.started_at),
        "ended_at": instant(outing.ended_at),
        "summary": outing.summary or None,
        "leads": leads,
        "checked_in": here,
        "squad": squad,
        "code": told.code if told else None,
        "join": join_text(request.host_url.rstrip("/"), "outing", ref, told.code) if told else None,
        "may": {
            "start": state is OutingState.PLANNED,
            "end": leads and state is OutingState.OPEN,
            "cancel": leads and state in (OutingState.PLANNED, OutingState.OPEN),
            "count": state is OutingState.OPEN or (state is OutingState.ENDED and (here or leads)),
        },
    }


def _incident(row: IncidentRow) -> Json:
    incident = row.incident
    return {
        "id": incident.id,
        "record": incident.record_id,
        "kind": incident.kind.value,
        "agency": incident.agency,
        "happened_at": instant(incident.happened_at),
        "decision_no": incident.decision_no,
        "items": incident.items,
        "deadline": instant(incident.deadline),
    }


def _handover(row: Handover) -> Json:
    return {
        "id": row.id,
        "record": row.record_id,
        "from_agency": row.from_agency.value,
        "to_agency": row.to_agency.value,
        "what": row.what,
        "receiver": row.receiver,
        "at": instant(row.at),
    }
