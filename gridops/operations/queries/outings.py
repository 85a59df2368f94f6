"""Outings: one, lists in sight, those of a period, who is on them, what they tallied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.operations.models import Campaign, Handover, Incident, Outing, Tally
from gridops.operations.rules import OutingState, TallyKind, state_of
from gridops.people.queries import Scope, apply_scope
from gridops.squads.models import Squad, SquadMember
from gridops.squads.queries import bearing

PAGE = 50
# An outing without a grid is one of the whole jurisdiction.
GRID = func.coalesce(Outing.grid_id, Outing.root_id)
# What a list is ordered by: when it took place, or was to.
_when = func.coalesce(Outing.started_at, Outing.planned_for, Outing.recorded_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of outings is narrowed to; [start, end) are aware instants."""

    campaign_id: int | None = None
    state: OutingState | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutingRow:
    """An outing as listed, with its campaign; `at` is when it took place, or was to."""

    outing: Outing
    campaign_code: str
    campaign: str
    at: datetime

    @property
    def state(self) -> OutingState:
        """How far it is."""
        return state_of(self.outing)


@dataclass(frozen=True, slots=True)
class OutingPage:
    """One page, newest first; `next`: (time, id) after which the following one begins, None: the last."""

    rows: list[OutingRow]
    next: tuple[datetime, int] | None


def outing_named(session: Session, root_id: int, name: str) -> Outing:
    """An outing of a root by its number, or by the uuid of the record that began it; NotFound."""
    found = session.scalar(
        select(Outing).where(Outing.root_id == root_id, or_(Outing.number == name, Outing.record_id == name))
    )
    if found is None:
        raise NotFound("没有这次行动")
    return found


def outing_by_code(session: Session, root_id: int, code: str) -> Outing | None:
    """The outing whose squad bears a code (what the leader's QR says)."""
    return session.scalar(
        select(Outing).join(Squad, Squad.id == Outing.squad_id).where(Outing.root_id == root_id, bearing(code))
    )


def outing_in_sight(session: Session, scope: Scope, number: str) -> Outing:
    """An outing by its number, if the scope shows it; NotFound otherwise."""
    found = session.scalar(_in_sight(select(Outing), scope).where(Outing.number == number))
    if found is None:
        raise NotFound("没有这次行动")
    return found


