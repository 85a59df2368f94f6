"""Premises, night rounds and visits as tables for others: the columns of the import, and what we add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.core import masking
from gridops.grids.models import Grid
from gridops.inspections.models import Finding, Order, Round, RoundGrid, Visit
from gridops.intake.queries.outgoing.common import Outgoing, Row, Within, masked_people, narrowed, person, portions
from gridops.premises.models import Premises
from gridops.squads.models import SquadMember


def _premises(session: Session, within: Within) -> Iterator[Row]:
    found = Premises
    rows = select(found.id, found, Grid.code).outerjoin(Grid, Grid.id == found.grid_id)
    rows = narrowed(rows, within, root=found.root_id, grids=[found.grid_id]).where(found.merged_into_id.is_(None))
    names = ("external_id", "credit_code", "name", "kind", "address", "lon", "lat", "responsible", "phone", "risk")
    for portion in portions(session, rows, found.id):
        for _, row, grid in portion:
            yield {name: getattr(row, name) for name in names} | {"grid_code": grid}


def _rounds(session: Session, within: Within) -> Iterator[Row]:
    rows = narrowed(select(Round.id, Round), within, root=Round.root_id, at=Round.started_at)
    if within.grid_ids is not None:
        there = select(RoundGrid.round_id).where(RoundGrid.grid_id.in_(sorted(within.grid_ids)))
        rows = rows.where(Round.id.in_(there))
    names = ("external_id", "number", "started_at", "ended_at", "groups", "theme", "inspection", "cancelled_at")
    for portion in portions(session, rows, Round.id):
        ids = [row[0] for row in portion]
        people = people_of(session, [row.squad_id for _, row in portion])
        grids, visits = _grids_of(session, ids), _visits_of(session, ids)
        for round_id, row in portion:
            told = {name: getattr(row, name) for name in names}
            codes = ";".join(grids.get(round_id, ()))
            yield told | {
                "grid_codes": codes,
                "people": people.get(row.squad_id, ""),
                "visits": visits.get(round_id, 0),
            }


def _visits(session: Session, within: Within) -> Iterator[Row]:
    rows = (
        select(Visit.id, Visit, Premises, Round.external_id, Round.number, Grid.code, Order)
        .join(Premises, Premises.id == Visit.premises_id)
        .outerjoin(Round, Round.id == Visit.round_id)
        .outerjoin(Grid, Grid.id == Premises.grid_id)
        .outerjoin(Order, Order.visit_id == Visit.id)
    )
    rows = narrowed(rows, within, root=Visit.root_id, at=Visit.visited_at, grids=[Premises.grid_id])
    names = ("external_id", "visited_at", "complete", "recheck", "kind", "signed", "voided_at")
    for portion in portions(session, rows, Visit.id):
        findings = _findings_of(session, [row[0] for row in portion])
        for visit_id, visit, premises, round_id, number, grid, order in portion:
            count, corrected, corrected_at = findings.get(visit_id, (0, 0, None))
            yield {name: getattr(visit, name) for name in names} | {
                "round_id": round_id or number,
                "credit_code": premises.credit_code,
                "premises_name": premises.name,
                "findings": count,
                "corrected": corrected,
                "corrected_at": corrected_at,
                "ordered": order is not None,
                "order_due_at": order.due_at if order else None,
                "grid_code": grid,
                "lon": premises.lon,
                "lat": premises.lat,
            }


def people_of(session: Session, squad_ids: Collection[int]) -> dict[int, str]:
    """Squad id -> who checked in, as files name people."""
    found = SquadMember
    rows = session.execute(
        select(found.squad_id, found.name, found.agency, found.certificate_no)
        .where(found.squad_id.in_(sorted(set(squad_ids))), found.checked_in_at.is_not(None))
        .order_by(found.id)
    )
    people: dict[int, list[str]] = defaultdict(list)
    for squad_id, name, agency, certificate_no in rows:
        people[squad_id].append(person({"name": name, "agency": agency.value, "certificate_no": certificate_no}))
    return {squad_id: ";".join(told) for squad_id, told in people.items()}


def _grids_of(session: Session, round_ids: Collection[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(RoundGrid.round_id, Grid.code)
        .join(Grid, Grid.id == RoundGrid.grid_id)
        .where(RoundGrid.round_id.in_(round_ids))
        .order_by(Grid.code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for round_id, code in rows:
        found[round_id].append(code)
    return found


def _visits_of(session: Session, round_ids: Collection[int]) -> dict[int, int]:
    counted = Visit.complete & Visit.voided_at.is_(None)
    rows = select(Visit.round_id, func.count()).where(Visit.round_id.in_(round_ids), counted).group_by(Visit.round_id)
    return {round_id: count for round_id, count in session.execute(rows) if round_id is not None}


def _findings_of(session: Session, visit_ids: Collection[int]) -> dict[int, tuple[int, int, Any]]:
    """Visit id -> (found, of these corrected, when the last was)."""
    rows = session.execute(
        select(Finding.visit_id, func.count(), func.count(Finding.corrected_at), func.max(Finding.corrected_at))
        .where(Finding.visit_id.in_(visit_ids), Finding.voided_at.is_(None))
        .group_by(Finding.visit_id)
    )
    return {visit_id: (count, corrected, at) for visit_id, count, corrected, at in rows}


_PREMISES_COLUMNS = (
    "external_id", "credit_code", "name", "kind", "address", "lon", "lat", "grid_code", "responsible", "phone",
    "risk",
)  # fmt: skip
PREMISES = Outgoing(
    "premises",
    "Premises that are not merged into others (CSV, XLSX, GeoJSON)",
    _PREMISES_COLUMNS,
    _premises,
    {"responsible": lambda row: masking.name(row["responsible"]), "phone": lambda row: masking.number(row["phone"])},
    by_day=False,
)
_ROUNDS_COLUMNS = (
    "external_id", "number", "started_at", "ended_at", "groups", "grid_codes", "people", "theme", "inspection",
    "visits", "cancelled_at",
)  # fmt: skip
ROUNDS = Outgoing(
    "rounds",
    "Night rounds by the day they began (CSV, XLSX, GeoJSON without places)",
    _ROUNDS_COLUMNS,
    _rounds,
    {"people": lambda row: masked_people(row["people"])},
)
_VISITS_COLUMNS = (
    "external_id", "round_id", "credit_code", "premises_name", "visited_at", "complete", "recheck", "findings",
    "corrected", "corrected_at", "ordered", "order_due_at", "kind", "signed", "grid_code", "lon", "lat", "voided_at",
)  # fmt: skip
VISITS = Outgoing(
    "visits",
    "Visits to premises by the day they were made (CSV, XLSX, GeoJSON)",
    _VISITS_COLUMNS,
    _visits,
    {},
)
