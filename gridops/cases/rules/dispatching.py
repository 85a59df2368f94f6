"""Which unit a case is proposed to: rules in order, the first that matches and has a unit wins, each says why.

A rule only ever proposes; a person sends (standards.md 1.4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.people.rules import WorkLine

NO_RULE = "没有适用的派遣规则"


class DayKind(StrEnum):
    """Days by the working calendar: worked (调休 included), or not."""

    WORKING = "working"
    REST = "rest"


class About(StrEnum):
    """What one part of a reason speaks of, in the order in which it is said."""

    CLASS = "class"
    CATEGORIES = "categories"
    AREA = "area"
    SOURCES = "sources"
    HOURS = "hours"
    DAYS = "days"
    MOST = "most"


class Why(StrEnum):
    """Why a rule whose conditions hold was passed over."""

    FULL = "full"
    NO_UNIT = "no_unit"


@dataclass(frozen=True, slots=True)
class Hours:
    """Local hours in minutes since midnight, half-open; an end before the beginning lies on the next morning."""

    begins: int
    ends: int

    def hold(self, at: datetime) -> bool:
        """Whether an instant lies within."""
        local = clock.local(at)
        minute = local.hour * 60 + local.minute
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold; what is empty asks nothing. A case is of the class OR one of the categories."""

    kind: Kind | None = None
    class_code: str | None = None
    categories: tuple[int, ...] = ()
    grid_id: int | None = None
    sources: tuple[Source, ...] = ()
    hours: Hours | None = None
    days: DayKind | None = None


@dataclass(frozen=True, slots=True)
class DispatchRule:
    """One rule: conditions, and the unit proposed: `unit_id`, or who answers for `line` in the case's grid.

    `most`: only while the unit has fewer cases in hand than this. `id` is of the version, `number` stays.
    """

    id: int
    number: int
    position: int
    name: str
    conditions: Conditions = Conditions()
    unit_id: int | None = None
    line: WorkLine | None = None
    most: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A case as rules see it; `path`: its grid and all above it, the grid first; `at`: when it is sent."""

    category_id: int
    kind: Kind
    class_code: str
    path: tuple[int, ...]
    source: Source
    at: datetime
    workday: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds in the jurisdiction: units in use, who answers for (grid, line), cases in hand by unit."""

    units: Collection[int] = ()
    answering: Mapping[tuple[int, WorkLine], tuple[int, ...]] = field(default_factory=dict)
    in_hand: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that won and its unit; `because`: the parts of its reason, as far as they concern this case.

    `grid_id`: the grid for which the unit answers, where a line was asked for.
    """

    rule: DispatchRule
    unit_id: int
    because: tuple[tuple[About, Any], ...] = ()
    grid_id: int | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule whose conditions hold, and why it was passed over; `unit_id`: the unit that has enough in hand."""

    rule: DispatchRule
    why: Why
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules say of a case: the choice, if any, and the rules passed over before it."""

    choice: Choice | None = None
    passed: tuple[Passed, ...] = ()


def weigh(rules: Iterable[DispatchRule], situation: Situation, ground: Ground) -> Weighed:
    """The first rule that matches and has a unit that may be given more; rules in order of position."""
    passed: list[Passed] = []
    for rule in sorted(rules, key=lambda rule: (rule.position, rule.id)):
        if not matches(rule.conditions, situation):
            continue
        full: int | None = None
        for unit_id, grid_id in _units(rule, situation, ground):
            if rule.most is None or ground.in_hand.get(unit_id, 0) < rule.most:
                return Weighed(Choice(rule, unit_id, tuple(_because(rule, situation)), grid_id), tuple(passed))
            full = full or unit_id
        passed.append(Passed(rule, Why.NO_UNIT if full is None else Why.FULL, full))
    return Weighed(None, tuple(passed))


def choose(rules: Iterable[DispatchRule], situation: Situation, ground: Ground) -> Choice | None:
    """The choice alone."""
    return weigh(rules, situation, ground).choice


def matches(asked: Conditions, situation: Situation) -> bool:
    """Whether every condition that is set holds."""
    return (
        _of_kind(asked, situation)
        and (asked.grid_id is None or asked.grid_id in situation.path)
        and (not asked.sources or situation.source in asked.sources)
        and (asked.hours is None or asked.hours.hold(situation.at))
        and (asked.days is None or (asked.days is DayKind.WORKING) is situation.workday)
    )


def parts(rule: DispatchRule) -> Iterator[tuple[About, Any]]:
    """What a rule asks, part by part."""
    asked = rule.conditions
    if asked.class_code is not None:
        yield About.CLASS, (asked.kind, asked.class_code)
    for about, value in (
        (About.CATEGORIES, asked.categories),
        (About.AREA, asked.grid_id),
        (About.SOURCES, asked.sources),
        (About.HOURS, asked.hours),
        (About.DAYS, asked.days),
        (About.MOST, rule.most),
    ):
        if value is not None and value != ():
            yield about, value


def _because(rule: DispatchRule, situation: Situation) -> Iterator[tuple[About, Any]]:
    """What a rule asks as far as it concerns a case that it takes: of many categories the case's own alone."""
    named = situation.category_id in rule.conditions.categories
    for about, value in parts(rule):
        if about is About.CATEGORIES and named:
            yield about, (situation.category_id,)
        elif not (about is About.CLASS and named) and about is not About.CATEGORIES:
            yield about, value


