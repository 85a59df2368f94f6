"""What each figure of penalties means (statistics.md §4), numbers included. Pure.

Nothing that scores, ranks or compares units or people may come here (行政处罚法 art. 74): the import contract holds it.
By decision date, amounts as in force when the figures are taken; only the street's own decisions are counted and added
up, those of other authorities are told apart (由X机关依法处罚).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from gridops.core import clock
from gridops.figures.rules.facts import Bounds, Fact
from gridops.figures.rules.telling import Figure, Telling
from gridops.penalties.rules import PartyKind, Pause, Terms, balance, fine_in_force, last_day_to_pay, surcharge
from gridops.penalties.rules import overdue as late

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


def effective(it: Penalty, at: Bounds) -> bool:
    """Decided in P, and neither revoked nor replaced when the figures are taken."""
    return at.within(it.decided_at) and (it.ended_at is None or it.ended_at > at.in_force_at)


def decided(it: Penalty, at: Bounds) -> bool:
    """One of the street's own decisions of P, in force."""
    return it.own and effective(it, at)


def fine(it: Penalty, at: Bounds) -> Decimal:
    """The fine in force when the figures are taken."""
    return fine_in_force(it.terms, at.in_force_at)


def outstanding(it: Penalty, at: Bounds) -> Decimal:
    """What is owed on one of the street's own decisions at E: what is in force less what was paid, never below zero."""
    return balance(it.terms, it.paid_yuan, at.end - _MOMENT).outstanding if it.own else NOTHING


def overdue(it: Penalty, at: Bounds) -> bool:
    """Owed at E, the term to pay over, and no deferral running."""
    if it.served_at is None or not it.own or at.due_by <= _term_ends(clock.local_date(it.served_at)):
        return False
    return late(it.terms, it.paid_yuan, at.due_by - _MOMENT)


@lru_cache(maxsize=4096)
def _term_ends(served_on: date) -> datetime:
    """The instant at which the term to pay is over; asked for day after day by many decisions."""
    return clock.midnight(last_day_to_pay(clock.midnight(served_on)) + timedelta(days=1))


def surcharge_estimate(it: Penalty, at: Bounds) -> Decimal:
    """What may be imposed at most on what is overdue at E (`penalties.rules.money`)."""
    if not overdue(it, at):
        return NOTHING
    return surcharge(it.terms, it.paid_yuan, at.due_by - _MOMENT) or NOTHING


def penalised(it: Penalty, at: Bounds) -> bool:
    """Premises penalised by whomever in P, after a round (or whatever brought it about, by a setting)."""
    return effective(it, at) and it.premises_id is not None and (at.all_sources or it.round_began_at is not None)


def penalised_of_rounds(it: Penalty, at: Bounds) -> bool:
    """Premises of P's rounds, penalised by as_of."""
    decided_by_now = at.known(it.decided_at) and (it.ended_at is None or it.ended_at > at.in_force_at)
    return at.within(it.round_began_at) and it.premises_id is not None and decided_by_now


def _party(it: Any) -> tuple[str, str]:
    return it.party_kind, it.party


def _premises(it: Any) -> int:
    return int(it.premises_id)


def _premises_and_month(it: Any) -> tuple[int, str]:
    return _premises(it), f"{clock.local_date(it.decided_at):%Y-%m}"


def _parties(suffix: str, name: str, unit: str, kind: PartyKind | None, definition: str) -> Figure:
    return Figure(
        f"penalties.parties{suffix}",
        name,
        unit,
        definition,
        Penalty.kind,
        lambda it, at: decided(it, at) and kind in (None, it.party_kind),
        of=_party,
    )


