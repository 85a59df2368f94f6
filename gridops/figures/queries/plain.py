"""The conditions of `counts` as SQL over the columns of `case`, for cases whose row alone answers for the period.

A case is plain for [S, E) when nothing known of it before E was rewritten since (`last_rewritten_at`) and nothing was
undone since S: then its facts at E and at S are its row without the later times. Every other case is touched: its
events are folded instead (`rows.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
)

from gridops.cases.models import Case
from gridops.cases.rules.moves import ENDED, State
from gridops.core import clock
from gridops.figures.counts import ATOMS
from gridops.figures.rules.conditions import (
    AtStart,
    Before,
    BeforeEnd,
    BeforeStart,
    Known,
    NotAfter,
    UndoneWithin,
    Within,
)
from gridops.figures.rules.tally import SOURCES

# Deadlines may lie after E; every other time after E is not yet a fact.
DEADLINES = frozenset({"due_at", "due_fair_at", "handle_due_at", "handle_due_fair_at"})


def atom(asked: Any, start: datetime, end: datetime) -> ColumnElement[bool]:
    """One atom for a plain case; NULL stands for untrue."""
    if isinstance(asked, UndoneWithin):
        return false()
    if isinstance(asked, AtStart):
        known: Any = asked.of
        return column(known.field) < start
    field = column(asked.field)
    match asked:
        case Known():
            return field.is_not(None) if asked.field in DEADLINES else field < end
        case Within():
            return and_(field >= start, field < end)
        case BeforeStart():
            return field < start
        case BeforeEnd():
            return field < end
        case NotAfter(other=other):
            return and_(field < end, field <= column(other))
        case Before(other=other):
            return and_(field < end, field < column(other))
    raise TypeError(f"not an atom: {asked}")


def column(name: str) -> Any:
    """The column of a fact."""
    return Case.__table__.c[name]


def atom_bits(start: datetime, end: datetime) -> ColumnElement[int]:
    """All atoms of a case in one integer: bit i is the truth of the i-th of `counts.ATOMS`."""
    # The bits are constants of our own, so they may stand in the statement instead of among its parameters.
    bits = [
        case((atom(asked, start, end), literal_column(str(1 << place), BigInteger)), else_=literal_column("0"))
        for place, asked in enumerate(ATOMS)
        if not isinstance(asked, UndoneWithin)
    ]
    total: ColumnElement[int] = bits[0]
    for bit in bits[1:]:
        total = total + bit
    return total


def touched(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Whether the row alone cannot answer for the period."""
    return func.coalesce(or_(Case.last_rewritten_at >= end, Case.last_undone_at >= start), false())


def unit_then(end: datetime) -> ColumnElement[int]:
    """The unit in force at E of a plain case; 0 before the first dispatch."""
    return case((Case.dispatched_at < end, func.coalesce(Case.unit_id, 0)), else_=0)


def span_of(changes: tuple[date, ...]) -> ColumnElement[int]:
    """The number of changes of the territory up to the record's local day (`Territory.span`)."""
    if not changes:
        return literal_column("0", BigInteger)
    ladder = [
        (Case.reported_at >= clock.midnight(day), number) for number, day in reversed(list(enumerate(changes, start=1)))
    ]
    return case(*ladder, else_=0)


def selected(
    *what: Any, root_id: int, start: datetime, end: datetime, version_ids: list[int] | None
) -> list[Select[Any]]:
    """`what` of every case that may count in the period, as selects without overlap, each on an index of its own.

    A case that ended before S counts nowhere; a void or merge of a report that nobody had taken up leaves it pending.
    """
    base = [Case.root_id == root_id, Case.reported_at < end]
    if version_ids is not None:
        base.append(Case.grid_version_id.in_(version_ids))
    still_open = [state for state in State if state not in ENDED]
    never_taken_up = [column(name).is_(None) for name in ("accepted_at", "declined_at", "self_handled_at")]
    return [
        select(*what).where(*base, Case.last_moved_at >= start),
        select(*what).where(*base, Case.last_moved_at < start, Case.state.in_(still_open)),
        select(*what).where(
            *base, Case.last_moved_at < start, Case.state.in_([State.VOIDED, State.MERGED]), *never_taken_up
        ),
    ]


def row_columns(start: datetime, end: datetime, changes: tuple[date, ...]) -> list[Any]:
    """What is fetched of each case as columns: dimensions by the names of `rules.rows.Row` (of the source its place in
    SOURCES), `atoms` as bits, and `touched`.
    """
    return [
        Case.id.label("case_id"),
        Case.grid_version_id,
        span_of(changes).label("span"),
        Case.category_id,
        case({str(source): place for place, source in enumerate(SOURCES)}, value=Case.source).label("source"),
        unit_then(end).label("unit_id"),
        Case.campaign_id,
        atom_bits(start, end).label("atoms"),
        touched(start, end).label("touched"),
    ]
