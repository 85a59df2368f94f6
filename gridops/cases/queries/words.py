"""Which cases may hold some words, by the index of their pairs: PostgreSQL has it; elsewhere rows are read through."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.filters import Values
from gridops.cases.queries.rows import KEYS, CaseRow, Shape, beyond, in_order
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import ENDED, State
from gridops.cases.rules.words import BLOCK, OPEN, ids_of, mark, months_between, months_from, numbered, pairs
from gridops.core import owed
from gridops.people.queries.lately import SELDOM_S, Lately

# Owed to each case that was written or has words anew: until then it is no less found, as one that may hold them.
CASE_WORDS = "case_words"
# Of more the windows of a list are full sooner.
MOST = 5000
# So many of the first ones mostly fill a page.
FIRST = 64
_MOST_OWED = 200
# To look for one of more marks takes longer than to read what has none of them.
_MOST_MARKS = 40


def rare(session: Session, words: str) -> bool:
    """Whether few cases have some pair of these words, as far as that is known; never where nothing is."""
    parts = _parts(session)
    return bool(parts) and min((parts.get(pair, 0.0) for pair in pairs(words)), default=1.0) < _FEW


def marked_open() -> ColumnElement[bool]:
    """The condition that a case had not ended when its words were written."""
    return _entries("&&", literal([OPEN], ARRAY(Text)))


@dataclass(frozen=True, slots=True)
class Held:
    """The ids of cases that may hold some words: all `in_order` but the first ones, `ahead`, or in none.

    The first ones may lie anywhere; in an order by deadlines (`by_due`) those whose clock runs come before all others.
    """

    ids: list[int]
    in_order: bool = False
    ahead: int = 0
    by_due: bool = False

    def portions(self) -> Iterator[list[int]]:
        """More and more of the first ones, at last all: mostly the first portion fills a page."""
        most = FIRST
        while self.in_order and self.ahead + most < len(self.ids):
            yield self.ids[: self.ahead + most]
            most *= 4
        yield self.ids

    def settles(self, row: CaseRow) -> bool:
        """Whether whatever comes before a row, read of a portion, is in that portion: no id of the others is beyond."""
        return row.id not in self.ids[: self.ahead] or (self.by_due and row.runs_out_at < FAR)


def candidates(session: Session, words: str, shape: Shape, values: Values, limit: int) -> Iterator[Held | None]:
    """Cases that may hold these words: where they fill a page, those near its beginning, at last all.

    Of an order by report only those beyond its place. None where the index does not say or says little.
    """
    known = pairs(words)
    if not known or session.get_bind().dialect.name != "postgresql":
        yield None
        return
    # A pair that most cases have narrows nothing down, and takes longest to read.
    asked = sorted({pair for pair in known if _parts(session).get(pair, 0.0) < _MOST_HAVE} or known)
    given = {**values, "pairs": asked, "number": [numbered(words)], "most": MOST + 1, "most_owed": _MOST_OWED + 1}
    marks = _marks(session, shape, values)
    for place, one in enumerate(marks):
        given[f"marks_{place}"] = one
    # Of what few cases have, those near the beginning fill no page.
    wide = all(_part(session, one) >= _WIDE for one in marks)
    if wide and (near := _near(session, shape, values)):
        held = _held(session, shape, {**given, "near": near})
        if held is not None and len(held.ids) > limit:
            yield held
    yield _held(session, shape, given)


# By the names of CONDITIONS: of which kind of mark each case has one that fulfils it.
_MARKED = {"grid_ids": "grid", "category_ids": "category", "category_id": "category", "source": "source"}
_OPEN_ALONE = frozenset({"late_at", "due_since", "due_until"})
# What nearly all of the ids fulfil: their marks say so, or most cases do.
_TOLD = frozenset({*_MARKED, "kind", "since", "until"})
# The commonest ends of a case: not few of the first ones have them.
_OFTEN = frozenset({State.CLOSED, State.SELF_HANDLED})


def _marks(session: Session, shape: Shape, values: Values) -> list[list[str]]:
    """For each condition of a filter that marks tell: those of which every case has one that fulfils it."""
    asked, found = set(shape.names), list[list[str]]()
    for name in sorted(asked & _MARKED.keys()):
        given = values[name] if isinstance(values[name], list) else [values[name]]
        found.append([mark(_MARKED[name], one) for one in given])
    if "since" in asked and (until := values.get("until") or _edge(session, values, _LAST)):
        found.append(months_between(values["since"], until))
    if asked & _OPEN_ALONE or (shape.states and ENDED.isdisjoint(shape.states)):
        found.append([OPEN])
    return [one for one in found if 0 < len(one) <= _MOST_MARKS and _part(session, one) < _MOST_HAVE]


def _near(session: Session, shape: Shape, values: Values) -> list[str]:
    """The marks of which the cases at the beginning of a page have one; none where it has no beginning to go by."""
    if not _in_order(shape):
        return []
    if _by_report(shape):
        begin = _begin(session, shape, values)
        return months_from(begin, falling=shape.falling) if begin else []
    first = _past(shape, values) // BLOCK
    return [OPEN, *(mark("block", block) for block in (first, first + 1))]


def _by_report(shape: Shape) -> bool:
    return KEYS[shape.sort] is Case.reported_at


def _begin(session: Session, shape: Shape, values: Values) -> datetime | None:
    """Where a page by report may begin: at its place, its range of days, or with the first case of all."""
    known = [values.get("until" if shape.falling else "since"), values["after_key"] if shape.onward else None]
    given = [one for one in known if one is not None]
    if not given:
        return _edge(session, values, _LAST if shape.falling else _FIRST)
    return min(given) if shape.falling else max(given)


def _in_order(shape: Shape) -> bool:
    """Whether ids can be told in the order of the list, and enough of the first ones are in it."""
    told = _TOLD.issuperset(shape.names) and not shape.area and _OFTEN.issuperset(shape.states)
    return told and not (shape.back and not _by_report(shape))


def _past(shape: Shape, values: Values) -> int:
    """In an order by deadlines: the id beyond which the list goes on with cases without one."""
    return int(values["after_id"]) if shape.onward and values["after_key"] >= FAR else 0


def _edge(session: Session, values: Values, which: Select[datetime]) -> datetime | None:
    """The first or the last report of all; None: there is none. Not kept: imports tell of years ago and to come."""
    found: datetime | None = session.scalar(which, values)
    return found


def _held(session: Session, shape: Shape, given: Values) -> Held | None:
    """The ids in one statement; where `near` is given, those that have one of these marks."""
    by_report = _by_report(shape)
    order = Shape((), (), shape.sort, shape.onward, shape.back) if by_report else None
    asked = tuple(sorted(name for name in given if name == "near" or name.startswith("marks_")))
    keys, ended, running = session.execute(_holding(order, asked), given).one()
    spans = [ids_of(key) for key in _parts_of(keys)]
    ids, open_ids = ([int(case_id) for case_id in _parts_of(named)] for named in (ended, running))
    if len(spans) > _MOST_OWED or any(first != last for first, last in spans) or len(ids) + len(open_ids) > MOST:
        return None
    # Nobody knows where those lie that wait for their words.
    ahead = [first for first, _ in spans]
    if by_report:
        return Held([*ahead, *ids], _in_order(shape), len(ahead))
    # As a list by deadlines has them: those whose clock may run, in no order, then the others by their ids.
    ahead += open_ids
    if not _in_order(shape):
        return Held([*ahead, *ids])
    past = _past(shape, given)
    upto = (past // BLOCK + 2) * BLOCK if "near" in given else math.inf
    others = [case_id for case_id in ids if past < case_id < upto]
    return Held([*ahead, *others], True, len(ahead), by_due=True)


def _parts_of(joined: str | None) -> list[str]:
    return joined.split(",") if joined else []


# Parts of all cases that have a pair, or one of some marks.
_FEW, _WIDE, _MOST_HAVE = 0.05, 0.2, 0.5
_kept: Lately[dict[str, float]] = Lately(SELDOM_S)
# What the planner knows of the entries of the index, once the table was analysed.
_KNOWN = text("""
    SELECT entry, part FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS e (entry, part)
    WHERE schemaname = current_schema() AND tablename = 'ix_case_words_entries' AND entry IS NOT NULL AND part >= :few
