"""Cases told by files: new ones in bulk, known ones retold without losing what was told before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.queries.words import CASE_WORDS
from gridops.cases.rules.facts import FAR, Event
from gridops.cases.rules.moves import ENDED
from gridops.cases.rules.projection import PROJECTED
from gridops.cases.rules.sources import Source
from gridops.cases.rules.telling import order_of, place_of, tell
from gridops.cases.rules.tiles import tile_of
from gridops.cases.rules.words import key_of
from gridops.cases.service.writing import (
    COUNTED,
    DAY_TOTAL,
    EVENT_COLUMNS,
    HOTLINE_ORDER,
    Said,
    day_keys,
    event_row,
    set_projection,
    version_of,
)
from gridops.core import clock, owed
from gridops.core.bulk import insert_plain, insert_rows, reserve_ids
from gridops.core.plain_rows import instant_text, zone

_MOST_KEPT = 20_000


class ToldCase(NamedTuple):
    """A new case as a file tells it, values as the database keeps them (`place` JSON text).

    `times`: in the order of `imported.TIMES`, as `core.plain_rows.instant_text`; without contradictions.
    """

    root_id: int
    source_system: str
    external_id: str
    kind: str
    source: str
    source_number: str
    grid_id: int
    grid_version_id: int
    campaign_id: int | None
    lon: float | None
    lat: float | None
    place: str | None
    address: str
    description: str
    import_digest: str
    category_id: int
    unit_id: int | None
    reworked_times: int | None
    returned_upheld: bool | None
    times: Sequence[str | None]


_GIVEN_COUNT = ToldCase._fields.index("category_id")
_GIVEN = ToldCase._fields[:_GIVEN_COUNT]
_FAR_TEXT = instant_text(FAR)
_CASE_COLUMNS = ("id", "number", "recorded_at", "version", *_GIVEN, *PROJECTED)
_OWED_COLUMNS = ("kind", "key", "since", "tries")


def write_told(session: Session, cases: Sequence[ToldCase]) -> None:
    """Write new cases as `write_cases` would, by the thousand: rows, events, and the daily totals they owe."""
    ids, after = reserve_ids(session, Case, len(cases)), zone(session)
    now = instant_text(clock.now()) + after
    events: list[tuple[Any, ...]] = []
    keys: set[str] = set()
    # The rows are made while the database takes in those before them.
    insert_plain(session, Case, _CASE_COLUMNS, _rows(zip(ids, cases, strict=True), now, after, events, keys))
    insert_plain(session, CaseEvent, EVENT_COLUMNS, events)
    due = [(DAY_TOTAL, key, now, 0) for key in sorted(keys)]
    due += [
        (HOTLINE_ORDER, str(case_id), now, 0)
        for case_id, told in zip(ids, cases, strict=True)
        if told.source == Source.HOTLINE_12345 and told.source_number
    ]
    due += [(CASE_WORDS, key_of(ids[0], ids[-1]), now, 0)] * bool(ids)
    insert_plain(session, owed.Owed, _OWED_COLUMNS, due)


def _rows(
    cases: Iterable[tuple[int, ToldCase]], now: str, after: str, events: list[tuple[Any, ...]], keys: set[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of cases; on the way their events and the days they owe are collected. Asks the database nothing."""
    far = _FAR_TEXT + after
    for case_id, told in cases:
        order, distinct = order_of(told.times)
        form = _form(order, told.reworked_times, told.returned_upheld, told.unit_id is not None)
        tile = None if told.lon is None or told.lat is None or form.ended else tile_of(told.lon, told.lat)
        instants = [text + after for text in distinct] if after else distinct
        slots = (None, far, told.unit_id, told.category_id, tile, now, case_id, *instants, *form.constants)
        events += [event(slots) for event in form.events]
        keys.update([f"{told.grid_id}:{local_day(distinct[place])}" for place in form.counted])
        number = f"{local_day(distinct[form.reported]).replace('-', '')}-{case_id:06d}"
        yield (case_id, number, now, form.version, *told[:_GIVEN_COUNT], *form.columns(slots))


@lru_cache(maxsize=_MOST_KEPT)
def local_day(text: str) -> str:
    """The local day of an `instant_text`, in ISO 8601."""
    return clock.local_date(datetime.fromisoformat(f"{text}+00:00")).isoformat()


class _Form(NamedTuple):
    """How the rows of one order are filled in from the slots of a case: which slot goes to which column.

    Slots: nothing, FAR, unit, category, tile, the present, the case, the distinct times, the constants.
    """

    columns: itemgetter[Any]
    events: tuple[itemgetter[Any], ...]
    constants: tuple[Any, ...]
    counted: tuple[int, ...]
    reported: int
    version: int
    ended: bool


_NOTHING, _FAR, _UNIT, _CATEGORY, _TILE, _NOW, _CASE, _FIRST_TIME = range(8)
_BY_NAME = {"unit_id": _UNIT, "category_id": _CATEGORY, "recorded_at": _NOW, "case_id": _CASE, "open_tile": _TILE}


@lru_cache(maxsize=2000)
def _form(order: tuple[int | None, ...], turns: int | None, upheld: bool | None, dispatched_to: bool) -> _Form:
    telling = tell(order, turns, upheld, dispatched_to=dispatched_to)
    times = 1 + max(place for place in order if place is not None)
    constants: list[Any] = []

    def slot(name: str, value: Any) -> int:
        if name in _BY_NAME and (value is not None or name == "open_tile"):
            return _BY_NAME[name]
        if value is None:
            return _NOTHING
        if isinstance(value, datetime):
            return _FAR if value == FAR else _FIRST_TIME + place_of(value)
        constants.append(getattr(value, "value", value))
        return _FIRST_TIME + times + len(constants) - 1

    columns = itemgetter(*map(slot, PROJECTED, telling.columns))
    rows = [event_row(0, event, Said(), clock.now()) for event in telling.events]
    events = tuple(itemgetter(*map(slot, EVENT_COLUMNS, row)) for row in rows)
    return _Form(
        columns,
        events,
        tuple(constants),
        tuple({place_of(event.happened_at) for event in telling.events if event.move in COUNTED}),
        place_of(telling.events[0].happened_at),
        version_of(telling.events),
        telling.columns[PROJECTED.index("state")] in ENDED,
    )


def retell(session: Session, case: Case, given: Mapping[str, Any], events: Sequence[Event]) -> None:
    """Replace the history of a locked imported case by what a newer file tells.

    The old events stay, marked superseded; the new ones follow them. Totals of all days concerned are owed.
    """
    before = lookups.history(session, case.id)
    keys, was = day_keys(case.grid_id, before.events), case.source_number
    now = clock.now()
    session.execute(
        update(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.superseded_at.is_(None))
        .values(superseded_at=now)
    )
    for name, value in given.items():
        setattr(case, name, value)
    told = [replace(event, seq=before.last_seq + place) for place, event in enumerate(events, 1)]
    rows = [event_row(case.id, event, Said(), now) for event in told]
    insert_rows(session, CaseEvent, EVENT_COLUMNS, rows)
    set_projection(case, told)
    case.version += len(before.events)
    days = ((DAY_TOTAL, day) for day in keys | day_keys(case.grid_id, told))
    owed.owe_each(session, [*days, (CASE_WORDS, key_of(case.id, case.id))])
    if case.source is Source.HOTLINE_12345 and case.source_number:
        owed.owe(session, HOTLINE_ORDER, [f"{case.id} {was}" if was else str(case.id)])
    audit.record(session, "case.retell", "case", case.id, root_id=case.root_id)
