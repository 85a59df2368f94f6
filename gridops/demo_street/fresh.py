"""Cases of the current days, in every state, so that desk, tasks and this month's draft show something. Pure."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.core.clock import LOCAL, local
from gridops.demo_street import words
from gridops.demo_street.course import Act, Course, Seen, World
from gridops.demo_street.places import Spot, Street
from gridops.demo_street.plan import SEED, in_order
from gridops.demo_street.problems import Problem, problems
from gridops.worktime.rules import LimitUnit

FIRST_NUMBER = 1_000_000
_HOUR = timedelta(hours=1)

# The last thing done, how many such cases, and how many hours ago (from, to).
_STATES: tuple[tuple[Move, int, float, float], ...] = (
    (Move.REPORT, 6, 0.05, 3.0),
    (Move.SEND_TO_VERIFY, 3, 0.1, 1.5),
    (Move.VERIFY, 1, 0.1, 0.6),
    (Move.ACCEPT, 2, 0.1, 0.8),
    (Move.FILE, 3, 0.05, 0.4),
    (Move.DISPATCH, 6, 0.05, 1.0),
    (Move.RECEIVE, 6, 0.2, 1.6),
    (Move.ASK_EXTENSION, 1, 0.5, 3.0),
    (Move.SUSPEND, 1, 20.0, 40.0),
    (Move.RETURN, 1, 0.2, 1.0),
    (Move.FEEDBACK, 2, 0.1, 0.5),
    (Move.SEND_TO_CHECK, 5, 0.1, 1.2),
    (Move.CHECK_FAILED, 1, 0.3, 1.2),
    (Move.CHECK_PASSED, 1, 0.05, 0.3),
    (Move.NOT_FILE, 1, 2.0, 9.0),
    (Move.DECLINE, 1, 3.0, 20.0),
    (Move.CLOSE, 6, 1.0, 60.0),
)
# What callers of 12345 and the levels above brought in, by its source.
_BROUGHT: tuple[tuple[Source, Move, int, float, float], ...] = (
    (Source.HOTLINE_12345, Move.ACCEPT, 1, 0.1, 0.8),
    (Source.HOTLINE_12345, Move.DISPATCH, 2, 0.1, 1.0),
    (Source.HOTLINE_12345, Move.RECEIVE, 2, 0.2, 1.6),
    (Source.HOTLINE_12345, Move.SEND_TO_CHECK, 1, 0.1, 1.2),
    (Source.HOTLINE_12345, Move.CLOSE, 2, 1.0, 30.0),
    (Source.ASSESSMENT, Move.RECEIVE, 1, 0.2, 1.6),
    (Source.ASSESSMENT, Move.CLOSE, 1, 1.0, 30.0),
)
_ENDED = (Move.CLOSE, Move.DECLINE, Move.NOT_FILE)
# Two that a unit has let lie.
_OVERDUE = ((Move.RECEIVE, 1, 26.0, 30.0), (Move.DISPATCH, 1, 30.0, 52.0))
_SELF_HANDLED = 8


def fresh(world: World, street: Street, now: datetime) -> list[Act]:
    """Acts of the last days up to an instant; the same instant gives the same acts."""
    return in_order(_Fresh(world, street, now).acts())


class _Fresh:
    def __init__(self, world: World, street: Street, now: datetime) -> None:
        self.world, self.street, self.now = world, street, _by_day(now)
        self.dice = random.Random(SEED + 1)
        self.number = FIRST_NUMBER
        self.common = sorted(problems(), key=lambda problem: -problem.weight)[:32]

    def acts(self) -> list[Act]:
        found: list[Act] = []
        for last, count, low, high in (*_STATES, *_OVERDUE):
            for place in range(count):
                # The first of each state lies where the first inspector walks, so that he has something to do.
                grid = self.street.grids[0] if place == 0 and low < 20 else None
                found += self._case(last, self.now - self.dice.uniform(low, high) * _HOUR, grid)
        for source, last, count, low, high in _BROUGHT:
            for _ in range(count):
                found += self._case(last, self.now - self.dice.uniform(low, high) * _HOUR, None, source)
        for _ in range(_SELF_HANDLED):
            found.append(self._self_handled(self.now - self.dice.uniform(0.2, 30) * _HOUR))
        return found

    def _case(self, last: Move, ended_at: datetime, grid: str | None, brought: Source | None = None) -> list[Act]:
        """A case whose last act is the given one, at the given instant; `brought`: the source it came by."""
        verified = last in (Move.SEND_TO_VERIFY, Move.VERIFY, Move.DECLINE)
        while True:
            problem = self.dice.choice(self.common)
            if last in (Move.ASK_EXTENSION, Move.SUSPEND) and not self._takes_days(problem):
                continue
            if last not in _ENDED and self._urgent(problem) and self.dice.random() < 0.85:
                # Two hours are soon over: what is in hand should not be overdue before anyone has looked at it.
                continue
            source = brought or Source.INSPECTOR
            if brought is None and verified:
                source = self.dice.choice((Source.HOTLINE_12345, Source.WECHAT_APP))
            spot = self._spot(problem, grid)
            position = problem.conditions[0][0]
            if last in (Move.ASK_EXTENSION, Move.SUSPEND):
                position = max(p for p, _ in problem.conditions)
            seen = Seen(problem, position, spot.grid, source)
            begun = datetime.combine(local(ended_at).date(), time(8), LOCAL) + self.dice.uniform(0, 8) * _HOUR
            acts = [self._report(seen, spot, begun), *Course(self.world, self.number, seen, begun, self.dice).run()]
            places = [place for place, act in enumerate(acts) if act.move is last]
            if not places or (last is Move.SEND_TO_CHECK and len(places) > 1):
                continue
            kept = acts[: places[0] + 1]
            later = ended_at - kept[-1].at
            self.number += 1
            return [_moved(act, later) for act in kept]

    def _urgent(self, problem: Problem) -> bool:
        return self.world.terms[problem.key, problem.conditions[0][0]].unit is LimitUnit.URGENT_HOUR

    def _takes_days(self, problem: Problem) -> bool:
        terms = self.world.terms[problem.key, max(p for p, _ in problem.conditions)]
        return terms.unit is not None and terms.unit.in_days and (terms.limit or 0) >= 3

    def _spot(self, problem: Problem, grid: str | None) -> Spot:
        kinds = [kind for kind, _ in problem.spots]
        found = [spot for spot in self.street.spots if spot.grid == grid and spot.kind in kinds]
        if found:
            return self.dice.choice(found)
        kind = self.dice.choices(kinds, [weight for _, weight in problem.spots])[0]
        spots = self.street.by_kind[kind]
        if grid is not None:
            # Nothing of the kind there: it is on the road.
            spots = [spot for spot in self.street.spots if spot.grid == grid and spot.kind == "road"] or spots
        return self.dice.choice(spots)

    def _self_handled(self, at: datetime) -> Act:
        problem = self.dice.choice([each for each in self.common if each.self_share > 0.5])
        spot = self._spot(problem, None)
        act = self._report(Seen(problem, 1, spot.grid, Source.INSPECTOR), spot, at, self_handled=True)
        self.number += 1
        return act

    def _report(self, seen: Seen, spot: Spot, at: datetime, *, self_handled: bool = False) -> Act:
        problem, dice = seen.problem, self.dice
        named = words.place(problem.key, spot, dice)
        lon, lat = self.street.point(spot, dice)
        fields: dict[str, Any] = {
            "kind": problem.kind,
            "category": problem.code,
            "description": words.description(problem.key, seen.position, named, dice, self_handled=self_handled),
            "address": words.address(spot, named),
            "lon": lon,
            "lat": lat,
            "accuracy_m": round(dice.triangular(3, 20, 6), 1),
            "source": seen.source,
            "self_handled": self_handled,
            "happened_at": at,
        }
        if seen.source is Source.HOTLINE_12345:
            fields["source_number"] = f"GD{self.number:08d}"
        if seen.source is Source.ASSESSMENT:
            fields["source_number"] = f"KH{self.number:08d}"
        by_desk = seen.source is not Source.INSPECTOR
        reporter = dice.choice(self.world.staff.clerks) if by_desk else self.world.staff.inspectors[seen.grid]
        return Act(at, self.number, Move.REPORT, reporter, fields)


def _by_day(now: datetime) -> datetime:
    """The instant itself by day; at night the evening before, when people last worked."""
    at = local(now)
    evening = at.replace(hour=20, minute=40)
    if at.hour < 8:
        return evening - timedelta(days=1)
    return min(at, evening)


def _moved(act: Act, later: timedelta) -> Act:
    """The same act so much later."""
    fields = dict(act.fields)
    if "happened_at" in fields:
        fields["happened_at"] += later
    if "due" in fields:
        fields["due"] += timedelta(days=later.days + 1)
    if fields.get("resume_on"):
        fields["resume_on"] += timedelta(days=later.days + 1)
    return replace(act, at=act.at + later, fields=fields)
