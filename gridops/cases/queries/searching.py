"""Cases looked for by words or in an area: by the index of words, else in windows of rows.

Windows are read until the page is full or the time is up: a page may come short, saying how far was looked and with a
place to go on from, but never slow.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Select, Text, any_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import words as index
from gridops.cases.queries.filters import Values, in_area, in_states
from gridops.cases.queries.rows import (
    KEYS,
    CasePage,
    CaseRow,
    Shape,
    built,
    in_order,
    narrowed,
    ordered,
    place_of,
    rows_at,
)
from gridops.cases.rules.queue import Place
from gridops.people.queries import Scope

WINDOW = 3000
# Words that nearly every case has fill a page from so many rows; of others the index is asked before more are read.
FIRST_WINDOW = 200
SEARCH_SECONDS = 0.5


def searched(session: Session, scope: Scope, shape: Shape, values: Values, words: str, limit: int) -> CasePage:
    """A page of rows with these words in this area, looked for in windows until full or SEARCH_SECONDS are over."""
    like = {"words": words, "pattern": f"%{_escaped(words)}%"} if words else {}
    # Of words that few cases have, the index knows all places; others may fill a page at once.
    rare = bool(words) and index.rare(session, words)
    if rare and (page := _by_index(session, scope, shape, {**values, **like}, words, limit)) is not None:
        return page
    until, looked, shown = time.monotonic() + SEARCH_SECONDS, 0, list[CaseRow]()
    while True:
        window = WINDOW if looked else FIRST_WINDOW
        asked = {**values, **like, "most": limit + 1 - len(shown)}
        shown += [CaseRow(*row) for row in session.execute(built(_hits, shape, scope, window), asked)]
        if len(shown) > limit:
            return CasePage(shown[:limit], place_of(shown[limit - 1], shape.sort))
        first = words and not looked and not rare
        if first and (page := _by_index(session, scope, shape, {**values, **like}, words, limit)) is not None:
            return page
        end = _end(session, scope, shape, values, window)
        if end is None:
            return CasePage(shown, None)
        looked += window
        shape = replace(shape, onward=True)
        values = {**values, "after_key": end.key, "after_id": end.case_id}
        if time.monotonic() > until:
            # whether anything at all is left to look through
            left = _end(session, scope, shape, values, 1)
            return CasePage(shown, end if left else None, short=left is not None, looked=looked)


def _by_index(session: Session, scope: Scope, shape: Shape, values: Values, words: str, limit: int) -> CasePage | None:
    """The page by the index of words; None where that does not say, or names too many cases."""
    statement, shown = built(_indexed, shape, scope, limit + 1), list[CaseRow]()
    for held in index.candidates(session, words, shape, values, limit):
        if held is None:
            return None
        for ids in held.portions():
            shown = [CaseRow(*row) for row in session.execute(statement, {**values, "ids": _array_text(ids)})]
            if len(shown) > limit and held.settles(shown[limit]):
                return CasePage(shown[:limit], place_of(shown[limit - 1], shape.sort))
    # The last portion were all.
    return CasePage(shown[:limit], place_of(shown[limit - 1], shape.sort) if len(shown) > limit else None)


def _end(session: Session, scope: Scope, shape: Shape, values: Values, most: int) -> Place | None:
    """The place of the last of the next `most` rows; None where there are fewer."""
    last = session.execute(built(_window_end, shape, scope, most), values).one_or_none()
    return None if last is None else Place(last[0], last[1])


def _indexed(shape: Shape, scope: Scope | None, most: int) -> Select[Any]:
    """The first rows in order among the cases of some ids that hold the words, where words and area are asked for."""
    stmt = narrowed((KEYS[shape.sort], Case.id), shape, scope).where(
        Case.id == any_(cast(bindparam("ids", type_=Text), ARRAY(BigInteger))), *in_states(shape.states),
        *in_area(shape.area), _holds(Case.address, Case.description, Case.source_number),
    )  # fmt: skip
    return rows_at(stmt.order_by(*in_order(shape, KEYS[shape.sort], Case.id)).limit(most).subquery("places"), shape)


def _array_text(ids: Sequence[int]) -> str:
    """Ids as PostgreSQL writes an array, to be read there: the driver takes ten times as long for one of thousands."""
    return "{" + ",".join(map(str, ids)) + "}"


def _holds(address: Any, description: Any, source_number: Any) -> Any:
    # Both sides by the database: not every one makes the same letters of ours small.
    pattern = func.lower(bindparam("pattern", type_=Text))
    texts = (func.lower(text).like(pattern, escape="/") for text in (address, description))
    return or_(*texts, source_number == bindparam("words"))


def _hits(shape: Shape, scope: Scope | None, most: int) -> Select[Any]:
    key = KEYS[shape.sort]
    columns = (key, Case.id, Case.lon, Case.lat, *((Case.address, Case.description, Case.source_number) * shape.words))
    window = ordered(columns, shape, scope, most).subquery("window")
    hits = in_area(shape.area, window.c.lon, window.c.lat)
    if shape.words:
        hits.append(_holds(window.c.address, window.c.description, window.c.source_number))
    found = (
        select(window.c[key.key], window.c.id).where(*hits).order_by(*in_order(shape, window.c[key.key], window.c.id))
    )
    return rows_at(found.limit(bindparam("most", type_=Integer)).subquery("places"), shape)


def _window_end(shape: Shape, scope: Scope | None, most: int) -> Select[Any]:
    """Key and id of the last row of a full window; nothing where it is not full."""
    key = KEYS[shape.sort]
    window = ordered((key, Case.id), shape, scope, most).subquery("window")
    order = in_order(shape, window.c[key.key], window.c.id)
    return select(window.c[key.key], window.c.id).order_by(*order).offset(most - 1).limit(1)


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
