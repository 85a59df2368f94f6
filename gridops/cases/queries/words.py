"""Which cases may hold some words, by the index of their pairs: PostgreSQL has it; elsewhere rows are read through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.filters import Values
from gridops.cases.queries.rows import KEYS, Shape, beyond, in_order
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.words import ids_of, months_from, numbered, pairs
from gridops.core import owed
from gridops.people.queries.lately import Lately

# Owed to each case that was written or has words anew: until then it is no less found, as one that may hold them.
CASE_WORDS = "case_words"
# Of more the windows of a list are full sooner.
MOST = 5000
# So many of the first ones mostly fill a page.
FIRST = 100
# To tell more from the others takes longer than to read all that hold some words.
_MOST_RUNNING = 20_000
_MOST_OWED = 200


def rare(session: Session, words: str) -> bool:
    """Whether few cases have some pair of these words, as far as that is known; never where nothing is."""
    parts = _parts(session)
    return bool(parts) and min((parts.get(pair, 0.0) for pair in pairs(words)), default=1.0) < _FEW


@dataclass(frozen=True, slots=True)
class Held:
    """The ids of cases that may hold some words: all `in_order` but the first ones, `ahead`, or in none."""

    ids: list[int]
    in_order: bool = False
    ahead: int = 0

    def portions(self) -> Iterator[list[int]]:
        """More and more of the first ones, at last all: mostly the first portion fills a page."""
        most = FIRST
        while self.in_order and self.ahead + most < len(self.ids):
            yield self.ids[: self.ahead + most]
            most *= 4
        yield self.ids


def candidates(session: Session, words: str, shape: Shape, values: Values, limit: int) -> Iterator[Held | None]:
    """Cases that may hold these words: where they fill a page, those of the months that it begins in, at last all.

    Of an order by report only those beyond its place. None where the index does not say or says little.
    """
    known = pairs(words)
    if not known or session.get_bind().dialect.name != "postgresql":
        yield None
        return
    # A pair that most cases have narrows nothing down, and takes longest to read.
    asked = sorted({pair for pair in known if _parts(session).get(pair, 0.0) < _MOST_HAVE} or known)
    given = {**values, "pairs": asked, "number": [numbered(words)], "far": FAR}
    given |= {"most": MOST + 1, "most_owed": _MOST_OWED + 1, "most_running": _MOST_RUNNING + 1}
    begin = _begin(session, shape, values) if _by_report(shape) and _alone(shape) else None
    if begin is not None:
        near = _held(session, shape, {**given, "months": months_from(begin, falling=shape.falling)}, near=True)
        if near is not None and len(near.ids) > limit:
            yield near
    yield _held(session, shape, given)


def _by_report(shape: Shape) -> bool:
    return KEYS[shape.sort] is Case.reported_at


def _alone(shape: Shape) -> bool:
    """Whether nothing but words is asked for: else too few of the first ones may be left by other conditions."""
    return not (shape.names or shape.states or shape.area)


def _begin(session: Session, shape: Shape, values: Values) -> datetime | None:
    """The report at which a list begins; None: there is none."""
    if shape.onward:
        return values["after_key"]

    def look() -> tuple[datetime, datetime] | None:
        first, last = session.execute(_ENDS, values).one()
        return (first, last) if first else None

    ends = _ends.get(str(values["root_id"]), look, session.get_bind().engine)
    return ends[shape.falling] if ends else None


def _held(session: Session, shape: Shape, given: Values, *, near: bool = False) -> Held | None:
    """The ids in one statement; `near`: of some months alone."""
    alone, by_report = _alone(shape), _by_report(shape)
    order = Shape((), (), shape.sort, shape.onward, shape.back) if by_report else None
    statement = _holding(order, running=alone and not by_report and not shape.back, near=near)
    keys, named, runs = session.execute(statement, given).one()
    spans = [ids_of(key) for key in _parts_of(keys)]
    ids = [int(case_id) for case_id in _parts_of(named)]
    if len(spans) > _MOST_OWED or any(first != last for first, last in spans) or len(ids) > MOST:
        return None
    # Nobody knows where those lie that wait for their words.
    waiting = [first for first, _ in spans]
    if not alone:
        return Held([*ids, *waiting])
    return Held([*waiting, *ids], True, len(waiting)) if by_report else _by_due(shape, given, waiting, ids, runs)


def _by_due(shape: Shape, values: Values, waiting: list[int], ids: list[int], runs: str | None) -> Held:
    """Ids in order as a list by deadlines has them: ahead those whose clock runs, in no order, then the others."""
    running = {int(case_id) for case_id in _parts_of(runs)}
    if shape.back or len(running) > _MOST_RUNNING:
        return Held([*waiting, *ids])
    past = values["after_id"] if shape.onward and values["after_key"] >= FAR else 0
    ahead = [*waiting, *(case_id for case_id in ids if case_id in running)]
    others = [case_id for case_id in ids if case_id > past and case_id not in running]
    return Held([*ahead, *others], True, len(ahead))


def _parts_of(joined: str | None) -> list[str]:
    return joined.split(",") if joined else []


# Parts of all cases that have a pair.
_FEW, _MOST_HAVE = 0.05, 0.5
_kept: Lately[dict[str, float]] = Lately()
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


# The first and the last report of a jurisdiction.
_ends: Lately[tuple[datetime, datetime]] = Lately()
_ENDS = select(func.min(Case.reported_at), func.max(Case.reported_at)).where(Case.root_id == bindparam("root_id"))


def _entries(how: str, name: str) -> Any:
    # As the index has it, letter for letter: a bound blank would not be taken for the same expression.
    return literal_column("string_to_array(case_words.words, ' ')").op(how)(bindparam(name, type_=ARRAY(Text)))


@lru_cache
def _holding(order: Shape | None, *, running: bool, near: bool) -> Select[Any]:
    """What waits for its words, the ids in an order by report (else in their own), and where asked whose clock runs.

    Each as one text, all in one row: to read a row of each takes longer than to find them.
    """
    having = [_entries("@>", name) for name in ("pairs", "number")]
    if near:  # of each: of both together all entries of the months would be read
        having = [one & _entries("&&", "months") for one in having]
    key = (CaseWords.reported_at, CaseWords.case_id)
    held = select(*key).where(or_(*having), *(beyond(order, *key) if order else ()))
    found = held.limit(bindparam("most", type_=Integer)).subquery()
    waiting = owed.keys(CASE_WORDS, bindparam("most_owed", type_=Integer)).subquery()
    return select(
        _joined(waiting.c.key),
        _joined(found.c.case_id, *(in_order(order, *found.c) if order else (found.c.case_id,))),
        _joined(_RUNNING.c.id) if running else null(),
    )


def _joined(one: Any, *order: Any) -> Any:
    comma: Any = literal_column("','")
    return select(
        func.string_agg(cast(one, Text), aggregate_order_by(comma, *order) if order else comma)
    ).scalar_subquery()


# All whose clock runs, as an index has them.
_RUNNING = (
    select(Case.id)
    .where(Case.root_id == bindparam("root_id"), Case.runs_out_at < bindparam("far", type_=Case.runs_out_at.type))
    .limit(bindparam("most_running", type_=Integer))
    .subquery()
)
