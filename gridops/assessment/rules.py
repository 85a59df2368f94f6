"""What problems from above cost in points, and what is reported beforehand (pure).

提前上报, as this house defines it: a problem that our own people found and filed, which the assessing level has not
found yet, may be reported to that level beforehand; when that level then sends the same problem (same kind, same
place) down within seven days after, it is not its find and costs nothing. Whether it is the same a person judges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from gridops.cases.rules.moves import ENDED, State
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.coordinates import metres_between
from gridops.people.rules import Role
from gridops.supervision.rules import Assessor

# The mark of a problem reported beforehand holds so long.
HOLDS = timedelta(days=7)
NEAR_M = 50.0
# What our own people find on their rounds and screens; what others told us is no find of ours.
OWN = (Source.INSPECTOR, Source.JOINT_ENFORCEMENT, Source.NIGHT_INSPECTION, Source.VIDEO)
_NOT_FILED_YET = (State.REPORTED, State.VERIFYING, State.ACCEPTED)
OPEN = tuple(state for state in State if state not in ENDED and state not in _NOT_FILED_YET)

KEEPERS = (Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.SUPERVISION_OFFICER)
JUDGES = (Role.SHIFT_LEADER, Role.SUPERVISION_OFFICER, Role.LEADER)
NOTHING = Decimal("0.00")


class Loss(StrEnum):
    """What points are taken off for."""

    FOUND = "found"
    OVERDUE = "overdue"
    REWORK = "rework"
    RETURN = "return"


class Standing(StrEnum):
    """Whether a problem counts: it does; was reported beforehand; an upheld appeal leaves it out; not known yet."""

    COUNTED = "counted"
    EARLY = "early"
    UPHELD = "upheld"
    NO_LEVEL = "no_level"
    NO_RULE = "no_rule"


LOSS_NAMES = {Loss.FOUND: "发现", Loss.OVERDUE: "超期", Loss.REWORK: "返工", Loss.RETURN: "退件"}
STANDING_NAMES = {
    Standing.COUNTED: "扣分",
    Standing.EARLY: "已提前上报",
    Standing.UPHELD: "申诉成立，不计",
    Standing.NO_LEVEL: "未注明考核层级",
    Standing.NO_RULE: "没有适用的扣分规则",
}


@dataclass(frozen=True, slots=True)
class Kindred:
    """What a case is about: category list, kind and code."""

    list_code: str
    kind: Kind
    code: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What a level takes off for problems of a kind; `code` empty: all of them. Days are half-open."""

    id: int
    assessor: Assessor
    name: str
    about: Kindred
    points: Mapping[Loss, Decimal]
    valid_from: date
    valid_to: date | None = None

    def fits(self, assessor: Assessor, about: Kindred, on: date) -> bool:
        """Whether it speaks of such a problem on a day."""
        same = (self.about.list_code, self.about.kind) == (about.list_code, about.kind)
        in_force = self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
        return self.assessor is assessor and same and in_force and about.code.startswith(self.about.code)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem from above as its cost is counted; `filed_on`: the local day by which the rule is chosen."""

    assessor: Assessor | None
    about: Kindred
    filed_on: date
    overdue: bool = False
    rework: int = 0
    returned: int = 0
    early: bool = False
    upheld: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Points taken off for one thing: how often, and how many each time."""

    loss: Loss
    times: int
    each: Decimal

    @property
    def points(self) -> Decimal:
        """Points in all."""
        return self.each * self.times


@dataclass(frozen=True, slots=True)
class Cost:
    """What a problem costs: how it stands, by which rule, for what."""

    standing: Standing
    rule: Rule | None = None
    parts: tuple[Part, ...] = ()

    @property
    def points(self) -> Decimal:
        """Points in all; only what counts costs any."""
        return sum((part.points for part in self.parts), NOTHING)


