"""`outings`: 联合执法: the words, what the law asks of incidents, campaigns in force, the outings I am on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.operations import queries
from gridops.operations.models import Campaign, Handover
from gridops.operations.queries import IncidentRow, OutingRow
from gridops.operations.rules import (
    GOERS,
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
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.squads import queries as squad_queries
from gridops.squads.rules import AGENCY_NAMES
from gridops.web.field.pack.shapes import Json, grid, instant, named, said
from gridops.web.field.pack.squads import Squads
from gridops.worktime.queries import WorkingTime, working_time

# What is over stays for a day, to put late counts in.
_SHOWN_AFTER = timedelta(days=1)
_MOST = 50
_LONGEST_BASIS = 300
# Last days are told for so many days to come: a phone knows no holidays.
_DAYS_AHEAD = 21


def build(session: Session, person: Person, _scope: Scope) -> Json:
    """What is needed for a night of joint enforcement without a network."""
    tree, today = grids.tree(session), clock.local_date(clock.now())
    goes = not person.roles.isdisjoint(GOERS)
    own = squad_queries.our_own(session, person.user_id)
    time = working_time(session, person.root_id)
    campaigns = queries.campaigns_on(session, person.root_id, today) if goes else []
    return {
        "agencies": named(AGENCY_NAMES),
        "self": {
            "agency": own.someone().agency,
            "certified": own.certified_on(today),
            "officer": own.username,
        },
        "tallies": [
            {"value": kind.value, "name": said(measure.name), "classifier": said(measure.classifier)}
            for kind, measure in MEASURES.items()
        ],
        "incidents": [_law(kind, time) for kind in IncidentKind],
        "bases": [
            {"text": f"{row.law}{row.article}"[:_LONGEST_BASIS], "matter": row.matter}
            for row in (penalties.bases(session, person.root_id, today) if goes else ())
        ],
        "campaigns": [_campaign(one, tree) for one in campaigns],
        "outings": _outings(session, person, tree) if goes else [],
    }


def _law(kind: IncidentKind, time: WorkingTime) -> Json:
    """What the law of today asks of a kind, from the rules by which the server judges it."""
    now = clock.now()
    asked, term = asks(kind, now), term_of(kind, now)
    return {
        "kind": kind.value,
        "name": said(INCIDENT_NAMES[kind]),
        "taking": kind in TAKING,
        "agencies": [agency.value for agency in asked.agencies],
        "officers": asked.officers,
        "fields": [
            {"field": one.field, "required": one.required, "says": [said(words) for words in one.says]}
            for one in asked.fields
        ],
        "term": {
            "days": term.days,
            "unit": term.unit.value,
            "says": said(term.says),
            "latest": _latest(kind, time),
        }
        if term
        else None,
    }


def _latest(kind: IncidentKind, time: WorkingTime) -> dict[str, str]:
    """Day on which things are taken -> the last day to which they may be kept."""
    today, found = clock.local_date(clock.now()), dict[str, str]()
    for ahead in range(-1, _DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        end = latest_end(kind, clock.midnight(day) + timedelta(hours=12), time.calendar, time.hours)
        if end is not None:
            found[day.isoformat()] = clock.local_date(end - timedelta(seconds=1)).isoformat()
    return found


def _campaign(one: Campaign, tree: Tree) -> Json:
    return {
        "code": one.code,
        "name": one.name,
        "aim": one.aim,
        "agencies": list(one.agencies or ()),
        "categories": list(one.categories or ()),
        "grid": grid(tree, one.grid_id),
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
    }


def _outings(session: Session, person: Person, tree: Tree) -> list[Json]:
    rows = queries.outings_of_person(session, person.root_id, person.user_id, clock.now() - _SHOWN_AFTER)[:_MOST]
    if not rows:
        return []
    ids = [row.outing.id for row in rows]
    squads = Squads(session, person, [row.outing.squad_id for row in rows])
    sums, own = queries.tally_sums(session, ids), queries.own_tallies(session, ids, person.user_id)
    incidents: dict[int, list[IncidentRow]] = {}
    for incident in queries.incidents_of(session, ids):
        if incident.incident.voided_at is None:
            incidents.setdefault(incident.incident.outing_id or 0, []).append(incident)
    handovers: dict[int, list[Handover]] = {}
    for handover in queries.handovers_of(session, ids):
        if handover.voided_at is None:
            handovers.setdefault(handover.outing_id or 0, []).append(handover)
    return [
        _outing(
            row,
            tree,
            squads,
            sums.get(row.outing.id, {}),
            own.get(row.outing.id, []),
            incidents.get(row.outing.id, []),
            handovers.get(row.outing.id, []),
        )
        for row in rows
    ]


def _outing(
    row: OutingRow,
    tree: Tree,
    squads: Squads,
    sums: dict[TallyKind, int],
    counted: list[str],
    incidents: list[IncidentRow],
    handovers: list[Handover],
) -> Json:
    outing, state = row.outing, row.state
    squad = squads.told("outing", outing.squad_id, outing.record_id or outing.number, outing.leader_id)
    recorded = bool(sums or incidents or handovers)
    return {
        "number": outing.number,
        "record": outing.record_id,
        "state": state.value,
        "campaign": {"code": row.campaign_code, "name": row.campaign},
        "grid": grid(tree, outing.grid_id),
        "agencies": list(outing.agencies),
        "planned_for": instant(outing.planned_for),
        "started_at": instant(outing.started_at),
        "ended_at": instant(outing.ended_at),
        "summary": outing.summary or None,
        **squad,
        "sums": {kind.value: sums.get(kind, 0) for kind in TallyKind},
        "counted": counted,
        "may": {
            "start": state is OutingState.PLANNED,
            "end": squad["leads"] and state is OutingState.OPEN,
            "cancel": squad["leads"] and state in (OutingState.PLANNED, OutingState.OPEN) and not recorded,
            "count": state is OutingState.OPEN
            or (state is OutingState.ENDED and (squad["leads"] or squad["checked_in"])),
        },
        "incidents": [_incident(one) for one in incidents],
        "handovers": [_handover(one) for one in handovers],
    }


def _incident(row: IncidentRow) -> Json:
    one = row.incident
    return {
        "id": one.id,
        "record": one.record_id,
        "kind": one.kind.value,
        "agency": one.agency.value,
        "happened_at": instant(one.happened_at),
        "decision_no": one.decision_no,
        "items": one.items,
        "deadline": instant(one.deadline),
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
