"""When two open cases look like one problem reported twice (疑似重复): distance × time × kind (pure).

A person decides, never a rule. Beyond the limits below nothing is suspected, however near one of the three is; within
them the score orders what is shown, from 1 (one spot, one minute, one category) down.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import hypot

from gridops.cases.rules.moves import ENDED, MOVES, Move, Source, State
from gridops.cases.rules.slots import HOURS, recurs
from gridops.cases.rules.standing import may_be_merged_into
from gridops.catalogue.rules import Kind, class_of
from gridops.core.coordinates import metres_between
from gridops.people.rules import Role


class Kin(StrEnum):
    """How near the categories of two cases are: the same (小类), or of one class (大类) of one list."""

    CATEGORY = "category"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Limit:
    """How far apart two reports of one problem may lie, over ground and in time; `weight`: of the kind in the score."""

    metres: float
    apart: timedelta
    weight: float


# The limits by what is compared. A component is one thing with a place of its own, and stays broken until somebody
# mends it; what two people call by different names of one class must lie closer, in place and in time.
LIMITS: dict[tuple[Kind, Kin], Limit] = {
    (Kind.EVENT, Kin.CATEGORY): Limit(50.0, timedelta(days=7), 1.0),
    (Kind.EVENT, Kin.CLASS): Limit(20.0, timedelta(days=1), 0.6),
    (Kind.COMPONENT, Kin.CATEGORY): Limit(20.0, timedelta(days=30), 1.0),
    (Kind.FINDING, Kin.CATEGORY): Limit(20.0, timedelta(days=7), 1.0),
}
# A stall comes and goes: at the same place at another time of the day it is another offence (standards.md 1.4).
RECURS_APART = timedelta(hours=HOURS)
# Who stood there twice and reported twice saw two problems, unless at one and the same spot; own accuracy is no excuse.
SAME_PERSON_M = 10.0
ON_SPOT = frozenset({Source.INSPECTOR, Source.JOINT_ENFORCEMENT, Source.NIGHT_INSPECTION})
# What is unsure of both places is taken off their distance, but no more than this.
MOST_UNSURE_M = 30.0
# Merged may be what was reported within this of the same category at any time: offered in the form, not suspected.
NEARBY_M = 200.0
# No two reports further apart are ever compared.
REACH_M = max(limit.metres for limit in LIMITS.values()) + MOST_UNSURE_M

# How a duplicate ends: after filing it is merged, before that it is not filed or declined (statistics.md §2).
ENDINGS = (Move.MERGE, Move.NOT_FILE, Move.DECLINE)
JUDGES = frozenset().union(*(MOVES[move].roles for move in ENDINGS))


class Verdict(StrEnum):
    """Suspected to be one problem; near enough to be offered; neither."""

    LIKELY = "likely"
    NEAR = "near"
    NONE = "none"


class Ground(StrEnum):
    """What a verdict rests on; amounts: metres, metres unsure, seconds, hours, none for the others."""

    DISTANCE = "distance"
    UNSURE = "unsure"
    TIME = "time"
    CATEGORY = "category"
    CLASS = "class"
    RECURS = "recurs"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground with its amount."""

    ground: Ground
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a case is compared: WGS-84 degrees, accuracy in metres (0: not said), the category by list, code, name.

    `whole_id`: the case that was one before any split. `reporter_id`: an account, which for calls is that of the clerk.
    """

    root_id: int
    state: State
    source: Source
    lon: float | None
    lat: float | None
    accuracy_m: float
    reported_at: datetime
    list_code: str
    kind: Kind
    code: str
    name: str
    reporter_id: int | None = None
    whole_id: int | None = None

    @property
    def open(self) -> bool:
        """Whether it has not ended: what is closed, declined, void or merged is no duplicate of anything."""
        return self.state not in ENDED


@dataclass(frozen=True, slots=True)
class Likeness:
    """The verdict over two cases, their score (0 to 1, 0: not suspected) and the grounds, the weightiest first."""

    verdict: Verdict = Verdict.NONE
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()

    @property
    def metres(self) -> float:
        """How far apart they lie."""
        return next((reason.amount for reason in self.reasons if reason.ground is Ground.DISTANCE), 0.0)


_NONE = Likeness()


def compare(one: Subject, other: Subject) -> Likeness:
    """How like two cases are; the same whichever comes first."""
    kin = _kin(one, other)
    if kin is None or not (one.open and other.open) or one.root_id != other.root_id:
        return _NONE
    if one.whole_id is not None and one.whole_id == other.whole_id:
        return _NONE  # a person split them because they are two
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return _NONE
    metres, apart = metres_between(one.lon, one.lat, other.lon, other.lat), abs(one.reported_at - other.reported_at)
    person = _same_person(one, other)
    recurring = all(recurs(each.list_code, each.kind, each.code) for each in (one, other))
    unsure = 0.0 if person else min(hypot(one.accuracy_m, other.accuracy_m), MOST_UNSURE_M)
    limit = _limit(one.kind, kin, person=person, recurring=recurring)
    grounds = [Reason(Ground.DISTANCE, metres), Reason(Ground.TIME, apart.total_seconds()), Reason(Ground(kin.value))]
    if limit is not None and metres - unsure <= limit.metres and apart <= limit.apart:
        if metres > limit.metres:
            grounds.insert(1, Reason(Ground.UNSURE, unsure))
        if recurring:
            grounds.append(Reason(Ground.RECURS, limit.apart / timedelta(hours=1)))
        if person:
            grounds.append(Reason(Ground.PERSON))
        return Likeness(Verdict.LIKELY, _score(limit, max(metres - unsure, 0.0), apart), tuple(grounds))
    if kin is Kin.CATEGORY and metres <= NEARBY_M:
        return Likeness(Verdict.NEAR, 0.0, tuple(grounds))
    return _NONE


def order(likeness: Likeness) -> tuple[float, float]:
    """The place among others of one case: the likeliest first, then the nearest."""
    return -likeness.score, likeness.metres


@dataclass(frozen=True, slots=True)
class Side:
    """One of two cases that are the same: `possible` are the moves that may be made on it."""

    number: str
    state: State
    reported_at: datetime
    possible: frozenset[Move]


@dataclass(frozen=True, slots=True)
class End:
    """By which move which of two cases ends as a duplicate of which (numbers)."""

    move: Move
    number: str
    of: str


def ending(possible: Collection[Move], other: State) -> Move | None:
    """The move by which a case ends as a duplicate of another one, among those possible; None: by none of them."""
    return next((m for m in ENDINGS if m in possible and (m is not Move.MERGE or may_be_merged_into(other))), None)


def end_of(one: Side, other: Side) -> End | None:
    """How one of two ends as a duplicate: where either could, the one that was reported later."""
    later_first = sorted((one, other), key=lambda side: (side.reported_at, side.number), reverse=True)
    for side, kept in (later_first, later_first[::-1]):
        if (move := ending(side.possible, kept.state)) is not None:
            return End(move, side.number, kept.number)
    return None


def possible(state: State, roles: Collection[Role]) -> frozenset[Move]:
    """The moves ending a duplicate that these roles may make in this state, if they hold where the case lies."""
    return frozenset(m for m in ENDINGS if state in MOVES[m].from_states and not MOVES[m].roles.isdisjoint(roles))


def _kin(one: Subject, other: Subject) -> Kin | None:
    """Editions of the list number the same category anew, so its name tells; their classes are not held together."""
    if one.kind is not other.kind:
        return None
    if one.name == other.name:
        return Kin.CATEGORY
    same_class = one.list_code == other.list_code and class_of(one.code) == class_of(other.code)
    return Kin.CLASS if same_class else None


def _same_person(one: Subject, other: Subject) -> bool:
    on_spot = one.source in ON_SPOT and other.source in ON_SPOT
    return on_spot and one.reporter_id is not None and one.reporter_id == other.reporter_id


def _limit(kind: Kind, kin: Kin, *, person: bool, recurring: bool) -> Limit | None:
    limit = LIMITS.get((kind, kin))
    if limit is None:
        return None
    metres = min(limit.metres, SAME_PERSON_M) if person else limit.metres
    return Limit(metres, min(limit.apart, RECURS_APART) if recurring else limit.apart, limit.weight)


def _score(limit: Limit, metres: float, apart: timedelta) -> float:
    """Kind × distance × time: each of the two is worth half at its limit."""
    return limit.weight * (1 - metres / limit.metres / 2) * (1 - apart / limit.apart / 2)
