"""Which cases may hold some words, by the index of their pairs: PostgreSQL has it; elsewhere rows are read through."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, Integer, Text, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import CaseWords
from gridops.cases.rules.words import ids_of, numbered, pairs
from gridops.core import owed

# Owed to each case that was written or has words anew: until then it is no less found, as one that may hold them.
CASE_WORDS = "case_words"
# Of more the windows of a list are full sooner.
MOST = 5000
_MOST_OWED = 200


def candidates(session: Session, words: str) -> list[int] | None:
    """The ids of all cases that may hold these words, in no order; None where the index does not say or says little."""
    asked = sorted(pairs(words))
    if not asked or session.get_bind().dialect.name != "postgresql":
        return None
    works = owed.pending(session, CASE_WORDS, limit=_MOST_OWED + 1)
    waiting = [ids_of(work.key) for work in works]
    # So many rows were read, not keys: a case may be owed its words several times.
    if sum(len(work.ids) for work in works) > _MOST_OWED or any(first != last for first, last in waiting):
        return None
    given = {"pairs": asked, "number": [numbered(words)], "most": MOST + 1}
    ids = list(session.scalars(_HOLDING, given))
    return None if len(ids) > MOST else [*ids, *(first for first, _ in waiting)]


# As the index has it, letter for letter: a bound blank would not be taken for the same expression.
_ENTRIES: Any = literal_column("string_to_array(case_words.words, ' ')")
_HOLDING = (
    select(CaseWords.case_id)
    .where(
        or_(
            _ENTRIES.op("@>")(bindparam("pairs", type_=ARRAY(Text))),
            _ENTRIES.op("@>")(bindparam("number", type_=ARRAY(Text))),
        )
    )
    .limit(bindparam("most", type_=Integer))
)
