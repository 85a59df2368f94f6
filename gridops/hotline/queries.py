"""12345 orders: of a case, in sight by what is due, and what the rates of a period ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import sees
from gridops.cases.queries.merging import leads
from gridops.cases.queries.splitting import LINE, seen_or_parts, working
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import State
from gridops.catalogue.models import Category
from gridops.hotline.models import HotlineOrder, HotlineRecount, HotlineStep, HotlineTerms
from gridops.hotline.rules import (
    DONE,
    HOLDERS,
    KEEPERS,
    Step,
    StepKind,
    Terms,
    Told,
    may_step,
    standing,
    unit_sees_contact,
)
from gridops.people.models import Unit, User
from gridops.people.queries import Scope, may_at, names_of_units
from gridops.people.rules import Person

PAGE = 100


class Waits(StrEnum):
    """The tabs of the list."""

    CONTACT = "contact"
    ANSWER = "answer"
    REVISIT = "revisit"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PartRow:
    """One of the cases that the case of an order was split into."""

    case_number: str
    state: State
    unit: str | None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as listed, with the case it belongs to; `parts`: those in sight, where that case was split.

    `seen`: whether the case itself is in sight.
    """

    order: HotlineOrder
    case_number: str
    state: State
    category: str
    address: str
    unit: str | None
    case_id: int
    seen: bool = True
    parts: tuple[PartRow, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that was counted anew, with its order and the number of the case."""

    recount: HotlineRecount
    order_number: str
    case_number: str


def terms_of(session: Session, root_id: int) -> Terms:
    """How long callers may wait in a jurisdiction."""
    row = session.get(HotlineTerms, root_id)
    return Terms(row.contact_limit, row.contact_unit, row.answer_limit, row.answer_unit) if row else Terms()


def order_of(session: Session, case_id: int, *, lock: bool = False) -> HotlineOrder | None:
    """The order of a case, or of the one that it was split from."""
    asked = _LOCKED if lock else _ORDER
    return session.scalar(asked, {"case_id": case_id})


def unfinished(session: Session, order: HotlineOrder, case_id: int) -> int:
    """How many parts of a split order are still in hand beside the case at which one stands."""
    parts = working(session, [order.case_id]).get(order.case_id, ())
    # A merged part is done when the case that it went into is.
    ends = {(leads(session, part) or [part])[-1] for part in parts}
    return sum(1 for end in ends if end.id != case_id and end.state not in DONE)


def open_across(
    session: Session, root_id: int | None, start: datetime, end: datetime, *, after: int, limit: int
) -> list[int]:
    """Orders of a root (None: of all) with a counted clock that runs in [start, end), by id after `after`."""
    wanted = select(HotlineOrder.id).where(
        HotlineOrder.id > after,
        HotlineOrder.runs_out_at < FAR,
        HotlineOrder.received_at < end,
        or_(
            HotlineOrder.contact_limit.is_not(None) & (HotlineOrder.contact_due_at >= start),
            HotlineOrder.answer_limit.is_not(None) & (HotlineOrder.answer_due_at >= start),
        ),
    )
    if root_id is not None:
        wanted = wanted.where(HotlineOrder.root_id == root_id)
    return list(session.scalars(wanted.order_by(HotlineOrder.id).limit(limit)))


def locked(session: Session, order_ids: Sequence[int]) -> Sequence[HotlineOrder]:
    """Some orders, kept from others until the transaction ends."""
    asked = select(HotlineOrder).where(HotlineOrder.id.in_(order_ids)).order_by(HotlineOrder.id).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).all()


def recounts_of(session: Session, order_id: int) -> Sequence[HotlineRecount]:
    """When the deadlines of an order were counted anew, oldest first."""
    asked = select(HotlineRecount).where(HotlineRecount.order_id == order_id)
    return session.scalars(asked.order_by(HotlineRecount.id)).all()


def moved(session: Session, root_id: int, *, before: int | None = None, limit: int = 50) -> list[Moved]:
    """The deadlines of a root's orders that were counted anew, the newest first; `before`: goes on below this one."""
    asked = (
        select(HotlineRecount, HotlineOrder.number, Case.number)
        .join(HotlineOrder, HotlineOrder.id == HotlineRecount.order_id)
        .join(Case, Case.id == HotlineOrder.case_id)
        .where(HotlineOrder.root_id == root_id)
    )
    if before is not None:
        asked = asked.where(HotlineRecount.id < before)
    return [Moved(*row) for row in session.execute(asked.order_by(HotlineRecount.id.desc()).limit(limit))]


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


def same_step(session: Session, wanted: HotlineStep, seen: int, *, timed: bool) -> HotlineStep | None:
    """The step after `seen` by which the same person has said all that `wanted` says; its time too, if `timed`."""
    said = ("order_id", "actor_id", "kind", "reached", "solved", "satisfied", "words", "supersedes_id", "withdrawn")
    names = (*said, "at") if timed else said
    alike = (getattr(HotlineStep, name).is_not_distinct_from(getattr(wanted, name)) for name in names)
    return session.scalar(select(HotlineStep).where(HotlineStep.id > seen, *alike).order_by(HotlineStep.id).limit(1))


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
    return _rows(session, scope, asked.order_by(*order).limit(limit + 1))


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
    """The orders in sight that the counts of [start, end) ask about; one of a split case counts once.

    It is its unit's where all parts lie with one, else no unit's.
    """
    asked = (
        select(
            HotlineOrder.id, HotlineOrder.case_id, Case.state, Case.unit_id,
            HotlineOrder.contact_due_at, HotlineOrder.contacted_at,
        )
        .join(Case, Case.id == HotlineOrder.case_id)
        .where(asked_about(start, end))
    )  # fmt: skip
    rows = session.execute(_scoped(asked, scope)).all()
    revisits = revisits_of(session, [row[0] for row in rows], start, end)
    parts = working(session, [row.case_id for row in rows if row.state is State.VOIDED])
    units = {case_id: {part.unit_id for part in found} for case_id, found in parts.items()}
    return [
        Told(row[0], _only(units.get(row.case_id, {row.unit_id})), row[4], row[5], tuple(revisits.get(row[0], ())))
        for row in rows
    ]


def rows_of(session: Session, scope: Scope, order_ids: Collection[int]) -> list[OrderRow]:
    """Some orders in sight, oldest first."""
    asked = _in_sight(scope).where(HotlineOrder.id.in_(sorted(order_ids)))
    return _rows(session, scope, asked.order_by(HotlineOrder.received_at, HotlineOrder.id))


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
        select(HotlineOrder, Case.number, Case.state, Category.name_zh, Case.address, Unit.name, Case.id)
        .join(Case, Case.id == HotlineOrder.case_id)
        .join(Category, Category.id == Case.category_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
    )
    return _scoped(asked, scope)


def _scoped(asked: Any, scope: Scope) -> Any:
    """An order is in sight with its case, or with a part of it."""
    return asked.where(HotlineOrder.root_id == scope.root_id, seen_or_parts(scope))


def _rows(session: Session, scope: Scope, asked: Any) -> list[OrderRow]:
    rows = [OrderRow(*row) for row in session.execute(asked)]
    parts = working(session, [row.case_id for row in rows if row.state is State.VOIDED])
    if not parts:
        return rows
    wholes = {one.id: one for one in session.scalars(select(Case).where(Case.id.in_(sorted(parts))))}
    units = names_of_units(session, {one.unit_id for found in parts.values() for one in found if one.unit_id})
    return [
        replace(
            row,
            seen=sees(scope, wholes[row.case_id]),
            parts=tuple(
                PartRow(one.number, one.state, units.get(one.unit_id or 0))
                for one in parts[row.case_id]
                if sees(scope, one)
            ),
        )
        if row.case_id in parts
        else row
        for row in rows
    ]


def _only(units: set[int | None]) -> int | None:
    """The one unit there is; None for several."""
    return next(iter(units)) if len(units) == 1 else None


# An order stands beside the case that all was one before it was split; asked with every page of a case.
_ORDER = select(HotlineOrder).where(HotlineOrder.case_id.in_(LINE)).order_by(HotlineOrder.case_id).limit(1)
_LOCKED = _ORDER.with_for_update().execution_options(populate_existing=True)


def _beyond(at: Any, row_id: Any, after: tuple[datetime, int], *, newest: bool) -> Any:
    then, last = after
    if newest:
        return or_(at < then, (at == then) & (row_id < last))
    return or_(at > then, (at == then) & (row_id > last))
