"""The made-up year of the demo street: every report and every move after it, in the order they happen. Pure.

The same seed gives the same plan to the last word. `run` carries it out through the services.
"""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.core.clock import local
from gridops.demo_street import words
from gridops.demo_street.course import MINUTE, Act, Course, Seen, World
from gridops.demo_street.hours import DAY, DESK, WALK, busy, minute_of
from gridops.demo_street.places import Spot, Street
from gridops.demo_street.problems import HOURS, Problem, problems

SEED = 20170104
FIRST, LAST = date(2017, 1, 1), date(2017, 12, 31)
# Reports on a usual day, before rhythm.
_USUAL_DAY = 37.0

# code, name, categories, first and last day
CAMPAIGNS = (
    ("ZX2017-01", "非法客运站整治", ("E0460", "E0461"), date(2017, 3, 1), date(2017, 4, 15)),
    ("ZX2017-02", "偷倒垃圾巡查", ("E0160", "E0111"), date(2017, 4, 17), date(2017, 5, 31)),
    ("ZX2017-03", "非机动车乱停放整治", ("E0410",), date(2017, 6, 5), date(2017, 7, 14)),
    ("ZX2017-04", "篷车专项整治", ("E0360", "E0114", "E0312"), date(2017, 9, 4), date(2017, 10, 20)),
    ("ZX2017-05", "小区治安巡逻", ("E0660", "E0661", "E0162"), date(2017, 10, 23), date(2017, 11, 30)),
)

_BY_DESK = ((Source.HOTLINE_12345, 62), (Source.WECHAT_APP, 42), (Source.VIDEO, 26), (Source.ASSESSMENT, 20),
            (Source.PUBLIC, 16), (Source.LEADER, 10), (Source.PLATFORM_TRANSFER, 8), (Source.THIRD_PARTY, 8),
            (Source.PETITION, 4))  # fmt: skip
_OFTEN_BY_PHONE = frozenset({"E0301", "E0128", "E0127", "E0662", "E0129", "E0101", "E0409", "E0130", "E0138"})
_NUMBERED = {Source.HOTLINE_12345: "GD", Source.WECHAT_APP: "WX", Source.PETITION: "XF", Source.ASSESSMENT: "KH",
             Source.PLATFORM_TRANSFER: "PT"}  # fmt: skip
