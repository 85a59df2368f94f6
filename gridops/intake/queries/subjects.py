"""What records led to beside cases: number, root and grid of rounds, outings, incidents, problem items and the like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, null, select
from sqlalchemy.orm import Session, aliased

from gridops.inspections.models import Round, Visit
from gridops.inspections.rules import VisitKind
from gridops.intake.models import Record
from gridops.intake.rules import RecordState, RecordType, as_uuid, lets_others_fit
from gridops.operations.models import Handover, Incident, Outing, Tally
from gridops.people.models import User
from gridops.premises.models import Premises
from gridops.squads.models import Squad, SquadMember, Track
from gridops.squads.queries import bearing
from gridops.squads.rules import plain_code
from gridops.supervision.models import DisciplineCheck, Problem

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that records are about: `number` its own, or of the round or outing it belongs to; `at`: when it was.

    `unit_id`: the unit it is about.
    """

    kind: str
    id: int
    root_id: int
    number: str | None = None
    grid_id: int | None = None
    at: datetime | None = None
    unit_id: int | None = None


def subject(session: Session, kind: str, subject_id: int) -> Subject | None:
    """A thing by kind and id; None where there is no such thing, or no such kind."""
    ask = _ASKED.get(kind)
    row = session.execute(ask(subject_id)).one_or_none() if ask else None
    return Subject(kind, subject_id, *row) if row is not None else None


def by_record(session: Session, kind: str, record_id: str) -> int | None:
    """The id of the thing that a phone's record made; None where it made none."""
    model = _NAMED[kind]
    found: int | None = session.scalar(select(model.id).where(model.record_id == record_id))
    return found


def by_number(session: Session, root_id: int, kind: str, number: str) -> int | None:
    """The id of the thing that bears a number in a root; an incident's number is its id."""
    model = _NAMED[kind]
    if model is not Incident:
        named = model.number == number
    elif number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS:
        named = Incident.id == int(number)
    else:
        return None
    found: int | None = session.scalar(select(model.id).where(model.root_id == root_id, named))
    return found


def name_of(session: Session, root_id: int, kind: str, subject_id: int) -> str | None:
    """By what its room finds a thing that bodies name: its number, an incident by its id; None in another root."""
    model = _NAMED[kind]
    name = model.id if model is Incident else model.number
    found = session.scalar(select(name).where(model.id == subject_id, model.root_id == root_id))
    return None if found is None else str(found)


def by_code(session: Session, root_id: int, code: str) -> tuple[str, str] | None:
    """The kind and number of the round or outing whose leader shows a QR code; None where nobody shows it."""
    for kind, model in (("round", Round), ("outing", Outing)):
        rows = select(model.number).join(Squad, Squad.id == model.squad_id)
        number = session.scalar(rows.where(bearing(code), Squad.root_id == root_id))
        if number is not None:
            return kind, number
    return None


def held_until_joined(session: Session, row: Record) -> list[Record]:
    """The held check-ins and inspections of the round or outing that a record joins or begins, oldest first.

    They may fit now: a code is known, somebody is there. Nothing for any other record.
    """
    if not lets_others_fit(row.type, row.body) or row.subject_kind is None or row.subject_id is None:
        return []
    number, record_id = _squad_names(session, row.subject_kind, row.subject_id)
    names, code = {number, record_id, row.id}, row.body.get("code")
    sender = select(User.root_id).where(User.id == row.user_id).scalar_subquery()
    held = (
        select(Record)
        .join(User, User.id == Record.user_id)
        .where(
            User.root_id == sender,
            Record.state == RecordState.HELD,
            Record.type.in_(_RETRIED),
            Record.received_at >= row.received_at - _RETRIED_FOR,
        )
    )
    about = [one.id for one in session.scalars(held) if _is_about(one, names, code)]
    locked = select(Record).where(Record.id.in_(about)).order_by(Record.happened_at, Record.id).with_for_update()
    rows = session.scalars(locked.execution_options(populate_existing=True)) if about else ()
    return [one for one in rows if one.state is RecordState.HELD]


