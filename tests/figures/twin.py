"""The figures once more, naively, straight from the sentences of statistics.md §2: knows neither projection nor SQL."""

from __future__ import annotations

from datetime import datetime

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move

M = Move


class Known:
    """What was known of a case just before an instant."""

    def __init__(self, events: list[Event], instant: datetime) -> None:
        ordered = sorted(events, key=lambda e: (e.happened_at, e.seq))
        self.told = [e for e in ordered if e.happened_at < instant]

    def first(self, *moves: Move) -> datetime | None:
        return next((e.happened_at for e in self.told if e.move in moves), None)

    def in_force(self, made: tuple[Move, ...], undone: tuple[Move, ...]) -> datetime | None:
        last = [e for e in self.told if e.move in (*made, *undone)]
        return last[-1].happened_at if last and last[-1].move in made else None

    @property
    def filed(self) -> datetime | None:
        return self.first(M.FILE)

    @property
    def closed(self) -> datetime | None:
        return self.in_force((M.CLOSE,), (M.UNDO_CLOSING,))

    @property
    def voided(self) -> datetime | None:
        return self.in_force((M.VOID, M.SPLIT), (M.UNDO_VOID, M.UNDO_SPLIT))

    @property
    def merged(self) -> datetime | None:
        return self.in_force((M.MERGE,), (M.UNDO_MERGE,))

    @property
    def active(self) -> bool:
        return bool(self.filed and not self.voided and not self.merged)

    @property
    def in_hand(self) -> bool:
        return self.active and not self.closed

    @property
    def pending(self) -> bool:
        return bool(self.first(M.REPORT)) and not self.first(M.ACCEPT, M.FILE, M.NOT_FILE, M.SELF_HANDLE, M.DECLINE)

    @property
    def handled(self) -> datetime | None:
        """The feedback in force; a closing without one of its own brings one."""
        since = None
        for e in self.told:
            if e.move is M.FEEDBACK or (e.move is M.CLOSE and since is None):
                since = e.happened_at
            if e.move in (M.CHECK_FAILED, M.UNDO_CLOSING):
                since = None
        return since

    @property
    def suspended(self) -> datetime | None:
        since, out = None, False
        for place, e in enumerate(self.told):
            if e.move is M.SUSPEND and since is None and not out:
                since = e.happened_at
            if e.move in (M.RESUME, M.CLOSE, M.VOID, M.MERGE, M.SPLIT):
                since = None
            before = Known.__new__(Known)
            before.told = self.told[: place + 1]
            out = bool(before.closed or before.voided or before.merged)
        return since

    def deadlines(self, *, unit: bool) -> tuple[datetime | None, datetime | None]:
        """The deadline in force, and the one that counts for being on time; the unit's own where it has one."""
        case = fair_case = own = fair = None
        since = None
        has_own = False
        for e in self.told:
            if e.move is M.SUSPEND and since is None:
                since = e.happened_at
            if e.move is M.FILE:
                case = fair_case = case or e.due_at
                has_own = e.handle_due_at is not None
                own = fair = e.handle_due_at or case
            if e.move is M.RECOUNT:  # the calendar was wrong: on time follows where it was the deadline in force
                follows, unit_follows = fair_case == case, fair == own
                case = e.due_at or case
                own = e.handle_due_at or (own if has_own else case)
                fair_case = case if follows else fair_case
                fair = own if unit_follows else fair
            if e.move is M.DISPATCH and e.handle_due_at:
                own, fair, has_own = e.handle_due_at, e.handle_due_at, True
            ends = e.move is M.RESUME or (e.move in (M.CLOSE, M.VOID, M.MERGE, M.SPLIT) and since is not None)
            if e.move is M.EXTEND or ends:
                begun = e.happened_at if e.move is M.EXTEND else (since or self.filed or e.happened_at)
                # Of what moves a deadline only an extension can come too late, and nothing mends that afterwards.
                late = fair_case is not None and begun > fair_case and (e.move is M.EXTEND or fair_case != case)
                unit_late = fair is not None and begun > fair and (e.move is M.EXTEND or fair != own)
                case = e.due_at or case
                own = e.handle_due_at or (own if has_own else case)
                fair_case = fair_case if late else case
                fair = fair if unit_late else own
                if ends:
                    since = None
        return (own, fair) if unit else (case, fair_case)

    def until(self, instant: datetime, *, unit: bool) -> datetime | None:
        """The deadline that counts for what was done at an instant: only what had happened by then."""
        made = (M.FEEDBACK, M.CLOSE) if unit else (M.CLOSE,)
        place = max(i for i, e in enumerate(self.told) if e.happened_at == instant and e.move in made)
        then = Known.__new__(Known)
        then.told = self.told[: place + 1]
        return then.deadlines(unit=unit)[1]

    @property
    def unit_id(self) -> int:
        sent = [e.unit_id for e in self.told if e.move is M.DISPATCH]
        return (sent[-1] if sent else 0) or 0

    @property
    def category_id(self) -> int | None:
        return next((e.category_id for e in reversed(self.told) if e.category_id), None)


