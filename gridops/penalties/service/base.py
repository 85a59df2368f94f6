"""What all verbs share: who may, whether the row is as it was seen, an event appended, the row as their fold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed
from gridops.penalties import queries
from gridops.penalties.models import Penalty, PenaltyEvent
from gridops.penalties.rules import (
    ACT_NAMES,
    RULES,
    STAGE_NAMES,
    Act,
    Event,
    PartyKind,
    Stage,
    State,
    columns,
    fold,
    roles_for,
)
from gridops.penalties.rules import said as told
from gridops.penalties.rules.money import NOTHING
from gridops.people.queries import may_at
from gridops.people.rules import Person

CHANGED_MEANWHILE = "有人先改动了这条记录，请刷新页面后再试"


def begin(
    session: Session,
    person: Person,
    row: Penalty,
    act: Act,
    version: int,
    *,
    own: bool | None = None,
    simple: bool = False,
) -> None:
    """Lock the row and see that this person may make this act on it now; `own`: whose act it is, else as the row says.

    Raises NotAllowed (role), Conflict (changed meanwhile, or not at this stage), Closed (over already).
    """
    session.refresh(row, with_for_update=True)
    check_role(
        session, person, act, queries.grid_of(session, row), own=ours(row) if own is None else own, simple=simple
    )
    if row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    stage = queries.stage_of_row(row)
    if stage in RULES[act].stages:
        return
    said = f"{STAGE_NAMES[stage]}的处罚不能办理“{ACT_NAMES[act]}”"
    raise Closed(said) if stage is Stage.CONCLUDED else Conflict(said)


def check_role(session: Session, person: Person, act: Act, grid_id: int, *, own: bool, simple: bool = False) -> None:
    """NotAllowed for who does not hold one of the roles of an act at a place."""
    if not may_at(session, person, roles_for(act, own=own, simple=simple), grid_id):
        raise NotAllowed(f"您没有办理“{ACT_NAMES[act]}”所需的角色")


def offered(session: Session, person: Person, row: Penalty) -> list[Act]:
    """The acts that this person may make on a penalty now, in the order of a proceeding.

    Who decides depends on the decision itself (by whom, on the spot or not), so its form is there for all who might.
    """
    grid_id, stage = queries.grid_of(session, row), queries.stage_of_row(row)
    might = [roles_for(Act.DECIDE, own=False), roles_for(Act.DECIDE, own=True, simple=True)]
    roles = {act: roles_for(act, own=ours(row)) for act in RULES} | {Act.DECIDE: frozenset().union(*might)}
    return [act for act in RULES if stage in RULES[act].stages and may_at(session, person, roles[act], grid_id)]


def ours(row: Penalty) -> bool:
    """Whether it is the street's own business: its own decision, or not decided by anybody yet."""
    return row.own or (row.decided_at is None and not row.decided_by)


def new_row(root_id: int, party_kind: PartyKind, opened_at: datetime, **outside: Any) -> Penalty:
    """A row before its first event; `outside`: its names in files and records."""
    return Penalty(
        root_id=root_id,
        party_kind=party_kind,
        kinds=[],
        pauses=[],
        fine=NOTHING,
        confiscated=NOTHING,
        opened_at=opened_at,
        recorded_at=clock.now(),
        version=0,
        **outside,
    )


def write(
    session: Session,
    row: Penalty,
    act: Act,
    at: datetime,
    *,
    actor_id: int | None,
    reason: str | None = None,
    **values: Any,
) -> None:
    """Append an event, make the row the fold of all of them, and leave a line in the audit trail."""
    known = queries.events_of(session, [row.id])
    made = append(session, row, len(known) + 1, act, at, actor_id=actor_id, reason=reason, **values)
    project(row, fold(map(as_event, [*known, made])))
    row.version += 1
    session.flush()
    audit.record(session, f"penalty.{act}", "penalty", row.id, actor_id=actor_id, root_id=row.root_id)


def append(
    session: Session,
    row: Penalty,
    seq: int,
    act: Act,
    at: datetime,
    *,
    actor_id: int | None,
    reason: str | None = None,
    **values: Any,
) -> PenaltyEvent:
    """Append one event and nothing else."""
    made = PenaltyEvent(
        penalty_id=row.id,
        seq=seq,
        act=act.value,
        happened_at=at,
        recorded_at=clock.now(),
        actor_id=actor_id,
        details=told(**values),
        reason=reason,
    )
    session.add(made)
    return made


def as_event(kept: PenaltyEvent) -> Event:
    """An event as the fold asks."""
    return Event(Act(kept.act), kept.happened_at, kept.seq, kept.details)


def project(row: Penalty, state: State) -> None:
    """Write what holds into the row; a file's names and our own bookkeeping stay."""
    for name, value in columns(state).items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def not_before(field: str, at: datetime, since: datetime | None, says: str) -> None:
    """Invalid where a step is dated before the one it follows; days are compared, papers give no more."""
    if since is not None and clock.local_date(at) < clock.local_date(since):
        raise Invalid((field, says))
