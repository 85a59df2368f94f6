"""Visits, what they found and left behind, and what is still to be looked at again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import VisitKind
from gridops.people.queries import Scope, apply_scope
from gridops.premises.models import Premises
from gridops.squads.models import SquadMember

_MOST = 500
# Premises without a grid are those of the whole jurisdiction.
GRID = func.coalesce(Premises.grid_id, Premises.root_id)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit with the name of the premises and the number of its round."""

    visit: Visit
    premises: str
    round_number: str | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its visit and the deadline of the paper left there, if any."""

    finding: Finding
    visit: Visit
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """A paper whose findings have not all been seen mended: a re-inspection owed since, or from, `order.due_at`."""

    order: Order
    visit: Visit
    premises: str
    round_number: str | None
    open: int


def visit_of_record(session: Session, record_id: str) -> Visit | None:
    """The visit that a phone's record made."""
    return session.scalar(select(Visit).where(Visit.record_id == record_id))


def visits_of(session: Session, round_id: int, scope: Scope | None = None) -> list[VisitRow]:
    """The visits of a round in order of time, voided ones too; with a scope those it shows."""
    query = _rows().where(Visit.round_id == round_id).order_by(Visit.visited_at, Visit.id)
    return [VisitRow(*row) for row in session.execute(query if scope is None else _in_sight(query, scope))]


def visits_of_rounds(session: Session, round_ids: Collection[int]) -> list[VisitRow]:
    """The visits of several rounds that were not voided, in order of time."""
    query = _rows().where(Visit.round_id.in_(sorted(set(round_ids))), Visit.voided_at.is_(None))
    return [VisitRow(*row) for row in session.execute(query.order_by(Visit.visited_at, Visit.id))]


