"""The one way in which cases and events are written, one at a time or many at once, and what that owes to figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.changes import looks
from gridops.cases.queries.words import CASE_WORDS
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.projection import PROJECTED, columns, projected
from gridops.cases.rules.sources import Source
from gridops.cases.rules.words import key_of, marks
from gridops.core import clock, db, owed
from gridops.core.bulk import insert_rows, reserve_ids, update_row

DAY_TOTAL = "day_total"
# A case that came from 12345 under a number of theirs is owed its order (room `hotline`).
HOTLINE_ORDER = "hotline_order"

# Moves that daily totals count (statistics.md §5); an undone void or merge changes what its day says.
COUNTED = frozenset(
    {
        Move.REPORT,
        Move.SELF_HANDLE,
        Move.ACCEPT,
        Move.DECLINE,
        Move.FILE,
        Move.NOT_FILE,
        Move.DISPATCH,
        Move.CLOSE,
        Move.UNDO_CLOSING,
        Move.VOID,
        Move.MERGE,
        Move.UNDO_VOID,
        Move.UNDO_MERGE,
        Move.SPLIT,
        Move.UNDO_SPLIT,
    }
)
_ALL_DAYS = frozenset({Move.UNDO_VOID, Move.UNDO_MERGE, Move.UNDO_SPLIT})

# Columns of a case that whoever writes it may give; the rest follows from the events.
GIVEN = (
    "root_id",
    "number",
    "record_id",
    "source_system",
    "external_id",
    "kind",
    "source",
    "source_number",
    "grid_id",
    "grid_version_id",
    "campaign_id",
    "reporter_id",
    "lon",
    "lat",
    "place",
    "address",
    "description",
    "recorded_at",
    "import_digest",
)
_EMPTY_TEXT = ("address", "description")
# What the words of a case are read from; of what an event makes of it, its grid, category and state too.
_WORDED = frozenset({"address", "description", "source_number"})
_CASE_COLUMNS = ("id", "version", *GIVEN, *PROJECTED)
# In the order of `event_row`; a test holds them to the model.
EVENT_COLUMNS = (
    "case_id",
    "seq",
    "move",
    "happened_at",
    "recorded_at",
    "actor_id",
    "record_id",
    "unit_id",
    "category_id",
    "condition_id",
    "due_at",
    "handle_due_at",
    "turns",
    "outcome",
    "until_at",
    "into_id",
    "reason",
    "details",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of an event beside what the projection needs; `recorded_at` None: when the case was recorded."""

    actor_id: int | None = None
    record_id: str | None = None
    reason: str | None = None
    details: Mapping[str, Any] | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be written: the columns of `GIVEN` (`number` made when missing) and its events, the report first.

    `said`: what else is kept of an event, by its number.
    """

    given: Mapping[str, Any]
    events: Sequence[Event]
    said: Mapping[int, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ids of a new case and of its events, in their order; more than there are events leave gaps."""

    case_id: int
    event_ids: Sequence[int]


_NOTHING = Said()


def write_cases(session: Session, cases: Sequence[NewCase]) -> list[int]:
    """Write new cases with their events, rows projected as the live verbs project them; returns their ids in order.

    Owes the daily totals of every grid and day they touch. Nothing is checked here but what the database checks.
    """
    ids = reserve_ids(session, Case, len(cases))
    keys: set[str] = set()
    rows: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    for case_id, new in zip(ids, cases, strict=True):
        rows.append(_case_row(case_id, new))
        keys |= day_keys(new.given["grid_id"], new.events)
        recorded_at = new.given["recorded_at"]
        events += [event_row(case_id, event, new.said.get(event.seq, _NOTHING), recorded_at) for event in new.events]
    insert_rows(session, Case, _CASE_COLUMNS, rows)
    insert_rows(session, CaseEvent, EVENT_COLUMNS, events)
    _owe(session, keys, zip(ids, cases, strict=True), key_of(ids[0], ids[-1]) if ids else None)
    return ids


def numbers_for(session: Session, new: NewCase) -> Numbers:
    """Fresh ids for one new case and its events."""
    (case_id,) = reserve_ids(session, Case, 1)
    return Numbers(case_id, reserve_ids(session, CaseEvent, len(new.events)))


def write_numbered(session: Session, new: NewCase, numbers: Numbers) -> Case:
    """Write one new case under ids reserved for it, by plain inserts alone; it stands in the session as if read."""
    values = _case_row(numbers.case_id, new)
    events = [
        (event_id, *event_row(numbers.case_id, event, new.said.get(event.seq, _NOTHING), new.given["recorded_at"]))
        for event_id, event in zip(numbers.event_ids, new.events, strict=False)
    ]
    insert_rows(session, Case, _CASE_COLUMNS, [values])
    insert_rows(session, CaseEvent, ("id", *EVENT_COLUMNS), events)
    days = day_keys(new.given["grid_id"], new.events)
    _owe(session, days, [(numbers.case_id, new)], key_of(numbers.case_id, numbers.case_id))
    case = Case()
    db.as_read(session, case, dict(zip(_CASE_COLUMNS, values, strict=True)))
    return case


