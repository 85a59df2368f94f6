"""Night rounds: one, lists in sight, those of a period, who is on them, what of them was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.inspections.models import Round, RoundGrid, Visit
from gridops.inspections.rules import RoundState, state_of
from gridops.people.queries import Scope, apply_scope
from gridops.squads.models import Squad, SquadMember
from gridops.squads.queries import bearing

PAGE = 50
_CHUNK = 1000
# What a list is ordered by: when it took place, or was to.
_WHEN = func.coalesce(Round.started_at, Round.planned_for, Round.recorded_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of rounds is narrowed to; [start, end) are aware instants."""

    state: RoundState | None = None
    theme: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as listed; `at` is when it took place, or was to."""

    round: Round
    at: datetime

    @property
    def state(self) -> RoundState:
        """How far it is."""
        return state_of(self.round)


@dataclass(frozen=True, slots=True)
class RoundPage:
    """One page, newest first; `next`: (time, id) after which the following one begins, None: the last."""

    rows: list[RoundRow]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round saw: complete visits, re-inspections apart, and grids checked."""

    visits: int = 0
    rechecks: int = 0
    grids: int = 0

    @property
    def total(self) -> int:
        """What makes a round count as held."""
        return self.visits + self.rechecks + self.grids


def round_named(session: Session, root_id: int, name: str) -> Round:
    """A round of a root by its number, or by the uuid of the record that began it; NotFound."""
    found = session.scalar(
        select(Round).where(Round.root_id == root_id, or_(Round.number == name, Round.record_id == name))
    )
    if found is None:
        raise NotFound("没有这次夜查")
    return found


def round_of_record(session: Session, record_id: str) -> Round | None:
    """The round that a phone's record began."""
    return session.scalar(select(Round).where(Round.record_id == record_id))


def round_by_code(session: Session, root_id: int, code: str) -> Round | None:
    """The round whose squad bears a code (what the leader's QR says)."""
    return session.scalar(
        select(Round).join(Squad, Squad.id == Round.squad_id).where(Round.root_id == root_id, bearing(code))
    )


def round_in_sight(session: Session, scope: Scope, number: str) -> Round:
    """A round by its number, if the scope shows it; NotFound otherwise."""
    found = session.scalar(_in_sight(select(Round), scope).where(Round.number == number))
    if found is None:
        raise NotFound("没有这次夜查")
    return found