def found_by(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """Visit id -> how many things it found, for those that found any."""
    rows = session.execute(
        select(Finding.visit_id, func.count())
        .where(Finding.visit_id.in_(sorted(set(visit_ids))), Finding.voided_at.is_(None))
        .group_by(Finding.visit_id)
    )
    return {row[0]: row[1] for row in rows}


def looked_at(
    session: Session, premises_ids: Collection[int], start: datetime, end: datetime
) -> dict[int, tuple[int, datetime]]:
    """Id of premises -> how often inspected in [start, end), re-inspections apart, and when last visited completely.

    As `inspections_between`, for many premises at once; ids of merged ones stand for themselves.
    """
    counted = and_(Visit.kind == VisitKind.INSPECTION, Visit.recheck.is_(False), Visit.visited_at >= start)
    rows = session.execute(
        select(Visit.premises_id, func.count(case((counted, 1))), func.max(Visit.visited_at))
        .where(
            Visit.premises_id.in_(sorted(set(premises_ids))),
            Visit.complete,
            Visit.voided_at.is_(None),
            Visit.visited_at < end,
        )
        .group_by(Visit.premises_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def visits_by_id(session: Session, visit_ids: Collection[int]) -> dict[int, VisitRow]:
    """Visits by id."""
    rows = session.execute(_rows().where(Visit.id.in_(sorted(set(visit_ids)))))
    return {row[0].id: VisitRow(*row) for row in rows}


def visit_in_sight(session: Session, scope: Scope, visit_id: int) -> VisitRow:
    """A visit, if the scope shows it; NotFound otherwise."""
    row = session.execute(_in_sight(_rows(), scope).where(Visit.id == visit_id)).one_or_none()
    if row is None:
        raise NotFound("没有这条检查走访记录")
    return VisitRow(*row)


def findings_of(session: Session, visit_ids: Collection[int]) -> list[Finding]:
    """What visits found, in order; not what was taken back."""
    query = select(Finding).where(Finding.visit_id.in_(sorted(set(visit_ids))), Finding.voided_at.is_(None))
    return list(session.scalars(query.order_by(Finding.visit_id, Finding.seq)))


def all_findings(session: Session, visit_id: int) -> list[Finding]:
    """Everything that a visit found, also what was taken back."""
    return list(session.scalars(select(Finding).where(Finding.visit_id == visit_id).order_by(Finding.seq)))


def orders_of(session: Session, visit_ids: Collection[int]) -> dict[int, Order]:
    """Visit id -> the paper it left."""
    rows = session.scalars(select(Order).where(Order.visit_id.in_(sorted(set(visit_ids)))))
    return {row.visit_id: row for row in rows}


def finding(session: Session, finding_id: int) -> tuple[Finding, Visit, Premises]:
    """A finding with its visit and premises; NotFound where it was taken back."""
    row = session.execute(
        select(Finding, Visit, Premises)
        .join(Visit, Visit.id == Finding.visit_id)
        .join(Premises, Premises.id == Visit.premises_id)
        .where(Finding.id == finding_id, Finding.voided_at.is_(None), Visit.voided_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound("没有这个问题")
    return row[0], row[1], row[2]


def premises_of_case(session: Session, case_id: int) -> list[int]:
    """The ids of the premises on whose visit something was found that became a case."""
    query = select(Visit.premises_id).join(Finding, Finding.visit_id == Visit.id).where(Finding.case_id == case_id)
    return sorted(set(session.scalars(query)))


def open_findings(session: Session, premises_ids: Collection[int]) -> list[FindingRow]:
    """What was found at premises (all ids of merged ones) and nobody has seen mended, latest visit first."""
    query = (
        select(Finding, Visit, Order.due_at)
        .join(Visit, Visit.id == Finding.visit_id)
        .outerjoin(Order, Order.visit_id == Visit.id)
        .where(
            Visit.premises_id.in_(sorted(set(premises_ids))),
            Visit.voided_at.is_(None),
            Finding.voided_at.is_(None),
            Finding.corrected_at.is_(None),
        )
        .order_by(Visit.visited_at.desc(), Visit.id.desc(), Finding.seq)
    )
    return [FindingRow(*row) for row in session.execute(query.limit(_MOST))]


def mended_on(session: Session, visit_id: int) -> list[Finding]:
    """The findings that a visit saw mended."""
    query = select(Finding).where(Finding.corrected_visit_id == visit_id, Finding.voided_at.is_(None))
    return list(session.scalars(query.order_by(Finding.id)))


def of_premises(session: Session, premises_ids: Collection[int]) -> list[VisitRow]:
    """The visits to premises (all ids of merged ones), newest first."""
    query = _rows().where(Visit.premises_id.in_(sorted(set(premises_ids))))
    return [VisitRow(*row) for row in session.execute(query.order_by(Visit.visited_at.desc(), Visit.id.desc()))]


def inspections_between(session: Session, premises_ids: Collection[int], start: datetime, end: datetime) -> int:
    """How often premises (all ids of merged ones) were inspected in [start, end), re-inspections apart.

    Enterprises are not to be inspected more often than the published yearly cap (国办发〔2024〕54号).
    """
    query = select(func.count()).where(
        Visit.premises_id.in_(sorted(set(premises_ids))),
        Visit.kind == VisitKind.INSPECTION,
        Visit.complete,
        Visit.recheck.is_(False),
        Visit.voided_at.is_(None),
        Visit.visited_at >= start,
        Visit.visited_at < end,
    )
    return session.scalar(query) or 0


def rechecks(
    session: Session,
    root_id: int,
    until: datetime,
    *,
    scope: Scope | None = None,
    leader_id: int | None = None,
    round_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = _MOST,
) -> list[Recheck]:
    """Papers not done with whose deadline comes before an instant, the earliest first: re-inspections owed.

    Nobody has to make them: they follow from the papers. `leader_id`: of the rounds that this person leads. `after`:
    (deadline, id) of the paper before the first one told.
    """
    query = _owed(select(Order, Visit, Premises.name, Round.number), root_id, until)
    query = query.outerjoin(Round, Round.id == Visit.round_id).order_by(Order.due_at, Order.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(Order.due_at, Order.id) > after)
    if scope is not None:
        query = _in_sight(query, scope)
    if leader_id is not None:
        led = select(SquadMember.squad_id).where(SquadMember.user_id == leader_id, SquadMember.leads)
        alone = Visit.round_id.is_(None) & (Visit.user_id == leader_id)
        query = query.where(or_(Round.leader_id == leader_id, Round.squad_id.in_(led), alone))
    if round_id is not None:
        query = query.where(Visit.round_id == round_id)
    rows = session.execute(query).all()
    counts = _open_counts(session, [visit.id for _order, visit, _name, _number in rows])
    return [Recheck(order, visit, name, number, counts.get(visit.id, 0)) for order, visit, name, number in rows]


def rechecks_owed(session: Session, root_id: int, until: datetime, scope: Scope, most: int) -> int:
    """How many `rechecks` there are in a scope; counted no further than `most`."""
    query = _in_sight(_owed(select(Order.id), root_id, until), scope).limit(most)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def papers_without_findings(session: Session, premises_ids: Collection[int], before: datetime) -> list[Order]:
    """Papers not done with, of earlier visits to premises, whose findings nobody named."""
    query = (
        select(Order)
        .join(Visit, Visit.id == Order.visit_id)
        .where(
            Visit.premises_id.in_(sorted(set(premises_ids))),
            Visit.visited_at < before,
            Visit.voided_at.is_(None),
            Order.lifted_at.is_(None),
            ~select(Finding.id).where(Finding.visit_id == Visit.id, Finding.voided_at.is_(None)).exists(),
        )
    )
    return list(session.scalars(query))


def _owed(asked: Any, root_id: int, until: datetime) -> Any:
    return (
        asked.select_from(Order)
        .join(Visit, Visit.id == Order.visit_id)
        .join(Premises, Premises.id == Visit.premises_id)
        .where(
            Visit.root_id == root_id,
            Visit.voided_at.is_(None),
            Order.lifted_at.is_(None),
            Order.due_at < until,
        )
    )


def _open_counts(session: Session, visit_ids: Collection[int]) -> dict[int, int]:
    rows = session.execute(
        select(Finding.visit_id, func.count())
        .where(Finding.visit_id.in_(visit_ids), Finding.corrected_at.is_(None), Finding.voided_at.is_(None))
        .group_by(Finding.visit_id)
    )
    return {row[0]: row[1] for row in rows}


def _rows() -> Any:
    return (
        select(Visit, Premises.name, Round.number)
        .join(Premises, Premises.id == Visit.premises_id)
        .outerjoin(Round, Round.id == Visit.round_id)
    )


def _in_sight(query: Any, scope: Scope) -> Any:
    return apply_scope(query, scope, root=Visit.root_id, grid=GRID, reporter=Visit.user_id)
