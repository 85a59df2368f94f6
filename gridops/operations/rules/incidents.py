"""Kinds of incident, what is known of one, and what is still to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gridops.squads.rules import Agency


class IncidentKind(StrEnum):
    """扣押, 交警扣留, 先行登记保存, 移送, and what is none of them."""

    SEIZED = "seized"
    IMPOUNDED = "impounded"
    PRESERVED = "preserved"
    REFERRED = "referred"
    OTHER = "other"


# 行政强制措施: art. 9 (3) of 行政强制法; the traffic police's 扣留 is one too.
COERCIVE = frozenset({IncidentKind.SEIZED, IncidentKind.IMPOUNDED})
# What takes things out of somebody's hands: counted only with everything the law asks of it.
TAKING = COERCIVE | {IncidentKind.PRESERVED}


@dataclass(frozen=True, slots=True)
class Officer:
    """Who carried it out. `certified`: with a certificate valid on that day; None: of another body, not known to us."""

    key: str
    certified: bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an incident when it is recorded. Times are aware instants."""

    kind: IncidentKind
    agency: Agency
    happened_at: datetime
    basis: str = ""
    approver: str = ""
    approved_at: datetime | None = None
    officers: tuple[Officer, ...] = ()
    items: str = ""
    deadline: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an incident stands, for what is still to be done about it."""

    kind: IncidentKind
    deadline: datetime | None
    decision_no: str | None = None
    letter_no: str | None = None
    received_at: datetime | None = None
    answered_at: datetime | None = None
    lifted_at: datetime | None = None
    voided_at: datetime | None = None


def late(standing: Standing, now: datetime) -> bool:
    """Whether its deadline has passed: of a referral without an answer, of things kept without giving them back."""
    if standing.deadline is None or standing.voided_at is not None or standing.deadline >= now:
        return False
    if standing.kind is IncidentKind.REFERRED:
        return standing.answered_at is None
    return standing.kind in TAKING and standing.lifted_at is None


def open_points(standing: Standing, now: datetime) -> tuple[str, ...]:
    """What is still asked of it, as sentences with their article; nothing once voided."""
    if standing.voided_at is not None:
        return ()
    over = late(standing, now)
    asked = (
        (standing.kind in COERCIVE and not standing.decision_no, "缺决定书文号（行政强制法第二十四条第一款）"),
        (
            standing.kind in COERCIVE and over,
            "期限已过，须作出处理决定或者立即解除（行政强制法第二十七条、第二十八条）",
        ),
        (standing.kind is IncidentKind.PRESERVED and over, "期限已过，须作出处理决定（行政处罚法第五十六条）"),
        (standing.kind is IncidentKind.REFERRED and not standing.letter_no, "缺移送函文号"),
        (standing.kind is IncidentKind.REFERRED and standing.received_at is None, "未登记回执"),
        (standing.kind is IncidentKind.REFERRED and over, "超过反馈期限未反馈"),
    )
    return tuple(words for holds, words in asked if holds)