_MISTAKEN = {"E0405": "E0406", "E0406": "E0405", "E0110": "E0111", "E0111": "E0110", "E0112": "E0114",
             "E0203": "E0206", "E0125": "E0165"}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A report before it is written: where, what, when seen, when it reached us."""

    seen: Seen
    spot: Spot
    at: datetime
    received_at: datetime
    self_handled: bool
    reporter: str
    campaign: str | None = None


def year(world: World, street: Street, first: date = FIRST, last: date = LAST) -> list[Act]:
    """Every act that begins with the reports of these days, to the end of each case, in order of time."""
    return _Year(world, street, first, last).acts()


class _Year:
    def __init__(self, world: World, street: Street, first: date, last: date) -> None:
        self.world, self.street, self.first, self.last = world, street, first, last
        self.dice = random.Random(SEED)
        self.number = 0
        self.by_key = {problem.key: problem for problem in problems()}
        self.draws = {
            kind: list(itertools.accumulate(spot.draw for spot in spots)) for kind, spots in street.by_kind.items()
        }

    def acts(self) -> list[Act]:
        found: list[Act] = []
        day = FIRST
        while day <= self.last:
            # Days before the first are thrown too, so that a slice holds what the year holds.
            for told in self._day(day):
                own = self._one(told)
                if day >= self.first:
                    found += own
            day += DAY
        return in_order(found)

    def _day(self, day: date) -> Iterator[Told]:
        mean = _USUAL_DAY * busy(day, self.world.clock.calendar)
        known = problems()
        weights = list(itertools.accumulate(problem.weight_on(day) for problem in known))
        for _ in range(max(1, round(self.dice.gauss(mean, mean**0.5 * 0.8)))):
            yield self._told(day, known[self._draw(weights)])

    def _draw(self, accumulated: list[float]) -> int:
        return bisect.bisect(accumulated, self.dice.random() * accumulated[-1], hi=len(accumulated) - 1)

    def _told(self, day: date, problem: Problem) -> Told:
        dice = self.dice
        kind = dice.choices([k for k, _ in problem.spots], [w for _, w in problem.spots])[0]
        spot = self.street.by_kind[kind][self._draw(self.draws[kind])]
        position = dice.choices([p for p, _ in problem.conditions], [w for _, w in problem.conditions])[0]
        at = minute_of(day, HOURS[problem.hours], dice)
        campaign = self._campaign(problem, day)
        self_handled = dice.random() < problem.self_share * (1 if position == 1 else 0.3)
        if self_handled:
            joint = campaign is not None and dice.random() < 0.3
            source = Source.JOINT_ENFORCEMENT if joint else Source.INSPECTOR
        else:
            source = self._source(problem, campaign)
        mistaken = None
        if source is Source.INSPECTOR and not self_handled and dice.random() < 0.03:
            mistaken = self.by_key.get(_MISTAKEN.get(problem.key, ""))
        seen = Seen(problem, position, spot.grid, source, mistaken)
        reporter, received_at = self._reporter(seen, at)
        if source not in (Source.INSPECTOR, Source.JOINT_ENFORCEMENT):
            at = received_at
        return Told(seen, spot, at, received_at, self_handled, reporter, campaign)

    def _campaign(self, problem: Problem, day: date) -> str | None:
        for code, _, keys, first, last in CAMPAIGNS:
            if problem.key in keys and first <= day <= last and self.dice.random() < 0.6:
                return code
        return None

    def _source(self, problem: Problem, campaign: str | None) -> Source:
        if campaign is not None and self.dice.random() < 0.4:
            return Source.JOINT_ENFORCEMENT
        if self.dice.random() < (0.5 if problem.key in _OFTEN_BY_PHONE else 0.155):
            return self.dice.choices([s for s, _ in _BY_DESK], [w for _, w in _BY_DESK])[0]
        return Source.INSPECTOR

    def _reporter(self, seen: Seen, at: datetime) -> tuple[str, datetime]:
        """Who reports, and when it reaches us: a phone without network sends later, the desk writes in its hours."""
        staff, dice = self.world.staff, self.dice
        if seen.source is Source.JOINT_ENFORCEMENT:
            return dice.choice(staff.officers), at
        if seen.source is not Source.INSPECTOR:
            opened = DESK.opens(at, self.world.clock.calendar)
            return dice.choice(staff.clerks), opened + dice.uniform(1, 25) * MINUTE
        last_days = (at + 2 * DAY).month != at.month
        offline = dice.random() < (0.1 if last_days else 0.004)
        received_at = at + (dice.uniform(1, 40) * timedelta(hours=1) if offline else dice.uniform(2, 40) * MINUTE / 60)
        return staff.captains[seen.grid[:12]] if dice.random() < 0.08 else staff.inspectors[seen.grid], received_at

    def _one(self, told: Told) -> list[Act]:
        """A report with all that follows, and now and then a second report of the same thing."""
        self.number += 1
        number = self.number
        report = self._report(number, told)
        if told.self_handled:
            return [report]
        course = Course(self.world, number, told.seen, told.received_at, self.dice)
        acts = [report, *course.run()]
        if self.dice.random() < 0.016:
            acts += self._again(told, acts)
        return acts

    def _report(self, number: int, told: Told) -> Act:
        dice, seen, spot = self.dice, told.seen, told.spot
        problem = seen.mistaken_for or seen.problem
        named = words.place(seen.problem.key, spot, dice)
        lon, lat = self.street.point(spot, dice)
        fields: dict[str, Any] = {
            "kind": problem.kind,
            "category": problem.code,
            "description": words.description(
                seen.problem.key, seen.position, named, dice, self_handled=told.self_handled
            ),
            "address": words.address(spot, named),
            "lon": lon,
            "lat": lat,
            "accuracy_m": round(dice.triangular(3, 28, 7), 1),
            "source": seen.source,
            "self_handled": told.self_handled,
            "happened_at": told.at,
        }
        if seen.source in _NUMBERED:
            fields["source_number"] = f"{_NUMBERED[seen.source]}{local(told.at):%y%m%d}{dice.randrange(10_000):04d}"
        if told.campaign:
            fields["campaign"] = told.campaign
        return Act(told.received_at, number, Move.REPORT, told.reporter, fields)

    def _again(self, told: Told, acts: list[Act]) -> Iterator[Act]:
        """Someone else reports it too while it is in hand: evidence, not filed as a repeat, or merged."""
        filed, fed = _when(acts, Move.FILE), _when(acts, Move.FEEDBACK)
        if filed is None or fed is None or fed - filed < timedelta(hours=3):
            return
        first = acts[0]
        self.number += 1
        staff, dice = self.world.staff, self.dice
        at = WALK.share(filed, fed, dice.uniform(0.05, 0.35), self.world.clock.calendar)
        other = staff.captains[told.seen.grid[:12]]
        other = other if other != told.reporter else staff.inspectors[told.seen.grid]
        seen = replace(told.seen, source=Source.INSPECTOR, mistaken_for=None)
        report = self._report(self.number, replace(told, seen=seen, at=at, received_at=at, reporter=other))
        report = replace(report, fields={**report.fields, "lon": first.fields["lon"], "lat": first.fields["lat"]})
        ending = dice.random()
        if ending < 0.4:
            yield replace(report, fields={**report.fields, "same_as": first.case})
            return
        yield report
        leader, clerk = dice.choice(staff.leaders), dice.choice(staff.clerks)
        calendar = self.world.clock.calendar
        accepted = DESK.opens(at + dice.uniform(5, 20) * MINUTE, calendar)
        judged = accepted + dice.uniform(3, 15) * MINUTE
        if ending < 0.7 or judged + 30 * MINUTE > fed:
            yield Act(accepted, self.number, Move.ACCEPT, clerk)
            yield Act(judged, self.number, Move.NOT_FILE, leader, {"reason": "与在办案件重复"})
            return
        yield Act(judged, self.number, Move.FILE, leader, {"condition": seen.position})
        found = judged + dice.uniform(5, 25) * MINUTE
        yield Act(found, self.number, Move.MERGE, leader,
                  {"into": first.case, "words": words.remark("merged", dice)})  # fmt: skip


def _when(acts: list[Act], move: Move) -> datetime | None:
    return next((act.at for act in acts if act.move is move), None)


def in_order(acts: list[Act]) -> list[Act]:
    """Acts in order of time; those of one case at one instant keep their order."""
    return sorted(acts, key=lambda act: act.at)
