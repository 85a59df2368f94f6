"""A penalty as its page shows it: what holds, what is owed, what the law still asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from gridops.catalogue.models import LegalBasis
from gridops.core import clock
from gridops.penalties import queries
from gridops.penalties.models import Payment, Penalty, PenaltyEvent, PenaltyOfficer
from gridops.penalties.rules import (
    Balance,
    Decision,
    Officer,
    PartyKind,
    PenaltyKind,
    Point,
    Terms,
    Working,
    balance,
    days_late,
    due,
    faults,
    fold,
    open_points,
    surcharge,
)
from gridops.penalties.service.base import as_event
from gridops.squads.rules import certified_on
from gridops.worktime.queries import working_time


@dataclass(frozen=True, slots=True)
class Look:
    """One penalty at an instant. `surcharge` None: it cannot be imposed; yuan."""

    events: list[PenaltyEvent]
    officers: list[PenaltyOfficer]
    payments: list[Payment]
    basis: LegalBasis | None
    terms: Terms
    balance: Balance
    due: date | None
    days_late: int
    surcharge: Decimal | None
    points: list[Point]


def look(session: Session, row: Penalty, at: datetime) -> Look:
    """Everything the page of a penalty shows, reckoned at an instant."""
    events = queries.events_of(session, [row.id])
    officers = queries.officers_of(session, row.id)
    payments = queries.payments_of(session, row.id)
    paid = sum((one.amount for one in payments if one.voided_at is None), Decimal("0.00"))
    terms = queries.terms_of(row, queries.replaced_at(session, [row.id]).get(row.id))
    basis = queries.basis(session, row.root_id, row.basis_id) if row.basis_id else None
    working = working_of(session, row.root_id)
    decided = decision_of(session, row, officers, basis)
    broken = faults(decided, working) if decided else []
    return Look(
        events,
        officers,
        payments,
        basis,
        terms,
        balance(terms, paid, at),
        due(terms),
        days_late(terms, at),
        surcharge(terms, paid, at),
        open_points(fold(map(as_event, events)), terms, paid, at, working, broken),
    )


def working_of(session: Session, root_id: int) -> Working:
    """The calendar of a root, as the guards count by it."""
    found = working_time(session, root_id)
    return Working(found.calendar, found.hours)


def decision_of(
    session: Session, row: Penalty, officers: list[PenaltyOfficer], basis: LegalBasis | None
) -> Decision | None:
    """The decision of a row as the law looks at it; None while there is none."""
    if row.decided_at is None:
        return None
    day = clock.local_date(row.decided_at)
    return Decision(
        decided_at=row.decided_at,
        opened_at=row.opened_at,
        own=row.own,
        party_kind=row.party_kind,
        act_at=row.act_at,
        told_at=row.told_rights_at,
        party=row.party,
        decided_by=row.decided_by,
        decision_no=row.decision_no,
        kinds=tuple(PenaltyKind(kind) for kind in row.kinds or ()),
        fine=row.fine,
        confiscated=row.confiscated,
        simple=row.simple,
        grave=row.grave,
        hearing=row.hearing,
        officers=as_officers(officers, day),
        listed=listed(basis, day),
        in_force=basis is None or holds(basis, day) or (row.act_at is not None and holds(basis, local(row.act_at))),
        most=most(basis, row.party_kind),
        earlier_fine=queries.earlier_fine(session, row),
        late_ground=row.late_ground,
    )


def as_officers(officers: list[PenaltyOfficer], day: date) -> tuple[Officer, ...]:
    """Officers as the law looks at them on the day of the decision; who shows one certificate is one person."""
    return tuple(
        Officer(
            _who(one),
            certified_on(day, one.certificate_no, one.certificate_valid_to),
        )
        for one in officers
    )


def _who(one: PenaltyOfficer) -> str:
    number = one.certificate_no.strip().upper()
    return f"certificate:{number}" if number else f"user:{one.user_id}"


def listed(basis: LegalBasis | None, day: date) -> bool | None:
    """Whether the street's published list holds the matter on a day; None without a basis."""
    if basis is None:
        return None
    since, until = basis.listed_from, basis.listed_to
    return since is not None and since <= day and (until is None or day < until)


def holds(basis: LegalBasis, day: date) -> bool:
    """Whether a clause is in force on a day."""
    since, until = basis.valid_from, basis.valid_to
    return (since is None or since <= day) and (until is None or day < until)


def most(basis: LegalBasis | None, party: PartyKind) -> Decimal | None:
    """The highest fine of a clause for a party; None where it names none."""
    if basis is None:
        return None
    return basis.max_fine_person if party is PartyKind.PERSON else basis.max_fine_organisation


def local(instant: datetime) -> date:
    """The local day of an instant."""
    return clock.local_date(instant)
