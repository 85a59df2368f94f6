"""Keeps the words of cases in their index: owed in the transaction that wrote them, written by a worker."""

from __future__ import annotations

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseWords
from gridops.cases.queries.words import CASE_WORDS
from gridops.cases.rules.words import ids_of, kept
from gridops.core import owed
from gridops.core.bulk import insert_rows
from gridops.core.db import lock_names

# Cases in one transaction.
_AT_ONCE = 4000


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
    columns = (Case.id, Case.reported_at, Case.address, Case.description, Case.source_number)
    found = session.execute(select(*columns).where(or_(*within))).all()
    session.execute(delete(CaseWords).where(CaseWords.case_id.in_([row.id for row in found])))
    rows = [
        (row.id, row.reported_at, kept(row.reported_at, row.address, row.description, row.source_number))
        for row in found
    ]
    insert_rows(session, CaseWords, ("case_id", "reported_at", "words"), rows)
    owed.all_done(session, works)
    return max(len(rows), 1)
