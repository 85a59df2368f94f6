"""A case is the projection of its events: the same fold gives the row, and the facts at any instant (statistics.md §2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gridops.cases.rules.moves import MOVES, Move, State


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case; only what the projection needs. Times are aware.

    `due_at`, `handle_due_at`: the deadlines this move sets (file, extend, resume, dispatch). `turns`: how often it
    happened, where an import only knows the number (返工次数).
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds of a case at one instant. Names are those of the columns of `case`.

    `due_at` is the deadline in force; `due_fair_at` the same without extensions granted and suspensions begun after
    the earlier deadline had passed: on time is judged by it. `handle_*` is the unit's own clock. `handled_at` and
    `closed_at` hold while in force. `failed_at`, `extended_at` are the first of their kind. `undone` are pairs
    (made, undone) of closings, voids and merges whose undoing put the case in hand again.
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


def project(events: Iterable[Event], before: datetime | None = None) -> Facts:
    """Fold events in the order they happened into the facts that hold; only those before an instant, if given."""
    facts = Facts()
    for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
        if before is not None and event.happened_at >= before:
            break
        facts = _after(facts, event)
    return facts


def _after(facts: Facts, event: Event) -> Facts:
    change = _CHANGES.get(event.move)
    facts = change(facts, event) if change else facts
    return replace(
        facts,
        state=MOVES[event.move].to or facts.state,
        category_id=event.category_id or facts.category_id,
        condition_id=event.condition_id or facts.condition_id,
        last_moved_at=event.happened_at,
    )


def _file(facts: Facts, event: Event) -> Facts:
    if facts.filed_at:
        return facts
    own = event.handle_due_at is not None
    handle = event.handle_due_at or event.due_at
    return replace(
        facts,
        filed_at=event.happened_at,
        accepted_at=facts.accepted_at or event.happened_at,
        due_first_at=event.due_at,
        due_at=event.due_at,
        due_fair_at=event.due_at,
        handle_due_at=handle,
        handle_due_fair_at=handle,
        handle_due_own=own,
    )


def _dispatch(facts: Facts, event: Event) -> Facts:
    facts = replace(facts, dispatched_at=facts.dispatched_at or event.happened_at, unit_id=event.unit_id)
    if event.handle_due_at is None:
        return facts
    due = event.handle_due_at
    return replace(facts, handle_due_at=due, handle_due_fair_at=due, handle_due_own=True)


def _moved_deadline(facts: Facts, event: Event, in_time_since: datetime) -> Facts:
    """Set new deadlines; they count for being on time only if what moved them began before the earlier ones passed."""
    due = event.due_at or facts.due_at
    handle = event.handle_due_at or (facts.handle_due_at if facts.handle_due_own else due)
    fair = facts.due_fair_at is None or in_time_since <= facts.due_fair_at
    handle_fair = facts.handle_due_fair_at is None or in_time_since <= facts.handle_due_fair_at
    return replace(
        facts,
        due_at=due,
        due_fair_at=due if fair else facts.due_fair_at,
        handle_due_at=handle,
        handle_due_fair_at=handle if handle_fair else facts.handle_due_fair_at,
    )


def _extend(facts: Facts, event: Event) -> Facts:
    facts = _moved_deadline(facts, event, event.happened_at)
    return replace(facts, extended_at=facts.extended_at or event.happened_at)


def _resume(facts: Facts, event: Event) -> Facts:
    if facts.suspended_at is None:
        return facts
    return replace(_moved_deadline(facts, event, facts.suspended_at), suspended_at=None)


def _close(facts: Facts, event: Event) -> Facts:
    # A closing without a feedback of its own brings one at its own instant (statistics.md §2).
    return replace(facts, closed_at=event.happened_at, handled_at=facts.handled_at or event.happened_at)


def _undo(facts: Facts, event: Event, field: str) -> Facts:
    made: datetime | None = getattr(facts, field)
    if made is None:
        return facts
    facts = replace(facts, **{field: None}, last_undone_at=event.happened_at)  # type: ignore[arg-type]
    if facts.closed_at or facts.voided_at or facts.merged_at:
        return facts
    return replace(facts, undone=(*facts.undone, (made, event.happened_at)))


def _undo_closing(facts: Facts, event: Event) -> Facts:
    facts = _undo(facts, event, "closed_at")
    return replace(facts, handled_at=None, failed_at=facts.failed_at or event.happened_at)


_CHANGES = {
    Move.REPORT: lambda f, e: replace(f, reported_at=f.reported_at or e.happened_at),
    Move.SELF_HANDLE: lambda f, e: replace(f, self_handled_at=f.self_handled_at or e.happened_at),
    Move.ACCEPT: lambda f, e: replace(f, accepted_at=f.accepted_at or e.happened_at),
    Move.DECLINE: lambda f, e: replace(f, declined_at=f.declined_at or e.happened_at),
    Move.FILE: _file,
    Move.NOT_FILE: lambda f, e: replace(f, not_filed_at=e.happened_at, accepted_at=f.accepted_at or e.happened_at),
    Move.DISPATCH: _dispatch,
    Move.FEEDBACK: lambda f, e: replace(f, handled_at=e.happened_at),
    Move.CHECK_FAILED: lambda f, e: replace(f, handled_at=None, failed_at=f.failed_at or e.happened_at),
    Move.CLOSE: _close,
    Move.UNDO_CLOSING: _undo_closing,
    Move.EXTEND: _extend,
    Move.SUSPEND: lambda f, e: replace(f, suspended_at=f.suspended_at or e.happened_at),
    Move.RESUME: _resume,
    Move.VOID: lambda f, e: replace(f, voided_at=e.happened_at, suspended_at=None),
    Move.MERGE: lambda f, e: replace(f, merged_at=e.happened_at, suspended_at=None),
    Move.UNDO_VOID: lambda f, e: _undo(f, e, "voided_at"),
    Move.UNDO_MERGE: lambda f, e: _undo(f, e, "merged_at"),
}
