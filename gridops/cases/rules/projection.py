"""A case is the projection of its events: one fold gives the row, and the facts at any instant (statistics.md §2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from gridops.cases.rules.facts import COLUMN_NAMES, FACT_NAMES, FAR, Event, Facts, Helper
from gridops.cases.rules.moves import ENDED, MOVES, Move, State
from gridops.cases.rules.tiles import tile_of

# All columns that the projection writes.
PROJECTED = (*COLUMN_NAMES, "runs_out_at", "open_tile")
_column_values = attrgetter(*COLUMN_NAMES)
_START = {field.name: field.default for field in fields(Facts)}
_in_order = attrgetter("happened_at", "seq")


def project(events: Iterable[Event], before: datetime | None = None) -> Facts:
    """Fold events in the order they happened into the facts that hold; only those before an instant, if given."""
    fold = _fold(events, before)
    return Facts(*[getattr(fold, name) for name in FACT_NAMES])


def columns(events: Iterable[Event], lon: float | None = None, lat: float | None = None) -> dict[str, Any]:
    """The columns of `case` that the projection writes, from a case's events and its place (WGS-84 degrees)."""
    return dict(zip(PROJECTED, projected(events, lon, lat), strict=True))


def projected(events: Iterable[Event], lon: float | None, lat: float | None) -> tuple[Any, ...]:
    """The same as values in the order of `PROJECTED`, for many cases at once."""
    fold = _fold(events, None)
    tile = None if lon is None or lat is None or fold.state in ENDED else tile_of(lon, lat)
    return (*_column_values(fold), runs_out_at(fold), tile)


def runs_out_at(facts: Facts) -> datetime:
    """When the clock that runs now runs out; FAR where none runs (a suspension after falling due does not stop it)."""
    if facts.due_at is None or facts.filed_at is None or facts.state in ENDED:
        return FAR
    return FAR if facts.suspended_at and facts.suspended_at < facts.due_at else facts.due_at


class _Fold:
    """The facts while they are folded: the fields of Facts, and what only the fold needs.

    `live` is the state as if nothing had been closed, voided or merged, so that an undoing finds its way back;
    `fair`, `handle_fair` are the running deadlines for being on time, frozen in `due_fair_at`, `handle_due_fair_at`
    while a closing or a feedback is in force.
    """

    __slots__ = (*FACT_NAMES, "fair", "handle_fair", "live")

    def __init__(self) -> None:
        for name, value in _START.items():
            setattr(self, name, value)
        self.live = State.REPORTED
        self.fair: datetime | None = None
        self.handle_fair: datetime | None = None

    def take(self, event: Event) -> None:
        """Let one event happen."""
        move = event.move
        anchors, held = _anchors(self), _held(self)
        to = MOVES[move].to
        if to is not None and to not in _OVER:
            self.live = to
        if change := _CHANGES.get(move):
            change(self, event)
        if event.category_id is not None:
            self.category_id = event.category_id
        if event.condition_id is not None:
            self.condition_id = event.condition_id
        if MOVES[move].changes:
            self.last_moved_at = event.happened_at
        now = _held(self)
        if now != held and any(a is not None and h != n for a, h, n in zip(anchors, held, now, strict=True)):
            self.last_rewritten_at = event.happened_at


# What may be rewritten -> the fact before which a change of it is none: a deadline says nothing before filing.
_REWRITTEN = {
    **dict.fromkeys(("due_at", "fair"), "filed_at"),
    **dict.fromkeys(("handle_due_at", "handle_fair", "unit_id"), "dispatched_at"),
    **{name: name for name in ("handled_at", "closed_at", "suspended_at", "voided_at", "merged_at", "category_id")},
}
_held = attrgetter(*_REWRITTEN)
_anchors = attrgetter(*_REWRITTEN.values())
_OVER = frozenset({State.CLOSED, State.VOIDED, State.MERGED})


def _fold(events: Iterable[Event], before: datetime | None) -> Any:
    fold = _Fold()
    for event in sorted(events, key=_in_order):
        if before is not None and event.happened_at >= before:
            break
        fold.take(event)
    _settle(fold)
    return fold


def _settle(f: Any) -> None:
    """Name the state, and unfreeze deadlines that nothing holds."""
    if f.voided_at:
        f.state = State.VOIDED
    elif f.merged_at:
        f.state = State.MERGED
    else:
        f.state = State.CLOSED if f.closed_at else f.live
    if not f.closed_at:
        f.due_fair_at = f.fair
    if not f.handled_at:
        f.handle_due_fair_at = f.handle_fair


