"""Facts of penalties and payments as plain values, and what the law makes of the money of one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from gridops.core import clock
from gridops.figures.rules.facts import Bounds, Fact
from gridops.penalties.rules import PartyKind, Pause, Terms, balance, fine_in_force, overdue, surcharge

NOTHING = Decimal("0.00")
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Penalty(Fact):
    """A proceeding and its decision. No name of a party: `party` is the id of the premises, or a digest of the name.

    `own`: of the street itself, or not decided yet. `ended_at`: revoked, or replaced by one decided anew. `paid_yuan`:
    paid on it before E. `round_began_at`: start of the round it arose from. `pauses`: days without surcharge.
    """

    kind: ClassVar[str] = "penalty"
    own: bool
    decided_by: str = ""
    heaviest: str | None = None
    party: str = ""
    party_kind: str
    premises_id: int | None = None
    round_began_at: datetime | None = None
    opened_at: datetime
    waived_at: datetime | None = None
    decided_at: datetime | None = None
    served_at: datetime | None = None
    ended_at: datetime | None = None
    revoked_at: datetime | None = None
    changed_at: datetime | None = None
    fine_yuan: Decimal = NOTHING
    changed_fine_yuan: Decimal | None = None
    confiscated_yuan: Decimal = NOTHING
    paid_yuan: Decimal = NOTHING
    pauses: tuple[str, ...] = ()
    surcharge_stated: bool = True

    @property
    def others(self) -> bool:
        """Of another authority."""
        return not self.own

    @property
    def at_premises(self) -> bool:
        """Against premises that are known."""
        return self.premises_id is not None

    @property
    def of_round(self) -> bool:
        """Arisen from a round."""
        return self.round_began_at is not None

    @property
    def party_key(self) -> Any:
        """What tells parties apart."""
        return self.party_kind, self.party

    @property
    def premises_month(self) -> Any:
        """What tells premises apart that count in each month anew; asked only of what was decided."""
        return self.premises_id, f"{clock.local_date(self.decided_at):%Y-%m}" if self.decided_at else ""

    @property
    def row(self) -> str:
        """Its row in the table by kind: of its heaviest kind, or of the other authority that decided it."""
        return str(self.heaviest or "") if self.own else f"by:{self.decided_by}"

    def is_of(self, kind: PartyKind) -> bool:
        """Whether its party is a person, or an organisation."""
        return kind == self.party_kind

    @cached_property
    def terms(self) -> Terms:
        """What its money hangs on; asked for by many figures, so it is made once."""
        return Terms(
            fine=self.fine_yuan,
            confiscated=self.confiscated_yuan,
            decided_at=self.decided_at,
            served_at=self.served_at,
            changed_at=self.changed_at,
            changed_fine=self.changed_fine_yuan,
            ended_at=self.ended_at,
            pauses=tuple(map(Pause.parse, self.pauses)),
            surcharge_stated=self.surcharge_stated,
        )

    def fine_at(self, at: Bounds) -> Decimal:
        """The fine in force when the figures are taken."""
        return fine_in_force(self.terms, at.in_force_at)

    def outstanding_at(self, at: Bounds) -> Decimal:
        """What is owed at E: what is in force less what was paid, never below zero; nothing to other authorities."""
        return balance(self.terms, self.paid_yuan, at.end - _MOMENT).outstanding if self.own else NOTHING

    def overdue_at(self, at: Bounds) -> bool:
        """Owed at E, the term to pay over, and no deferral running."""
        return self.own and overdue(self.terms, self.paid_yuan, at.due_by - _MOMENT)

    def surcharge_at(self, at: Bounds) -> Decimal:
        """What may be imposed at most on what is overdue at E (`penalties.rules.money`)."""
        if not self.overdue_at(at):
            return NOTHING
        return surcharge(self.terms, self.paid_yuan, at.due_by - _MOMENT) or NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Fact):
    """Money paid on a decision of the street's own."""

    kind: ClassVar[str] = "payment"
    penalty_id: int
    paid_at: datetime
    amount_yuan: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Fact):
    """A decision that an earlier paper of the series counted and that was changed or revoked since.

    `period`: whose paper counted it; `now_yuan` None: it counts no more.
    """

    kind: ClassVar[str] = "correction"
    period: str
    was_yuan: Decimal
    now_yuan: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDecision(Fact):
    """补报: a decision of an earlier period of which its paper did not know. `amount_yuan`: the street's own fine."""

    kind: ClassVar[str] = "late_penalty"
    period: str
    own: bool
    amount_yuan: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePayment(Fact):
    """补报: money paid in an earlier period on a decision of the street's own, and booked after its freeze."""

    kind: ClassVar[str] = "late_payment"
    period: str
    amount_yuan: Decimal


KINDS: dict[str, type[Fact]] = {each.kind: each for each in (Penalty, Payment, Correction, LateDecision, LatePayment)}
