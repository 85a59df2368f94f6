"""Lists of penalties in sight, and one of them as listed: with its premises, what was paid, whether it was replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.penalties.models import Penalty
from gridops.penalties.queries.rows import GRID, PAID, REPLACED_AT, stage_of_row, terms_of
from gridops.penalties.rules import PenaltyKind, Stage, Terms
from gridops.people.queries import Scope, apply_scope
from gridops.premises.models import Premises

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; `since`, `until`: decided (or, not decided yet, opened) in [since, until)."""

    stage: Stage | None = None
    own: bool | None = None
    kind: PenaltyKind | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PenaltyRow:
    """A penalty as listed: its premises by name, what was paid on it, when one decided anew took its place."""

    penalty: Penalty
    premises: str | None
    paid: Decimal
    replaced_at: datetime | None

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return stage_of_row(self.penalty)

    @property
    def terms(self) -> Terms:
        """What its money hangs on."""
        return terms_of(self.penalty, self.replaced_at)


@dataclass(frozen=True, slots=True)
class PenaltyPage:
    """One page, newest first; `next`: (time of opening, id) after which the following one begins, None: the last."""

    rows: list[PenaltyRow]
    next: tuple[datetime, int] | None


def penalty_in_sight(session: Session, scope: Scope, penalty_id: int) -> PenaltyRow:
    """A penalty, if the scope shows it; NotFound otherwise."""
    row = session.execute(_in_sight(scope).where(Penalty.id == penalty_id)).first()
    if row is None:
        raise NotFound("没有这项处罚")
    return PenaltyRow(*row)


def penalty_page(
    session: Session,
    scope: Scope,
    wanted: Wanted = Wanted(),
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> PenaltyPage:
    """The penalties in sight, newest first."""
    query = _in_sight(scope).where(*_narrowed(wanted))
    if after is not None:
        query = query.where(tuple_(Penalty.opened_at, Penalty.id) < after)
    rows = session.execute(query.order_by(Penalty.opened_at.desc(), Penalty.id.desc()).limit(limit + 1)).all()
    shown = [PenaltyRow(*row) for row in rows[:limit]]
    last = shown[-1].penalty if len(rows) > limit else None
    return PenaltyPage(shown, (last.opened_at, last.id) if last else None)


def _in_sight(scope: Scope) -> Any:
    query: Any = select(Penalty, Premises.name, PAID, REPLACED_AT).outerjoin(
        Premises, Premises.id == Penalty.premises_id
    )
    return apply_scope(query, scope, root=Penalty.root_id, grid=GRID)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stage is not None:
        found.append(_at_stage(wanted.stage))
    if wanted.own is not None:
        undecided = and_(Penalty.decided_at.is_(None), Penalty.decided_by == "")
        ours = or_(Penalty.own, undecided)
        found.append(ours if wanted.own else ~ours)
    if wanted.kind is not None:
        found.append(Penalty.heaviest == wanted.kind.value)
    day = func.coalesce(Penalty.decided_at, Penalty.opened_at)
    if wanted.since is not None:
        found.append(day >= wanted.since)
    if wanted.until is not None:
        found.append(day < wanted.until)
    if wanted.text:
        # Numbers and authorities only: a party may be a person, whose name nobody searches for here.
        like = f"%{wanted.text.replace('%', '').replace('_', '')}%"
        found.append(or_(Penalty.decision_no.like(like), Penalty.decided_by.like(like), Premises.name.like(like)))
    return found


# The same order as `rules.stage_of`; a test holds the two together.
_LATEST: tuple[tuple[Stage, Any], ...] = (
    (Stage.CONCLUDED, Penalty.concluded_at),
    (Stage.REVOKED, Penalty.revoked_at),
    (Stage.SERVED, Penalty.served_at),
    (Stage.DECIDED, Penalty.decided_at),
    (Stage.WAIVED, Penalty.waived_at),
    (Stage.TOLD, Penalty.told_rights_at),
)


def _at_stage(wanted: Stage) -> ColumnElement[bool]:
    later: list[ColumnElement[bool]] = []
    for stage, column in _LATEST:
        if stage is wanted:
            return and_(column.is_not(None), *later)
        later.append(column.is_(None))
    return and_(*later)
