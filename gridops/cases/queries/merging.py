"""What moves along when a case is merged into another: its evidence and those who reported it; found, never copied."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import sees, visible
from gridops.cases.rules.moves import State
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.grids.models import GridVersion
from gridops.people.models import User
from gridops.people.queries import Scope


@dataclass(frozen=True, slots=True)
class Absorbed:
    """A case that was merged into another, at once or by way of a third: who reported what, and whether it is seen."""

    id: int
    number: str
    source: Source
    source_number: str | None
    reporter: str | None
    reported_at: datetime
    address: str
    description: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case that one hangs together with, and whether it is seen."""

    number: str
    state: State
    description: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Named:
    """One of two cases that someone is about to make one, as told before it is confirmed."""

    number: str
    state: State
    category: str
    address: str
    grid: str
    lon: float | None
    lat: float | None


def named(session: Session, scope: Scope, number: str, other: str) -> tuple[Named, Named] | None:
    """The case of a number and the one it may go into, both in sight; None where there are no two."""
    columns = (Case.number, Case.state, Category.name_zh, Case.address, GridVersion.name, Case.lon, Case.lat)
    rows = (
        select(*columns)
        .join(Category, Category.id == Case.category_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .where(Case.number.in_([number, other]))
    )
    found = {row.number: Named(*row) for row in session.execute(visible(rows, scope))}
    return (found[number], found[other]) if len(found) == 2 else None


def linked(scope: Scope, case: Case) -> Linked:
    """A case as another one names it."""
    return Linked(case.number, case.state, case.description, sees(scope, case))


def absorbed_ids(session: Session, case_id: int) -> list[int]:
    """The cases merged into one, and those merged into them before."""
    return list(session.scalars(_ABSORBED, {"case_id": case_id}))


def absorbed(session: Session, scope: Scope, case_id: int) -> tuple[Absorbed, ...]:
    """The cases merged into one, in the order they were reported."""
    ids = absorbed_ids(session, case_id)
    if not ids:
        return ()
    rows = session.execute(
        select(Case, User.name)
        .outerjoin(User, User.id == Case.reporter_id)
        .where(Case.id.in_(ids))
        .order_by(Case.reported_at, Case.id)
    )
    return tuple(
        Absorbed(
            id=case.id,
            number=case.number,
            source=case.source,
            source_number=case.source_number,
            reporter=reporter,
            reported_at=case.reported_at,
            address=case.address,
            description=case.description,
            seen=sees(scope, case),
        )
        for case, reporter in rows
    )


def leads(session: Session, case: Case) -> list[Case]:
    """The cases that a merged one went into, one after the other; the last is where it is dealt with."""
    found: list[Case] = []
    while case.merged_into_id is not None:
        case = session.get_one(Case, case.merged_into_id)
        found.append(case)
    return found


def lead(session: Session, scope: Scope, case: Case) -> Linked | None:
    """Where a merged case is dealt with; None for one that was not merged."""
    found = leads(session, case)
    return linked(scope, found[-1]) if found else None


def evidence_seen(session: Session, scope: Scope, case_id: int) -> bool:
    """Whether the evidence of a case is seen: with the case itself, or with one it was merged into."""
    case = session.get(Case, case_id)
    return case is not None and any(sees(scope, one) for one in (case, *leads(session, case)))


def uses_with_merged(session: Session, case_id: int, absorbed_too: Collection[int]) -> list[Use]:
    """The evidence of a case and of those merged into it (`absorbed_ids`); what is there already comes once.

    `subject_id` tells which case a use comes from; its own come first.
    """
    own = evidence.links_for(session, "case", case_id)
    if not absorbed_too:
        return own
    found, shown = list(own), {use.sha256 for use in own}
    for use in evidence.links_for(session, "case", sorted(absorbed_too)):
        if use.sha256 not in shown:
            shown.add(use.sha256)
            found.append(use)
    return found


def _absorbed() -> Select[tuple[int]]:
    tree = select(Case.id).where(Case.merged_into_id == bindparam("case_id")).cte("absorbed", recursive=True)
    return select(tree.union(select(Case.id).where(Case.merged_into_id == tree.c.id)).c.id)


# Asked with every page and every end of a case, so it is built once.
_ABSORBED = _absorbed()
