"""Anybody tries anything: what the rules forbid never passes, what they allow does, and all of it can be recounted.

The rules are said once more here, in the words of the contract and not by the table: a second opinion that walks along.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.moves import ENDED, MOVES, Move, State
from gridops.cases.rules.sources import VERIFIED_SOURCES
from gridops.cases.service import rebuild
from gridops.core import clock
from gridops.core.errors import Conflict, NotAllowed, NotFound
from gridops.figures import service as figures
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.rows import TURN_KEYS, keys_of
from gridops.people.models import Helping
from gridops.people.rules import Role
from tests.cases.test_moves import FROM, WHO
from tests.cases.test_rebuild import fields_for
from tests.cases.world import MORNING, World, told
from tests.figures import twin
from tests.figures.histories import PERIOD, E, S

pytestmark = pytest.mark.both

M = Move
STEPS, SEEDS, LEGAL = 60, 4, 0.6
FINAL = {M.SELF_HANDLE, M.DECLINE, M.NOT_FILE}
# Who is what, all of the western grid but one; the handlers with their unit.
ROLES = {
    "inspector": {Role.INSPECTOR},
    "clerk": {Role.INTAKE_CLERK},
    "leader": {Role.SHIFT_LEADER},
    "dispatcher": {Role.DISPATCHER},
    "desk": {Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER},
    "handler": {Role.HANDLER},
    "parks_handler": {Role.HANDLER},
    "community_handler": {Role.HANDLER},
    "eastern_inspector": {Role.INSPECTOR},
}
UNITS = {"handler": "cleaning", "parks_handler": "parks", "community_handler": "community"}
ELSEWHERE = {"eastern_inspector"}
ALSO_SUSPENDED = {M.RESUME, M.VOID, M.MERGE, M.SPLIT, M.RECATEGORISE, M.RELOCATE, M.ADD_EVIDENCE, M.ANSWER_PRESS}
ALSO_SUSPENDED |= {M.HELP_DONE, M.HELP_RETURN, M.END_HELP}
TRIED = [move for move in WHO if move is not M.RECOUNT]


@dataclass
class Shadow:
    """What a case should be by now, kept beside it; `made`: every move that passed, and by whom."""

    case: Case
    reporter: str
    state: State = State.REPORTED
    before: State = State.REPORTED
    unit: str | None = None
    suspended: bool = False
    verified: bool | None = None
    checked: bool = False
    pressed: bool = False
    split: bool = False
    helpers: dict[str, bool] = field(default_factory=dict)
    asker: str | None = None
    asked_last: str | None = None
    gave: str | None = None
    resender: str | None = None
    returned: bool = False
    made: list[tuple[Move, str]] = field(default_factory=list)

    def may(self, move: Move, who: str) -> bool:
        """Whether this person may do this now."""
        return self._entitled(move, who) and self._ready(move) and not self._barred(move, who)

    def _entitled(self, move: Move, who: str) -> bool:
        here, own = who not in ELSEWHERE, self.unit is not None and UNITS.get(who) == self.unit
        ties = {
            "territory": here,
            "unit": here and own,
            "reporter": who == self.reporter,
            "helper": self.helpers.get(UNITS.get(who, ""), False),
            "other_community": here and who == "community_handler" and not own,
        }
        return any(ties[tie] and (role is None or role in ROLES[who]) for role, tie in WHO[move])

    def _ready(self, move: Move) -> bool:
        if self.state not in FROM[move] or (self.suspended and move not in ALSO_SUSPENDED):
            return False
        asked_for = self.case.source in VERIFIED_SOURCES
        true = self.verified is True or (self.verified is None and not asked_for)
        return {
            M.ACCEPT: true,
            M.FILE: true and (self.state is State.ACCEPTED or not asked_for),
            M.CHECK_PASSED: not self.checked,
            M.CHECK_FAILED: not self.checked,
            M.CLOSE: self.checked,
            M.ASK_EXTENSION: self.asker is None,
            M.EXTEND: self.asker is not None,
            M.REFUSE_EXTENSION: self.asker is not None,
            M.RESUME: self.suspended,
            M.PRESS: not self.pressed,
            M.ANSWER_PRESS: self.pressed,
            M.UNDO_VOID: not self.split,
            M.UNDO_SPLIT: self.split,
            M.END_HELP: bool(self.helpers),
        }.get(move, True)

    def _barred(self, move: Move, who: str) -> bool:
        unit = UNITS.get(who)
        handles = who == self.gave or (unit is not None and (unit == self.unit or unit in self.helpers))
        return (
            (move in {M.CHECK_PASSED, M.CHECK_FAILED, M.CLOSE} and handles)
            or (move in {M.RECEIVE, M.FEEDBACK} and who == self.resender)
            or (move in {M.EXTEND, M.REFUSE_EXTENSION} and who == self.asked_last)
        )

    def take(self, move: Move, who: str, unit: str, *, outcome: bool) -> None:
        """It was done."""
        self.made.append((move, who))
        if move in {M.VOID, M.MERGE, M.SPLIT}:
            self.before = self.state
        again = {M.VERIFY: State.REPORTED, **dict.fromkeys((M.UNDO_VOID, M.UNDO_MERGE, M.UNDO_SPLIT), self.before)}
        self.split = {M.SPLIT: True, M.UNDO_SPLIT: False}.get(move, self.split)
        again |= dict.fromkeys((M.CHECK_FAILED, M.UNDO_CLOSING), State.DISPATCHED)
        self.state = again.get(move, MOVES[move].to or self.state)
        self.verified = {M.VERIFY: outcome, M.SEND_TO_VERIFY: None}.get(move, self.verified)
        self.suspended = {M.SUSPEND: True, M.RESUME: False}.get(move, self.suspended) and self.state not in ENDED
        self.pressed = {M.PRESS: True, M.ANSWER_PRESS: False}.get(move, self.pressed) and self.state not in ENDED
        self.checked = {M.CHECK_PASSED: True, **dict.fromkeys((M.FEEDBACK, M.CHECK_FAILED, M.UNDO_CLOSING), False)}.get(
            move, self.checked
        )
        self._remember(move, who, unit)

    def _remember(self, move: Move, who: str, unit: str) -> None:
        """Who did what that binds somebody later."""
        if move is M.DISPATCH:
            self.unit, self.resender = unit, who if self.returned else None
            self.helpers.pop(unit, None)
        elif move is M.JOIN:
            self.helpers[unit] = True
        elif move is M.HELP_DONE:
            self.helpers[UNITS[who]] = False
        elif move in {M.HELP_RETURN, M.END_HELP}:
            self.helpers.pop(UNITS[who] if move is M.HELP_RETURN else unit)
        elif move is M.RETURN:
            self.returned, self.resender = True, None
        elif move is M.FEEDBACK:
            self.gave = who
        elif move is M.ASK_EXTENSION:
            self.asker = self.asked_last = who
        if move in {M.FEEDBACK, M.CLOSE, M.VOID, M.MERGE, M.SPLIT, M.RETURN, M.EXTEND, M.REFUSE_EXTENSION}:
            self.asker = None


def begun(world: World) -> list[Shadow]:
    """A patrol's report and a citizen's."""
    shadows = [Shadow(world.report(), "inspector"), Shadow(world.report("public", "clerk"), "clerk")]
    for shadow in shadows:
        shadow.made.append((M.REPORT, shadow.reporter))
    return shadows


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_illegal_passes_nothing_is_missing_and_all_of_it_recounts(world: World, seed: int) -> None:
    dice, now, walked = Random(seed), MORNING, Counter[Move]()
    world.filed()  # to be merged into
    shadows = begun(world)
    for _ in range(STEPS):
        now += timedelta(minutes=dice.randint(1, 600))
        shadow, move, who = dice.choice(shadows), dice.choice(TRIED), dice.choice(sorted(ROLES))
        allowed = [(each, one) for each in TRIED for one in ROLES if shadow.may(each, one)]
        if allowed and dice.random() < LEGAL:
            # Rarely walked ways first, so that a walk comes far.
            move, who = min(allowed, key=lambda way: (walked[way[0]] + 3 * (way[0] in FINAL), dice.random()))
        with clock.set_to(now):
            walked[move] += tried(world, shadow, move, who, dice)
    for shadow in shadows:
        world.holds(shadow.case)
        assert [(event.move, event.actor_id) for event in told(world.session, shadow.case)] == [
            (move, world.people[who].user_id) for move, who in shadow.made
        ]
    cases = [shadow.case for shadow in shadows]
    assert rebuild(world.session, [case.id for case in cases]) == []
    with clock.set_to(max(now, E) + timedelta(days=1)):
        recounts(world, cases)


def tried(world: World, shadow: Shadow, move: Move, who: str, dice: Random) -> bool:
    """One attempt, with all that the move needs; whether it was to pass and did."""
    case = shadow.case
    given = fields_for(world, case, move, dice)
    unit = next((name for name, one in world.units.items() if one.id == given.get("unit")), "")
    passes = shadow.may(move, who)
    if passes:
        world.move(case, move, who, **given)
        shadow.take(move, who, unit, outcome=given.get("outcome", True))
    else:
        with pytest.raises((NotAllowed, NotFound, Conflict)):
            world.move(case, move, who, **given)
    assert (case.state, bool(case.suspended_at)) == (shadow.state, shadow.suspended)
    assert len(told(world.session, case)) == len(shadow.made)
    kept = world.session.execute(select(Helping.unit_id, Helping.answered_at).where(Helping.case_id == case.id))
    assert {unit_id: at is None for unit_id, at in kept} == {
        world.units[name].id: still for name, still in shadow.helpers.items()
    }
    return passes


def recounts(world: World, cases: list[Case]) -> None:
    """The figures of the month are those that a plain reader of the histories finds, the totals of its days agree.

    A freeze stops where they do not, or where an equation of the month does not hold.
    """
    counted = {
        row.case_id: {
            **dict.fromkeys(keys_of(row.flags), 1),
            **{key: getattr(row, key) for key in TURN_KEYS if getattr(row, key)},
        }
        for row in counted_rows(world.session, area_of(world.session, world.root.id), PERIOD).each()
    }
    for case in cases:
        events = list(lookups.history(world.session, case.id).events)
        assert counted.get(case.id, {}) == {key: n for key, n in twin.counts(events, S, E).items() if n}
    for grid in (world.west, world.root):
        figures.prepare_freeze(world.session, grid.id, PERIOD)
        frozen = figures.freeze(world.session, grid.id, PERIOD, "monthly", clock.now())
        assert figures.recount(world.session, frozen).differences == ()
