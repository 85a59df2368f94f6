"""What happens to a case, and what holds of it at one instant, named as the columns of `case` (statistics.md §2)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime

from gridops.cases.rules.moves import Move, State

# Where no clock runs out: later than any deadline, so that one index serves "what is due next" and "what is overdue".
FAR = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case; only what the projection needs. Times are aware.

    `due_at`, `handle_due_at`: the deadlines this move sets (file, extend, resume, dispatch …). `turns`: how often it
    happened, where an import only knows the number (返工次数). `outcome`: what a verification found. `until_at`: the
    deadline asked for, when an answer is due (press), the set date of a suspension, or (file) a first deadline that
    held no more when it was filed, as imports tell it. `into_id`: the case it was merged into.
    """

    move: Move
    happened_at: datetime
    seq: int = 0
    unit_id: int | None = None
    category_id: int | None = None
    condition_id: int | None = None
    due_at: datetime | None = None
    handle_due_at: datetime | None = None
    turns: int = 1
    outcome: bool | None = None
    until_at: datetime | None = None
    into_id: int | None = None


@dataclass(frozen=True, slots=True)
class Helper:
    """A unit that helps with a case (会办): its task is the event `seq`; its result, once told, `answered`."""

    unit_id: int
    since: datetime
    seq: int
    due_at: datetime | None = None
    answered_at: datetime | None = None
    answered: int | None = None

    @property
    def open(self) -> bool:
        """Whether its result is still to come."""
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds of a case at one instant. Names are those of the columns of `case`.

    `due_at` is the deadline in force; `due_fair_at` the same without extensions granted and suspensions begun after
    the earlier deadline had passed, and of a closed case the one in force when it was closed: on time is judged by it.
    `handle_*` is the unit's own clock, judged at the feedback in force. `handled_at` and `closed_at` hold while in
    force. `failed_at`, `extended_at` are the first of their kind after filing. `undone` are pairs (made, undone) of
    closings, voids and merges whose undoing put the case in hand again. `last_rewritten_at`: the last event after which
    something known before no longer held; until then the facts at any earlier instant can be read from the row by
    leaving out later times. `verified`: the last verification's outcome. `checked_at`: the check passed, not closed
    yet. `asked_*`: the open request for an extension. `resume_at`: the set date of a suspension (缓办).
    `helpers`: the units that help now, in the order they were named. `split`: voided since it was split into others.
    `pressed_at`: the last 督办, with `press_due_at` when its answer is due and `press_answered_at` when it came;
    nothing where the case ended before an answer.
    """

    state: State = State.REPORTED
    reported_at: datetime | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    self_handled_at: datetime | None = None
    not_filed_at: datetime | None = None
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    due_first_at: datetime | None = None
    due_at: datetime | None = None
    due_fair_at: datetime | None = None
    handle_due_at: datetime | None = None
    handle_due_fair_at: datetime | None = None
    handle_due_own: bool = False
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    suspended_at: datetime | None = None
    voided_at: datetime | None = None
    merged_at: datetime | None = None
    failed_at: datetime | None = None
    extended_at: datetime | None = None
    unit_id: int | None = None
    category_id: int | None = None
    condition_id: int | None = None
    undone: tuple[tuple[datetime, datetime], ...] = ()
    last_moved_at: datetime | None = None
    last_undone_at: datetime | None = None
    last_rewritten_at: datetime | None = None
    verified: bool | None = None
    checked_at: datetime | None = None
    asked_at: datetime | None = None
    asked_due_at: datetime | None = None
    resume_at: datetime | None = None
    merged_into_id: int | None = None
    pressed_at: datetime | None = None
    press_due_at: datetime | None = None
    press_answered_at: datetime | None = None
    split: bool = False
    helpers: tuple[Helper, ...] = ()

    @property
    def press_open(self) -> bool:
        """Whether a 督办 waits for its answer."""
        return self.pressed_at is not None and self.press_answered_at is None


FACT_NAMES = tuple(field.name for field in fields(Facts))
# The facts that are columns of `case`; the others are read from the events alone.
_NO_COLUMNS = ("undone", "handle_due_own", "pressed_at", "press_due_at", "press_answered_at", "split", "helpers")
COLUMN_NAMES = tuple(name for name in FACT_NAMES if name not in _NO_COLUMNS)