def _of_kind(asked: Conditions, situation: Situation) -> bool:
    if asked.class_code is None and not asked.categories:
        return True
    of_class = asked.class_code == situation.class_code and asked.kind is situation.kind
    return of_class or situation.category_id in asked.categories


def _units(rule: DispatchRule, situation: Situation, ground: Ground) -> Iterator[tuple[int, int | None]]:
    """The units a rule may propose, those nearest to the case first; only units in use."""
    if rule.unit_id is not None and rule.unit_id in ground.units:
        yield rule.unit_id, None
    if rule.line is not None:
        for grid_id in situation.path:
            for unit_id in ground.answering.get((grid_id, rule.line), ()):
                if unit_id in ground.units:
                    yield unit_id, grid_id


@dataclass(frozen=True, slots=True)
class Sent:
    """A dispatch that was: which case, to which unit, and the case as rules see it."""

    case_id: int
    unit_id: int
    situation: Situation


@dataclass(frozen=True, slots=True)
class Differs:
    """A case that the rules would have sent elsewhere."""

    sent: Sent
    choice: Choice


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would have done to cases that were sent: the same, another unit, or no rule applied."""

    same: int
    none: int
    differing: tuple[Differs, ...]

    @property
    def other(self) -> int:
        """How many would have gone to another unit."""
        return len(self.differing)


def try_on(rules: Collection[DispatchRule], sent: Iterable[Sent], ground: Ground) -> Trial:
    """What these rules would have done to what was sent."""
    same = none = 0
    differing: list[Differs] = []
    for one in sent:
        choice = choose(rules, one.situation, ground)
        if choice is None:
            none += 1
        elif choice.unit_id == one.unit_id:
            same += 1
        else:
            differing.append(Differs(one, choice))
    return Trial(same, none, tuple(differing))


def written(asked: Conditions) -> dict[str, Any]:
    """Conditions as they are kept: plain JSON without what asks nothing."""
    told = {
        "kind": asked.kind,
        "class": asked.class_code,
        "categories": list(asked.categories),
        "grid": asked.grid_id,
        "sources": [source.value for source in asked.sources],
        "hours": [asked.hours.begins, asked.hours.ends] if asked.hours else None,
        "days": asked.days,
    }
    return {name: value for name, value in told.items() if value}


def read(told: Mapping[str, Any]) -> Conditions:
    """Conditions from what `written` wrote."""
    hours = told.get("hours")
    return Conditions(
        kind=Kind(told["kind"]) if told.get("kind") else None,
        class_code=told.get("class"),
        categories=tuple(told.get("categories", ())),
        grid_id=told.get("grid"),
        sources=tuple(Source(source) for source in told.get("sources", ())),
        hours=Hours(*hours) if hours else None,
        days=DayKind(told["days"]) if told.get("days") else None,
    )