""")


def _parts(session: Session) -> dict[str, float]:
    """The part of all cases that has a pair, by pairs of which it is known that not few have them."""
    if session.get_bind().dialect.name != "postgresql":
        return {}

    def look() -> dict[str, float]:
        return {row.entry: row.part for row in session.execute(_KNOWN, {"few": _FEW})}

    return _kept.get("", look, session.get_bind().engine) or {}


def _part(session: Session, marks: list[str]) -> float:
    """The part of all cases that has one of some marks of a kind, as far as that is known."""
    parts = _parts(session)
    return sum(parts.get(one, 0.0) for one in marks)


_FIRST, _LAST = (
    select(edge(Case.reported_at)).where(Case.root_id == bindparam("root_id")) for edge in (func.min, func.max)
)


def _entries(how: str, these: Any) -> Any:
    # As the index has it, letter for letter: a bound blank would not be taken for the same expression.
    return literal_column("string_to_array(case_words.words, ' ')").op(how)(these)


@lru_cache
def _holding(order: Shape | None, marks: tuple[str, ...]) -> Select[Any]:
    """What waits for its words, the ids in an order by report, or by their own with those marked open apart.

    Each as one text, all in one row: to read a row of each takes longer than to find them. `marks`: the names of the
    marks asked for. They are asked of pairs and number each: of both together all that have a mark would be read.
    """
    within = [_entries("&&", _texts(name)) for name in marks]
    having = or_(*(and_(_entries("@>", _texts(name)), *within) for name in ("pairs", "number")))
    key = (CaseWords.reported_at, CaseWords.case_id)
    # Read of the text: to make entries of each again takes longer.
    is_open = CaseWords.words.contains(OPEN) if order is None else literal(False)
    held = select(*key, is_open.label("open")).where(having, *(beyond(order, *key) if order else ()))
    # As a part of its own it is read once; as a subquery it would be for each that reads of it.
    found = held.limit(bindparam("most", type_=Integer)).cte("held")
    waiting = owed.keys(CASE_WORDS, bindparam("most_owed", type_=Integer)).subquery()
    sorted_by = in_order(order, found.c.reported_at, found.c.case_id) if order else (found.c.case_id,)
    return select(
        _joined(waiting.c.key),
        _joined(found.c.case_id, ~found.c.open, *sorted_by),
        _joined(found.c.case_id, found.c.open),
    )


def _texts(name: str) -> Any:
    return bindparam(name, type_=ARRAY(Text))


def _joined(one: Any, which: Any = None, *order: Any) -> Any:
    """All of it as one text, only what is `which`."""
    comma: Any = literal_column("','")
    joined = func.string_agg(cast(one, Text), aggregate_order_by(comma, *order) if order else comma)
    return select(joined if which is None else joined.filter(which)).scalar_subquery()
