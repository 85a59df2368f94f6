"""Incidents and hand-overs: one, lists in sight, those of an outing, those at premises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.operations.models import Handover, Incident, Outing
from gridops.operations.rules import TAKING, IncidentKind, Standing
from gridops.people.queries import Scope, apply_scope
from gridops.premises.models import Premises

PAGE = 50
# Where it stands: at its premises, else where its outing was, else somewhere in the jurisdiction.
GRID = func.coalesce(Premises.grid_id, Outing.grid_id, Incident.root_id)


@dataclass(frozen=True, slots=True)
class IncidentsWanted:
    """What a list of incidents is narrowed to; `late`: past its deadline and still open at `now`."""

    kind: IncidentKind | None = None
    late: bool = False
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as listed, with the number of its outing and the name of its premises."""

    incident: Incident
    outing_number: str | None
    premises: str | None

    @property
    def standing(self) -> Standing:
        """How it stands, for what is still to be done."""
        return standing_of(self.incident)


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One page, newest first; `next`: (time, id) after which the following one begins, None: the last."""

    rows: list[IncidentRow]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class AtPremises:
    """An incident at premises, as their page lists it."""

    premises_id: int | None
    incident_id: int
    kind: IncidentKind
    happened_at: datetime
    agency: str
    decision_no: str | None
    outing_number: str | None


def standing_of(incident: Incident) -> Standing:
    """How an incident stands, as the rules ask."""
    return Standing(
        incident.kind,
        incident.deadline,
        incident.decision_no,
        incident.letter_no,
        incident.received_at,
        incident.answered_at,
        incident.lifted_at,
        incident.voided_at,
    )


def incident(session: Session, incident_id: int) -> Incident:
    """One incident by its id, whoever asks; NotFound."""
    found = session.get(Incident, incident_id)
    if found is None:
        raise NotFound("没有这个事项")
    return found


def incident_named(session: Session, root_id: int, name: str) -> Incident:
    """An incident of a root by the uuid of its record, or by its id; NotFound."""
    by_id = Incident.id == int(name) if name.isascii() and name.isdigit() and len(name) < 19 else None
    wanted = Incident.record_id == name if by_id is None else by_id
    found = session.scalar(select(Incident).where(Incident.root_id == root_id, wanted))
    if found is None:
        raise NotFound("没有这个事项")
    return found


def incident_in_sight(session: Session, scope: Scope, incident_id: int) -> IncidentRow:
    """An incident, if the scope shows it; NotFound otherwise."""
    row = session.execute(_in_sight(scope).where(Incident.id == incident_id)).first()
    if row is None:
        raise NotFound("没有这个事项")
    return IncidentRow(*row)


def grid_of(session: Session, row: Incident) -> int:
    """The grid that an incident belongs to for scope: of its premises, its outing, else the root."""
    found: int = session.scalars(_joined(select(GRID)).where(Incident.id == row.id)).one()
    return found


def incident_page(
    session: Session,
    scope: Scope,
    wanted: IncidentsWanted = IncidentsWanted(),
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> IncidentPage:
    """The incidents in sight that were not voided, newest first."""
    query = _in_sight(scope).where(Incident.voided_at.is_(None))
    if wanted.kind is not None:
        query = query.where(Incident.kind == wanted.kind)
    if wanted.late and wanted.now is not None:
        # The same condition as `rules.late`; a test holds the two together.
        kept = and_(Incident.kind.in_(sorted(TAKING)), Incident.lifted_at.is_(None))
        unanswered = and_(Incident.kind == IncidentKind.REFERRED, Incident.answered_at.is_(None))
        query = query.where(Incident.deadline < wanted.now, or_(kept, unanswered))
    if after is not None:
        query = query.where(tuple_(Incident.happened_at, Incident.id) < after)
    rows = session.execute(query.order_by(Incident.happened_at.desc(), Incident.id.desc()).limit(limit + 1)).all()
    shown = [IncidentRow(*row) for row in rows[:limit]]
    last = shown[-1].incident if len(rows) > limit else None
    return IncidentPage(shown, (last.happened_at, last.id) if last else None)


def incidents_of(session: Session, outing_ids: Collection[int]) -> list[IncidentRow]:
    """The incidents of outings in the order they happened, voided ones too."""
    query = _joined(select(Incident, Outing.number, Premises.name)).where(Incident.outing_id.in_(sorted(outing_ids)))
    return [IncidentRow(*row) for row in session.execute(query.order_by(Incident.happened_at, Incident.id))]


def handovers_of(session: Session, outing_ids: Collection[int]) -> list[Handover]:
    """The hand-overs of outings in their order, voided ones too."""
    query = select(Handover).where(Handover.outing_id.in_(sorted(outing_ids)))
    return list(session.scalars(query.order_by(Handover.at, Handover.id)))


def handovers_of_incident(session: Session, incident_id: int) -> list[Handover]:
    """The hand-overs of what an incident took."""
    return list(session.scalars(select(Handover).where(Handover.incident_id == incident_id).order_by(Handover.at)))


def of_premises(session: Session, premises_ids: Collection[int]) -> list[AtPremises]:
    """The incidents at premises that stand, newest first; ids of duplicates are the caller's to add."""
    query = (
        select(
            Incident.premises_id,
            Incident.id,
            Incident.kind,
            Incident.happened_at,
            Incident.agency,
            Incident.decision_no,
            Outing.number,
        )
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .where(Incident.premises_id.in_(sorted(premises_ids)), Incident.voided_at.is_(None))
        .order_by(Incident.happened_at.desc(), Incident.id.desc())
    )
    return [AtPremises(*row) for row in session.execute(query)]


def handover_in_sight(session: Session, scope: Scope, handover_id: int) -> tuple[Handover, int]:
    """A hand-over the scope shows, and the grid it belongs to; NotFound otherwise."""
    grid = func.coalesce(Outing.grid_id, Handover.root_id)
    query: Any = (
        select(Handover, grid).outerjoin(Outing, Outing.id == Handover.outing_id).where(Handover.id == handover_id)
    )
    row = session.execute(
        apply_scope(query, scope, root=Handover.root_id, grid=grid, reporter=Handover.user_id)
    ).first()
    if row is None:
        raise NotFound("没有这次移交")
    return row[0], int(row[1])


def _joined(query: Any) -> Any:
    return (
        query.select_from(Incident)
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .outerjoin(Premises, Premises.id == Incident.premises_id)
    )


def _in_sight(scope: Scope) -> Any:
    query = _joined(select(Incident, Outing.number, Premises.name))
    return apply_scope(query, scope, root=Incident.root_id, grid=GRID, reporter=Incident.user_id)
