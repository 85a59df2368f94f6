"""Whom and what a decision names: the street's own names, its people, clauses, the visit or incident it arose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.catalogue import queries as lists
from gridops.catalogue.models import LegalBasis
from gridops.catalogue.rules import versions_on
from gridops.core.errors import NotFound
from gridops.grids.models import Grid, GridVersion
from gridops.inspections.models import Visit
from gridops.operations.models import Incident, Outing
from gridops.penalties.models import Penalty
from gridops.penalties.rules import OWN_UNITS
from gridops.penalties.rules.money import NOTHING
from gridops.people.models import Unit, User
from gridops.people.rules.sign_in import normal_username
from gridops.premises import queries as premises


@dataclass(frozen=True, slots=True)
class Source:
    """What proceedings arise from: its round, premises, grid and party; `at`: when the act was seen."""

    root_id: int
    at: datetime
    round_id: int | None = None
    premises_id: int | None = None
    grid_id: int | None = None
    party: str = ""


def own_names(session: Session, root_id: int) -> tuple[str, ...]:
    """Codes and names of the street and of the units that act in its name (`rules.own`)."""
    root = session.execute(
        select(Grid.code, GridVersion.name).join(GridVersion, GridVersion.grid_id == Grid.id).where(Grid.id == root_id)
    )
    units = session.execute(select(Unit.code, Unit.name).where(Unit.root_id == root_id, Unit.kind.in_(OWN_UNITS)))
    return tuple(sorted({name for row in (*root, *units) for name in row if name}))


def users_named(session: Session, root_id: int, usernames: Iterable[str]) -> dict[str, User]:
    """User name -> person of this root, for those that there are."""
    wanted = sorted({normal_username(name) for name in usernames})
    rows = session.scalars(select(User).where(User.root_id == root_id, User.username.in_(wanted))) if wanted else ()
    return {row.username: row for row in rows}


def bases(session: Session, root_id: int, day: date) -> list[LegalBasis]:
    """The clauses in force on a local day, by code: of each the root's own, else the shipped one."""
    return versions_on(lists.basis_rows(session, root_id), day)


def basis(session: Session, root_id: int, basis_id: int) -> LegalBasis | None:
    """One clause of the common ones or the root's own."""
    return session.scalar(select(LegalBasis).where(LegalBasis.id == basis_id, LegalBasis.root_id.in_((0, root_id))))


def source_of_visit(session: Session, root_id: int, visit_id: int) -> Source:
    """A visit as the source of proceedings; NotFound."""
    found = session.scalar(
        select(Visit).where(Visit.id == visit_id, Visit.root_id == root_id, Visit.voided_at.is_(None))
    )
    if found is None:
        raise NotFound("没有这次检查")
    return Source(root_id, found.visited_at, found.round_id, found.premises_id)


def source_of_incident(session: Session, root_id: int, incident_id: int) -> Source:
    """An incident as the source of proceedings; NotFound."""
    row = session.execute(
        select(Incident, Outing.grid_id)
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .where(Incident.id == incident_id, Incident.root_id == root_id, Incident.voided_at.is_(None))
    ).first()
    if row is None:
        raise NotFound("没有这个事项")
    found, grid_id = row
    return Source(root_id, found.happened_at, None, found.premises_id, grid_id, found.party or "")


def earlier_fine(session: Session, row: Penalty) -> bool:
    """Whether another fine stands for the same act against the same party (行政处罚法 art. 29).

    The same act: of one visit or incident, or done at one instant under one clause. The same party: the same name, or
    the same premises, also where duplicates of them were merged.
    """
    acts = [
        column == value
        for column, value in ((Penalty.visit_id, row.visit_id), (Penalty.incident_id, row.incident_id))
        if value is not None
    ]
    if row.act_at is not None and row.basis_id is not None:
        acts.append(and_(Penalty.act_at == row.act_at, Penalty.basis_id == row.basis_id))
    parties = [Penalty.party == row.party] if row.party else []
    there = premises.premises(session, row.premises_id) if row.premises_id else None
    if there is not None:
        parties.append(Penalty.premises_id.in_(premises.same_body(session, there)))
    if not acts or not parties:
        return False
    anew = aliased(Penalty)
    other = select(Penalty.id).where(
        Penalty.root_id == row.root_id,
        Penalty.id != row.id,
        or_(*acts),
        or_(*parties),
        Penalty.decided_at.is_not(None),
        Penalty.fine > NOTHING,
        Penalty.revoked_at.is_(None),
        ~exists().where(anew.replaces_id == Penalty.id),
    )
    if row.replaces_id is not None:
        other = other.where(Penalty.id != row.replaces_id)
    return session.scalar(other.limit(1)) is not None
