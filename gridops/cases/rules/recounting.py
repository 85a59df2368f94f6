"""The deadlines of a case as they would be had today's calendar been known all along (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gridops.cases.rules.deadlines import (
    Due,
    Terms,
    WorkingClock,
    extended,
    filing_due,
    handling_due,
    renews,
    resumed,
)
from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import Move
from gridops.cases.rules.projection import project

TermsOf = Callable[[int | None], Terms]


def recounted(events: Sequence[Event], terms_of: TermsOf, clock: WorkingClock) -> Due:
    """What differs between the deadlines in force and those that the same events give by this calendar.

    Counted limits and suspensions are counted anew. A deadline handed in by a source stays; so does the date of an
    extension, which was granted as a date, unless the limit alone now reaches further. A condition that was replaced
    for this case (`deadlines.renews`) counts by the one that replaced it.
    """
    replaced, under = _replaced(events), _filed_under(events)

    def latest(condition_id: int | None) -> Terms:
        return terms_of(_latest(condition_id, replaced))

    again: list[Event] = []
    for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
        if event.move is not Move.RECOUNT:
            again.append(_again(event, project(again), under, latest, clock))
    now, wanted = project(events), project(again)
    moved = wanted.due_at != now.due_at
    unit_moved = now.handle_due_own and wanted.handle_due_at != now.handle_due_at
    return Due(wanted.due_at if moved else None, wanted.handle_due_at if unit_moved else None)


def counted_under(events: Sequence[Event]) -> int | None:
    """The condition by which the deadline of a case is counted: that of its filing, or what was put in its place.

    It stands under another since its category was corrected; the deadline stayed.
    """
    return _latest(_filed_under(events), _replaced(events))


def _filed_under(events: Sequence[Event]) -> int | None:
    told = sorted(events, key=lambda e: (e.happened_at, e.seq))
    return next((event.condition_id for event in told if event.move is Move.FILE), None)


def _latest(condition_id: int | None, replaced: Mapping[int | None, int | None]) -> int | None:
    while condition_id in replaced:
        condition_id = replaced[condition_id]
    return condition_id


def _replaced(events: Sequence[Event]) -> dict[int | None, int | None]:
    """Condition -> the one that was put in its place; never in a ring."""
    found: dict[int | None, int | None] = {}
    current: int | None = None
    for event in sorted(events, key=lambda e: e.seq):
        if event.condition_id is None:
            continue
        if renews(event) and event.condition_id != current:
            found.pop(event.condition_id, None)
            found[current] = event.condition_id
        current = event.condition_id
    return found


def _again(event: Event, facts: Facts, under: int | None, terms_of: TermsOf, clock: WorkingClock) -> Event:
    """The event with the deadlines it sets by this calendar; `under`: the condition of the filing."""
    match event.move:
        case Move.FILE if event.until_at is None:
            due = filing_due(event.happened_at, terms_of(event.condition_id), clock)
            return event if due is None else replace(event, due_at=due)
        case Move.DISPATCH if event.handle_due_at is not None:
            due = handling_due(event.happened_at, terms_of(under), clock)
            return event if due is None else replace(event, handle_due_at=due)
        case Move.EXTEND if event.due_at is not None and facts.condition_id is not None:
            moved = extended(facts, max(event.due_at, facts.due_at or event.due_at))
            return replace(event, due_at=moved.case, handle_due_at=moved.unit if event.handle_due_at else None)
        case Move.RESUME | Move.VOID | Move.MERGE | Move.SPLIT if facts.suspended_at and under is not None:
            moved = resumed(facts, event.happened_at, terms_of(under), clock)
            return replace(event, due_at=moved.case, handle_due_at=moved.unit)
    return event
