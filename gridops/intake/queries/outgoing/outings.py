"""Joint outings, their incidents, and penalties as tables for others: the columns of the import, and what we add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from gridops.core import masking
from gridops.grids.models import Grid
from gridops.inspections.models import Round
from gridops.intake.queries.outgoing.common import Outgoing, Row, Within, masked_people, narrowed, person, portions
from gridops.intake.queries.outgoing.rounds import people_of
from gridops.operations.models import Campaign, Incident, Outing, Tally
from gridops.operations.rules import TallyKind
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import PartyKind
from gridops.premises.models import Premises


def _outings(session: Session, within: Within) -> Iterator[Row]:
    rows = select(Outing.id, Outing, Campaign.code, Campaign.name, Grid.code)
    rows = rows.join(Campaign, Campaign.id == Outing.campaign_id).outerjoin(Grid, Grid.id == Outing.grid_id)
    rows = narrowed(rows, within, root=Outing.root_id, at=Outing.started_at, grids=[Outing.grid_id])
    names = ("external_id", "number", "started_at", "ended_at", "summary", "cancelled_at")
    for portion in portions(session, rows, Outing.id):
        people = people_of(session, [row[1].squad_id for row in portion])
        tallies = _tallies_of(session, [row[0] for row in portion])
        for outing_id, row, code, name, grid in portion:
            yield {part: getattr(row, part) for part in names} | {
                "campaign_code": code,
                "campaign_name": name,
                "grid_code": grid,
                "agencies": ";".join(str(agency) for agency in row.agencies or ()),
                "people": people.get(row.squad_id, ""),
                **tallies.get(outing_id, dict.fromkeys((kind.value for kind in TallyKind), 0)),
            }


def _incidents(session: Session, within: Within) -> Iterator[Row]:
    rows = (
        select(Incident.id, Incident, Outing.external_id, Outing.number, Premises, Grid.code)
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .outerjoin(Premises, Premises.id == Incident.premises_id)
        .outerjoin(Grid, Grid.id == func.coalesce(Premises.grid_id, Outing.grid_id))
    )
    grids = [Premises.grid_id, Outing.grid_id]
    rows = narrowed(rows, within, root=Incident.root_id, at=Incident.happened_at, grids=grids)
    names = ("external_id", "kind", "agency", "to_agency", "basis", "approver", "happened_at", "party", "decision_no",
             "letter_no", "items", "deadline", "answered_at", "lifted_at", "voided_at")  # fmt: skip
    for portion in portions(session, rows, Incident.id):
        for _, row, outing, number, premises, grid in portion:
            yield {name: getattr(row, name) for name in names} | {
                "operation_id": outing or number,
                "officers": ";".join(person(officer) for officer in row.officers or ()),
                "grid_code": grid,
                "lon": premises.lon if premises else None,
                "lat": premises.lat if premises else None,
            }


def _penalties(session: Session, within: Within) -> Iterator[Row]:
    before = aliased(Penalty)
    grid_id = func.coalesce(Penalty.grid_id, Premises.grid_id)
    rows = (
        select(Penalty.id, Penalty, Premises, Round.external_id, Round.number, Grid.code, before.external_id)
        .outerjoin(Premises, Premises.id == Penalty.premises_id)
        .outerjoin(Round, Round.id == Penalty.round_id)
        .outerjoin(Grid, Grid.id == grid_id)
        .outerjoin(before, before.id == Penalty.replaces_id)
    )
    at = func.coalesce(Penalty.decided_at, Penalty.opened_at)
    rows = narrowed(rows, within, root=Penalty.root_id, at=at, grids=[grid_id])
    names = ("external_id", "opened_at", "decision_no", "decided_by", "decided_at", "heaviest", "own", "party",
             "party_kind", "act_at", "served_at", "changed_at", "revoked_at", "remedy_from", "remedy_to")  # fmt: skip
    for portion in portions(session, rows, Penalty.id):
        paid = _paid_of(session, [row[0] for row in portion])
        for penalty_id, row, premises, round_id, number, grid, replaces in portion:
            paid_at, paid_yuan = paid.get(penalty_id, (None, None))
            yield {name: getattr(row, name) for name in names} | {
                "waived": row.waived_at is not None,
                "kinds": ";".join(str(kind) for kind in row.kinds or ()),
                "fine_yuan": row.fine,
                "confiscated_yuan": row.confiscated,
                "changed_fine_yuan": row.changed_fine,
                "paid_at": paid_at,
                "paid_yuan": paid_yuan,
                "credit_code": premises.credit_code if premises else None,
                "round_id": round_id or number,
                "replaces": replaces,
                "grid_code": grid,
                "lon": premises.lon if premises else None,
                "lat": premises.lat if premises else None,
            }


def _tallies_of(session: Session, outing_ids: Collection[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(Tally.outing_id, Tally.kind, func.sum(Tally.amount))
        .where(Tally.outing_id.in_(outing_ids), Tally.superseded_at.is_(None))
        .group_by(Tally.outing_id, Tally.kind)
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys((kind.value for kind in TallyKind), 0))
    for outing_id, kind, total in rows:
        found[outing_id][kind.value] = int(total)
    return found


def _paid_of(session: Session, penalty_ids: Collection[int]) -> dict[int, tuple[datetime, Decimal]]:
    """Penalty id -> (when the last part was paid, how much in all)."""
    rows = session.execute(
        select(Payment.penalty_id, func.max(Payment.paid_at), func.sum(Payment.amount))
        .where(Payment.penalty_id.in_(penalty_ids), Payment.voided_at.is_(None))
        .group_by(Payment.penalty_id)
    )
    return {penalty_id: (at, amount) for penalty_id, at, amount in rows}


def _party(row: Row) -> str:
    """Organisations are no personal data; where nothing says what a party is, it may be a person."""
    return row["party"] if row.get("party_kind") is PartyKind.ORGANISATION else masking.name(row["party"])


_OUTINGS_COLUMNS = (
    "external_id", "number", "campaign_code", "campaign_name", "started_at", "ended_at", "agencies", "people",
    "persuaded", "tidied", "cleared", "leaflets", "grid_code", "summary", "cancelled_at",
)  # fmt: skip
OUTINGS = Outgoing(
    "outings",
    "Joint outings by the day they began (CSV, XLSX, GeoJSON without places)",
    _OUTINGS_COLUMNS,
    _outings,
    {"people": lambda row: masked_people(row["people"])},
)
_INCIDENTS_COLUMNS = (
    "external_id", "operation_id", "kind", "agency", "basis", "approver", "officers", "happened_at", "party",
    "decision_no", "items", "deadline", "answered_at", "to_agency", "letter_no", "lifted_at", "grid_code", "lon",
    "lat", "voided_at",
)  # fmt: skip
INCIDENTS = Outgoing(
    "incidents",
    "Seizures, impoundings, preservations, referrals by the day they happened (CSV, XLSX, GeoJSON)",
    _INCIDENTS_COLUMNS,
    _incidents,
    {
        "party": _party,
        "officers": lambda row: masked_people(row["officers"]),
        "approver": lambda row: masking.name(row["approver"]),
    },
)
_PENALTIES_COLUMNS = (
    "external_id", "opened_at", "waived", "decided_by", "decided_at", "kinds", "fine_yuan", "confiscated_yuan",
    "credit_code", "party", "party_kind", "round_id", "act_at", "served_at", "paid_at", "paid_yuan", "changed_at",
    "changed_fine_yuan", "revoked_at", "remedy_from", "remedy_to", "replaces", "decision_no", "heaviest", "own",
    "grid_code", "lon", "lat",
)  # fmt: skip
PENALTIES = Outgoing(
    "penalties",
    "Penalties by the day they were decided, or opened where undecided (CSV, XLSX, GeoJSON)",
    _PENALTIES_COLUMNS,
    _penalties,
    {"party": _party},
)