def rule_for(rules: Iterable[Rule], assessor: Assessor, about: Kindred, on: date) -> Rule | None:
    """The rule that holds: of those that fit the closest one (the longest code), of these the newest."""
    fitting = [rule for rule in rules if rule.fits(assessor, about, on)]
    return max(fitting, key=lambda rule: (len(rule.about.code), rule.id), default=None)


def cost(problem: Problem, rules: Iterable[Rule]) -> Cost:
    """What a problem costs. Left out or reported beforehand: nothing, whatever the rule says."""
    if problem.upheld:
        return Cost(Standing.UPHELD)
    if problem.assessor is None:
        return Cost(Standing.NO_LEVEL)
    rule = rule_for(rules, problem.assessor, problem.about, problem.filed_on)
    if problem.early:
        return Cost(Standing.EARLY, rule)
    if rule is None:
        return Cost(Standing.NO_RULE)
    times = {
        Loss.FOUND: 1,
        Loss.OVERDUE: int(problem.overdue),
        Loss.REWORK: problem.rework,
        Loss.RETURN: problem.returned,
    }
    parts = tuple(Part(loss, times[loss], rule.points[loss]) for loss in Loss if times[loss] and rule.points[loss])
    return Cost(Standing.COUNTED, rule, parts)


@dataclass(frozen=True, slots=True)
class Summary:
    """A month or a unit: problems that count (early ones among them), their points, and how many stand how."""

    problems: int = 0
    points: Decimal = NOTHING
    by: Mapping[Standing, int] = field(default_factory=dict)


def summary(costs: Collection[Cost]) -> Summary:
    """The sum of some costs: an upheld appeal is neither in the points nor in the problems, and said apart."""
    by = {standing: sum(1 for one in costs if one.standing is standing) for standing in Standing}
    counted = by[Standing.COUNTED] + by[Standing.EARLY]
    return Summary(counted, sum((one.points for one in costs), NOTHING), by)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and what: the grid, a point in WGS-84 degrees if there is one, and the kind."""

    about: Kindred
    grid_id: int
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A problem of ours that was reported beforehand to a level at an instant."""

    id: int
    case_id: int
    assessor: Assessor
    at: datetime
    spot: Spot


def same_spot(one: Spot, other: Spot) -> bool:
    """Same kind and same place: at most 50 metres apart, or in one grid where either has no point."""
    if one.about != other.about:
        return False
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return one.grid_id == other.grid_id
    return metres_between(one.lon, one.lat, other.lon, other.lat) <= NEAR_M


def holds_at(marked_at: datetime, at: datetime) -> bool:
    """Whether a mark holds at an instant: from the marking on, seven days."""
    return marked_at <= at < marked_at + HOLDS


def candidates(marks: Iterable[Mark], assessor: Assessor | None, spot: Spot, came_at: datetime) -> list[Mark]:
    """The marks of which a problem from above may be the one, newest first; a person judges."""
    found = [
        mark
        for mark in marks
        if mark.assessor is assessor and holds_at(mark.at, came_at) and same_spot(mark.spot, spot)
    ]
    return sorted(found, key=lambda mark: (mark.at, mark.id), reverse=True)


def at_risk(rules: Iterable[Rule], about: Kindred, on: date, *, overdue: bool) -> dict[Assessor, Decimal]:
    """What each level would take off if it found such a problem today; levels that do not look for it are absent."""
    known = list(rules)
    found: dict[Assessor, Decimal] = {}
    for assessor in Assessor:
        rule = rule_for(known, assessor, about, on)
        if rule is not None:
            found[assessor] = rule.points[Loss.FOUND] + (rule.points[Loss.OVERDUE] if overdue else NOTHING)
    return found


def early_fault(*, own: bool, is_open: bool, filed: bool, found_above: bool) -> str | None:
    """Why a case cannot be reported beforehand; None when it can."""
    if not own:
        return "只有本单位人员发现的问题可以提前上报"
    if not filed or not is_open:
        return "只有已立案、尚未结案的问题可以提前上报"
    if found_above:
        return "上级已经发现这一问题，不能再提前上报"
    return None
