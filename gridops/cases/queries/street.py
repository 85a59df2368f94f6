"""Cases as the street needs them, many at once: what, where, the words of whoever reported and moved them last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.filters import visible
from gridops.cases.rules.facts import Facts
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.queue import OPEN_STATES
from gridops.cases.rules.sources import Source
from gridops.cases.rules.standing import refusal
from gridops.catalogue.models import Category
from gridops.catalogue.rules import Kind
from gridops.people.queries import Scope


@dataclass(frozen=True, slots=True)
class StreetCase:
    """A case with its category; `runs_out_at`: see `projection.FAR`."""

    id: int
    number: str
    record_id: str | None
    state: State
    version: int
    source: Source
    kind: Kind
    category_code: str
    category: str
    category_en: str
    grid_id: int
    unit_id: int | None
    reporter_id: int | None
    lon: float | None
    lat: float | None
    address: str
    description: str
    reported_at: datetime
    due_at: datetime | None
    handle_due_at: datetime | None
    runs_out_at: datetime
    suspended_at: datetime | None
    checked_at: datetime | None
    asked_at: datetime | None
    verified: bool | None

    @property
    def category_value(self) -> str:
        """As forms and records name the category: `event/0110`."""
        return f"{self.kind.value}/{self.category_code}"

    def possible(self, moves: Collection[Move]) -> list[Move]:
        """Of some moves those that the case as it stands allows, whoever makes them."""
        facts = Facts(
            self.state, due_at=self.due_at, suspended_at=self.suspended_at, checked_at=self.checked_at,
            asked_at=self.asked_at, verified=self.verified,
        )  # fmt: skip
        return [move for move in moves if refusal(move, facts, self.source, None) is None]


_COLUMNS = (
    *(Case.id, Case.number, Case.record_id, Case.state, Case.version, Case.source, Case.kind),
    *(Category.code, Category.name_zh, Category.name_en),
    *(Case.grid_id, Case.unit_id, Case.reporter_id, Case.lon, Case.lat, Case.address, Case.description),
    *(Case.reported_at, Case.due_at, Case.handle_due_at, Case.runs_out_at),
    *(Case.suspended_at, Case.checked_at, Case.asked_at, Case.verified),
)


def of_ids(session: Session, case_ids: Collection[int]) -> dict[int, StreetCase]:
    """Case id -> case; whoever asks has looked whether they are seen."""
    rows = session.execute(_rows().where(Case.id.in_(sorted(set(case_ids)))))
    return {row[0]: StreetCase(*row) for row in rows}


def open_in(session: Session, scope: Scope, grid_ids: Collection[int], limit: int) -> list[StreetCase]:
    """The cases of some grids that a scope shows and that have not ended, those that run out first."""
    # State by state, each read in the order of its index: the many that have ended are not looked at.
    seen = visible(select(Case.id, Case.runs_out_at), scope).where(Case.grid_id.in_(sorted(grid_ids)))
    parts = (
        seen.where(Case.state == state).order_by(Case.runs_out_at, Case.id).limit(limit).subquery()
        for state in OPEN_STATES
    )
    places = union_all(*(select(part) for part in parts)).subquery("places")
    query = _rows().join(places, places.c.id == Case.id).order_by(places.c.runs_out_at, places.c.id).limit(limit)
    return [StreetCase(*row) for row in session.execute(query)]


def last_words(session: Session, case_ids: Collection[int]) -> dict[int, str]:
    """Case id -> what was said with the last move that said anything."""
    told = (CaseEvent.reason.is_not(None), CaseEvent.reason != "", CaseEvent.superseded_at.is_(None))
    last = (
        select(CaseEvent.case_id, func.max(CaseEvent.seq).label("seq"))
        .where(CaseEvent.case_id.in_(sorted(set(case_ids))), CaseEvent.move != Move.REPORT, *told)
        .group_by(CaseEvent.case_id)
        .subquery("last")
    )
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.reason).join(
            last, (last.c.case_id == CaseEvent.case_id) & (last.c.seq == CaseEvent.seq)
        )
    )
    return {case_id: words for case_id, words in rows if words}


def _rows() -> Any:
    return select(*_COLUMNS).join(Category, Category.id == Case.category_id)
