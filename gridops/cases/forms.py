"""What may be handed in about a case: raw data -> frozen dataclass, or Invalid naming every wrong field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from gridops.cases.rules.dispatching import Conditions, DayKind, Hours
from gridops.cases.rules.moves import IF_ANY, MOVES, Move, Suspension
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.errors import Invalid
from gridops.core.fields import Fix as Fix
from gridops.core.fields import Location as Location
from gridops.core.fields import Read, Reader, day, flag, instant, location, member, members, number, row_id, text, whole
from gridops.people.rules import WorkLine

MAX_DESCRIPTION = 2000
MAX_WORDS = 500
MAX_ADDRESS = 300
MAX_NAME = 30
# Every value of a filter at its longest, Chinese written out for an address.
MAX_QUERY = 12_000
MOST_CATEGORIES = 60
MOST_IN_HAND = 1000
FEWEST_PARTS, MOST_PARTS = 2, 9
MOST_USES = 200


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A report as handed in. `grid`: the code of a grid, where there is no place. `same_as`: uuid or number of a case
    that this shows again.
    """

    category: str
    category_list: str = "B"
    kind: Kind | None = None
    description: str = ""
    location: Location | None = None
    grid: str | None = None
    address: str = ""
    source: Source = Source.INSPECTOR
    source_number: str | None = None
    self_handled: bool = False
    same_as: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class PartIn:
    """One of the cases that a case is split into; what is not said is as with the whole.

    `evidence`: ids of the uses of evidence that go along; None: all. `condition`: what a part of another category than
    the whole stands under; None: the only one there is.
    """

    words: str
    category: int | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    evidence: tuple[int, ...] | None = None
    condition: int | None = None


@dataclass(frozen=True, slots=True)
class MoveFields:
    """What is handed in with a move; the table of moves says which of these it needs and takes."""

    reason: str | None = None
    words: str | None = None
    outcome: bool | None = None
    condition: int | None = None
    closing_condition: int | None = None
    unit: int | None = None
    due: datetime | None = None
    suspension: Suspension | None = None
    resume_on: date | None = None
    into: str | None = None
    category: int | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    parts: tuple[PartIn, ...] | None = None

    def given(self) -> frozenset[str]:
        """The names of the fields that were handed in."""
        return frozenset(name for name in _MOVE_FIELDS if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True)
class KeptFilterIn:
    """A filter of the queue to be kept under a name; `query`: as it stands in an address."""

    name: str
    query: str

    def of(self, query: str) -> KeptFilterIn:
        """The same name for a filter as it was read."""
        return replace(self, query=query)