def counts(events: list[Event], s: datetime, e: datetime) -> dict[str, int]:
    """Every count of one case in [s, e): 1 or 0, or the number of turns."""
    start, end = Known(events, s), Known(events, e)

    def within(instant: datetime | None) -> bool:
        return instant is not None and s <= instant < e

    due, own_due = end.deadlines(unit=False)[0], end.deadlines(unit=True)[0]
    closed = end.active and due is not None and within(end.closed)
    shielded = end.suspended is not None and due is not None and end.suspended < due
    overdue = end.in_hand and due is not None and due < e and not shielded
    should_close = bool(closed or overdue)
    sent = bool(end.active and end.first(M.DISPATCH) and due is not None)
    handled = sent and within(end.handled)
    unit_shielded = end.suspended is not None and own_due is not None and end.suspended < own_due
    unhandled = sent and end.handled is None and own_due is not None and own_due < e and not unit_shielded
    reopened = _reopened(events, s, e)
    held = start.in_hand or within(end.filed) or reopened
    failed = [
        x
        for place, x in enumerate(end.told)
        if x.move in (M.CHECK_FAILED, M.UNDO_CLOSING) and any(y.move is M.FILE for y in end.told[:place])
    ]
    in_period = [x for x in end.told if x.happened_at >= s]
    on_time = closed and end.closed <= (end.until(end.closed, unit=False) or end.closed)
    handled_on_time = handled and end.handled <= (end.until(end.handled, unit=True) or end.handled)
    found = {
        "reported": within(end.first(M.REPORT)),
        "self_handled": within(end.first(M.SELF_HANDLE)),
        "declined": within(end.first(M.DECLINE)),
        "accepted": within(end.first(M.ACCEPT, M.FILE, M.NOT_FILE)),
        "not_filed": within(end.first(M.NOT_FILE)),
        "filed": within(end.filed),
        "dispatched": within(end.first(M.DISPATCH)),
        "should_handle": handled or unhandled,
        "handled": handled,
        "handled_on_time": handled_on_time,
        "should_close": should_close,
        "closed": closed,
        "closed_on_time": on_time,
        "overdue_open": overdue,
        "carried_in": should_close and due < s,
        "due_in": should_close and s <= due < e,
        "closed_early": should_close and due >= e,
        "rework": should_close and bool(failed),
        "extended": should_close and bool(end.first(M.EXTEND)),
        "suspended": end.in_hand and end.suspended is not None,
        "voided": within(end.voided) and held,
        "merged": within(end.merged) and held,
        "reopened": reopened,
        "no_deadline": within(end.filed) and due is None,
        "closed_no_deadline": end.active and due is None and within(end.closed),
        "pending_start": start.pending,
        "pending_end": end.pending,
        "in_hand_start": start.in_hand,
        "in_hand_end": end.in_hand,
        "rework_turns": sum(x.turns for x in in_period if x.move in (M.CHECK_FAILED, M.UNDO_CLOSING)),
        "extension_turns": sum(x.turns for x in in_period if x.move is M.EXTEND),
        "returned": sum(x.turns for x in in_period if x.move is M.RETURN),
    }
    return {key: int(bool(value)) if isinstance(value, bool) else int(value or 0) for key, value in found.items()}


def _reopened(events: list[Event], s: datetime, e: datetime) -> bool:
    """A closing, void or merge made before S, undone in P: out of hand at S, in hand at some instant of P after it."""
    ordered = sorted(events, key=lambda x: (x.happened_at, x.seq))
    start = Known(events, s)
    if not start.filed or start.in_hand:
        return False
    for place, event in enumerate(ordered):
        if s <= event.happened_at < e and event.move in (M.UNDO_CLOSING, M.UNDO_VOID, M.UNDO_MERGE, M.UNDO_SPLIT):
            then = Known.__new__(Known)
            then.told = ordered[: place + 1]
            if then.in_hand:
                return True
    return False
