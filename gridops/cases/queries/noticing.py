"""What notices say of cases, who may still read of them, and which cases run out soon."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.filters import visible
from gridops.cases.queries.merging import absorbed_ids
from gridops.cases.queries.splitting import whole_of
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.queue import GROUP_STATES, Group
from gridops.catalogue.models import Category
from gridops.grids.models import GridVersion
from gridops.people.queries import Scope, load_person, scope_of

WITH_UNIT = GROUP_STATES[Group.HANDLING]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A case as a group may read of it: no person, no words of anybody."""

    id: int
    root_id: int
    number: str
    state: State
    unit_id: int | None
    runs_out_at: datetime
    category: str
    grid: str


def noticed(session: Session, case_ids: Collection[int]) -> dict[int, Noticed]:
    """What may be told of some cases, by their ids; the grid by its name on the day of the report."""
    rows = session.execute(
        select(
            Case.id, Case.root_id, Case.number, Case.state, Case.unit_id, Case.runs_out_at,
            Category.name_zh, GridVersion.name,
        )
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .where(Case.id.in_(sorted(set(case_ids))))
    )  # fmt: skip
    return {row.id: Noticed(*row) for row in rows}


def in_sight(session: Session, scope: Scope, numbers: Collection[str]) -> set[str]:
    """Those of some cases, by their numbers, that a scope shows as they lie now, whoever was told of them before."""
    return set(session.scalars(visible(select(Case.number).where(Case.number.in_(sorted(set(numbers)))), scope)))


def in_sight_of(session: Session, user_id: int, numbers: Collection[str]) -> set[str]:
    """The same for a person; none for who may not sign in any more."""
    person = load_person(session, user_id)
    return in_sight(session, scope_of(session, person), numbers) if person is not None else set()


@dataclass(frozen=True, slots=True)
class Concerning:
    """A case as its people are told of it: `Noticed`, where it lies, whose report it is and what is asked."""

    id: int
    root_id: int
    number: str
    state: State
    unit_id: int | None
    runs_out_at: datetime
    grid_id: int
    reporter_id: int | None
    asked_at: datetime | None
    category: str
    grid: str


def concerning(session: Session, case_ids: Collection[int]) -> dict[int, Concerning]:
    """What may be told of some cases, by their ids."""
    rows = session.execute(
        select(
            Case.id, Case.root_id, Case.number, Case.state, Case.unit_id, Case.runs_out_at, Case.grid_id,
            Case.reporter_id, Case.asked_at, Category.name_zh, GridVersion.name,
        )
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .where(Case.id.in_(sorted(set(case_ids))))
    )  # fmt: skip
    return {row.id: Concerning(*row) for row in rows}


def reported_with(session: Session, case_id: int) -> list[int]:
    """The cases merged into one, or into that it was split from, whose reporters may be told of its end."""
    split_from = whole_of(session, case_id)
    merged = [one for each in (case_id, split_from) if each for one in absorbed_ids(session, each)]
    known = select(Case.id).where(Case.id.in_(merged), Case.reporter_id.is_not(None)).order_by(Case.id)
    return list(session.scalars(known)) if merged else []


@dataclass(frozen=True, slots=True)
class Act:
    """Who made a move, when, and until when something was asked for with it."""

    happened_at: datetime
    actor_id: int | None
    until_at: datetime | None


def acts(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Act]:
    """Some events, by the ids of their cases and their places in them."""
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.happened_at, CaseEvent.actor_id, CaseEvent.until_at).where(
            tuple_(CaseEvent.case_id, CaseEvent.seq).in_(sorted(set(places)))
        )
    )
    return {(row.case_id, row.seq): Act(row.happened_at, row.actor_id, row.until_at) for row in rows}


def pressers(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], frozenset[int]]:
    """Who pressed for each of some answers, by its place: all who did since the answer before."""
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.move, CaseEvent.actor_id)
        .where(
            CaseEvent.case_id.in_(sorted({case_id for case_id, _ in places})),
            CaseEvent.move.in_((Move.PRESS, Move.ANSWER_PRESS)),
            CaseEvent.superseded_at.is_(None),
        )
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    found: dict[tuple[int, int], frozenset[int]] = {}
    waiting: dict[int, set[int]] = {}
    for case_id, seq, move, actor_id in rows:
        if move is Move.ANSWER_PRESS:
            found[case_id, seq] = frozenset(waiting.pop(case_id, ()))
        elif actor_id is not None:
            waiting.setdefault(case_id, set()).add(actor_id)
    return found


def answers_due(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """When the answers to some 督办 are due, by case and place; without those that were answered by now."""
    later = aliased(CaseEvent)
    answered = select(later.id).where(
        later.case_id == CaseEvent.case_id, later.seq > CaseEvent.seq, later.move == Move.ANSWER_PRESS
    )
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.until_at).where(
            tuple_(CaseEvent.case_id, CaseEvent.seq).in_(sorted(set(places))),
            ~answered.exists(),
        )
    )
    return {(case_id, seq): until for case_id, seq, until in rows if until is not None}


@dataclass(frozen=True, slots=True)
class RunningOut:
    """A case in a unit's hands whose time ends soon."""

    id: int
    unit_id: int | None
    dispatched_at: datetime | None
    runs_out_at: datetime


def running_out(session: Session, root_id: int, now: datetime, until: datetime, limit: int = 5000) -> list[RunningOut]:
    """The cases of a root in units' hands whose time ends between two instants, the next first."""
    rows = session.execute(
        select(Case.id, Case.unit_id, Case.dispatched_at, Case.runs_out_at)
        .where(
            Case.root_id == root_id,
            Case.state.in_(WITH_UNIT),
            Case.unit_id.is_not(None),
            Case.runs_out_at > now,
            Case.runs_out_at <= until,
        )
        .order_by(Case.runs_out_at, Case.id)
        .limit(limit)
    )
    return [RunningOut(*row) for row in rows]
