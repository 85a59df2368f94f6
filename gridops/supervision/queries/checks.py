"""Looks of 明察暗访: lists in sight, one, how many checks they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.people.models import Unit
from gridops.people.queries import Scope
from gridops.supervision.models import DisciplineCheck
from gridops.supervision.queries.common import PAGE, Page, Place, in_sight, one, paged
from gridops.supervision.rules.checks import Check, checks_of

NO_CHECK = "没有这次检查"


@dataclass(frozen=True, slots=True)
class CheckFilter:
    """What a list of looks is narrowed to; [start, end) are aware instants."""

    unit_id: int | None = None
    verified: bool | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A look as listed, with the unit's name."""

    check: DisciplineCheck
    unit: str


def check_page(
    session: Session,
    scope: Scope,
    wanted: CheckFilter = CheckFilter(),
    *,
    after: Place | None = None,
    limit: int = PAGE,
) -> Page[CheckRow]:
    """The looks in sight, newest first, voided ones too."""
    asked = select(DisciplineCheck, Unit.name).join(Unit, Unit.id == DisciplineCheck.unit_id)
    asked = in_sight(asked, scope, DisciplineCheck, DisciplineCheck.unit_id, DisciplineCheck.user_id)
    if wanted.unit_id is not None:
        asked = asked.where(DisciplineCheck.unit_id == wanted.unit_id)
    if wanted.verified is not None:
        asked = asked.where(DisciplineCheck.verified.is_(wanted.verified))
    if wanted.start is not None:
        asked = asked.where(DisciplineCheck.at >= wanted.start)
    if wanted.end is not None:
        asked = asked.where(DisciplineCheck.at < wanted.end)
    rows = paged(session, asked, DisciplineCheck.at, DisciplineCheck.id, after, limit)
    shown = [CheckRow(*row) for row in rows[:limit]]
    return Page(shown, (shown[-1].check.at, shown[-1].check.id) if len(rows) > limit else None)


def check_in_sight(session: Session, scope: Scope, check_id: int) -> CheckRow:
    """One look, if the scope shows it; NotFound otherwise."""
    asked = select(DisciplineCheck).join(Unit, Unit.id == DisciplineCheck.unit_id).where(DisciplineCheck.id == check_id)
    asked = in_sight(asked, scope, DisciplineCheck, DisciplineCheck.unit_id, DisciplineCheck.user_id)
    found: DisciplineCheck = one(session, asked, NO_CHECK)
    return CheckRow(found, session.scalars(select(Unit.name).where(Unit.id == found.unit_id)).one())


def check_of_record(session: Session, record_id: str) -> DisciplineCheck | None:
    """The look that a phone's record made."""
    return session.scalar(select(DisciplineCheck).where(DisciplineCheck.record_id == record_id))


def checks_between(session: Session, root_id: int, start: datetime, end: datetime) -> list[Check]:
    """The checks of a root in [start, end): looks of one day and source are one (`rules.checks`)."""
    asked = select(DisciplineCheck).where(
        DisciplineCheck.root_id == root_id,
        DisciplineCheck.at >= start,
        DisciplineCheck.at < end,
        DisciplineCheck.voided_at.is_(None),
    )
    return checks_of(session.scalars(asked.order_by(DisciplineCheck.at, DisciplineCheck.id)))
