"""The course of one case of the demo street: who does what when, from the report to the end. Pure, no database."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from gridops.cases.rules.deadlines import Terms, WorkingClock, filing_due, handling_due
from gridops.cases.rules.moves import Move, Suspension
from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.core.clock import LOCAL, local
from gridops.demo_street import words
from gridops.demo_street.hours import DAY, DESK, OFFICE, WALK, Shift, shift_of
from gridops.demo_street.problems import Problem
from gridops.demo_street.quality import late_rate, quality
from gridops.demo_street.staff import SUPERVISOR, Staff, unit_for, unit_name
from gridops.worktime.rules import LimitUnit, after_suspension

MINUTE = timedelta(minutes=1)
TermsOf = Mapping[tuple[str, int], Terms]


@dataclass(frozen=True)
class Act:
    """One thing done: when, which move, by whom (a username; None: the calendar), and what is handed in with it.

    Units, conditions, categories and other cases are named by code, position, key and number in the plan.
    """

    at: datetime
    case: int
    move: Move
    actor: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """What a course depends on: the limits of filing conditions, the clock they run on, and the staff."""

    terms: TermsOf
    clock: WorkingClock
    staff: Staff


@dataclass(frozen=True)
class Seen:
    """What was seen: which problem of which size (position of its filing condition), in which grid, by which way.

    `mistaken_for`: what it was reported as; the clerk corrects it.
    """

    problem: Problem
    position: int
    grid: str
    source: Source
    mistaken_for: Problem | None = None


_WORKS = ("sz", "gd", "lh")

# Where a unit that hands a case back says it belongs.
_OTHERS = {"sz": ("gd", "hw"), "sq": ("hw", "cg"), "hw": ("sq", "lh"), "lh": ("hw", "sz"), "cg": ("sq", "sr"),
           "sr": ("cg",), "jj": ("cg",), "gd": ("cg", "hb"), "zt": ("jj",), "hb": ("sq", "gd"), "aj": ("sq",),
           "tj": ("sq",), "ss": ("sq",), "pc": ("sq",), "yg": ("jj",)}  # fmt: skip


class Course:
    """Writes the acts of one case one after the other; `at` is when the last one happened."""

    def __init__(self, world: World, case: int, seen: Seen, reported_at: datetime, dice: random.Random) -> None:
        self.world, self.case, self.seen, self.dice = world, case, seen, dice
        self.at = reported_at
        self.acts: list[Act] = []
        self.unit = unit_for(seen.problem.route, seen.grid)
        self.terms = world.terms[seen.problem.key, seen.position]
        self.due = self.unit_due = reported_at
        self.position = seen.position

    def run(self) -> list[Act]:
        """From the report on to the end."""
        if self._accepted():
            if self.seen.mistaken_for:
                problem = self.seen.problem
                self.do(Move.RECATEGORISE, self._clerk(), category=(problem.kind, problem.code))
                self._wait(1, 6)
            self._file()
            self._dispatch()
            if self._voided() or not self._handle():
                return self.acts
            self._check_and_close()
        return self.acts

    def do(self, move: Move, actor: str | None, **fields: Any) -> None:
        """One act, now; never before the last one."""
        if self.acts:
            self.at = max(self.at, self.acts[-1].at)
        self.acts.append(Act(self.at, self.case, move, actor, fields))

    def _wait(self, low: float, high: float, shift: Shift = DESK, by: datetime | None = None) -> None:
        """So many minutes go by, mostly few; then the post must be manned; `by` then people on call come."""
        usual = low + (high - low) * 0.3
        at = self.at + self.dice.triangular(low, high, usual) * MINUTE
        opened = shift.opens(at, self.world.clock.calendar)
        if by is not None and opened > by > at:
            opened = at
        elif opened > at:
            # What came in while nobody was there is worked off one after the other.
            opened += self.dice.uniform(2, 35) * MINUTE
        self.at = opened

    def _said(self, kind: str) -> str:
        """A remark that fits: who builds and repairs has reasons of his own."""
        building = self.seen.problem.route == "gd" if kind == "not_filed" else self.seen.problem.route in _WORKS
        return words.remark(f"{kind}_works" if building else kind, self.dice)

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    # Who sits at the desk: the supervisor takes most of the day shift.
    def _at_desk(self, others: tuple[str, ...]) -> str:
        hour = local(self.at).hour
        return SUPERVISOR if 8 <= hour < 17 and self._chance(0.55) else self.dice.choice(others)

    def _clerk(self) -> str:
        return self._at_desk(self.world.staff.clerks)

    def _leader(self) -> str:
        return self._at_desk(self.world.staff.leaders)

    def _sender(self) -> str:
        return self._at_desk(self.world.staff.senders)

    def _inspector(self) -> str:
        staff, grid = self.world.staff, self.seen.grid
        return staff.captains[grid[:12]] if self._chance(0.12) else staff.inspectors[grid]

    def _handler(self) -> str:
        return self.dice.choice(self.world.staff.handlers[self.unit])

    def _accepted(self) -> bool:
        """Verification and acceptance; False where the course ends before filing."""
        dice = self.dice
        if self.seen.source in VERIFIED_SOURCES:
            self._wait(3, 25)
            self.do(Move.SEND_TO_VERIFY, self._clerk())
            self._wait(15, 110, WALK)
            true = self._chance(0.9)
            self.do(Move.VERIFY, self._inspector(), outcome=true,
                    words=words.remark("verified" if true else "unfounded", dice))  # fmt: skip
            self._wait(4, 30)
            if not true:
                self.do(Move.DECLINE, self._clerk(), reason=words.remark("declined", dice))
                return False
            self.do(Move.ACCEPT, self._clerk())
        else:
            self._wait(2, 22)
            if self._chance(0.012):
                self.do(Move.DECLINE, self._clerk(), reason=words.remark("self_declined", dice))
                return False
            if not self._chance(0.3):
                return True
            self.do(Move.ACCEPT, self._clerk())
        if self._chance(0.05):
            self._wait(5, 40)
            self.do(Move.NOT_FILE, self._leader(), reason=self._said("not_filed"))
            return False
        self._wait(2, 16)
        return True

    def _file(self) -> None:
        self.do(Move.FILE, self._leader(), condition=self.position)
        self.due = filing_due(self.at, self.terms, self.world.clock) or self.at + 7 * DAY

    def _dispatch(self) -> None:
        self._wait(1, 14)
        said = {"words": words.remark("dispatch", self.dice)} if self._chance(0.25) else {}
        self.do(Move.DISPATCH, self._sender(), unit=self.unit, **said)
        self._start_unit_clock()

    def _start_unit_clock(self) -> None:
        self.unit_due = handling_due(self.at, self.terms, self.world.clock) or self.due

    def _voided(self) -> bool:
        if not self._chance(0.0035):
            return False
        self._wait(30, 300, OFFICE)
        self.do(Move.VOID, self._leader(), reason=words.remark("voided", self.dice))
        return True

    @property
    def _short(self) -> bool:
        """Whether the limit is of hours."""
        return self.terms.unit in (LimitUnit.URGENT_HOUR, LimitUnit.WORKING_HOUR)

    def _handle(self) -> bool:
        """The unit receives, may hand back, ask for time or be suspended, and answers."""
        if self._chance(quality(self.unit).returns):
            self._hand_back()
        if self._chance(0.72):
            self._wait(*((2, 14) if self._short else (5, 120)), shift_of(self.unit), self.unit_due)
            self.do(Move.RECEIVE, self._handler())
        long = not self._short and (self.terms.limit or 0) >= 2
        late = self._chance(late_rate(self.unit, local(self.at).month))
        if long and (self.terms.limit or 0) >= 5 and self._chance(0.045):
            self._suspend()
            late = False
        elif long and self._chance(0.30 if late else 0.035):
            late = not self._extend() and late
        self._feedback(late)
        return True

    def _target(self) -> datetime:
        """When the answer should be there: before the unit's own deadline, with time left for the check."""
        left = timedelta(minutes=40) if self._short else timedelta(hours=7)
        target = min(self.unit_due, self.due - left)
        return target if target > self.at + 10 * MINUTE else max(self.unit_due, self.at + 20 * MINUTE)

    def _feedback(self, late: bool) -> None:
        dice, calendar = self.dice, self.world.clock.calendar
        shift, target = shift_of(self.unit), self._target()
        if late:
            late_by = dice.expovariate(1 / (420 if self._short else 5600)) + 8
            at = shift.opens(max(self.unit_due, self.at) + late_by * MINUTE, calendar)
            self.at = at + dice.uniform(0, 40) * MINUTE
        else:
            part = min(0.93, max(0.04, dice.gauss(quality(self.unit).pace, 0.2)))
            self.at = max(shift.share(self.at, target, part, calendar), self.at + 3 * MINUTE)
        self.do(Move.FEEDBACK, self._handler(), words=self._answer())

    def _answer(self) -> str:
        return words.done(self.seen.problem.key, self.position, self.dice)

    def _hand_back(self) -> None:
        """Back to the desk with a reason; sent to another unit, or to the same one with a word."""
        dice, route = self.dice, self.seen.problem.route
        self._wait(*((4, 18) if self._short else (20, 160)), shift_of(self.unit), self.unit_due)
        other = unit_for(dice.choice(_OTHERS[route]), self.seen.grid)
        self.do(Move.RETURN, self._handler(), reason=words.remark("returned", dice, other=unit_name(other)))
        self._wait(3, 30)
        if self._chance(0.65):
            self.unit = other
            self.do(Move.DISPATCH, self._sender(), unit=other)
            self._start_unit_clock()
        else:
            self.do(Move.DISPATCH, self._sender(), unit=self.unit, words=words.remark("again", dice))

    def _extend(self) -> bool:
        """Ask for two to six days more; True when granted."""
        dice, calendar = self.dice, self.world.clock.calendar
        self.at = OFFICE.share(self.at, self.unit_due, dice.uniform(0.35, 0.75), calendar)
        last = OFFICE.opens(self.due + dice.randint(2, 6) * DAY, calendar)
        wanted = datetime.combine(local(last).date(), time(23, 59, 59), LOCAL)
        self.do(Move.ASK_EXTENSION, self._handler(), reason=self._said("ask"), due=wanted)
        self._wait(10, 90)
        if self._chance(0.24):
            self.do(Move.REFUSE_EXTENSION, self._leader(), reason=words.remark("refused", dice))
            return False
        self.do(Move.EXTEND, self._leader(), words=words.remark("granted", dice))
        self.unit_due = min(self.unit_due + (wanted - self.due), wanted)
        self.due = wanted
        return True

    def _suspend(self) -> None:
        """挂账 until the cause is gone, or 缓办 to a set date, on which the calendar resumes the case."""
        dice, clock = self.dice, self.world.clock
        self.at = OFFICE.share(self.at, self.unit_due, dice.uniform(0.15, 0.6), clock.calendar)
        began = self.at
        if self._chance(0.55):
            self.do(Move.SUSPEND, self._leader(), suspension=Suspension.OUTSIDE, reason=self._said("outside"))
            self.at = OFFICE.opens(self.at + dice.uniform(3, 24) * DAY, clock.calendar)
            self.do(Move.RESUME, self._leader(), words=words.remark("resumed", dice))
        else:
            day = local(self.at).date() + dice.randint(5, 30) * DAY
            self.do(Move.SUSPEND, self._leader(), suspension=Suspension.SET_DATE, resume_on=day,
                    reason=self._said("set_date"))  # fmt: skip
            self.at = datetime.combine(day, time(0), LOCAL)
            self.do(Move.RESUME, None)
        unit = self.terms.unit or LimitUnit.WORKING_DAY
        self.due, self.unit_due = (
            after_suspension(due, began, self.at, unit, clock.calendar, clock.hours).at
            for due in (self.due, self.unit_due)
        )

    def _check_and_close(self) -> None:
        self._send_and_check()
        while self._chance(0.034):
            self.do(Move.CHECK_FAILED, self._inspector(), reason=words.remark("failed", self.dice))
            self._again()
        self._pass_and_close()
        if self._chance(0.006):
            self.at += self.dice.uniform(0.6, 9) * DAY
            self._wait(0, 60, OFFICE)
            self.do(Move.UNDO_CLOSING, self._leader(), reason=words.remark("undone", self.dice))
            self._again()
            self._pass_and_close()

    def _again(self) -> None:
        self._wait(*((15, 90) if self._short else (40, 700)), shift_of(self.unit))
        self.do(Move.FEEDBACK, self._handler(), words=self._answer())
        self._send_and_check()

    def _send_and_check(self) -> None:
        self._wait(2, 18)
        self.do(Move.SEND_TO_CHECK, self._sender() if self._chance(0.7) else self._clerk())
        self._wait(*((8, 45) if self._short else (15, 150)), WALK)

    def _pass_and_close(self) -> None:
        said = {"words": words.remark("checked", self.dice)} if self._chance(0.4) else {}
        self.do(Move.CHECK_PASSED, self._inspector(), **said)
        self._wait(2, 20)
        self.do(Move.CLOSE, self._leader(), closing_condition=self.position)
