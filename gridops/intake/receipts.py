"""The answer to a record: what never changes, and what holds as of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.grids import queries as grids
from gridops.intake import effects, queries
from gridops.intake.models import Record
from gridops.intake.queries import subjects
from gridops.intake.rules import RecordState
from gridops.people.rules import Person


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a record. `id`, `received_at`, `digest` never change; the rest is as of now.

    `missing`: hashes named and not yet received. `number`, `grid` (code, name): of what the record led to, once it took
    effect; None where that has none.
    """

    id: str
    received_at: datetime
    digest: str
    missing: tuple[str, ...]
    number: str | None
    grid: dict[str, str] | None
    clock_offset_s: int
    state: RecordState
    waiting_for: str | None = None
    held_because: str | None = None

    @property
    def complete(self) -> bool:
        """Whether the phone may delete what it holds."""
        return not self.missing


def receipt_of(session: Session, person: Person, record_id: str) -> Receipt:
    """The receipt of a record for the person who sent it. Raises NotFound for anyone else."""
    row = queries.record(session, record_id)
    if row is None or row.user_id != person.user_id:
        raise NotFound("没有这条记录。")
    return receipt(session, row)


def receipt(session: Session, row: Record) -> Receipt:
    """The receipt of a ledger row as of now."""
    case = effects.case_of(session, row.case_id) if row.case_id else None
    return receipt_of_case(session, row, case, queries.missing(session, row.id))


def receipt_of_case(
    session: Session, row: Record, case: Case | None, missing: Sequence[str], ground: grids.Snapshot | None = None
) -> Receipt:
    """The receipt of a row whose case and missing contents are at hand, perhaps also the territory."""
    number, grid = None, None
    if case is not None:
        number, grid = case.number, effects.grid_of(ground or grids.Snapshot(session), case)
    elif row.subject_kind is not None and row.subject_id is not None:
        number, grid = _of_subject(session, row.subject_kind, row.subject_id, ground)
    return Receipt(
        id=row.id,
        received_at=row.received_at,
        digest=row.digest,
        missing=tuple(missing),
        number=number,
        grid=grid,
        clock_offset_s=row.clock_offset_s,
        state=row.state,
        waiting_for=row.waiting_for if row.state is RecordState.WAITING else None,
        held_because=row.held_because if row.state in (RecordState.HELD, RecordState.DISMISSED) else None,
    )


def _of_subject(
    session: Session, kind: str, subject_id: int, ground: grids.Snapshot | None
) -> tuple[str | None, dict[str, str] | None]:
    """Number and grid of what a record led to; the grid as it was on the day of it."""
    found = subjects.subject(session, kind, subject_id)
    if found is None or found.grid_id is None:
        return (found.number if found else None), None
    then = (ground or grids.Snapshot(session)).tree(clock.local_date(found.at) if found.at else None)
    node = then.nodes.get(found.grid_id)
    return found.number, {"code": node.code, "name": node.name, "level": node.level.value} if node else None
