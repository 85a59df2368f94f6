"""Finding cases and their events by what others call them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.people.models import Unit


@dataclass(frozen=True, slots=True)
class Acted:
    """An event and who acted; None: nobody (an import, the calendar)."""

    event: Event
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class History:
    """The events of a case that are still told, and the number of the last event ever recorded."""

    acted: tuple[Acted, ...]
    last_seq: int

    @property
    def events(self) -> list[Event]:
        """The events alone."""
        return [acted.event for acted in self.acted]

    def last(self, move: Move) -> Acted | None:
        """The last event of a kind, by the order of recording."""
        return next((acted for acted in reversed(self.acted) if acted.event.move is move), None)


EVENT_COLUMNS = (
    CaseEvent.move,
    CaseEvent.happened_at,
    CaseEvent.seq,
    CaseEvent.unit_id,
    CaseEvent.category_id,
    CaseEvent.condition_id,
    CaseEvent.due_at,
    CaseEvent.handle_due_at,
    CaseEvent.turns,
    CaseEvent.outcome,
    CaseEvent.until_at,
    CaseEvent.into_id,
)

# Every move asks these, so they are built once: building a statement costs more than running it.
_BY_NUMBER = select(Case).where(Case.number == bindparam("number"))
_BY_RECORD = select(Case).where(Case.record_id == bindparam("record_id"))
_EVENT_OF_RECORD = select(CaseEvent.case_id, CaseEvent.move, CaseEvent.id).where(
    CaseEvent.record_id == bindparam("record_id")
)
_UNIT = select(Unit).where(Unit.id == bindparam("unit_id"), Unit.root_id == bindparam("root_id"))
_LOCKED = (
    select(Case)
    .where(Case.id.in_(bindparam("case_ids", expanding=True)))
    .order_by(Case.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCKED_BY_NUMBER = _BY_NUMBER.with_for_update().execution_options(populate_existing=True)
_HISTORY = (
    select(*EVENT_COLUMNS, CaseEvent.actor_id, CaseEvent.superseded_at)
    .where(CaseEvent.case_id == bindparam("case_id"))
    .order_by(CaseEvent.seq)
)


def case(session: Session, case_id: int) -> Case | None:
    """The case of an id."""
    return session.get(Case, case_id)


def of_ids(session: Session, case_ids: Collection[int]) -> list[Case]:
    """The cases of some ids, oldest first."""
    return list(session.scalars(select(Case).where(Case.id.in_(sorted(case_ids))).order_by(Case.reported_at, Case.id)))


def by_number(session: Session, number: str) -> Case | None:
    """The case of a number."""
    return session.scalar(_BY_NUMBER, {"number": number})


def by_record(session: Session, record_id: str) -> Case | None:
    """The case that began with a phone's record."""
    return session.scalar(_BY_RECORD, {"record_id": record_id})


def by_reference(session: Session, reference: str) -> Case | None:
    """The case that a phone names: by the uuid of its report, or by its number."""
    return by_record(session, reference) or by_number(session, reference)


def event_of_record(session: Session, record_id: str) -> tuple[int, Move, int] | None:
    """(case id, move, event id) of the event that a phone's record became."""
    row = session.execute(_EVENT_OF_RECORD, {"record_id": record_id}).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def unit(session: Session, root_id: int, unit_id: int) -> Unit | None:
    """A unit of a root."""
    return session.scalar(_UNIT, {"unit_id": unit_id, "root_id": root_id})


def locked(session: Session, case_ids: Collection[int]) -> dict[int, Case]:
    """Cases by id, held until the end of the transaction; always taken in one order, so that nobody waits in a ring."""
    rows = session.scalars(_LOCKED, {"case_ids": sorted(set(case_ids))})
    return {found.id: found for found in rows}


def locked_by_number(session: Session, number: str) -> Case | None:
    """The case of a number, held until the end of the transaction."""
    return session.scalar(_LOCKED_BY_NUMBER, {"number": number})


def history(session: Session, case_id: int) -> History:
    """The events of a case that are still told, in the order they were recorded, with who acted."""
    # By the connection: of plain columns the session would only add what it costs.
    rows = session.connection().execute(_HISTORY, {"case_id": case_id}).all()
    kept = tuple(Acted(_event(row[:-2]), row[-2]) for row in rows if row[-1] is None)
    return History(kept, rows[-1].seq if rows else 0)


def told(session: Session, case_ids: Sequence[int]) -> dict[int, list[Event]]:
    """The events of several cases that are still told, by case."""
    return {case_id: [one.event for one in found] for case_id, found in acted(session, case_ids).items()}


def acted(session: Session, case_ids: Sequence[int]) -> dict[int, list[Acted]]:
    """The same with who acted."""
    found: dict[int, list[Acted]] = {case_id: [] for case_id in case_ids}
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.actor_id, *EVENT_COLUMNS)
        .where(CaseEvent.case_id.in_(list(found)), CaseEvent.superseded_at.is_(None))
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    for row in rows:
        found[row[0]].append(Acted(_event(row[2:]), row[1]))
    return found


def _event(values: Sequence[Any]) -> Event:
    return Event(*values)


def to_resume(session: Session, now: datetime, limit: int) -> list[int]:
    """Cases suspended to a set date (缓办) that has come."""
    rows = session.scalars(select(Case.id).where(Case.resume_at <= now).order_by(Case.resume_at).limit(limit))
    return list(rows)
