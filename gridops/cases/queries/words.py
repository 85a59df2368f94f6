"""Which cases may hold some words, by the index of their pairs: PostgreSQL has it; elsewhere rows are read through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, bindparam, cast, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.filters import Values
from gridops.cases.queries.rows import KEYS, Shape, beyond, in_order
from gridops.cases.rules.words import ids_of, numbered, pairs
from gridops.core import owed
from gridops.people.queries.lately import Lately

# Owed to each case that was written or has words anew: until then it is no less found, as one that may hold them.
CASE_WORDS = "case_words"
# Of more the windows of a list are full sooner.
MOST = 5000
_MOST_OWED = 200


def rare(session: Session, words: str) -> bool:
    """Whether few cases have some pair of these words, as far as that is known; never where nothing is."""
    parts = _parts(session)
    return bool(parts) and min((parts.get(pair, 0.0) for pair in pairs(words)), default=1.0) < _FEW


@dataclass(frozen=True, slots=True)
class Held:
    """The ids of all cases that may hold some words; `in_order`: of their reports, else in none."""

    ids: list[int]
    in_order: bool


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
    found = session.scalar(_holding(Shape((), (), shape.sort, shape.onward, shape.back) if by_report else None), given)
    ids = [int(case_id) for case_id in found.split(",")] if found else []
    if len(ids) > MOST:
        return None
    return Held([*ids, *(first for first, _ in waiting)], by_report and not waiting)


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
    """The ids as one text, in the order of a shape: to read a row of each takes longer than to find them."""
    having, numbered = (_ENTRIES.op("@>")(bindparam(name, type_=ARRAY(Text))) for name in ("pairs", "number"))
    key = (CaseWords.reported_at, CaseWords.case_id)
    held = select(*key).where(or_(having, numbered), *(beyond(shape, *key) if shape else ()))
    found = held.limit(bindparam("most", type_=Integer)).subquery()
    number: Any = cast(found.c.case_id, Text)
    comma: Any = literal_column("','")
    if shape is None:
        return select(func.string_agg(number, comma))
    return select(func.string_agg(number, aggregate_order_by(comma, *in_order(shape, *found.c))))
