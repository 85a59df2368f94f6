"""Kinds of penalties and of parties, with their names; which kind of several is the heaviest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class PenaltyKind(StrEnum):
    """Kinds in the order of 行政处罚法 art. 9, the lightest first."""

    WARNING = "warning"
    CRITICISM = "criticism"
    FINE = "fine"
    CONFISCATION = "confiscation"
    LICENCE_SUSPENSION = "licence_suspension"
    DOWNGRADE = "downgrade"
    LICENCE_REVOCATION = "licence_revocation"
    RESTRICTION = "restriction"
    STOP_PRODUCTION = "stop_production"
    CLOSURE = "closure"
    CAREER_BAN = "career_ban"
    DETENTION = "detention"


class PartyKind(StrEnum):
    """Who is penalised: a citizen (人) or a legal person or other organisation (家)."""

    PERSON = "person"
    ORGANISATION = "organisation"


KIND_NAMES: dict[PenaltyKind, str] = {
    PenaltyKind.WARNING: "警告",
    PenaltyKind.CRITICISM: "通报批评",
    PenaltyKind.FINE: "罚款",
    PenaltyKind.CONFISCATION: "没收违法所得、没收非法财物",
    PenaltyKind.LICENCE_SUSPENSION: "暂扣许可证件",
    PenaltyKind.DOWNGRADE: "降低资质等级",
    PenaltyKind.LICENCE_REVOCATION: "吊销许可证件",
    PenaltyKind.RESTRICTION: "限制开展生产经营活动",
    PenaltyKind.STOP_PRODUCTION: "责令停产停业",
    PenaltyKind.CLOSURE: "责令关闭",
    PenaltyKind.CAREER_BAN: "限制从业",
    PenaltyKind.DETENTION: "行政拘留",
}

PARTY_NAMES: dict[PartyKind, str] = {
    PartyKind.PERSON: "公民",
    PartyKind.ORGANISATION: "法人或者其他组织",
}

# Of these the party must be told that it may ask for a hearing (art. 63); of larger fines the street says so itself.
HEARD = frozenset(
    {
        PenaltyKind.DOWNGRADE,
        PenaltyKind.LICENCE_REVOCATION,
        PenaltyKind.RESTRICTION,
        PenaltyKind.STOP_PRODUCTION,
        PenaltyKind.CLOSURE,
        PenaltyKind.CAREER_BAN,
    }
)
# Only a warning or a small fine may be decided on the spot (art. 51).
ON_THE_SPOT = frozenset({PenaltyKind.WARNING, PenaltyKind.FINE})

_WEIGHTS = {kind: place for place, kind in enumerate(PenaltyKind)}


def heaviest(kinds: Iterable[PenaltyKind]) -> PenaltyKind | None:
    """The kind under which a decision with several counts once (statistics.md §4); None for none."""
    return max(kinds, key=_WEIGHTS.__getitem__, default=None)


def in_order(kinds: Iterable[PenaltyKind]) -> tuple[PenaltyKind, ...]:
    """Each kind once, the lightest first."""
    return tuple(sorted(set(kinds), key=_WEIGHTS.__getitem__))
