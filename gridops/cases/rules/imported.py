"""The events of a case that a file tells by its times only (contract, cases), and the contradictions refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core.errors import Invalid

Times = Mapping[str, datetime | None]

TIMES = (
    "reported_at",
    "declined_at",
    "self_handled_at",
    "accepted_at",
    "not_filed_at",
    "filed_at",
    "dispatched_at",
    "due_first_at",
    "due_at",
    "handle_due_at",
    "handled_at",
    "first_closed_at",
    "closed_at",
    "reworked_at",
    "extended_at",
    "suspended_at",
    "resumed_at",
    "returned_at",
    "reopened_at",
    "merged_at",
    "voided_at",
)
# (later, earlier): refused when `later` lies before `earlier`; equal times pass.
_ORDER = (
    ("filed_at", "accepted_at"),
    *((name, "filed_at") for name in ("dispatched_at", "handled_at", "first_closed_at", "closed_at")),
    *((name, "filed_at") for name in ("due_first_at", "due_at", "voided_at", "merged_at")),
)
_NEED_FILING = (
    "dispatched_at",
    "handled_at",
    "first_closed_at",
    "closed_at",
    "due_first_at",
    "due_at",
    "reworked_at",
    "extended_at",
)
_ONE_OF = ("filed_at", "not_filed_at", "declined_at", "self_handled_at")
_NOT_TOGETHER = (("accepted_at", "declined_at"), ("accepted_at", "self_handled_at"), ("voided_at", "merged_at"))


def contradictions(times: Times) -> list[tuple[str, str]]:
    """Every (field, reason) for which a row is refused; these and no others (contract, cases)."""
    told = {name: time for name in TIMES if (time := times.get(name)) is not None}
    reported = told.get("reported_at")
    if reported is None:
        return [("reported_at", "required")]
    found = [(name, "before reported_at") for name, time in told.items() if time < reported]
    found += [(a, f"before {b}") for a, b in _ORDER if a in told and b in told and told[a] < told[b]]
    # A case whose latest closing was undone may be handled again after that.
    if _told_before(told, "closed_at", "handled_at") and not _handled_again(told):
        found.append(("closed_at", "before handled_at"))
    if "filed_at" not in told:
        found += [(name, "without filed_at") for name in _NEED_FILING if name in told]
    ends = [name for name in _ONE_OF if name in told]
    found += [(name, f"together with {ends[0]}") for name in ends[1:]]
    found += [(b, f"together with {a}") for a, b in _NOT_TOGETHER if a in told and b in told]
    return found


def with_defaults(times: Sequence[str | None]) -> tuple[str | None, ...]:
    """The times of a row, given in the order of TIMES, with the contract's defaults filled in.

    A file that tells them and one that leaves them out tell the same.
    """
    told = dict(zip(TIMES, times, strict=True))
    told["due_first_at"] = told["due_first_at"] or told["due_at"]
    told["accepted_at"] = told["accepted_at"] or told["filed_at"] or told["not_filed_at"]
    return tuple(told.values())


def events_of(
    times: Times,
    *,
    reworked_times: int | None = None,
    returned_upheld: bool | None = None,
    unit_id: int | None = None,
    category_id: int | None = None,
    condition_id: int | None = None,
) -> list[Event]:
    """The events a row tells, in the order they happened, numbered from 1; equal times in the order of the work.

    `times`: aware instants by the contract's names, None or missing = never. `reworked_times`: how often it failed its
    check, the latest at `reworked_at`. `returned_upheld`: whether the return was found right; it stands as the outcome
    of the return and is nothing without `returned_at`. Raises Invalid naming every contradiction; `handle_due_at`
    without `filed_at` is none of them (contract) and means nothing.
    """
    if wrong := contradictions(times):
        raise Invalid(*wrong)
    told = {name: times.get(name) for name in TIMES}
    first_due, due, since = _deadlines(told)
    first_told = told["due_first_at"] if told["due_first_at"] != first_due else None
    plan: list[tuple[datetime | None, Move, dict[str, object]]] = [
        (told["reported_at"], Move.REPORT, {"category_id": category_id}),
        (told["self_handled_at"], Move.SELF_HANDLE, {}),
        (told["declined_at"], Move.DECLINE, {}),
        (told["accepted_at"], Move.ACCEPT, {}),
        (told["not_filed_at"], Move.NOT_FILE, {}),
        (
            told["filed_at"],
            Move.FILE,
            {
                "due_at": first_due,
                "handle_due_at": told["handle_due_at"],
                "condition_id": condition_id,
                "until_at": first_told,
            },
        ),
        (told["dispatched_at"], Move.DISPATCH, {"unit_id": unit_id}),
        (told["returned_at"], Move.RETURN, {"outcome": returned_upheld}),
        (told["extended_at"], Move.EXTEND, {"due_at": due if told["extended_at"] == since else None}),
        (told["suspended_at"], Move.SUSPEND, {}),
        (told["resumed_at"], Move.RESUME, {"due_at": due if told["resumed_at"] == since else None}),
        *_undone_first_closing(told),
        (told["reworked_at"], Move.CHECK_FAILED, {"turns": max(reworked_times or 1, 1)}),
        (told["handled_at"], Move.FEEDBACK, {}),
        (told["closed_at"], Move.CLOSE, {}),
        (told["reopened_at"] if _reopened_last(told) else None, Move.UNDO_CLOSING, {}),
        (told["voided_at"], Move.VOID, {}),
        (told["merged_at"], Move.MERGE, {}),
    ]
    events = [Event(move, time, **more) for time, move, more in plan if time is not None]  # type: ignore[arg-type]
    events.sort(key=lambda event: event.happened_at)
    return [replace(event, seq=number) for number, event in enumerate(events, start=1)]


def _deadlines(told: Times) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The deadline from filing on, the last one, and since when that holds.

    `due_at` holds from the later of `extended_at` and `resumed_at`, `due_first_at` before; with neither, from filing.
    """
    last = told["due_at"] or told["due_first_at"]
    moved = [time for time in (told["extended_at"], told["resumed_at"]) if time is not None]
    if not moved:
        return last, None, None
    return told["due_first_at"] or last, last, max(moved)


def _undone_first_closing(told: Times) -> list[tuple[datetime | None, Move, dict[str, object]]]:
    """An undone closing and its undoing; where the file does not say when it was undone: at the next closing."""
    first, again, closed = told["first_closed_at"], told["reopened_at"], told["closed_at"]
    if told["filed_at"] is None:
        return []
    if first is None or (closed is not None and closed <= first):
        # An undoing of a closing that the file does not tell is still a rework.
        return [] if _reopened_last(told) else [(again, Move.UNDO_CLOSING, {})]
    known = again is not None and again >= first and not _reopened_last(told)
    return [(first, Move.CLOSE, {}), (again if known else closed or first, Move.UNDO_CLOSING, {})]


def _reopened_last(told: Times) -> bool:
    """Whether the latest closing was undone: `reopened_at` after `closed_at` leaves the case open."""
    return _told_before(told, "closed_at", "reopened_at")


def _handled_again(told: Times) -> bool:
    return _reopened_last(told) and not _told_before(told, "handled_at", "reopened_at")


def _told_before(told: Times, earlier: str, later: str) -> bool:
    a, b = told.get(earlier), told.get(later)
    return a is not None and b is not None and a < b