def parse_kept_filter(raw: Mapping[str, object]) -> KeptFilterIn:
    """A filter to be kept, from a form."""
    read = Reader({name: raw.get(name) for name in ("name", "query")})
    found = KeptFilterIn(read("name", text(MAX_NAME), required=True) or "", read("query", text(MAX_QUERY)) or "")
    read.done()
    return found


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A dispatch rule as it shall be from `valid_from` on (None: from today) up to, not including, `valid_to`.

    Either a unit or a line of work; `most`: only while the unit has fewer cases in hand.
    """

    name: str
    conditions: Conditions = field(default_factory=Conditions)
    unit_id: int | None = None
    line: WorkLine | None = None
    most: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def parse_report(raw: object, field: str = "body") -> ReportIn:
    """A report from untrusted JSON or a form: lengths and degrees limited; Invalid names `body.location.lon`, …"""
    read = Reader(raw, field)
    found = ReportIn(
        category=read("category", text(30), required=True),
        category_list=read("category_list", text(20)) or "B",
        kind=read("kind", member(Kind)),
        description=read("description", text(MAX_DESCRIPTION)) or "",
        location=read("location", location),
        grid=read("grid", text(60)),
        address=read("address", text(MAX_ADDRESS)) or "",
        source=read("source", member(Source)) or Source.INSPECTOR,
        source_number=read("source_number", text(80)),
        self_handled=read("self_handled", flag) or False,
        same_as=read("same_as", text(40)),
        campaign=read("campaign", text(60)),
    )
    if found.location is None and found.grid is None and not read.errors:
        read.errors.append((f"{field}.location", "required (or grid)"))
    read.done()
    return found


def parse_move(move: Move, raw: object, field: str = "") -> MoveFields:
    """The fields of a move from a form or JSON; what the table does not name for this move is refused."""
    rule = MOVES[move]
    read = Reader(raw, field)
    values = {
        name: read(name, _MOVE_FIELDS[name], required=name in rule.needs and name not in IF_ANY)
        for name in (*rule.needs, *rule.takes)
    }
    if values.get("suspension") is Suspension.SET_DATE and values.get("resume_on") is None:
        read.errors.append((read.name("resume_on"), "required for a suspension to a set date"))
    if values.get("suspension") is Suspension.OUTSIDE and values.get("resume_on") is not None:
        read.errors.append((read.name("resume_on"), "only for a suspension to a set date"))
    read.done()
    return MoveFields(**values)


def parse_rule(raw: object) -> RuleForm:
    """A dispatch rule from a form; days are said with the last one that counts. Invalid names every wrong field."""
    read = Reader(raw)
    kind, class_code = read("class", _class) or (None, None)
    begins, ends = read("from", _minute), read("to", _minute)
    if (begins is None) is not (ends is None) and not read.errors:
        read.wrong("to" if ends is None else "from", "起止时刻须同时填写")
    elif begins is not None and begins == ends:
        read.wrong("to", "起止时刻不能相同")
    last_day = read("last_day", day)
    form = RuleForm(
        name=read("name", text(60), required=True) or "",
        conditions=Conditions(
            kind=kind,
            class_code=class_code,
            categories=read("categories", _row_ids) or (),
            grid_id=read("grid_id", row_id),
            sources=read("sources", members(Source)) or (),
            hours=Hours(begins, ends) if begins is not None and ends is not None else None,
            days=read("days", member(DayKind)),
        ),
        unit_id=read("unit_id", row_id),
        line=read("line", member(WorkLine)),
        most=read("most", whole(1, MOST_IN_HAND)),
        valid_from=read("valid_from", day),
        valid_to=None if last_day is None or last_day == date.max else last_day + timedelta(days=1),
    )
    if (form.unit_id is None) is (form.line is None) and not read.errors:
        read.wrong("unit_id", "处置单位与工作线须且只能选一项")
    read.done(others=True)
    return form


def _class(value: object) -> tuple[Kind, str]:
    kind, _slash, code = text(30)(value).partition("/")
    if not re.fullmatch(r"[0-9A-Za-z]{2,10}", code, re.ASCII):
        raise ValueError("not a class")
    return member(Kind)(kind), code


def _minute(value: object) -> int:
    """Minutes since midnight of `18:00`."""
    told = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(:00)?", text(8)(value), re.ASCII)
    if told is None:
        raise ValueError("应为时刻，如18:00")
    return int(told[1]) * 60 + int(told[2])


def _row_ids(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_CATEGORIES:
        raise ValueError(f"not a list of at most {MOST_CATEGORIES}")
    return tuple(dict.fromkeys(row_id(one) for one in value))


def _parts(value: object) -> tuple[PartIn, ...]:
    """2 to MOST_PARTS parts; Invalid names those that are wrong by their place."""
    if not isinstance(value, list | tuple) or not FEWEST_PARTS <= len(value) <= MOST_PARTS:
        raise ValueError("应拆成2至9件")
    found, wrong = [], []
    for place, one in enumerate(value):
        read = Reader(one, str(place))
        found.append(
            PartIn(
                words=read("words", text(MAX_DESCRIPTION), required=True) or "",
                category=read("category", row_id),
                address=read("address", text(MAX_ADDRESS)),
                lon=read("lon", number(-180, 180)),
                lat=read("lat", number(-90, 90)),
                evidence=read("evidence", _uses),
                condition=read("condition", row_id),
            )
        )
        try:
            read.done()
        except Invalid as errors:
            wrong += [(error.field, error.reason) for error in errors.errors]
    if wrong:
        raise Invalid(*wrong)
    return tuple(found)


def _uses(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_USES:
        raise ValueError(f"not a list of at most {MOST_USES}")
    return tuple(dict.fromkeys(row_id(one) for one in value))


_MOVE_FIELDS: dict[str, Read[Any]] = {
    "reason": text(MAX_WORDS),
    "words": text(MAX_DESCRIPTION),
    "outcome": flag,
    "condition": row_id,
    "closing_condition": row_id,
    "unit": row_id,
    "due": instant(),
    "suspension": member(Suspension),
    "resume_on": day,
    "into": text(40),
    "category": row_id,
    "address": text(MAX_ADDRESS),
    "lon": number(-180, 180),
    "lat": number(-90, 90),
    "parts": _parts,
}
