"""The counted records of a period: plain cases by SQL, touched ones by folding their events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import Move
from gridops.cases.rules.projection import project
from gridops.core import clock
from gridops.core.arrays import read_columns
from gridops.core.periods import Period
from gridops.figures.counts import ATOMS, BITS, PROGRAM, TURNS
from gridops.figures.queries import plain
from gridops.figures.queries.area import Area
from gridops.figures.rules.conditions import Condition, Logic
from gridops.figures.rules.rows import TURN_KEYS, Row, flags_of
from gridops.figures.rules.tally import SOURCES

CHUNK = 1000


@dataclass
class Rows:
    """Counted records as columns of equal length: those of `rules.rows.Row`, and the child territory each lies in.

    `source` is the place in `rules.tally.SOURCES`. `folded`: case id -> its facts at S and at E, for touched cases.
    """

    case_id: Any
    grid_version_id: Any
    span: Any
    category_id: Any
    source: Any
    unit_id: Any
    campaign_id: Any
    flags: Any
    rework_turns: Any
    extension_turns: Any
    returned: Any
    child_id: Any
    folded: dict[int, tuple[Facts, Facts]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.case_id)

    def where(self, mask: Any) -> Rows:
        """The records a boolean array selects."""
        return Rows(**{name: getattr(self, name)[mask] for name in (*Row._fields, "child_id")}, folded=self.folded)

    def lying(self, places: Any) -> Rows:
        """The same records, each in another place than its child territory."""
        return replace(self, child_id=places)

    def each(self) -> Iterator[Row]:
        """One Row after the other."""
        columns = self.lists()
        return map(Row._make, zip(*(columns[name] for name in Row._fields), strict=True))

    def lists(self) -> dict[str, list[Any]]:
        """The columns as lists; sources by their names."""
        columns = {name: getattr(self, name).tolist() for name in (*Row._fields, "child_id")}
        names = [str(source) for source in SOURCES]
        return {**columns, "source": [names[place] for place in columns["source"]]}


def counted_rows(session: Session, area: Area, period: Period, part: Iterable[int] | None = None) -> Rows:
    """Every record of an area that counts in anything of the period, in case order; now stands for an E still ahead.

    `part`: ids of direct children (or the area itself for what lies directly on it); None: all.
    """
    start, end = period.told_at(clock.now())
    versions = area.version_ids(part)
    columns = plain.row_columns(start, end, area.changes)
    statements = plain.selected(*columns, root_id=area.root_id, start=start, end=end, version_ids=versions)
    parts = [read_columns(session, statement) for statement in statements]
    found: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    found |= {name: np.zeros(len(found["case_id"]), dtype=np.int64) for name in (*TURN_KEYS, "child_id")}
    touched, flags = found.pop("touched"), _flags(found.pop("atoms"))
    rows = Rows(**found, flags=flags)
    _fold_touched(session, rows, np.flatnonzero(touched), start, end)
    _add_turns(session, rows, area, versions, start, end)
    rows.child_id = area.children_of(rows.grid_version_id, rows.span)
    counts = (rows.flags != 0) | (rows.rework_turns > 0) | (rows.extension_turns > 0) | (rows.returned > 0)
    wanted = counts & (rows.child_id != 0)
    if part is not None:
        wanted &= np.isin(rows.child_id, sorted(part))
    rows = rows.where(wanted)
    return rows.where(np.argsort(rows.case_id, kind="stable"))


def events_of(session: Session, case_ids: Sequence[int]) -> Iterator[tuple[int, list[Event]]]:
    """The events of some cases that are still told, case by case."""
    for first in range(0, len(case_ids), CHUNK):
        chunk = case_ids[first : first + CHUNK]
        told = session.connection().execute(
            select(
                CaseEvent.case_id,
                CaseEvent.move,
                CaseEvent.happened_at,
                CaseEvent.seq,
                CaseEvent.unit_id,
                CaseEvent.category_id,
                CaseEvent.due_at,
                CaseEvent.handle_due_at,
                CaseEvent.turns,
            ).where(CaseEvent.case_id.in_(chunk), CaseEvent.superseded_at.is_(None))
        )
        found: dict[int, list[Event]] = {case_id: [] for case_id in chunk}
        for case_id, move, happened_at, seq, unit_id, category_id, due_at, handle_due_at, turns in told:
            found[case_id].append(
                Event(
                    move=move,
                    happened_at=happened_at,
                    seq=seq,
                    unit_id=unit_id,
                    category_id=category_id,
                    due_at=due_at,
                    handle_due_at=handle_due_at,
                    turns=turns,
                )
            )
        yield from found.items()


def facts_of(
    session: Session, case_ids: Sequence[int], start: datetime, end: datetime
) -> Iterator[tuple[int, Facts, Facts]]:
    """The facts of some cases at S and at E, folded from their events."""
    for case_id, events in events_of(session, case_ids):
        yield case_id, project(events, before=start), project(events, before=end)


def turns_of(
    session: Session, root_id: int, version_ids: list[int] | None, start: datetime, end: datetime
) -> dict[int, list[int]]:
    """case id -> how often each of `counts.TURNS` happened in the period, where any did."""
    moves = {move: place for place, key in enumerate(TURN_KEYS) for move in TURNS[key]}
    statement = (
        select(CaseEvent.case_id, CaseEvent.move, func.sum(CaseEvent.turns))
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            CaseEvent.move.in_(list(moves)),
            CaseEvent.happened_at >= start,
            CaseEvent.happened_at < end,
            CaseEvent.superseded_at.is_(None),
            Case.root_id == root_id,
        )
        .group_by(CaseEvent.case_id, CaseEvent.move)
    )
    if version_ids is not None:
        statement = statement.where(Case.grid_version_id.in_(version_ids))
    found: dict[int, list[int]] = {}
    for case_id, move, turns in session.connection().execute(statement).all():
        found.setdefault(case_id, [0] * len(TURN_KEYS))[moves[Move(move)]] += int(turns)
    return found


def _flags(atoms: Any) -> Any:
    """The flags of many cases at once, from their atom bits."""
    places: Mapping[Condition, int] = {asked: place for place, asked in enumerate(ATOMS)}
    logic: Logic[Any] = Logic(
        atom=lambda asked: (atoms & (1 << places[asked])) != 0,
        every=np.logical_and.reduce,
        some=np.logical_or.reduce,
        negate=np.logical_not,
    )
    return sum((holds * BITS[key] for key, holds in PROGRAM.run(logic).items()), np.zeros(len(atoms), dtype=np.int64))


def _fold_touched(session: Session, rows: Rows, places: Any, start: datetime, end: datetime) -> None:
    at = {int(rows.case_id[place]): place for place in places}
    for case_id, at_start, at_end in facts_of(session, list(at), start, end):
        place = at[case_id]
        rows.folded[case_id] = (at_start, at_end)
        rows.flags[place] = flags_of(start, end, at_start, at_end)
        rows.category_id[place] = at_end.category_id or rows.category_id[place]
        rows.unit_id[place] = at_end.unit_id or 0


def _add_turns(
    session: Session, rows: Rows, area: Area, versions: list[int] | None, start: datetime, end: datetime
) -> None:
    found = turns_of(session, area.root_id, versions, start, end)
    places = {case_id: place for place, case_id in enumerate(rows.case_id.tolist())}
    for case_id, turns in found.items():
        if (place := places.get(case_id)) is not None:
            for key, number in zip(TURN_KEYS, turns, strict=True):
                getattr(rows, key)[place] = number