def round_page(
    session: Session,
    scope: Scope,
    wanted: Wanted = Wanted(),
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> RoundPage:
    """The rounds in sight, newest first."""
    query = _in_sight(select(Round, _WHEN.label("at")), scope).where(*_narrowed(wanted))
    if after is not None:
        query = query.where(tuple_(_WHEN, Round.id) < after)
    rows = session.execute(query.order_by(_WHEN.desc(), Round.id.desc()).limit(limit + 1)).all()
    shown = [RoundRow(*row) for row in rows[:limit]]
    return RoundPage(shown, (shown[-1].at, shown[-1].round.id) if len(rows) > limit else None)


def rounds_of(session: Session, root_id: int, start: datetime, end: datetime) -> list[Round]:
    """The rounds of a root that started in [start, end) and were not cancelled, in order of their start."""
    return list(session.scalars(_started(root_id, start, end).order_by(Round.started_at, Round.id)))


def open_rounds(session: Session, root_id: int, start: datetime, end: datetime) -> list[Round]:
    """Of these, the ones nobody has ended: the period cannot be frozen while there are any."""
    query = _started(root_id, start, end).where(Round.ended_at.is_(None))
    return list(session.scalars(query.order_by(Round.started_at, Round.id)))


def rounds_of_person(session: Session, root_id: int, user_id: int, since: datetime) -> list[RoundRow]:
    """The rounds on which a person is or is planned to be: those not over, and those ended since an instant."""
    mine = select(SquadMember.squad_id).where(SquadMember.user_id == user_id)
    query = (
        select(Round, _WHEN)
        .where(
            Round.root_id == root_id,
            or_(Round.squad_id.in_(mine), Round.leader_id == user_id),
            Round.cancelled_at.is_(None),
            or_(Round.ended_at.is_(None), Round.ended_at >= since),
        )
        .order_by(_WHEN.desc(), Round.id.desc())
    )
    return [RoundRow(*row) for row in session.execute(query)]


def themes(session: Session, root_id: int) -> list[str]:
    """The themes that rounds of a root had, in order."""
    query = select(Round.theme).where(Round.root_id == root_id, Round.theme != "").distinct().order_by(Round.theme)
    return list(session.scalars(query))


def leads(session: Session, night: Round, user_id: int) -> bool:
    """Whether a person leads a round: the one named or who began it, or a member marked as leading."""
    if night.leader_id == user_id:
        return True
    query = select(SquadMember.id).where(
        SquadMember.squad_id == night.squad_id, SquadMember.user_id == user_id, SquadMember.leads
    )
    return session.scalar(query.limit(1)) is not None


def is_member(session: Session, night: Round, user_id: int) -> bool:
    """Whether a person is on the squad of a round, checked in or planned."""
    query = select(SquadMember.id).where(SquadMember.squad_id == night.squad_id, SquadMember.user_id == user_id)
    return session.scalar(query.limit(1)) is not None


def grids_of(session: Session, round_id: int) -> list[RoundGrid]:
    """The grids of a round, those checked and those not."""
    return list(session.scalars(select(RoundGrid).where(RoundGrid.round_id == round_id).order_by(RoundGrid.grid_id)))


def grids_of_rounds(session: Session, round_ids: Collection[int]) -> dict[int, list[RoundGrid]]:
    """Round id -> its grids, for several rounds at once."""
    query = select(RoundGrid).where(RoundGrid.round_id.in_(sorted(set(round_ids)))).order_by(RoundGrid.grid_id)
    found: dict[int, list[RoundGrid]] = {}
    for row in session.scalars(query):
        found.setdefault(row.round_id, []).append(row)
    return found


def seen(session: Session, round_ids: Collection[int]) -> dict[int, Seen]:
    """Round id -> what it saw."""
    rows = session.execute(_SEEN, {"ids": sorted(set(round_ids))})
    return {round_id: Seen(visits, rechecks, grids) for round_id, visits, rechecks, grids in rows}


def has_records(session: Session, round_id: int) -> bool:
    """Whether anything was recorded on a round: a visit, complete or not, or a grid seen."""
    visited = select(Visit.id).where(Visit.round_id == round_id, Visit.voided_at.is_(None)).exists()
    checked = select(RoundGrid.grid_id).where(RoundGrid.round_id == round_id, RoundGrid.checked_at.is_not(None))
    return bool(session.scalar(select(or_(visited, checked.exists()))))


def squad_code(session: Session, squad_id: int) -> str:
    """What the leader's QR code of a squad says."""
    return session.scalars(select(Squad.code).where(Squad.id == squad_id)).one()


def rounds_from_file(
    session: Session, root_id: int, source_system: str, external_ids: Iterable[str]
) -> dict[str, Round]:
    """Rounds that a system's files brought before, by their names there."""
    return {str(row.external_id): row for row in _from_file(session, Round, root_id, source_system, external_ids)}


def visits_from_file(
    session: Session, root_id: int, source_system: str, external_ids: Iterable[str]
) -> dict[str, Visit]:
    """Visits that a system's files brought before, by their names there."""
    return {str(row.external_id): row for row in _from_file(session, Visit, root_id, source_system, external_ids)}


def visits_from_files(session: Session, round_id: int) -> list[Visit]:
    """The visits of a round that files brought."""
    query = select(Visit).where(Visit.round_id == round_id, Visit.source_system.is_not(None))
    return list(session.scalars(query.order_by(Visit.id)))


def _from_file(
    session: Session, model: Any, root_id: int, source_system: str, external_ids: Iterable[str]
) -> list[Any]:
    wanted = sorted(set(external_ids))
    found: list[Any] = []
    for first in range(0, len(wanted), _CHUNK):
        query = select(model).where(
            model.root_id == root_id,
            model.source_system == source_system,
            model.external_id.in_(wanted[first : first + _CHUNK]),
        )
        found += session.scalars(query)
    return found


def _in_sight(query: Any, scope: Scope) -> Any:
    """A round is seen by who sees one of its grids; one without grids is of the whole jurisdiction."""
    query = query.where(Round.root_id == scope.root_id)
    if scope.grid_ids is None:
        return query
    own = apply_scope(select(Round.id), scope, root=Round.root_id, grid=Round.root_id, reporter=Round.leader_id)
    theirs = apply_scope(
        select(RoundGrid.round_id).join(Round, Round.id == RoundGrid.round_id),
        scope,
        root=Round.root_id,
        grid=RoundGrid.grid_id,
    )
    return query.where(or_(Round.id.in_(own), Round.id.in_(theirs)))


def _started(root_id: int, start: datetime, end: datetime) -> Any:
    return select(Round).where(
        Round.root_id == root_id, Round.started_at >= start, Round.started_at < end, Round.cancelled_at.is_(None)
    )


def _count(of: Any, *kept: Any) -> Any:
    """How many of a round there are: asked of each round, by the index."""
    return select(func.count()).where(of.round_id == Round.id, *kept).correlate(Round).scalar_subquery()


_COMPLETE = (Visit.complete, Visit.voided_at.is_(None))
_SEEN = select(
    Round.id,
    _count(Visit, *_COMPLETE, Visit.recheck.is_(False)),
    _count(Visit, *_COMPLETE, Visit.recheck),
    _count(RoundGrid, RoundGrid.checked_at.is_not(None)),
).where(Round.id.in_(bindparam("ids", expanding=True)))


_STATES: dict[RoundState, ColumnElement[bool]] = {
    RoundState.CANCELLED: Round.cancelled_at.is_not(None),
    RoundState.ENDED: and_(Round.cancelled_at.is_(None), Round.ended_at.is_not(None)),
    RoundState.OPEN: and_(Round.cancelled_at.is_(None), Round.ended_at.is_(None), Round.started_at.is_not(None)),
    RoundState.PLANNED: and_(Round.cancelled_at.is_(None), Round.ended_at.is_(None), Round.started_at.is_(None)),
}


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(_STATES[wanted.state])
    if wanted.theme:
        found.append(Round.theme == wanted.theme)
    if wanted.start is not None:
        found.append(wanted.start <= _WHEN)
    if wanted.end is not None:
        found.append(wanted.end > _WHEN)
    return found