def _is_about(row: Record, names: set[str | None], code: str | None) -> bool:
    if row.type is RecordType.VISIT and row.body.get("kind") != VisitKind.INSPECTION:
        return False
    named = row.body.get("round") or row.body.get("outing")
    if named is None:
        return code is not None and plain_code(row.body.get("code") or "") == plain_code(code)
    return (as_uuid(named) or named) in names


def _squad_names(session: Session, kind: str, subject_id: int) -> tuple[str | None, str | None]:
    """Number and record of a round or an outing, or of the one that a member of a squad is on."""
    for model in (Round, Outing):
        rows = select(model.number, model.record_id)
        if kind == "squad_member":
            rows = rows.join(SquadMember, SquadMember.squad_id == model.squad_id).where(SquadMember.id == subject_id)
        elif _NAMED[kind] is model:
            rows = rows.where(model.id == subject_id)
        else:
            continue
        if (found := session.execute(rows).one_or_none()) is not None:
            return found[0], found[1]
    return None, None


_RETRIED = (RecordType.CHECK_IN, RecordType.VISIT)
# What a person has not judged by then is judged by one.
_RETRIED_FOR = timedelta(days=14)
# Kinds that bodies name (`rules.NAMING`).
_NAMED: dict[str, Any] = {"round": Round, "outing": Outing, "incident": Incident, "problem": Problem}
Asked = Callable[[int], Any]


def _round(subject_id: int) -> Any:
    return select(Round.root_id, Round.number, null(), Round.started_at).where(Round.id == subject_id)


def _outing(subject_id: int) -> Any:
    return select(Outing.root_id, Outing.number, Outing.grid_id, Outing.started_at).where(Outing.id == subject_id)


def _visit(subject_id: int) -> Any:
    return (
        select(Visit.root_id, Round.number, Premises.grid_id, Visit.visited_at)
        .join(Premises, Premises.id == Visit.premises_id)
        .outerjoin(Round, Round.id == Visit.round_id)
        .where(Visit.id == subject_id)
    )


def _tally(subject_id: int) -> Any:
    rows = select(Outing.root_id, Outing.number, Outing.grid_id, Tally.at)
    return rows.join(Outing, Outing.id == Tally.outing_id).where(Tally.id == subject_id)


def _incident(subject_id: int) -> Any:
    grid = func.coalesce(Premises.grid_id, Outing.grid_id)
    return (
        select(Incident.root_id, Outing.number, grid, Incident.happened_at)
        .outerjoin(Premises, Premises.id == Incident.premises_id)
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .where(Incident.id == subject_id)
    )


def _handover(subject_id: int) -> Any:
    return (
        select(Handover.root_id, Outing.number, Outing.grid_id, Handover.at)
        .outerjoin(Outing, Outing.id == Handover.outing_id)
        .where(Handover.id == subject_id)
    )


def _of_squad(model: Any, at: Any) -> Asked:
    """What belongs to a squad belongs to its round or outing."""

    def ask(subject_id: int) -> Any:
        night, day = aliased(Round), aliased(Outing)
        root, number = func.coalesce(night.root_id, day.root_id), func.coalesce(night.number, day.number)
        return (
            select(root, number, day.grid_id, at)
            .select_from(model)
            .outerjoin(night, night.squad_id == model.squad_id)
            .outerjoin(day, day.squad_id == model.squad_id)
            .where(model.id == subject_id)
        )

    return ask


def _discipline_check(subject_id: int) -> Any:
    found = DisciplineCheck
    return select(found.root_id, null(), null(), found.at, found.unit_id).where(found.id == subject_id)


def _problem(subject_id: int) -> Any:
    found = Problem
    return select(found.root_id, found.number, found.grid_id, found.at, found.unit_id).where(found.id == subject_id)


def _premises(subject_id: int) -> Any:
    return select(Premises.root_id, null(), Premises.grid_id, null()).where(Premises.id == subject_id)


# Kind of thing, as rooms name what a record led to -> how it is asked for.
_ASKED: dict[str, Asked] = {
    "round": _round,
    "outing": _outing,
    "visit": _visit,
    "tally": _tally,
    "incident": _incident,
    "handover": _handover,
    "squad_member": _of_squad(SquadMember, SquadMember.checked_in_at),
    "track": _of_squad(Track, Track.started_at),
    "discipline_check": _discipline_check,
    "problem": _problem,
    "premises": _premises,
}