def _report(f: Any, e: Event) -> None:
    f.reported_at = f.reported_at or e.happened_at


def _self_handle(f: Any, e: Event) -> None:
    f.self_handled_at = f.self_handled_at or e.happened_at


def _accept(f: Any, e: Event) -> None:
    f.accepted_at = f.accepted_at or e.happened_at


def _decline(f: Any, e: Event) -> None:
    f.declined_at = f.declined_at or e.happened_at


def _not_file(f: Any, e: Event) -> None:
    f.not_filed_at = f.not_filed_at or e.happened_at
    f.accepted_at = f.accepted_at or e.happened_at


def _file(f: Any, e: Event) -> None:
    if f.filed_at:
        return
    f.filed_at = e.happened_at
    f.accepted_at = f.accepted_at or e.happened_at
    f.due_first_at = e.until_at or e.due_at
    # An imported extension may be older than the filing it belongs to: its deadline holds from the start.
    f.due_at = f.fair = f.due_at or e.due_at
    f.handle_due_at = f.handle_fair = e.handle_due_at or f.due_at
    f.handle_due_own = e.handle_due_at is not None


def _dispatch(f: Any, e: Event) -> None:
    f.dispatched_at = f.dispatched_at or e.happened_at
    f.unit_id = e.unit_id
    _end_help(f, e)  # who leads is no helper
    if e.handle_due_at is not None:
        f.handle_due_at = f.handle_fair = e.handle_due_at
        f.handle_due_own = True


def _feedback(f: Any, e: Event) -> None:
    f.handled_at = e.happened_at
    f.handle_due_fair_at = f.handle_fair
    f.checked_at = None
    _no_request(f, e)


def _check_passed(f: Any, e: Event) -> None:
    f.checked_at = e.happened_at


def _check_failed(f: Any, e: Event) -> None:
    f.handled_at = f.checked_at = None
    f.live = State.DISPATCHED if f.unit_id else State.FILED
    if f.filed_at:
        f.failed_at = f.failed_at or e.happened_at


def _press(f: Any, e: Event) -> None:
    if not (f.closed_at or f.voided_at or f.merged_at):
        f.pressed_at, f.press_due_at, f.press_answered_at = e.happened_at, e.until_at, None


def _answer_press(f: Any, e: Event) -> None:
    if f.pressed_at and not f.press_answered_at:
        f.press_answered_at = e.happened_at


def _end_press(f: Any) -> None:
    """What ends unanswered is over; nobody owes an answer should the case be in hand again."""
    if f.press_answered_at is None:
        f.pressed_at = f.press_due_at = None


def _close(f: Any, e: Event) -> None:
    _end_suspension(f, e)
    _end_press(f)
    if not f.handled_at:
        # A closing without a feedback of its own brings one at its own instant (statistics.md §2).
        f.handled_at = e.happened_at
        f.handle_due_fair_at = f.handle_fair
    f.closed_at = e.happened_at
    f.due_fair_at = f.fair
    _no_request(f, e)


def _undo_closing(f: Any, e: Event) -> None:
    _undo(f, e, "closed_at")
    _check_failed(f, e)


def _void(f: Any, e: Event) -> None:
    _end_suspension(f, e)
    _end_press(f)
    f.voided_at = e.happened_at
    _no_request(f, e)


def _merge(f: Any, e: Event) -> None:
    _end_suspension(f, e)
    _end_press(f)
    f.merged_at = e.happened_at
    f.merged_into_id = e.into_id
    _no_request(f, e)


def _undo_void(f: Any, e: Event) -> None:
    _undo(f, e, "voided_at")


def _split(f: Any, e: Event) -> None:
    _void(f, e)
    f.split = True


def _undo_split(f: Any, e: Event) -> None:
    _undo_void(f, e)
    f.split = False


def _join(f: Any, e: Event) -> None:
    _end_help(f, e)
    if e.unit_id is not None and e.unit_id != f.unit_id:
        f.helpers = (*f.helpers, Helper(e.unit_id, e.happened_at, e.seq, e.until_at))


def _help_done(f: Any, e: Event) -> None:
    f.helpers = tuple(
        replace(one, answered_at=e.happened_at, answered=e.seq) if one.unit_id == e.unit_id and one.open else one
        for one in f.helpers
    )


def _end_help(f: Any, e: Event) -> None:
    f.helpers = tuple(one for one in f.helpers if one.unit_id != e.unit_id)


def _undo_merge(f: Any, e: Event) -> None:
    _undo(f, e, "merged_at")
    f.merged_into_id = None


