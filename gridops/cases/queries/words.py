"""Which cases may hold some words, by the index of their pairs: PostgreSQL has it; elsewhere rows are read through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, bindparam, cast, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.filters import Values
from gridops.cases.queries.rows import KEYS, Shape, beyond, in_order
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.words import ids_of, numbered, pairs
from gridops.core import owed
from gridops.people.queries.lately import Lately

# Owed to each case that was written or has words anew: until then it is no less found, as one that may hold them.
CASE_WORDS = "case_words"
# Of more the windows of a list are full sooner.
MOST = 5000
# So many mostly fill a page.
FIRST = 200
# To tell more from the others takes longer than to read all that hold some words.
_MOST_RUNNING = 20_000
_MOST_OWED = 200


def rare(session: Session, words: str) -> bool:
    """Whether few cases have some pair of these words, as far as that is known; never where nothing is."""
    parts = _parts(session)
    return bool(parts) and min((parts.get(pair, 0.0) for pair in pairs(words)), default=1.0) < _FEW


@dataclass(frozen=True, slots=True)
class Held:
    """The ids of all cases that may hold some words; all but the `first` lie behind these, where any are told apart."""

    ids: list[int]
    first: list[int]


def candidates(session: Session, words: str, shape: Shape, values: Values) -> Held | None:
    """All cases that may hold these words, of an order by report only those beyond its place.

    None where the index does not say or says little.
    """
    known = pairs(words)
    if not known or session.get_bind().dialect.name != "postgresql":
        return None
    # A pair that most cases have narrows nothing down, and takes longest to read.
    asked = sorted({pair for pair in known if _parts(session).get(pair, 0.0) < _MOST_HAVE} or known)
    works = owed.pending(session, CASE_WORDS, limit=_MOST_OWED + 1)
    waiting = [ids_of(work.key) for work in works]
    # So many rows were read, not keys: a case may be owed its words several times.
    if sum(len(work.ids) for work in works) > _MOST_OWED or any(first != last for first, last in waiting):
        return None
    by_report = KEYS[shape.sort] is Case.reported_at
    given = {**values, "pairs": asked, "number": [numbered(words)], "most": MOST + 1}
    order = Shape((), (), shape.sort, shape.onward, shape.back) if by_report else None
    ids = _read(session.scalar(_holding(order), given))
    if len(ids) > MOST:
        return None
    # Nobody knows where those lie that wait for their words; and of the first too few may be left by other conditions.
    if waiting or shape.names or shape.states or shape.area:
        return Held([*ids, *(first for first, _ in waiting)], [])
    return Held(ids, ids[:FIRST] if by_report else _soonest(session, shape, values, ids))


def _soonest(session: Session, shape: Shape, values: Values, ids: list[int]) -> list[int]:
    """Of ids in order those whose clock runs, and the first of the others, which follow them in the order of ids."""
    if shape.back:
        return []
    running = set(_read(session.scalar(_RUNNING, {**values, "far": FAR, "most": _MOST_RUNNING + 1})))
    if len(running) > _MOST_RUNNING:
        return []
    past = values["after_id"] if shape.onward and values["after_key"] >= FAR else 0
    others = [case_id for case_id in ids if case_id > past and case_id not in running]
    return [*(case_id for case_id in ids if case_id in running), *others[:FIRST]]


def _read(ids: str | None) -> list[int]:
    return [int(case_id) for case_id in ids.split(",")] if ids else []


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


# As the index has it, letter for letter: a bound blank would not be taken for the same expression.
_ENTRIES: Any = literal_column("string_to_array(case_words.words, ' ')")


@lru_cache
def _holding(shape: Shape | None) -> Select[Any]:
    """The ids as one text: in the order of a shape by report, else in their own."""
    having, numbered = (_ENTRIES.op("@>")(bindparam(name, type_=ARRAY(Text))) for name in ("pairs", "number"))
    key = (CaseWords.reported_at, CaseWords.case_id)
    held = select(*key).where(or_(having, numbered), *(beyond(shape, *key) if shape else ()))
    found = held.limit(bindparam("most", type_=Integer)).subquery()
    return _as_text(found.c.case_id, in_order(shape, *found.c) if shape else (found.c.case_id,))


def _as_text(number: Any, order: Sequence[Any]) -> Select[Any]:
    """Ids of rows in one row: to read a row of each takes longer than to find them."""
    comma: Any = literal_column("','")
    return select(func.string_agg(cast(number, Text), aggregate_order_by(comma, *order)))


# All whose clock runs, as an index has them.
_RUNS = (
    select(Case.id)
    .where(Case.root_id == bindparam("root_id"), Case.runs_out_at < bindparam("far", type_=Case.runs_out_at.type))
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_RUNNING = _as_text(_RUNS.c.id, (_RUNS.c.id,))