def append(
    session: Session,
    case: Case,
    events: Sequence[Event],
    event: Event,
    said: Said,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Append one event to a locked case, write its row anew from all events, and owe the totals it changes.

    `given`: columns of `GIVEN` that the event sets anew. A case that lies in another grid now owes the days of both.
    """
    everything = [*events, event]
    before, grid_before = (case.unit_id, case.category_id), case.grid_id
    marked = marks(case)
    values = event_row(case.id, event, said, said.recorded_at or clock.now())
    insert_rows(session, CaseEvent, EVENT_COLUMNS, [values])
    point = {"lon": case.lon, "lat": case.lat, **given}
    now = {**given, **columns(everything, point["lon"], point["lat"])}
    now["version"] = case.version + MOVES[event.move].changes
    _write_columns(session, case, now)
    elsewhere = case.grid_id != grid_before
    moved = elsewhere or before != (case.unit_id, case.category_id)
    everywhere = moved or event.move in _ALL_DAYS
    keys = day_keys(case.grid_id, everything if everywhere else [event])
    keys |= day_keys(grid_before, everything if elsewhere else [])
    # What has ended keeps its mark until the words of such are owed together (`wording.owe_ended`).
    worded = not _WORDED.isdisjoint(given) or not marks(case) <= marked
    words = key_of(case.id, case.id) if worded else None
    _owe(session, keys, (), words)


def _write_columns(session: Session, case: Case, values: Mapping[str, Any]) -> None:
    """Write those columns that differ, as a plain row: the unit of work would cost more than all else of a move."""
    changed = {name: value for name, value in values.items() if getattr(case, name) != value}
    update_row(session, Case, case.id, changed)
    for name, value in changed.items():
        set_committed_value(case, name, value)


def set_projection(case: Case, events: Collection[Event]) -> bool:
    """Set the projected columns of a case from its events; True when anything changed."""
    changed = False
    for name, value in columns(events, case.lon, case.lat).items():
        if getattr(case, name) != value:
            setattr(case, name, value)
            changed = True
    return changed


def version_of(events: Iterable[Event]) -> int:
    """The version a new case begins with: its moves so far. Evidence added by others makes nobody's form stale."""
    return sum(1 for event in events if MOVES[event.move].changes)


def day_keys(grid_id: int, events: Iterable[Event]) -> set[str]:
    """The keys of the daily totals that these events touch: `grid_id:YYYY-MM-DD`, local days."""
    days = {clock.local_date(event.happened_at) for event in events if event.move in COUNTED}
    return {f"{grid_id}:{day}" for day in days}


def number_of(case_id: int, reported_at: datetime) -> str:
    """The number of a case: the local day of its report and its id; unique, readable, with gaps."""
    return f"{clock.local_date(reported_at):%Y%m%d}-{case_id:06d}"


def _owe(session: Session, days: Iterable[str], new: Iterable[tuple[int, NewCase]], words: str | None) -> None:
    """Days of totals, the orders of new cases that have one, and the cases whose words were written.

    Open lists that this process serves hear of it at once.
    """
    db.after_commit(session, looks.forget)
    keys = [(DAY_TOTAL, day) for day in days]
    keys += [
        (HOTLINE_ORDER, str(case_id))
        for case_id, each in new
        if each.given["source"] == Source.HOTLINE_12345 and each.given.get("source_number")
    ]
    owed.owe_each(session, [*keys, *([(CASE_WORDS, words)] if words else [])])


def _case_row(case_id: int, new: NewCase) -> tuple[Any, ...]:
    """The values of one case in the order of `_CASE_COLUMNS`."""
    given = dict(new.given)
    for name in _EMPTY_TEXT:
        given[name] = given.get(name) or ""
    if not given.get("number"):
        given["number"] = number_of(case_id, new.events[0].happened_at)
    seen = projected(new.events, given.get("lon"), given.get("lat"))
    return (case_id, version_of(new.events), *map(given.get, GIVEN), *seen)


def event_row(case_id: int, event: Event, said: Said, recorded_at: datetime) -> tuple[Any, ...]:
    """The values of one event in the order of `EVENT_COLUMNS`."""
    return (
        case_id,
        event.seq,
        event.move,
        event.happened_at,
        said.recorded_at or recorded_at,
        said.actor_id,
        said.record_id,
        event.unit_id,
        event.category_id,
        event.condition_id,
        event.due_at,
        event.handle_due_at,
        event.turns,
        event.outcome,
        event.until_at,
        event.into_id,
        said.reason,
        said.details,
    )
