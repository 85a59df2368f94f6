"""Random histories of cases around a month: walks through the table of moves, and rows as files tell them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from gridops.cases.rules.facts import Event
from gridops.cases.rules.imported import TIMES, contradictions, events_of
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import project
from gridops.core import periods

PERIOD = periods.parse("2017-03")
S, E = PERIOD.start, PERIOD.end
UNITS, CATEGORIES = (1, 2, 3), (1, 2)
_CORNERS = (S, E, S - timedelta(seconds=1), E - timedelta(seconds=1), S + timedelta(seconds=1))
instants = st.one_of(
    st.sampled_from(_CORNERS),
    st.integers(0, 120 * 4).map(lambda quarter: S - timedelta(days=45) + timedelta(hours=6 * quarter)),
)
# Drawn more often, so that histories go far.
_FORWARD = (Move.FILE, Move.DISPATCH, Move.FEEDBACK, Move.SEND_TO_CHECK, Move.CLOSE, Move.UNDO_CLOSING, Move.UNDO_VOID)
_WALKED = tuple(move for move in Move if move not in (Move.REPORT, Move.ADD_EVIDENCE))


@st.composite
def walked(draw: st.DrawFn) -> list[Event]:
    """A history in which every move was allowed; only a new calendar ever moves a deadline to an earlier time."""
    times = sorted(draw(st.lists(instants, min_size=draw(st.sampled_from([1, 8])), max_size=16)))
    events = [Event(Move.REPORT, times[0], seq=1, category_id=draw(st.sampled_from(CATEGORIES)))]
    for seq, time in enumerate(times[1:], start=2):
        facts = project(events)
        allowed = [
            move
            for move in _WALKED
            if facts.state in MOVES[move].from_states and (not facts.suspended_at or MOVES[move].suspended)
        ]
        allowed = [move for move in allowed if (move is not Move.SUSPEND) or facts.suspended_at is None]
        allowed = [move for move in allowed if (move is not Move.RESUME) or facts.suspended_at]
        if not allowed:
            break
        forward = [move for move in allowed if move in _FORWARD]
        event = Event(draw(st.sampled_from([*forward, *forward, *forward, *allowed])), time, seq=seq)
        events.append(_completed(draw, event, facts.due_at, facts.handle_due_at))
    return events


def _completed(draw: st.DrawFn, event: Event, due: datetime | None, own: datetime | None) -> Event:
    later = st.integers(0, 40).map(lambda days: timedelta(days=days))
    if event.move is Move.FILE:
        limit = draw(st.one_of(st.none(), later, later))
        return replace(event, due_at=None if limit is None else event.happened_at + limit)
    if event.move is Move.DISPATCH:
        limit = draw(st.one_of(st.none(), later)) if due and own == due else None
        unit = draw(st.sampled_from(UNITS))
        return replace(event, unit_id=unit, handle_due_at=None if limit is None else event.happened_at + limit)
    if event.move is Move.EXTEND:
        base = max(due or event.happened_at, own or event.happened_at)
        new = base + draw(later)
        return replace(event, due_at=new, handle_due_at=draw(st.sampled_from([None, new])))
    if event.move in (Move.RESUME, Move.VOID, Move.MERGE, Move.SPLIT) and due:
        return replace(event, due_at=draw(st.sampled_from([None, max(due, own or due) + draw(later)])))
    if event.move is Move.RECOUNT and due:
        moved = timedelta(days=draw(st.integers(-9, 9)))
        return replace(event, due_at=due + moved, handle_due_at=draw(st.sampled_from([None, (own or due) + moved])))
    if event.move is Move.RECATEGORISE:
        return replace(event, category_id=draw(st.sampled_from(CATEGORIES)))
    return event


@st.composite
def told(draw: st.DrawFn) -> list[Event]:
    """A history as a line of a file tells it: any times, those left out that the import refuses."""
    times: dict[str, datetime | None] = {name: draw(st.one_of(st.none(), instants)) for name in TIMES}
    times["reported_at"] = draw(instants)
    if draw(st.booleans()):
        for name in ("not_filed_at", "declined_at", "self_handled_at"):
            times[name] = None
        times["filed_at"] = times["filed_at"] or max(t for n in ("reported_at", "accepted_at") if (t := times[n]))
    while wrong := contradictions(times):
        times[next((name for name, _ in wrong if name != "reported_at"), "filed_at")] = None
    return events_of(
        times,
        reworked_times=draw(st.one_of(st.none(), st.integers(1, 3))),
        unit_id=draw(st.sampled_from([None, *UNITS])),
        category_id=draw(st.sampled_from(CATEGORIES)),
    )


histories = st.one_of(walked(), walked(), told())
