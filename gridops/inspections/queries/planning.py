"""From what a plan is drawn: premises with their risk and last visit, officers with a certificate; checklists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridops.catalogue import queries as lists
from gridops.catalogue.models import Category, CategoryList, Checklist, ChecklistItem
from gridops.catalogue.rules import Kind, versions_on
from gridops.inspections.models import Visit
from gridops.inspections.rules import Candidate
from gridops.people.models import User
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind

FINDINGS = "N"


@dataclass(frozen=True, slots=True)
class Named:
    """Premises as a plan shows them."""

    id: int
    name: str
    address: str
    risk: str
    kind: str


def candidates(session: Session, root_id: int, grid_ids: Collection[int] | None = None) -> list[Candidate]:
    """Premises of a root, in some grids or all, each with its last complete visit; merged ones are gone."""
    last = (
        select(Visit.premises_id, func.max(Visit.visited_at).label("at"))
        .where(Visit.root_id == root_id, Visit.complete, Visit.voided_at.is_(None))
        .group_by(Visit.premises_id)
        .subquery()
    )
    query = (
        select(Premises.id, Premises.risk, last.c.at)
        .outerjoin(last, last.c.premises_id == Premises.id)
        .where(Premises.root_id == root_id, Premises.merged_into_id.is_(None))
        .order_by(Premises.id)
    )
    if grid_ids is not None:
        query = query.where(Premises.grid_id.in_(sorted(grid_ids)))
    return [Candidate(*row) for row in session.execute(query)]


def officers(session: Session, root_id: int, day: date) -> list[int]:
    """Ids of our people whose enforcement certificate holds on a day."""
    query = select(User.id).where(
        User.root_id == root_id,
        User.active,
        User.certificate_no.is_not(None),
        or_(User.certificate_valid_to.is_(None), User.certificate_valid_to >= day),
    )
    return list(session.scalars(query.order_by(User.id)))


def premises_named(session: Session, premises_ids: Collection[int]) -> dict[int, Named]:
    """Premises by id."""
    rows = session.execute(
        select(Premises.id, Premises.name, Premises.address, Premises.risk, Premises.kind).where(
            Premises.id.in_(sorted(set(premises_ids)))
        )
    )
    return {row.id: Named(*row) for row in rows}


def premises_of_root(session: Session, root_id: int, premises_id: int) -> Premises | None:
    """Premises of a root by id."""
    return session.scalar(select(Premises).where(Premises.id == premises_id, Premises.root_id == root_id))


def checklists(session: Session, root_id: int, day: date, kind: PremisesKind | None = None) -> list[Checklist]:
    """The checklists in force on a day for a kind of premises (or for any): of each code the own or the shipped one."""
    rows = versions_on(lists.checklist_rows(session, root_id), day)
    return [row for row in rows if kind is None or row.premises_kind in (None, kind.value)]


def checklist(session: Session, root_id: int, checklist_id: int) -> Checklist | None:
    """A checklist that a root may use, also one no longer in force: a phone may have filled it the day before."""
    return session.scalar(select(Checklist).where(Checklist.id == checklist_id, Checklist.root_id.in_((0, root_id))))


def items_of(session: Session, checklist_id: int) -> list[ChecklistItem]:
    """The questions of a checklist, in their order."""
    query = select(ChecklistItem).where(ChecklistItem.checklist_id == checklist_id)
    return list(session.scalars(query.order_by(ChecklistItem.position)))


def finding_categories(session: Session, root_id: int) -> dict[str, Category]:
    """The categories of the night list (清单 N), by code; a root's own stands before the shipped one."""
    query = (
        select(Category)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .where(
            CategoryList.code == FINDINGS,
            Category.kind == Kind.FINDING,
            Category.level == 2,
            Category.root_id.in_((0, root_id)),
        )
        .order_by(Category.root_id, Category.code)
    )
    return {row.code: row for row in session.scalars(query)}
