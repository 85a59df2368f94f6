"""A report begins a case, or shows one again that was seen before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import MoveFields, ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.names import MOVE_NAMES
from gridops.cases.rules.sources import Source
from gridops.cases.service.moving import move
from gridops.cases.service.placing import NEAREST_WITHIN_M, placed, told
from gridops.cases.service.writing import NewCase, Numbers, Said, numbers_for, write_numbered
from gridops.catalogue.rules import Kind
from gridops.catalogue.service import find_category
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.grids import queries as grids
from gridops.operations import queries as campaigns
from gridops.people.rules import Person, Role

# Whoever walks the street speaks as a patrol; what others said is registered by the desk (standards.md 1.4).
_ON_PATROL = frozenset({Source.INSPECTOR, Source.JOINT_ENFORCEMENT, Source.NIGHT_INSPECTION})
_DESK = frozenset({Role.INTAKE_CLERK, Role.SHIFT_LEADER})


def report(
    session: Session,
    report: ReportIn,
    person: Person,
    *,
    happened_at: datetime | None = None,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
    within_m: float = NEAREST_WITHIN_M,
) -> Case:
    """Take a report: a new case, or with `same_as` evidence added to that case. Again with one `record_id`: the same.

    A point outside every grid goes to the nearest one within `within_m` metres and is marked so. Raises Invalid (fields
    without prefix: `location`, `category`, …), NotAllowed, NotFound (`same_as`), Conflict (record used otherwise).
    """
    if record_id is not None and (known := _known(session, record_id)) is not None:
        return known
    recorded = recorded_at or clock.now()
    happened = happened_at or recorded
    if report.same_as:
        _check_role(person)
        return _seen_again(session, report, person, happened, recorded, record_id)
    ground = grids.Snapshot(session)
    new = prepare(session, report, person, ground, happened, recorded, record_id, within_m)
    return begin(session, new, numbers_for(session, new))


def prepare(
    session: Session,
    report: ReportIn,
    person: Person,
    ground: grids.Snapshot,
    happened: datetime,
    recorded: datetime,
    record_id: str | None,
    within_m: float = NEAREST_WITHIN_M,
) -> NewCase:
    """The case that a report (without `same_as`) begins, checked; nothing is written. Raises as `report` does."""
    _check_role(person)
    _check_source(report, person)
    day = clock.local_date(happened)
    kind, category_id = _category(session, report, person.root_id, day)
    given = {
        **_place(ground, report, person.root_id, day, within_m),
        "root_id": person.root_id,
        "record_id": record_id,
        "kind": kind,
        "source": report.source,
        "source_number": report.source_number,
        "campaign_id": _campaign(session, report, person.root_id),
        "reporter_id": person.user_id,
        "address": report.address,
        "description": report.description,
        "recorded_at": recorded,
    }
    events = [Event(Move.REPORT, happened, 1, category_id=category_id)]
    said = {1: Said(person.user_id, record_id)}
    if report.self_handled:
        events.append(Event(Move.SELF_HANDLE, happened, 2))
        said[2] = Said(person.user_id)
    return NewCase(given, events, said)


def begin(session: Session, new: NewCase, numbers: Numbers) -> Case:
    """Write a prepared case, by plain inserts alone, and what it owes."""
    case = write_numbered(session, new, numbers)
    audit.record(session, "case.report", "case", case.id, actor_id=case.reporter_id, root_id=case.root_id)
    return case


def _check_role(person: Person) -> None:
    if not any(way.role in person.roles for way in MOVES[Move.REPORT].may):
        raise NotAllowed(f"您的岗位不能{MOVE_NAMES[Move.REPORT]}")


def _known(session: Session, record_id: str) -> Case | None:
    case = lookups.by_record(session, record_id)
    if case is not None:
        return case
    found = lookups.event_of_record(session, record_id)
    if found is None:
        return None
    if found[1] is not Move.ADD_EVIDENCE:
        raise Conflict("同一条记录已用于另一环节")
    return lookups.case(session, found[0])


def _seen_again(
    session: Session, report: ReportIn, person: Person, happened: datetime, recorded: datetime, record_id: str | None
) -> Case:
    target = lookups.by_reference(session, report.same_as or "")
    if target is None or target.root_id != person.root_id:
        raise NotFound("没有这个案件")
    seen: dict[str, Any] = {"location": told(report.location)} if report.location else {}
    if report.address:
        seen["address"] = report.address
    return move(
        session,
        target.id,
        Move.ADD_EVIDENCE,
        person,
        MoveFields(words=report.description or None),
        happened_at=happened,
        recorded_at=recorded,
        record_id=record_id,
        details=seen,
    )


def _check_source(report: ReportIn, person: Person) -> None:
    if report.source not in _ON_PATROL and not (person.roles & _DESK):
        raise Invalid(("source", "only the desk registers what others reported"))
    on_the_spot = {way.role for way in MOVES[Move.SELF_HANDLE].may}
    if report.self_handled and not (person.roles & on_the_spot):
        raise Invalid(("self_handled", "only who walks the street handles on the spot"))


def _category(session: Session, report: ReportIn, root_id: int, day: date) -> tuple[Kind, int]:
    kind = report.kind or Kind.EVENT
    if kind is Kind.FINDING:
        raise Invalid(("kind", "none of event, component"))
    found = find_category(session, report.category_list, kind, report.category, root_id, day, field="category")
    return kind, found.id


def _campaign(session: Session, report: ReportIn, root_id: int) -> int | None:
    if report.campaign is None:
        return None
    found = campaigns.campaign(session, root_id, report.campaign)
    if found is None:
        raise Invalid(("campaign", "no such campaign"))
    return found.id


def _place(ground: grids.Snapshot, report: ReportIn, root_id: int, day: date, within_m: float) -> dict[str, Any]:
    """Grid, version and point of a report; what was sent is kept beside it."""
    at = report.location
    if at is None:
        node = ground.tree(day).by_code.get(report.grid or "")
        if node is None or node.root_id != root_id:
            raise Invalid(("grid", "no such grid in this jurisdiction on that day"))
        return {"grid_id": node.grid_id, "grid_version_id": node.version_id}
    found = placed(ground, at, root_id, day, within_m)
    if found is None:
        raise Invalid(("location", f"outside the jurisdiction, and no grid within {within_m:.0f} m"))
    return found