def _undo(f: Any, e: Event, field: str) -> None:
    made: datetime | None = getattr(f, field)
    if made is None:
        return
    setattr(f, field, None)
    f.last_undone_at = e.happened_at
    if not (f.closed_at or f.voided_at or f.merged_at):
        f.undone = (*f.undone, (made, e.happened_at))


def _move_deadline(f: Any, e: Event, *, fair: bool, handle_fair: bool) -> None:
    """Set new deadlines; `fair`, `handle_fair`: whether being on time is judged by them as well."""
    f.due_at = e.due_at or f.due_at
    f.handle_due_at = e.handle_due_at or (f.handle_due_at if f.handle_due_own else f.due_at)
    f.fair = f.due_at if fair else f.fair
    f.handle_fair = f.handle_due_at if handle_fair else f.handle_fair


def _in_time(limit: datetime | None, at: datetime) -> bool:
    return limit is None or at <= limit


def _extend(f: Any, e: Event) -> None:
    # An extension counts only if granted before the earlier deadline passed (statistics.md §2).
    at = e.happened_at
    _move_deadline(f, e, fair=_in_time(f.fair, at), handle_fair=_in_time(f.handle_fair, at))
    f.extended_at = f.extended_at or e.happened_at
    _no_request(f, e)


def _recount(f: Any, e: Event) -> None:
    """The calendar was wrong, not the unit: being on time follows, unless it is judged by another deadline anyway."""
    follows, unit_follows = f.fair == f.due_at, f.handle_fair == f.handle_due_at
    f.due_at = e.due_at or f.due_at
    f.handle_due_at = e.handle_due_at or (f.handle_due_at if f.handle_due_own else f.due_at)
    f.fair = f.due_at if follows else f.fair
    f.handle_fair = f.handle_due_at if unit_follows else f.handle_fair


def _suspend(f: Any, e: Event) -> None:
    if f.suspended_at is None and not (f.closed_at or f.voided_at or f.merged_at):
        f.suspended_at = e.happened_at
        f.resume_at = e.until_at


def _resume(f: Any, e: Event) -> None:
    # A deadline moved by a suspension is the one in force; it lends no time to an extension that came too late.
    since = f.suspended_at or f.filed_at or e.happened_at
    fair = f.fair == f.due_at or _in_time(f.fair, since)
    _move_deadline(f, e, fair=fair, handle_fair=f.handle_fair == f.handle_due_at or _in_time(f.handle_fair, since))
    f.suspended_at = f.resume_at = None


def _end_suspension(f: Any, e: Event) -> None:
    if f.suspended_at is not None:
        _resume(f, e)


def _ask(f: Any, e: Event) -> None:
    f.asked_at = e.happened_at
    f.asked_due_at = e.until_at


def _no_request(f: Any, _e: Event) -> None:
    f.asked_at = f.asked_due_at = None


def _send_to_verify(f: Any, _e: Event) -> None:
    f.verified = None


def _verify(f: Any, e: Event) -> None:
    f.verified = e.outcome


_CHANGES: dict[Move, Callable[[Any, Event], None]] = {
    Move.REPORT: _report,
    Move.SELF_HANDLE: _self_handle,
    Move.SEND_TO_VERIFY: _send_to_verify,
    Move.VERIFY: _verify,
    Move.ACCEPT: _accept,
    Move.DECLINE: _decline,
    Move.FILE: _file,
    Move.NOT_FILE: _not_file,
    Move.DISPATCH: _dispatch,
    Move.FEEDBACK: _feedback,
    Move.CHECK_PASSED: _check_passed,
    Move.CHECK_FAILED: _check_failed,
    Move.CLOSE: _close,
    Move.UNDO_CLOSING: _undo_closing,
    Move.RETURN: _no_request,
    Move.ASK_EXTENSION: _ask,
    Move.EXTEND: _extend,
    Move.RECOUNT: _recount,
    Move.REFUSE_EXTENSION: _no_request,
    Move.PRESS: _press,
    Move.ANSWER_PRESS: _answer_press,
    Move.SUSPEND: _suspend,
    Move.RESUME: _resume,
    Move.VOID: _void,
    Move.MERGE: _merge,
    Move.UNDO_VOID: _undo_void,
    Move.UNDO_MERGE: _undo_merge,
    Move.SPLIT: _split,
    Move.UNDO_SPLIT: _undo_split,
    Move.JOIN: _join,
    Move.HELP_DONE: _help_done,
    Move.HELP_RETURN: _end_help,
    Move.END_HELP: _end_help,
}
