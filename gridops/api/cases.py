"""Cases as a list and as GeoJSON, for those who see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from sqlalchemy.orm import Session

from gridops.api.description import Answer, Parameter, operation
from gridops.api.guard import person, scope
from gridops.api.reading import Query, bbox, day, flag, integer, json_answer, one_of, some_of, words
from gridops.api.shapes import CasesOut, FeatureCollection
from gridops.api.territory import GEOJSON
from gridops.cases.queries import listing, places
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules import queue
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import Group, Place, QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.catalogue import queries as catalogue
from gridops.catalogue.rules import Entry, Kind, Lookup
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.operations import queries as operations
from gridops.people import queries as people

PAGE = 5000
_KINDS = (Kind.EVENT, Kind.COMPONENT)
_DAY = {"type": "string", "format": "date"}
_AFTER = Parameter("after", {"type": "string", "minLength": 1, "maxLength": 200}, "goes on from there (see `next`)")
_STATE = Parameter("state", {"type": "string"}, f"one or several, with commas: {', '.join(State)}")
_FROM = Parameter("from", _DAY, "reported on this local day or later")
_TO = Parameter("to", _DAY, "reported on this local day or earlier")
_KIND = Parameter("kind", {"type": "string", "enum": list(_KINDS)})


@operation(
    "GET",
    "/cases.geojson",
    "Cases on the map",
    tag="cases",
    parameters=[
        Parameter("bbox", {"type": "string"}, "west,south,east,north in WGS-84 degrees"),
        _STATE,
        _KIND,
        Parameter("category", {"type": "string", "minLength": 1, "maxLength": 30}, "code of a category"),
        Parameter("category_list", {"type": "string", "minLength": 1, "maxLength": 20}, "its list (default B)"),
        _FROM,
        _TO,
        _AFTER,
    ],
    answers={200: Answer("RFC 7946, newest report first", FeatureCollection, GEOJSON)},
    refuses=(422,),
    description=(
        "Cases that have a place, in any state. A category is an event's unless `kind` says otherwise. "
        "Times in properties are ISO 8601 in Asia/Shanghai."
    ),
)
def get_cases_geojson() -> Response:
    """Draw cases."""
    query = Query()
    window = query.read("bbox", bbox)
    code, listed = query.read("category", words(30)), query.read("category_list", words(20)) or "B"
    wanted = QueueFilter(
        states=_states(query), kind=_kind(query), first_day=query.read("from", day), last_day=query.read("to", day)
    )
    after = query.read("after", _place)
    query.done()
    with reading() as session:
        lookup = catalogue.lookup(session)
        if code is not None:
            wanted = replace(wanted, category_id=_category(lookup, listed, wanted.kind or Kind.EVENT, code))
        page, following = places.features(
            session, scope(session), wanted, places.Window(*window) if window else None, after=after, limit=PAGE
        )
        codes = {version.version_id: version.code for version in grids.territory(session).versions.values()}
    now = clock.now()
    drawn = [_feature(row, lookup.entries[row.category_id], codes[row.grid_version_id], now) for row in page]
    found: dict[str, Any] = {"type": "FeatureCollection", "features": drawn}
    if following is not None:
        found["next"] = _next(following)
    return json_answer(found, mime=GEOJSON)


@operation(
    "GET",
    "/cases",
    "The queue of cases",
    tag="cases",
    parameters=[
        Parameter("group", {"type": "string", "enum": list(Group)}, "a tab of the queue"),
        _STATE,
        Parameter("unit", {"type": "string", "minLength": 1, "maxLength": 60}, "code of a unit, with all below it"),
        Parameter("grid", {"type": "string", "minLength": 1, "maxLength": 60}, "code of a grid, with all below it"),
        _KIND,
        Parameter("class", {"type": "string", "minLength": 1, "maxLength": 30}, "code of a class (大类)"),
        Parameter("source", {"type": "string", "enum": list(Source)}),
        Parameter("campaign", {"type": "string", "minLength": 1, "maxLength": 60}, "code of a campaign"),
        Parameter("text", {"type": "string", "minLength": 1, "maxLength": 100}, "words, or the beginning of a number"),
        _FROM,
        _TO,
        Parameter("mine", {"type": "boolean"}, "only what who asks has reported"),
        Parameter("overdue", {"type": "boolean"}),
        Parameter("due_today", {"type": "boolean"}),
        Parameter("sort", {"type": "string", "enum": list(Sort)}, "default: what runs out first"),
        Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        _AFTER,
    ],
    answers={200: Answer("One page", CasesOut)},
    refuses=(422,),
    description="Words are looked for in windows of rows: a page may be short or empty and still have a `next`.",
)
def get_cases() -> Response:
    """List cases as the desk does."""
    query = Query()
    sort = Sort(query.read("sort", one_of(Sort)) or Sort.DUE)
    limit = query.read("limit", integer(1, 200)) or listing.PAGE
    after = query.read("after", _place)
    codes = {name: query.read(name, words(60)) for name in ("unit", "grid", "campaign")}
    given: dict[str, Any] = {
        "group": Group(query.read("group", one_of(Group)) or Group.ALL),
        "states": _states(query),
        "kind": _kind(query),
        "class_code": query.read("class", words(30)),
        "source": Source(found) if (found := query.read("source", one_of(Source))) else None,
        "text": query.read("text", words(100)) or "",
        "first_day": query.read("from", day),
        "last_day": query.read("to", day),
        "mine": query.read("mine", flag) or False,
        "overdue": query.read("overdue", flag) or False,
        "due_today": query.read("due_today", flag) or False,
    }
    query.done()
    with reading() as session:
        wanted = QueueFilter(**{**given, **_ids(session, codes)})
        page = listing.queue(session, scope(session), wanted, sort=sort, after=after, limit=limit)
    now = clock.now()
    return json_answer(
        {
            "cases": [_row(row, now) for row in page.rows],
            "next": _next(page.next) if page.next else None,
            "short": page.short,
        }
    )


def _ids(session: Session, codes: dict[str, str | None]) -> dict[str, int]:
    """Codes as ids; a code that is not known here is refused by name."""
    root_id = person().root_id
    found: dict[str, int] = {}
    for name, code in codes.items():
        if code is None:
            continue
        row: Any = None
        if name == "unit":
            row = people.unit_by_code(session, root_id, code)
        elif name == "campaign":
            row = operations.campaign(session, root_id, code)
        elif (grid := grids.by_code(session, code)) is not None and grid.root_id == root_id:
            row = grid
        if row is None:
            raise Invalid((name, "no such code here"))
        found[f"{name}_id"] = row.id
    return found


def _states(query: Query) -> tuple[State, ...]:
    return tuple(State(name) for name in query.read("state", some_of(State)) or ())


def _category(lookup: Lookup, list_code: str, kind: Kind, code: str) -> int:
    found = lookup.find(list_code, kind, code, person().root_id)
    if found is None:
        raise Invalid(("category", f"no such {kind} category in list {list_code}"))
    return found.id


def _kind(query: Query) -> Kind | None:
    name = query.read("kind", one_of(_KINDS))
    return Kind(name) if name else None


def _place(text: str) -> Place:
    """A place in the list, from `next`; ValueError for anything else."""
    place = queue.read(words(200)(text))
    try:
        return Place(place.key.astimezone(UTC), place.case_id)
    except OverflowError:
        raise ValueError("no place in this list") from None


def _next(place: Place) -> str:
    given = {name: value for name, value in request.args.items() if name != "after"}
    return f"{request.path}?{urlencode({**given, 'after': queue.written(place)})}"


def _feature(row: CaseRow, category: Entry, grid_code: str, now: datetime) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.number,
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {
            **_row(row, now),
            "category_list": category.list_code,
            "category_code": category.code,
            "grid_code": grid_code,
        },
    }


def _row(row: CaseRow, now: datetime) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "suspended": row.suspended_at is not None,
        "overdue": row.overdue(now),
        "version": row.version,
        "kind": row.kind.value,
        "source": row.source.value,
        "category": row.category,
        "grid": row.grid,
        "unit": row.unit or None,
        "address": row.address,
        "description": row.description,
        "reported_at": _time(row.reported_at),
        "due_at": _time(row.due_at),
        "closed_at": _time(row.closed_at),
        "lon": row.lon,
        "lat": row.lat,
    }


def _time(instant: datetime | None) -> str | None:
    return clock.local(instant).isoformat(timespec="seconds") if instant else None
