"""What makes a closing look faked: the rules for photos taken after handling (pure). A person judges, never a rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gridops.core.coordinates import metres_between
from gridops.people.rules import Role

AWAY_M = 100.0
JUDGES = frozenset({Role.SHIFT_LEADER, Role.AUDITOR})


class Suspicion(StrEnum):
    """Why a photo looks wrong; amounts: none, bits that differ, seconds before the dispatch, metres away."""

    SAME = "same"
    NEAR = "near"
    OLDER = "older"
    AWAY = "away"


class Verdict(StrEnum):
    """What a person found: 虚假整改, or not."""

    FAKED = "faked"
    GENUINE = "genuine"


SUSPICION_NAMES: dict[Suspicion, str] = {
    Suspicion.SAME: "同一张照片曾用于其他案件",
    Suspicion.NEAR: "与其他案件的照片高度相似",
    Suspicion.OLDER: "照片拍摄早于派遣",
    Suspicion.AWAY: "照片拍摄位置偏离案件位置",
}
VERDICT_NAMES: dict[Verdict, str] = {Verdict.FAKED: "虚假整改", Verdict.GENUINE: "不属虚假整改"}


# Whoever works out there is not shown what is held against photos; those at the desk are, before they check.
OUT_THERE = frozenset({Role.HANDLER, Role.INSPECTOR, Role.OFFICER})


def told(*, handles: bool, here: Collection[Role], judged: bool) -> bool:
    """Whether a doubt is shown to somebody: `here` are the roles held where the case lies, whatever they are elsewhere.

    Who handles the case, whatever else they are, learns of a doubt about it when somebody has judged it.
    """
    return judged if handles else not OUT_THERE.issuperset(here)


@dataclass(frozen=True, slots=True)
class AfterShot:
    """A photo of the work done: when and where it was taken, as far as known (WGS-84 degrees)."""

    link_id: int
    taken_at: datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What the photos of a case are held against: first dispatch, place and how well it is known (metres).

    `ids`: the case and those merged with it, whose photos are its own.
    """

    dispatched_at: datetime | None
    lon: float | None
    lat: float | None
    accuracy_m: float
    ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Match:
    """A use of the same (`bits` 0 and `same`) or of a like picture, on some case."""

    link_id: int
    case_id: int
    same: bool
    bits: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """One reason to look at a photo, and the other photo where there is one."""

    link_id: int
    kind: Suspicion
    amount: float = 0.0
    other_link_id: int | None = None
    other_case_id: int | None = None


def suspects(shot: AfterShot, handled: Handled, matches: Sequence[Match]) -> list[Suspect]:
    """What makes this photo look wrong; at most one reason of a kind."""
    found = [_elsewhere(shot, handled.ids, matches), _older(shot, handled), _away(shot, handled)]
    return [one for one in found if one is not None]


def _elsewhere(shot: AfterShot, own: Collection[int], matches: Sequence[Match]) -> Suspect | None:
    """Used on another case before; what came later is suspected there, and a case's own photos prove nothing."""
    earlier = [one for one in matches if one.case_id not in own and one.link_id < shot.link_id]
    if not earlier:
        return None
    best = min(earlier, key=lambda one: (not one.same, one.bits, one.link_id))
    kind = Suspicion.SAME if best.same else Suspicion.NEAR
    return Suspect(shot.link_id, kind, float(best.bits), best.link_id, best.case_id)


def _older(shot: AfterShot, handled: Handled) -> Suspect | None:
    if shot.taken_at is None or handled.dispatched_at is None or shot.taken_at >= handled.dispatched_at:
        return None
    return Suspect(shot.link_id, Suspicion.OLDER, (handled.dispatched_at - shot.taken_at).total_seconds())


def _away(shot: AfterShot, handled: Handled) -> Suspect | None:
    """The accuracy of the case's place counts in favour of the handler."""
    if shot.lon is None or shot.lat is None or handled.lon is None or handled.lat is None:
        return None
    metres = metres_between(handled.lon, handled.lat, shot.lon, shot.lat)
    return Suspect(shot.link_id, Suspicion.AWAY, metres) if metres - handled.accuracy_m > AWAY_M else None
