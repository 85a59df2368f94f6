"""12345 (pure): the clock of an order, its steps 联系/答复/回访, what is due next, the three rates, who does what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import ENDED, State
from gridops.core import clock
from gridops.people.rules import Role
from gridops.worktime.rules.clock import deadline
from gridops.worktime.rules.hours import Calendar, Hours, LimitUnit


class StepKind(StrEnum):
    """What is done for the caller: 联系, 答复, 回访."""

    CONTACT = "contact"
    ANSWER = "answer"
    REVISIT = "revisit"


STEP_NAMES = {StepKind.CONTACT: "联系", StepKind.ANSWER: "答复", StepKind.REVISIT: "回访"}
WAITING_NAMES = {StepKind.CONTACT: "待联系", StepKind.ANSWER: "待答复", StepKind.REVISIT: "待回访"}
NUMBER_NAMES = {
    "should_contact": "应联系",
    "contacted": "按时联系",
    "revisited": "回访",
    "solved": "解决",
    "satisfied": "满意",
}
RATE_NAMES = {"response": "响应率", "solving": "解决率", "satisfaction": "满意率"}

# Those who take the calls see and do everything of an order; the unit only while the case lies with it.
KEEPERS = (Role.INTAKE_CLERK, Role.SHIFT_LEADER)
HOLDERS = (Role.HANDLER,)
HELD = frozenset({State.DISPATCHED, State.RECEIVED})
# A part of a split case is done with its unit's feedback, or ended: the caller is answered once, about all of them.
DONE = ENDED | {State.HANDLED, State.CHECKING}
# Who did the work does not ask whether it was done well.
MAY_STEP = {
    StepKind.CONTACT: (*KEEPERS, *HOLDERS),
    StepKind.ANSWER: (*KEEPERS, *HOLDERS),
    StepKind.REVISIT: KEEPERS,
}
FEW = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit, counted from when the hotline took the order."""

    count: int
    unit: LimitUnit

    def due(self, received_at: datetime, calendar: Calendar, hours: Hours) -> datetime:
        """When it ends."""
        return deadline(received_at, self.count, self.unit, calendar, hours).at


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline of an order, and the limit that it was counted by; None: given as a date, no calendar moves it."""

    at: datetime
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a caller may wait for the first contact and for the answer; data of a jurisdiction."""

    contact_limit: int = 24
    contact_unit: LimitUnit = LimitUnit.URGENT_HOUR
    answer_limit: int = 5
    answer_unit: LimitUnit = LimitUnit.WORKING_DAY

    @property
    def limits(self) -> dict[StepKind, Limit]:
        """The limit of each step that has one."""
        return {
            StepKind.CONTACT: Limit(self.contact_limit, self.contact_unit),
            StepKind.ANSWER: Limit(self.answer_limit, self.answer_unit),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was written down.

    `reached`: whether the caller was spoken to (contact, revisit). `supersedes`: the id of the step that it corrects;
    `withdrawn`: the corrected step never took place.
    """

    id: int
    kind: StepKind
    at: datetime
    reached: bool | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    supersedes: int | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an order stands: first contact that reached the caller, first answer, last revisit with its outcome."""

    contacted_at: datetime | None = None
    answered_at: datetime | None = None
    revisited_at: datetime | None = None
    solved: bool | None = None
    satisfied: bool | None = None

    @property
    def next(self) -> StepKind | None:
        """What is still to be done; who has been answered need not be contacted any more."""
        if self.answered_at is None:
            return StepKind.CONTACT if self.contacted_at is None else StepKind.ANSWER
        return StepKind.REVISIT if self.revisited_at is None else None

    @property
    def running(self) -> tuple[StepKind, ...]:
        """The steps whose limits still run: neither taken nor made needless by a later one."""
        if self.answered_at is not None:
            return ()
        return (StepKind.ANSWER,) if self.contacted_at is not None else (StepKind.CONTACT, StepKind.ANSWER)

    def runs_out_at(self, contact_due: datetime, answer_due: datetime) -> datetime:
        """When the order's clock that runs now runs out; FAR: none does (a revisit has no limit of its own)."""
        if self.answered_at is not None:
            return FAR
        return answer_due if self.contacted_at is not None else min(contact_due, answer_due)


def settled(
    typed: datetime | None, stands: Due | None, terms: Limit, count: Callable[[Limit], datetime],
    *, seen: bool, begins_anew: bool,
) -> Due:  # fmt: skip
    """The deadline that a form of an order leads to: given where one was typed, else counted.

    `stands`: the one before; `seen`: who typed had it before their eyes, so that an empty field takes a given one back.
    `begins_anew`: the order was taken at another time than was known.
    """
    if typed is not None:
        unchanged = stands is not None and stands.limit is None and clock.same_minute(typed, stands.at)
        return stands if unchanged and stands is not None else Due(typed)
    if stands is None or (stands.limit is None and seen):
        return Due(count(terms), terms)
    if stands.limit is None or not begins_anew:
        return stands
    return Due(count(stands.limit), stands.limit)


def recounted(
    dues: Mapping[StepKind, Due], running: Iterable[StepKind], count: Callable[[Limit], datetime]
) -> dict[StepKind, Due]:
    """Of the deadlines that run, the counted ones that end otherwise by the calendar of now."""
    counted_ones = {kind: limit for kind in running if (limit := dues[kind].limit) is not None}
    found = {kind: Due(count(limit), limit) for kind, limit in counted_ones.items()}
    return {kind: due for kind, due in found.items() if due.at != dues[kind].at}


def standing(steps: Iterable[Step]) -> list[Step]:
    """The steps that hold, oldest first: neither corrected by a later row nor withdrawn."""
    told = list(steps)
    corrected = {step.supersedes for step in told}
    held = (step for step in told if step.id not in corrected and not step.withdrawn)
    return sorted(held, key=lambda step: (step.at, step.id))


def progress(steps: Iterable[Step]) -> Progress:
    """Where an order stands by all its steps."""
    held = standing(steps)
    contacts = [step.at for step in held if step.kind is StepKind.CONTACT and step.reached]
    answers = [step.at for step in held if step.kind is StepKind.ANSWER]
    asked = [step for step in held if step.kind is StepKind.REVISIT and step.reached]
    last = asked[-1] if asked else None
    return Progress(
        contacted_at=contacts[0] if contacts else None,
        answered_at=answers[0] if answers else None,
        revisited_at=last.at if last else None,
        solved=last.solved if last else None,
        satisfied=last.satisfied if last else None,
    )


def step_fault(step: Step, before: Sequence[Step], received_at: datetime, now: datetime) -> tuple[str, str] | None:
    """(field, why) a step cannot be written down so; None when it can. `before`: the order's steps so far."""
    if step.withdrawn:
        return None
    if step.at > now:
        return "at", "时间不能晚于现在"
    if step.at < received_at:
        return "at", "时间不能早于热线受理时间"
    if step.kind is StepKind.ANSWER:
        return None
    if step.reached is None:
        return "reached", "请选择是否联系上"
    if step.kind is StepKind.CONTACT:
        return None
    answered = progress(before).answered_at
    if answered is None or step.at < answered:
        return "at", "答复之后才能回访"
    if step.reached and None in (step.solved, step.satisfied):
        return "solved", "请填写是否解决、是否满意"
    return None


def late_by_then(due: datetime, done: datetime | None, now: datetime) -> bool:
    """Whether a step came, or is still waited for, after its time."""
    return (done or now) > due


@dataclass(frozen=True, slots=True)
class Told:
    """What the rates ask of one order; `revisits`: those that reached the caller, oldest first."""

    order_id: int
    unit_id: int | None
    contact_due_at: datetime
    contacted_at: datetime | None
    revisits: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """The five counts of the three rates (statistics are counts; a rate is read off them)."""

    should_contact: int = 0
    contacted: int = 0
    revisited: int = 0
    solved: int = 0
    satisfied: int = 0

    def __add__(self, other: Rates) -> Rates:
        return Rates(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def parts(self) -> dict[str, tuple[int, int]]:
        """Rate -> (numerator, denominator)."""
        return {
            "response": (self.contacted, self.should_contact),
            "solving": (self.solved, self.revisited),
            "satisfaction": (self.satisfied, self.revisited),
        }


# Rate -> the counts above and below its line.
LINES = {
    "response": ("contacted", "should_contact"),
    "solving": ("solved", "revisited"),
    "satisfaction": ("satisfied", "revisited"),
}


def counted(order: Told, start: datetime, end: datetime) -> Rates:
    """What one order adds to the counts of [start, end); each is 0 or 1.

    Should be contacted: the contact fell due in the period; contacted: the caller was reached by then. Revisited: the
    caller was reached in the period; solved and satisfied: by the last such revisit in it.
    """
    due = start <= order.contact_due_at < end
    in_time = order.contacted_at is not None and order.contacted_at <= order.contact_due_at
    asked = [step for step in order.revisits if start <= step.at < end]
    last = asked[-1] if asked else None
    return Rates(
        should_contact=int(due),
        contacted=int(due and in_time),
        revisited=int(last is not None),
        solved=int(last is not None and bool(last.solved)),
        satisfied=int(last is not None and bool(last.satisfied)),
    )


def rates(orders: Iterable[Told], start: datetime, end: datetime) -> Rates:
    """The counts of a period over some orders."""
    return sum((counted(order, start, end) for order in orders), Rates())


def by_unit(orders: Iterable[Told], start: datetime, end: datetime) -> dict[int | None, Rates]:
    """The same by the unit of the case (None: with none); units that add nothing are left out."""
    found: dict[int | None, Rates] = {}
    for order in orders:
        one = counted(order, start, end)
        if one != Rates():
            found[order.unit_id] = found.get(order.unit_id, Rates()) + one
    return found


def unit_sees_contact(state: State, holds: bool) -> bool:
    """Whether a unit that answers for the case (`holds`) may see who called: only while the case lies with it."""
    return holds and state in HELD


def may_step(kind: StepKind, roles: Collection[Role]) -> bool:
    """Whether one of the roles held at the case takes a step; a handler's counts only while the unit holds the case."""
    return any(role in MAY_STEP[kind] for role in roles)
