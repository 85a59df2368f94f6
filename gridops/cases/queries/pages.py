"""One case with everything around it, and the tasks of an inspector and of a unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups, steps, terms
from gridops.cases.queries.filters import sees
from gridops.cases.queries.merging import Absorbed, Linked, absorbed, lead
from gridops.cases.queries.rows import CASE_COLUMNS, CaseRow, with_names
from gridops.cases.queries.splitting import parts, whole
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.deadlines import WhyDue, WorkingClock, limit_of, why_due
from gridops.cases.rules.facts import Event, Facts, Helper
from gridops.cases.rules.moves import MOVES, Clock, Move, State, clock_after
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import counted_under
from gridops.cases.rules.standing import Standing, moves_for, refusal
from gridops.cases.rules.steps import Visit
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.core.errors import NotFound
from gridops.grids.models import Grid, GridVersion
from gridops.operations.models import Campaign
from gridops.people.models import Helping, Unit, User
from gridops.people.queries import Scope, apply_scope, scope_of, units_below
from gridops.people.rules import Person, Role
from gridops.worktime.queries import working_time

TASKS = 200
# Asked with every move, so it is built once.
_SIGHT = select(Case.id, Case.root_id, Case.grid_id, Case.unit_id, Case.reporter_id).where(
    Case.number == bindparam("number")
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as shown; names are of now.

    `lay`: how long the case had lain there before it, in seconds; `lay_in`: the state in which it lay.
    """

    seq: int
    event_id: int
    move: Move
    happened_at: datetime
    recorded_at: datetime
    actor: str | None
    unit: str | None
    category: str | None
    outcome: bool | None
    due_at: datetime | None
    until_at: datetime | None
    into: str | None
    reason: str | None
    details: dict[str, Any]
    lay: float | None
    lay_in: State | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """A unit that helps with a case: the entries of the timeline that name it and that tell its result."""

    helper: Helper
    asked: TimelineEntry
    result: TimelineEntry | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case and all that its page shows; `clock`: whose clock runs; `moves`: what this person may do now.

    `lead`: where a merged case is dealt with; `absorbed`: the cases merged into this one; `whole`: the case it
    was split from; `parts`: those it was split into. `steps`: how long each took, where steps have limits.
    `counted_by`: the condition by which the deadline is counted, where it stands under another since (改类).
    """

    case: Case
    facts: Facts
    category: str
    category_code: str
    category_list: str
    condition: FilingCondition | None
    grid: str
    grid_code: str
    unit: str | None
    campaign: str | None
    reporter: str | None
    lead: Linked | None
    absorbed: tuple[Absorbed, ...]
    whole: Linked | None
    parts: tuple[Linked, ...]
    timeline: tuple[TimelineEntry, ...]
    why_due: WhyDue
    clock: Clock
    standing: Standing
    moves: tuple[Move, ...]
    steps: tuple[Visit, ...] = ()
    counted_by: FilingCondition | None = None

    @property
    def helpers(self) -> tuple[Help, ...]:
        """The units that help, each with its task and its result (会办)."""
        told = {entry.seq: entry for entry in self.timeline}
        return tuple(
            Help(one, told[one.seq], told.get(one.answered or 0)) for one in self.facts.helpers if one.seq in told
        )

    def why_not(self, move: Move) -> str | None:
        """Why this person may not make a move now, in a sentence; None when they may."""
        found = refusal(move, self.facts, self.case.source, self.standing)
        return found.words if found else None

    def moved_since(self, version: int) -> tuple[TimelineEntry, ...]:
        """What has happened from the first move on that a form shown at this version did not know of."""
        return since(self.timeline, version, self.case.version)


def since(told: Collection[TimelineEntry], seen: int, now: int) -> tuple[TimelineEntry, ...]:
    """What has happened from the first move on that the version `seen` did not know of; `now`: the one there is."""
    moves = sorted(entry.seq for entry in told if MOVES[entry.move].changes)
    unknown = moves[-missed:] if (missed := now - seen) > 0 else []
    return tuple(entry for entry in told if unknown and entry.seq >= unknown[0])


class TaskKind(StrEnum):
    """What is to be done on site or by a unit: 核实, 核查, 处置, 会办."""

    VERIFY = "verify"
    CHECK = "check"
    HANDLE = "handle"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Task:
    """A case that waits for this person, and what for; `due_at`: the date of its own that a helping unit was given."""

    kind: TaskKind
    row: CaseRow
    due_at: datetime | None = None

    @property
    def limit(self) -> datetime:
        """Until when; FAR: no clock runs."""
        return self.due_at or limit_of(self.row)[0]


def case_in_sight(session: Session, person: Person, number: str) -> Case:
    """The case of a number, if the person sees it; NotFound otherwise."""
    return _in_sight(session, scope_of(session, person), number)


def id_in_sight(session: Session, scope: Scope, number: str) -> int:
    """The id of the case of a number, if the scope shows it; NotFound otherwise. A move reads the case itself."""
    row = session.execute(_SIGHT, {"number": number}).one_or_none()
    if row is None:
        raise NotFound("没有这个案件")
    if not scope.sees(root_id=row[1], grid_id=row[2], unit_id=row[3], reporter_id=row[4], case_id=row[0]):
        raise NotFound("没有这个案件")
    return int(row[0])


def case_file(session: Session, person: Person, number: str) -> CaseFile:
    """The page of a case for a person who sees it; NotFound otherwise."""
    scope = scope_of(session, person)
    case = _in_sight(session, scope, number)
    history = lookups.history(session, case.id)
    facts = project(history.events)
    standing = standing_of(session, person, case, history)
    condition = catalogue.condition(session, case.condition_id, case.root_id) if case.condition_id else None
    time = working_time(session, case.root_id)
    under = counted_under(history.events)
    limits = terms.of_case(session, case, under)
    counted_by = catalogue.condition(session, under, case.root_id) if under and under != case.condition_id else None
    return CaseFile(
        case=case,
        facts=facts,
        **_names(session, case),
        condition=condition,
        lead=lead(session, scope, case),
        absorbed=absorbed(session, scope, case.id),
        whole=whole(session, scope, case.id),
        parts=parts(session, scope, case.id),
        timeline=tuple(_with_states(timeline(session, case.id), history.events)),
        why_due=why_due(history.events, limits, WorkingClock(time.calendar, time.hours)),
        clock=clock_after(case.state, suspended=case.suspended_at is not None),
        standing=standing,
        moves=tuple(moves_for(facts, case.source, standing)),
        steps=tuple(steps.of_case(session, case, history.events)),
        counted_by=counted_by,
    )


def timeline(session: Session, case_id: int) -> list[TimelineEntry]:
    """The events of a case that are still told, in the order they happened, with names."""
    return timelines(session, [case_id])[case_id]


def timelines(session: Session, case_ids: Collection[int]) -> dict[int, list[TimelineEntry]]:
    """The same of several cases, by their ids."""
    rows = session.execute(
        select(CaseEvent, User.name, Unit.name, Category.name_zh, Case.number)
        .outerjoin(User, User.id == CaseEvent.actor_id)
        .outerjoin(Unit, Unit.id == CaseEvent.unit_id)
        .outerjoin(Category, Category.id == CaseEvent.category_id)
        .outerjoin(Case, Case.id == CaseEvent.into_id)
        .where(CaseEvent.case_id.in_(sorted(case_ids)), CaseEvent.superseded_at.is_(None))
        .order_by(CaseEvent.happened_at, CaseEvent.seq)
    )
    by_case: dict[int, list[TimelineEntry]] = {case_id: [] for case_id in case_ids}
    for event, actor, unit, category, into in rows:
        found = by_case[event.case_id]
        before = found[-1].happened_at if found else None
        found.append(
            TimelineEntry(
                seq=event.seq,
                event_id=event.id,
                move=event.move,
                happened_at=event.happened_at,
                recorded_at=event.recorded_at,
                actor=actor,
                unit=unit,
                category=category,
                outcome=event.outcome,
                due_at=event.due_at,
                until_at=event.until_at,
                into=into,
                reason=event.reason,
                details=event.details or {},
                lay=(event.happened_at - before).total_seconds() if before else None,
            )
        )
    return by_case


def _with_states(told: list[TimelineEntry], events: Collection[Event]) -> list[TimelineEntry]:
    """Each entry with the state in which the case lay before it."""
    by_seq = {event.seq: event for event in events}
    found, seen = [], list[Event]()
    for entry in told:
        found.append(replace(entry, lay_in=project(seen).state) if seen else entry)
        if entry.seq in by_seq:
            seen.append(by_seq[entry.seq])
    return found


def tasks_of(session: Session, person: Person, limit: int = TASKS) -> list[Task]:
    """What waits for a person, by time left: to verify and check in his territory, to handle and help in his unit."""
    unchecked = (Case.state == State.CHECKING, Case.checked_at.is_(None), *_not_own(session, person))
    in_unit = (Case.state.in_((State.DISPATCHED, State.RECEIVED)), Case.suspended_at.is_(None))
    wanted: tuple[tuple[TaskKind, Role, tuple[Any, ...]], ...] = (
        (TaskKind.VERIFY, Role.INSPECTOR, (Case.state == State.VERIFYING, Case.suspended_at.is_(None))),
        (TaskKind.CHECK, Role.INSPECTOR, unchecked),
        (TaskKind.HANDLE, Role.HANDLER, in_unit),
    )
    found: list[Task] = []
    for kind, role, conditions in wanted:
        if role not in person.roles:
            continue
        only = replace(person, holdings=tuple(held for held in person.holdings if held.role is role))
        stmt = apply_scope(
            select(*CASE_COLUMNS), scope_of(session, only), root=Case.root_id, grid=Case.grid_id, unit=Case.unit_id
        )
        key = func.coalesce(Case.handle_due_at, Case.runs_out_at) if kind is TaskKind.HANDLE else Case.runs_out_at
        rows = session.execute(stmt.where(*conditions).order_by(key, Case.id).limit(limit)).all()
        found += [Task(kind, row) for row in with_names(session, [CaseRow(*row) for row in rows])]
    if Role.HANDLER in person.roles:
        found += _to_help(session, person, limit)
    return sorted(found, key=lambda task: (task.limit, task.row.id))


def _to_help(session: Session, person: Person, limit: int) -> list[Task]:
    """The cases of others with which a unit of this person still has to help; once for each, by its earliest date."""
    ids = units_below(session, [held.unit_id for held in person.holdings if held.role is Role.HANDLER and held.unit_id])
    due = select(Helping.case_id, func.min(Helping.due_at).label("due_at")).where(
        Helping.unit_id.in_(sorted(ids)), Helping.answered_at.is_(None)
    )
    own = due.group_by(Helping.case_id).subquery()
    stmt = select(own.c.due_at, *CASE_COLUMNS).join(own, own.c.case_id == Case.id)
    stmt = stmt.where(Case.root_id == person.root_id, Case.state.in_(MOVES[Move.HELP_DONE].from_states))
    rows = session.execute(stmt.order_by(Case.runs_out_at, Case.id).limit(limit)).all()
    named = with_names(session, [CaseRow(*row[1:]) for row in rows])
    return [Task(TaskKind.HELP, row, found.due_at) for row, found in zip(named, rows, strict=True)]


def _not_own(session: Session, person: Person) -> Collection[Any]:
    """An inspector never checks what his own unit handled, where he is its handler too."""
    own = [held.unit_id for held in person.holdings if held.role is Role.HANDLER]
    if not own:
        return ()
    return (Case.unit_id.is_(None) | Case.unit_id.not_in(sorted(units_below(session, own))),)


def _in_sight(session: Session, scope: Scope, number: str) -> Case:
    case = lookups.by_number(session, number)
    if case is None or not sees(scope, case):
        raise NotFound("没有这个案件")
    return case


def _names(session: Session, case: Case) -> dict[str, Any]:
    row = session.execute(
        select(
            Category.name_zh,
            Category.code,
            CategoryList.code,
            GridVersion.name,
            Grid.code,
            Unit.name,
            Campaign.name,
            User.name,
        )
        .select_from(Case)
        .join(Category, Category.id == Case.category_id)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .join(Grid, Grid.id == Case.grid_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
        .outerjoin(Campaign, Campaign.id == Case.campaign_id)
        .outerjoin(User, User.id == Case.reporter_id)
        .where(Case.id == case.id)
    ).one()
    names = ("category", "category_code", "category_list", "grid", "grid_code", "unit", "campaign", "reporter")
    return dict(zip(names, row, strict=True))
