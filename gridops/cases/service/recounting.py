"""Deadlines counted anew when the calendar changes: closed cases stay as they were, open ones get an event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case
from gridops.cases.queries import lookups, recounting, terms
from gridops.cases.rules.deadlines import Terms, WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import recounted
from gridops.cases.service.moving import move
from gridops.cases.service.writing import Said, append
from gridops.core import clock, owed
from gridops.core.errors import GridopsError
from gridops.worktime.queries import working_time
from gridops.worktime.rules.changes import ALL_ROOTS, Change
from gridops.worktime.service import CHANGED

MANY = 200
# A change gone through once is owed again, and gone through after the longest that a move of a case takes to commit.
SETTLED = timedelta(minutes=1)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recounted:
    """What one portion did: cases looked at, those whose deadline is another now, and those it failed on, with why."""

    seen: int
    changed: int
    failed: tuple[str, ...] = ()


class Across(Protocol):
    """Finds the rows of a root (None: of all) with a clock that runs in [start, end), by id after `after`."""

    def __call__(
        self, session: Session, root_id: int | None, start: datetime, end: datetime, *, after: int, limit: int
    ) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps deadlines counted by the calendar: the kind of work that a change owes it, and how it is done."""

    kind: str
    across: Across
    recount: Callable[[Session, Sequence[int], Change], Recounted]

    @property
    def again(self) -> str:
        """The same change, to be gone through once more."""
        return f"{self.kind}_again"


def recount_owed(session: Session, limit: int = MANY) -> Recounted | None:
    """One portion for the cases of the oldest change of a calendar; None when none is owed. Safe to run twice."""
    return portion(session, CASES, limit)


def portion(session: Session, keeper: Keeper, limit: int) -> Recounted | None:
    """The same for whoever keeps deadlines.

    A deadline may be counted by the old calendar and committed just after it was looked for here: each change is gone
    through once more after SETTLED.
    """
    todo = owed.pending(session, keeper.kind) or owed.pending(session, keeper.again, until=clock.now() - SETTLED)
    if not todo:
        return None
    change = Change.of(todo[0].key)
    ids = keeper.across(
        session,
        None if change.root_id == ALL_ROOTS else change.root_id,
        _begin_of(change.first),
        _end_of(change.last),
        after=change.after,
        limit=limit,
    )
    done = keeper.recount(session, ids, change)
    owed.done(session, todo[0])
    if len(ids) == limit:
        owed.owe(session, keeper.kind, [replace(change, after=ids[-1]).key])
    elif not change.again:
        owed.owe(session, keeper.again, [replace(change, after=0, again=True).key])
    return done


def recount(session: Session, case_ids: Sequence[int], change: Change) -> Recounted:
    """Count the deadlines of open cases by the calendar of now. Repeatable."""
    return count_each(session, lookups.locked(session, case_ids).values(), lambda case: _recount(session, case, change))


def count_each(session: Session, cases: Collection[Case], count: Callable[[Case], bool]) -> Recounted:
    """Count the deadlines of locked cases, each by itself; `count` tells whether one is another now."""

    def gone_on(case: Case) -> bool:
        _go_on(session, case)
        return count(case)

    def tell(case: Case, error: str) -> None:
        audit.record(session, "case.recount_failed", "case", case.id, root_id=case.root_id, error=error)

    return each_by_itself(session, cases, gone_on, tell)


class Numbered(Protocol):
    """What bears a number that people know it by."""

    @property
    def number(self) -> str: ...


Row = TypeVar("Row", bound=Numbered)


def each_by_itself(
    session: Session, rows: Collection[Row], count: Callable[[Row], bool], tell: Callable[[Row, str], None]
) -> Recounted:
    """Count some deadlines; one that cannot be counted stays, is told of, and does not keep the others waiting."""
    changed, failed = 0, []
    for row in rows:
        try:
            with session.begin_nested():
                changed += count(row)
        except (ArithmeticError, LookupError, TypeError, ValueError, GridopsError) as wrong:
            failed.append(f"{row.number}: {type(wrong).__name__}")
            tell(row, failed[-1])
    return Recounted(len(rows), changed, tuple(failed))


def _go_on(session: Session, case: Case) -> None:
    """It was to go on from a day that has come, before this: the order in which things happened holds."""
    if case.resume_at is not None and case.suspended_at is not None and case.resume_at <= clock.now():
        move(session, case.id, Move.RESUME, None, happened_at=case.resume_at)


def _recount(session: Session, case: Case, change: Change) -> bool:
    if case.state not in MOVES[Move.RECOUNT].from_states:
        return False
    history = lookups.history(session, case.id)
    time = working_time(session, case.root_id)

    def terms_of(condition_id: int | None) -> Terms:
        return terms.of_case(session, case, condition_id)

    due = recounted(history.events, terms_of, WorkingClock(time.calendar, time.hours))
    if due.case is None and due.unit is None:
        return False
    facts, now = project(history.events), clock.now()
    details = {
        "changed": change.what.value,
        "first": str(change.first),
        "last": str(change.last),
        "due_before": facts.due_at.isoformat() if due.case and facts.due_at else None,
        "handle_due_before": facts.handle_due_at.isoformat() if due.unit and facts.handle_due_at else None,
        "handle_due": due.unit.isoformat() if due.unit else None,
    }
    event = Event(Move.RECOUNT, now, history.last_seq + 1, due_at=due.case, handle_due_at=due.unit)
    append(session, case, history.events, event, Said(details=details, recorded_at=now))
    audit.record(session, "case.recount", "case", case.id, root_id=case.root_id, seq=event.seq)
    return True


def _begin_of(day: date) -> datetime:
    return clock.midnight(max(day, date(1, 1, 2)))


def _end_of(day: date) -> datetime:
    return _LAST if day == date.max else clock.midnight(day + timedelta(days=1))


CASES = Keeper(CHANGED, recounting.open_across, recount)
