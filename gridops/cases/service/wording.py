"""Keeps the words of cases in their index: owed in the transaction that wrote them, written by a worker."""

from __future__ import annotations

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.filters import in_states
from gridops.cases.queries.words import CASE_WORDS, marked_open
from gridops.cases.rules.moves import ENDED
from gridops.cases.rules.words import ids_of, kept, key_of
from gridops.core import owed
from gridops.core.bulk import insert_rows
from gridops.core.db import lock_names

# Cases in one transaction.
_AT_ONCE = 4000
# Fewer than a search knows to wait for their words.
_ENDED_AT_ONCE = 150
# What `kept` asks for.
_COLUMNS = (
    Case.id, Case.reported_at, Case.grid_id, Case.category_id, Case.source, Case.state, Case.address, Case.description,
    Case.source_number,
)  # fmt: skip


def index_words(session: Session) -> int:
    """Write the oldest words that are owed; returns how many cases had theirs written, 0 where nothing is owed."""
    lock_names(session, (CASE_WORDS,))
    works, many = [], 0
    for work in owed.pending(session, CASE_WORDS, limit=_AT_ONCE):
        first, last = ids_of(work.key)
        works.append(work)
        many += last - first + 1
        if many >= _AT_ONCE:
            break
    if not works:
        return 0
    spans = [ids_of(work.key) for work in works]
    singles = [first for first, last in spans if first == last]
    within = [Case.id.in_(singles), *(Case.id.between(first, last) for first, last in spans if first != last)]
    found = session.execute(select(*_COLUMNS).where(or_(*within))).all()
    session.execute(delete(CaseWords).where(CaseWords.case_id.in_([row.id for row in found])))
    rows = [(row.id, row.reported_at, kept(row)) for row in found]
    insert_rows(session, CaseWords, ("case_id", "reported_at", "words"), rows)
    owed.all_done(session, works)
    return max(len(rows), 1)


def owe_ended(session: Session) -> int:
    """Owe the words of cases that are marked open and have ended since; returns of how many, at most so many at once.

    Nothing is wrong until then, but all that ever were open would be read where open ones are looked for.
    """
    if session.get_bind().dialect.name != "postgresql":
        return 0  # there is no index of marks
    ended = (
        select(CaseWords.case_id)
        .join(Case, Case.id == CaseWords.case_id)
        .where(marked_open(), *in_states(sorted(ENDED)))
    )
    ids = session.scalars(ended.limit(_ENDED_AT_ONCE)).all()
    owed.owe(session, CASE_WORDS, [key_of(case_id, case_id) for case_id in ids])
    return len(ids)