TELLING = Telling(
    (
        Figure(
            "premises.penalised",
            "处罚企业数",
            "premises",
            "因夜查而在统计时段内被各机关依法处罚且处罚有效的企业，去重后的家数。",
            Penalty.kind,
            penalised,
            of=_premises,
        ),
        Figure(
            "premises.penalised_by_others",
            "其他机关处罚企业数",
            "premises",
            "因夜查而在统计时段内被其他机关依法处罚且处罚有效的企业，去重后的家数。",
            Penalty.kind,
            lambda it, at: penalised(it, at) and not it.own,
            of=_premises,
        ),
        Figure(
            "premises.penalised_each_month",
            "各月处罚企业数合计",
            "premises",
            "统计时段内各月处罚企业数之和，一家企业在几个月被处罚的，每月各计一次。",
            Penalty.kind,
            penalised,
            of=_premises_and_month,
        ),
        Figure(
            "rounds.premises_penalised",
            "本期夜查处罚企业数",
            "premises",
            "统计时段内的夜查所查企业中，数据提取前被各机关依法处罚的，去重后的家数。",
            Penalty.kind,
            penalised_of_rounds,
            of=_premises,
            stock=True,
        ),
        Figure(
            "penalties.opened",
            "立案查处数",
            "count",
            "本机关在统计时段内立案查处的案件。",
            Penalty.kind,
            lambda it, at: it.own and at.within(it.opened_at),
        ),
        Figure(
            "penalties.decided",
            "处罚决定数",
            "count",
            "本机关在统计时段内作出且有效的处罚决定，一份决定有几种处罚的计一件。",
            Penalty.kind,
            decided,
        ),
        Figure(
            "penalties.waived",
            "不予处罚数",
            "count",
            "本机关在统计时段内决定不予处罚的案件。",
            Penalty.kind,
            lambda it, at: it.own and at.within(it.waived_at),
        ),
        _parties("", "被处罚当事人数", "count", None, "本机关在统计时段内作出且有效的处罚决定所涉的当事人，去重。"),
        _parties(
            "_organisations",
            "被处罚单位数",
            "premises",
            PartyKind.ORGANISATION,
            "本机关在统计时段内作出且有效的处罚决定所涉的单位家数，去重。",
        ),
        _parties(
            "_persons",
            "被处罚个人数",
            "people",
            PartyKind.PERSON,
            "本机关在统计时段内作出且有效的处罚决定所涉的个人人数，去重。",
        ),
        Figure(
            "penalties.fined_yuan",
            "罚款金额",
            "yuan",
            "本机关在统计时段内作出的有效处罚决定的罚款金额，以数据提取时有效的为准。",
            Penalty.kind,
            lambda it, at: decided(it, at) and fine(it, at) > 0,
            amount=fine,
        ),
        Figure(
            "penalties.confiscated_yuan",
            "没收金额",
            "yuan",
            "本机关在统计时段内作出的有效处罚决定的没收金额。",
            Penalty.kind,
            lambda it, at: decided(it, at) and it.confiscated_yuan > 0,
            amount=lambda it, _: it.confiscated_yuan,
        ),
        Figure(
            "penalties.paid_yuan",
            "缴纳金额",
            "yuan",
            "统计时段内缴纳的本机关罚没款，按缴纳日期计。",
            Payment.kind,
            lambda it, at: at.within(it.paid_at),
            amount=lambda it, _: it.amount_yuan,
        ),
        Figure(
            "penalties.outstanding_yuan",
            "期末未缴金额",
            "yuan",
            "期末有效的本机关处罚决定尚未缴纳的罚没款。",
            Penalty.kind,
            lambda it, at: outstanding(it, at) > 0,
            amount=outstanding,
            stock=True,
        ),
        Figure(
            "penalties.overdue",
            "期末逾期未缴数",
            "count",
            "期末尚未缴清、送达后已过15日（准予延期、分期的过其期限）的本机关处罚决定。",
            Penalty.kind,
            overdue,
            stock=True,
        ),
        Figure(
            "penalties.surcharge_estimate_yuan",
            "加处罚款测算金额",
            "yuan",
            "逾期未缴罚款按每日百分之三测算、不超过罚款本数的金额，扣除复议、诉讼和准予延期的天数；须由机关决定才应缴纳。",
            Penalty.kind,
            lambda it, at: it.surcharge_stated and overdue(it, at),
            amount=surcharge_estimate,
            stock=True,
        ),
        Figure(
            "penalties.revoked",
            "撤销处罚数",
            "count",
            "统计时段内被撤销的本机关处罚决定。",
            Penalty.kind,
            lambda it, at: it.own and at.within(it.revoked_at),
        ),
        Figure(
            "penalties.changed",
            "变更处罚数",
            "count",
            "统计时段内变更的本机关处罚决定。",
            Penalty.kind,
            lambda it, at: it.own and at.within(it.changed_at),
        ),
        Figure(
            "penalties.others_decided",
            "其他机关处罚决定数",
            "count",
            "其他机关在统计时段内依法作出且有效的处罚决定，不计入本机关处罚和金额。",
            Penalty.kind,
            lambda it, at: not it.own and effective(it, at),
        ),
    )
)
