"""12345 orders: of a case, in sight by what is due, and what the rates of a period ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import State
from gridops.catalogue.models import Category
from gridops.hotline.models import HotlineOrder, HotlineStep, HotlineTerms
from gridops.hotline.rules import HOLDERS, KEEPERS, Step, StepKind, Terms, Told, may_step, standing, unit_sees_contact
from gridops.people.models import Unit, User
from gridops.people.queries import Scope, apply_scope, may_at
from gridops.people.rules import Person

PAGE = 100


class Waits(StrEnum):
    """The tabs of the list."""

    CONTACT = "contact"
    ANSWER = "answer"
    REVISIT = "revisit"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as listed, with the case it belongs to."""

    order: HotlineOrder
    case_number: str
    state: State
    category: str
    address: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step with who wrote it down; `corrected`: a later row holds instead."""

    step: HotlineStep
    actor: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with the order of a case."""

    keeps: bool
    sees_contact: bool
    steps: frozenset[StepKind]


def terms_of(session: Session, root_id: int) -> Terms:
    """How long callers may wait in a jurisdiction."""
    row = session.get(HotlineTerms, root_id)
    return Terms(row.contact_limit, row.contact_unit, row.answer_limit, row.answer_unit) if row else Terms()


def order_of(session: Session, case_id: int, *, lock: bool = False) -> HotlineOrder | None:
    """The order of a case."""
    asked = select(HotlineOrder).where(HotlineOrder.case_id == case_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return session.scalar(asked)


def case_of_number(session: Session, root_id: int, number: str) -> tuple[int, str] | None:
    """(id, number) of the case that bears an order's number."""
    row = session.execute(
        select(Case.id, Case.number)
        .join(HotlineOrder, HotlineOrder.case_id == Case.id)
        .where(HotlineOrder.root_id == root_id, HotlineOrder.number == number)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def steps_of(session: Session, order_id: int) -> list[Step]:
    """All steps of an order, corrected ones too."""
    rows = session.scalars(select(HotlineStep).where(HotlineStep.order_id == order_id).order_by(HotlineStep.id))
    return [as_step(row) for row in rows]


def step_rows(session: Session, order_id: int) -> list[StepRow]:
    """The same with names, oldest first."""
    rows = session.execute(
        select(HotlineStep, User.name)
        .join(User, User.id == HotlineStep.actor_id)
        .where(HotlineStep.order_id == order_id)
        .order_by(HotlineStep.at, HotlineStep.id)
    ).all()
    corrected = {step.supersedes_id for step, _ in rows}
    return [StepRow(step, name, step.id in corrected) for step, name in rows]


def as_step(row: HotlineStep) -> Step:
    """A row as the rules see it."""
    return Step(
        row.id, row.kind, row.at, row.reached, row.solved, row.satisfied, row.supersedes_id, row.withdrawn
    )  # fmt: skip


def rights_of(session: Session, person: Person, found: Case) -> Rights:
    """What a person may do with the order of a case; a handling unit only while it holds the case."""
    keeps = may_at(session, person, KEEPERS, found.grid_id)
    answers = found.unit_id is not None and may_at(session, person, HOLDERS, found.grid_id, found.unit_id)
    holds = unit_sees_contact(found.state, answers)
    roles = (*(KEEPERS if keeps else ()), *(HOLDERS if holds else ()))
    own = person.root_id == found.root_id
    steps = frozenset(kind for kind in StepKind if own and may_step(kind, roles))
    return Rights(own and keeps, own and (keeps or holds), steps)


def page(
    session: Session, scope: Scope, waits: Waits, after: tuple[datetime, int] | None = None, *, limit: int = PAGE
) -> list[OrderRow]:
    """At most one more than a page of the orders in sight, most urgent first (all: newest first)."""
    asked: Any = _in_sight(scope)
    at: Any = HotlineOrder.runs_out_at
    newest = waits is Waits.ALL
    if waits is Waits.ALL:
        at = HotlineOrder.received_at
    elif waits is Waits.REVISIT:
        at = HotlineOrder.answered_at
        asked = asked.where(at.is_not(None), HotlineOrder.revisited_at.is_(None))
    else:
        first = HotlineOrder.contacted_at.is_(None)
        asked = asked.where(at < FAR, first if waits is Waits.CONTACT else ~first)
    if after is not None:
        asked = asked.where(_beyond(at, HotlineOrder.id, after, newest=newest))
    order = (at.desc(), HotlineOrder.id.desc()) if newest else (at, HotlineOrder.id)
    return _rows(session, asked.order_by(*order).limit(limit + 1))


def place_of(row: OrderRow, waits: Waits) -> tuple[datetime, int]:
    """Where a row stands in the list of a tab."""
    order = row.order
    if waits is Waits.ALL:
        return order.received_at, order.id
    if waits is Waits.REVISIT and order.answered_at is not None:
        return order.answered_at, order.id
    return order.runs_out_at, order.id


def waiting(session: Session, scope: Scope, most: int) -> dict[Waits, int]:
    """How many orders in sight wait for each step, counted no further than `most` in all."""
    what = case(
        (HotlineOrder.answered_at.is_not(None), Waits.REVISIT.value),
        (HotlineOrder.contacted_at.is_not(None), Waits.ANSWER.value),
        else_=Waits.CONTACT.value,
    )
    asked = select(what).select_from(HotlineOrder).join(Case, Case.id == HotlineOrder.case_id)
    open_ones = _scoped(asked.where(HotlineOrder.revisited_at.is_(None)), scope).limit(most)
    found = dict.fromkeys((Waits.CONTACT, Waits.ANSWER, Waits.REVISIT), 0)
    for one in session.scalars(open_ones):
        found[Waits(one)] += 1
    return found


def told(session: Session, scope: Scope, start: datetime, end: datetime) -> list[Told]:
    """The orders in sight that the counts of [start, end) ask about."""
    asked = (
        select(HotlineOrder.id, Case.unit_id, HotlineOrder.contact_due_at, HotlineOrder.contacted_at)
        .join(Case, Case.id == HotlineOrder.case_id)
        .where(asked_about(start, end))
    )
    rows = session.execute(_scoped(asked, scope)).all()
    revisits = revisits_of(session, [row[0] for row in rows], start, end)
    return [Told(row[0], row[1], row[2], row[3], tuple(revisits.get(row[0], ()))) for row in rows]


def rows_of(session: Session, scope: Scope, order_ids: Collection[int]) -> list[OrderRow]:
    """Some orders in sight, oldest first."""
    asked = _in_sight(scope).where(HotlineOrder.id.in_(sorted(order_ids)))
    return _rows(session, asked.order_by(HotlineOrder.received_at, HotlineOrder.id))


def asked_about(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Orders that the counts of [start, end) ask about: their contact fell due in it, or their caller was asked."""
    revisited = select(HotlineStep.order_id).where(
        HotlineStep.kind == StepKind.REVISIT, HotlineStep.at >= start, HotlineStep.at < end
    )
    due = (HotlineOrder.contact_due_at >= start) & (HotlineOrder.contact_due_at < end)
    return or_(due, HotlineOrder.id.in_(revisited))


def revisits_of(session: Session, order_ids: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Step]]:
    """The revisits that hold and reached the caller, by order; a correction may lie outside the period."""
    rows = session.scalars(
        select(HotlineStep).where(HotlineStep.order_id.in_(order_ids), HotlineStep.kind == StepKind.REVISIT)
    )
    by_order: dict[int, list[Step]] = {}
    for row in rows:
        by_order.setdefault(row.order_id, []).append(as_step(row))
    return {
        order_id: [step for step in standing(steps) if step.reached and start <= step.at < end]
        for order_id, steps in by_order.items()
    }


def _in_sight(scope: Scope) -> Select[Any]:
    asked = (
        select(HotlineOrder, Case.number, Case.state, Category.name_zh, Case.address, Unit.name)
        .join(Case, Case.id == HotlineOrder.case_id)
        .join(Category, Category.id == Case.category_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
    )
    return _scoped(asked, scope)


def _scoped(asked: Any, scope: Scope) -> Any:
    return apply_scope(
        asked, scope, root=HotlineOrder.root_id, grid=Case.grid_id, unit=Case.unit_id, reporter=Case.reporter_id
    )


def _rows(session: Session, asked: Any) -> list[OrderRow]:
    return [OrderRow(*row) for row in session.execute(asked)]


def _beyond(at: Any, row_id: Any, after: tuple[datetime, int], *, newest: bool) -> Any:
    then, last = after
    if newest:
        return or_(at < then, (at == then) & (row_id < last))
    return or_(at > then, (at == then) & (row_id > last))
