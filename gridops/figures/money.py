"""What each figure of penalties means (statistics.md §4), numbers included. Pure.

Nothing that scores, ranks or compares units or people may come here (行政处罚法 art. 74): the import contract holds it.
By decision date, amounts as in force when the figures are taken; only the street's own decisions are counted and added
up, those of other authorities are told apart (由X机关依法处罚). Each rule is asked of one `Penalty`, or of many at once
(`money_columns.Penalties`), and is written once for both (`rules.many`).
"""

from __future__ import annotations

from typing import Any

from gridops.figures.money_facts import (
    KINDS,
    NOTHING,
    Correction,
    LateDecision,
    LatePayment,
    Payment,
    Penalty,
)
from gridops.figures.rules.facts import Bounds
from gridops.figures.rules.telling import Figure, Telling
from gridops.penalties.rules import PartyKind

__all__ = [
    "KINDS",
    "NOTHING",
    "TELLING",
    "Correction",
    "LateDecision",
    "LatePayment",
    "Payment",
    "Penalty",
    "decided",
    "effective",
    "fine",
    "outstanding",
    "overdue",
    "surcharge_estimate",
]


def effective(it: Any, at: Bounds) -> Any:
    """Decided in P, and neither revoked nor replaced when the figures are taken."""
    return at.within(it.decided_at) & at.stands(it.ended_at)


def decided(it: Any, at: Bounds) -> Any:
    """One of the street's own decisions of P, in force."""
    return it.own & effective(it, at)


def fine(it: Any, at: Bounds) -> Any:
    """The fine in force when the figures are taken."""
    return it.fine_at(at)


def outstanding(it: Any, at: Bounds) -> Any:
    """What is owed on one of the street's own decisions at E: what is in force less what was paid, never below zero."""
    return it.outstanding_at(at)


def overdue(it: Any, at: Bounds) -> Any:
    """Owed at E, the term to pay over, and no deferral running."""
    return it.overdue_at(at)


def surcharge_estimate(it: Any, at: Bounds) -> Any:
    """What may be imposed at most on what is overdue at E."""
    return it.surcharge_at(at)


def penalised(it: Any, at: Bounds) -> Any:
    """Premises penalised by whomever in P, after a round (or whatever brought it about, by a setting)."""
    return effective(it, at) & it.at_premises & (it.of_round | at.all_sources)


def penalised_of_rounds(it: Any, at: Bounds) -> Any:
    """Premises of P's rounds, penalised by as_of."""
    return at.within(it.round_began_at) & it.at_premises & at.known(it.decided_at) & at.stands(it.ended_at)


def _premises(it: Any) -> Any:
    return it.premises_id


def _party(it: Any) -> Any:
    return it.party_key


def _parties(suffix: str, name: str, unit: str, kind: PartyKind | None, definition: str) -> Figure:
    return Figure(
        f"penalties.parties{suffix}",
        name,
        unit,
        definition,
        Penalty.kind,
        decided if kind is None else lambda it, at: decided(it, at) & it.is_of(kind),
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
            lambda it, at: penalised(it, at) & it.others,
            of=_premises,
        ),
        Figure(
            "premises.penalised_each_month",
            "各月处罚企业数合计",
            "premises",
            "统计时段内各月处罚企业数之和，一家企业在几个月被处罚的，每月各计一次。",
            Penalty.kind,
            penalised,
            of=lambda it: it.premises_month,
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
            lambda it, at: it.own & at.within(it.opened_at),
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
            lambda it, at: it.own & at.within(it.waived_at),
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
            lambda it, at: decided(it, at) & (fine(it, at) > 0),
            amount=fine,
        ),
        Figure(
            "penalties.confiscated_yuan",
            "没收金额",
            "yuan",
            "本机关在统计时段内作出的有效处罚决定的没收金额。",
            Penalty.kind,
            lambda it, at: decided(it, at) & (it.confiscated_yuan > 0),
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
            lambda it, at: it.surcharge_stated & overdue(it, at),
            amount=surcharge_estimate,
            stock=True,
        ),
        Figure(
            "penalties.revoked",
            "撤销处罚数",
            "count",
            "统计时段内被撤销的本机关处罚决定。",
            Penalty.kind,
            lambda it, at: it.own & at.within(it.revoked_at),
        ),
        Figure(
            "penalties.changed",
            "变更处罚数",
            "count",
            "统计时段内变更的本机关处罚决定。",
            Penalty.kind,
            lambda it, at: it.own & at.within(it.changed_at),
        ),
        Figure(
            "penalties.others_decided",
            "其他机关处罚决定数",
            "count",
            "其他机关在统计时段内依法作出且有效的处罚决定，不计入本机关处罚和金额。",
            Penalty.kind,
            lambda it, at: it.others & effective(it, at),
        ),
    )
)
