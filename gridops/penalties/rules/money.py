"""Money of one penalty, exact: what was decided, what is owed, what was written off, what a delay may cost at most.

Pure. Nothing that scores, ranks or compares units or people may come here (行政处罚法 art. 74).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from gridops.core import clock
from gridops.core.money import CENT
from gridops.penalties.rules.law import Asks, Days, known, last_day_to_pay
from gridops.penalties.rules.pauses import Pause, days_outside

NOTHING = Decimal("0.00")
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the money of a decision hangs on. Yuan; `ended_at`: revoked, or replaced by one decided anew.

    `pauses`: days of remedies and deferrals, on which a delay costs nothing.
    """

    fine: Decimal = NOTHING
    confiscated: Decimal = NOTHING
    decided_at: datetime | None = None
    served_at: datetime | None = None
    changed_at: datetime | None = None
    changed_fine: Decimal | None = None
    ended_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    surcharge_stated: bool = True


@dataclass(frozen=True, slots=True)
class Balance:
    """How a decision stands: `decided + refund = paid + outstanding + written_off`, always (yuan).

    `written_off`: what a change or a revocation took away. `refund`: paid, and not owed any more.
    """

    decided: Decimal = NOTHING
    in_force: Decimal = NOTHING
    paid: Decimal = NOTHING
    outstanding: Decimal = NOTHING
    written_off: Decimal = NOTHING
    refund: Decimal = NOTHING


def fine_in_force(terms: Terms, at: datetime) -> Decimal:
    """The fine at an instant: as decided, as changed since, nothing once it was revoked or replaced."""
    if terms.decided_at is None or terms.decided_at > at or (terms.ended_at is not None and terms.ended_at <= at):
        return NOTHING
    changed = terms.changed_at is not None and terms.changed_at <= at
    return terms.changed_fine if changed and terms.changed_fine is not None else terms.fine


def balance(terms: Terms, paid: Decimal, at: datetime) -> Balance:
    """The balance at an instant, given what was paid by then."""
    if terms.decided_at is None or terms.decided_at > at:
        return Balance(paid=paid, refund=paid)
    decided = terms.fine + terms.confiscated
    ended = terms.ended_at is not None and terms.ended_at <= at
    force = NOTHING if ended else fine_in_force(terms, at) + terms.confiscated
    return Balance(decided, force, paid, max(NOTHING, force - paid), decided - force, max(NOTHING, paid - force))


def due(terms: Terms) -> date | None:
    """The last local day to pay in time (art. 67); a deferral granted in time moves it (art. 66). None before service.

    One granted later moves nothing: the party was late until then.
    """
    if terms.served_at is None:
        return None
    day = last_day_to_pay(terms.served_at)
    for pause in sorted(terms.pauses, key=lambda each: each.first):
        if pause.deferral and pause.first <= day:
            day = max(day, pause.last or day)
    return day


def days_late(terms: Terms, at: datetime) -> int:
    """Local days after the term to pay, the running one included, without those of remedies and deferrals."""
    if terms.served_at is None:
        return 0
    first, last = last_day_to_pay(terms.served_at) + timedelta(days=1), clock.local_date(at - _MOMENT)
    return days_outside(first, last, terms.pauses)


def overdue(terms: Terms, paid: Decimal, at: datetime) -> bool:
    """Owed at an instant, the term to pay over, and no deferral running; a remedy does not stop the duty (art. 73)."""
    if terms.served_at is None:
        return False
    last = clock.local_date(at - _MOMENT)
    if last <= last_day_to_pay(terms.served_at) or any(each.deferral and each.holds(last) for each in terms.pauses):
        return False
    return balance(terms, paid, at).outstanding > 0


def surcharge(terms: Terms, paid: Decimal, at: datetime) -> Decimal | None:
    """What may be imposed at most: min(fine, fine x 3 % x days late) (行政处罚法 art. 72, 73; 行政强制法 art. 45).

    None where the decision did not state it: it cannot be imposed then. An estimate: it is owed once decided. What is
    paid pays the fine first: on money confiscated nothing is added.
    """
    if not terms.surcharge_stated:
        return None
    fine = fine_in_force(terms, at)
    if terms.served_at is None or paid >= fine:
        return NOTHING
    rate = known(Asks.SURCHARGE, Days(clock.local_date(terms.served_at)))
    return min(fine, (fine * rate.amount * days_late(terms, at)).quantize(CENT))