def outing_page(
    session: Session,
    scope: Scope,
    wanted: Wanted = Wanted(),
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> OutingPage:
    """The outings in sight, newest first."""
    query = _in_sight(select(Outing, Campaign.code, Campaign.name, _when.label("at")), scope)
    query = query.join(Campaign, Campaign.id == Outing.campaign_id).where(*_narrowed(wanted))
    if after is not None:
        query = query.where(tuple_(_when, Outing.id) < after)
    rows = session.execute(query.order_by(_when.desc(), Outing.id.desc()).limit(limit + 1)).all()
    shown = [OutingRow(*row) for row in rows[:limit]]
    return OutingPage(shown, (shown[-1].at, shown[-1].outing.id) if len(rows) > limit else None)


def outings_of(session: Session, root_id: int, start: datetime, end: datetime) -> list[Outing]:
    """The outings of a root that started in [start, end) and were not cancelled, in order of their start."""
    return list(session.scalars(_started(root_id, start, end).order_by(Outing.started_at, Outing.id)))


def open_outings(session: Session, root_id: int, start: datetime, end: datetime) -> list[Outing]:
    """Of these, the ones nobody has ended: the period cannot be frozen while there are any."""
    query = _started(root_id, start, end).where(Outing.ended_at.is_(None))
    return list(session.scalars(query.order_by(Outing.started_at, Outing.id)))


def outings_of_person(session: Session, root_id: int, user_id: int, since: datetime) -> list[OutingRow]:
    """The outings on which a person is or is planned to be: those not over, and those ended since an instant."""
    mine = select(SquadMember.squad_id).where(SquadMember.user_id == user_id)
    query = (
        select(Outing, Campaign.code, Campaign.name, _when)
        .join(Campaign, Campaign.id == Outing.campaign_id)
        .where(
            Outing.root_id == root_id,
            Outing.squad_id.in_(mine),
            Outing.cancelled_at.is_(None),
            or_(Outing.ended_at.is_(None), Outing.ended_at >= since),
        )
        .order_by(_when.desc(), Outing.id.desc())
    )
    return [OutingRow(*row) for row in session.execute(query)]


def leads(session: Session, outing: Outing, user_id: int) -> bool:
    """Whether a person leads an outing: the one who began it, or a member marked as leading."""
    if outing.leader_id == user_id:
        return True
    query = select(SquadMember.id).where(
        SquadMember.squad_id == outing.squad_id, SquadMember.user_id == user_id, SquadMember.leads
    )
    return session.scalar(query.limit(1)) is not None


def has_records(session: Session, outing_id: int) -> bool:
    """Whether anything was recorded on an outing."""
    asked: Sequence[ColumnElement[Any]] = (
        select(Tally.id).where(Tally.outing_id == outing_id, Tally.superseded_at.is_(None)).exists(),
        select(Incident.id).where(Incident.outing_id == outing_id, Incident.voided_at.is_(None)).exists(),
        select(Handover.id).where(Handover.outing_id == outing_id, Handover.voided_at.is_(None)).exists(),
    )
    return bool(session.scalar(select(or_(*asked))))


def tally_sums(session: Session, outing_ids: Collection[int]) -> dict[int, dict[TallyKind, int]]:
    """Outing id -> kind -> sum of its additions, each in the unit of its kind."""
    rows = session.execute(
        select(Tally.outing_id, Tally.kind, func.sum(Tally.amount))
        .where(Tally.outing_id.in_(sorted(outing_ids)), Tally.superseded_at.is_(None))
        .group_by(Tally.outing_id, Tally.kind)
    )
    found: dict[int, dict[TallyKind, int]] = {}
    for outing_id, kind, total in rows:
        found.setdefault(outing_id, {})[kind] = int(total)
    return found


def additions(session: Session, outing_id: int, limit: int = 200) -> list[Tally]:
    """The latest additions of an outing, newest first."""
    query = select(Tally).where(Tally.outing_id == outing_id, Tally.superseded_at.is_(None))
    return list(session.scalars(query.order_by(Tally.at.desc(), Tally.id.desc()).limit(limit)))


def own_tallies(session: Session, outing_ids: Collection[int], user_id: int) -> dict[int, list[str]]:
    """Outing id -> the records of a person that are among its sums, in the order of their names."""
    rows = session.execute(
        select(Tally.outing_id, Tally.record_id)
        .where(
            Tally.outing_id.in_(sorted(outing_ids)),
            Tally.user_id == user_id,
            Tally.record_id.is_not(None),
            Tally.superseded_at.is_(None),
        )
        .order_by(Tally.record_id)
    )
    found: dict[int, list[str]] = {}
    for outing_id, record_id in rows:
        found.setdefault(outing_id, []).append(str(record_id))
    return found


def from_file(session: Session, root_id: int, source_system: str, external_ids: Iterable[str]) -> dict[str, Outing]:
    """Outings that a system's files brought before, by their names there."""
    return {
        str(row.external_id): row for row in session.scalars(_named_by(Outing, root_id, source_system, external_ids))
    }


def incidents_from_file(
    session: Session, root_id: int, source_system: str, external_ids: Iterable[str]
) -> dict[str, Incident]:
    """Incidents that a system's files brought before, by their names there."""
    rows = session.scalars(_named_by(Incident, root_id, source_system, external_ids))
    return {str(row.external_id): row for row in rows}


def file_tallies(session: Session, outing_id: int) -> dict[TallyKind, Tally]:
    """The additions in force that a file brought: those of no record and no person."""
    query = select(Tally).where(
        Tally.outing_id == outing_id,
        Tally.superseded_at.is_(None),
        Tally.record_id.is_(None),
        Tally.user_id.is_(None),
    )
    return {row.kind: row for row in session.scalars(query)}


def _named_by(model: Any, root_id: int, source_system: str, external_ids: Iterable[str]) -> Select[Any]:
    return select(model).where(
        model.root_id == root_id, model.source_system == source_system, model.external_id.in_(sorted(set(external_ids)))
    )


def _in_sight(query: Any, scope: Scope) -> Any:
    return apply_scope(query, scope, root=Outing.root_id, grid=GRID, reporter=Outing.leader_id)


def _started(root_id: int, start: datetime, end: datetime) -> Select[Outing]:
    return select(Outing).where(
        Outing.root_id == root_id,
        Outing.started_at >= start,
        Outing.started_at < end,
        Outing.cancelled_at.is_(None),
    )


_STATES: dict[OutingState, ColumnElement[bool]] = {
    OutingState.CANCELLED: Outing.cancelled_at.is_not(None),
    OutingState.ENDED: and_(Outing.cancelled_at.is_(None), Outing.ended_at.is_not(None)),
    OutingState.OPEN: and_(Outing.cancelled_at.is_(None), Outing.ended_at.is_(None), Outing.started_at.is_not(None)),
    OutingState.PLANNED: and_(Outing.cancelled_at.is_(None), Outing.ended_at.is_(None), Outing.started_at.is_(None)),
}


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.campaign_id is not None:
        found.append(Outing.campaign_id == wanted.campaign_id)
    if wanted.state is not None:
        found.append(_STATES[wanted.state])
    if wanted.start is not None:
        found.append(_when >= wanted.start)
    if wanted.end is not None:
        found.append(_when < wanted.end)
    return found
