"""Supervised matters: lists in sight, one, its lines; scores from above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.people.models import Unit
from gridops.people.queries import Scope, apply_scope
from gridops.supervision.models import Matter, MatterHelper, MatterLine, MatterUndoing, Score
from gridops.supervision.queries.common import PAGE, Page, Place, in_sight, one, paged
from gridops.supervision.rules import Assessor, MatterState
from gridops.supervision.rules.matters import done_before, state_at

# So many open matters are shown; files ask for all (a limit of None).
OPEN = 300
# A week's page is one to read in a meeting.
MOST_OF_WEEK = 300
NO_MATTER = "没有这个督查事项"
_ALL: Any = select(Matter, Unit.name).join(Unit, Unit.id == Matter.lead_unit_id)


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter as listed: lead unit, last line before the instant asked, how it stands then."""

    matter: Matter
    lead: str
    line: MatterLine | None
    state: MatterState | None
    done_at: datetime | None = None


def matter_page(
    session: Session,
    scope: Scope,
    end: datetime,
    *,
    unit_id: int | None = None,
    after: Place | None = None,
    limit: int = PAGE,
) -> Page[MatterRow]:
    """The matters in sight as they stand at an instant, newest first, voided ones too."""
    asked = _rows(scope)
    if unit_id is not None:
        asked = asked.where(Matter.lead_unit_id == unit_id)
    rows = paged(session, asked, Matter.opened_at, Matter.id, after, limit)
    last = last_lines(session, [row[0].id for row in rows[:limit]], end)
    shown = [_row(matter, lead, last.get(matter.id), end) for matter, lead in rows[:limit]]
    return Page(shown, (shown[-1].matter.opened_at, shown[-1].matter.id) if len(rows) > limit else None)


def open_matters(
    session: Session,
    scope: Scope,
    end: datetime,
    *,
    unit_id: int | None = None,
    led: bool = False,
    limit: int | None = OPEN,
) -> list[MatterRow]:
    """The matters in sight that are neither signed off nor voided, by deadline, as they stand at an instant.

    `led`: only those whose lead unit is in sight, not those that a unit in sight helps with.
    """
    seen = _led(scope) if led else _rows(scope)
    asked = seen.where(Matter.done_at.is_(None), Matter.voided_at.is_(None), Matter.opened_at < end)
    if unit_id is not None:
        asked = asked.where(Matter.lead_unit_id == unit_id)
    rows = session.execute(asked.order_by(Matter.due_at.is_(None), Matter.due_at, Matter.id).limit(limit)).all()
    last = last_lines(session, [row[0].id for row in rows], end)
    return [_row(matter, lead, last.get(matter.id), end) for matter, lead in rows]


def matters_of_week(
    session: Session, scope: Scope, start: datetime, end: datetime, limit: int = MOST_OF_WEEK
) -> list[MatterRow]:
    """The matters in sight as they stood at the end of a week, by number: all but those done before it or voided.

    No more than `limit` and one more, which tells that there are.
    """
    asked = _rows(scope).where(Matter.opened_at < end, Matter.voided_at.is_(None))
    asked = asked.where(or_(Matter.done_at.is_(None), Matter.done_at >= start))
    rows = session.execute(asked.order_by(Matter.number).limit(limit + 1)).all()
    ids = [matter.id for matter, _ in rows]
    last, undone = last_lines(session, ids, end), undoings(session, ids)
    told = [_row(matter, lead, last.get(matter.id), end, undone.get(matter.id, ())) for matter, lead in rows]
    return [row for row in told if row.done_at is None or row.done_at >= start]


def matter_in_sight(session: Session, scope: Scope, number: str, end: datetime) -> MatterRow:
    """One matter by its number, if the scope shows it; NotFound otherwise."""
    found: Matter = one(session, _rows(scope).where(Matter.number == number), NO_MATTER)
    lead = session.scalars(select(Unit.name).where(Unit.id == found.lead_unit_id)).one()
    return _row(found, lead, last_lines(session, [found.id], end).get(found.id), end)


def lines_of(session: Session, matter_id: int) -> list[MatterLine]:
    """The weekly lines of a matter, oldest first."""
    asked = select(MatterLine).where(MatterLine.matter_id == matter_id).order_by(MatterLine.at, MatterLine.id)
    return list(session.scalars(asked))


def last_lines(session: Session, matter_ids: Collection[int], end: datetime) -> dict[int, MatterLine]:
    """Matter id -> its last line before an instant; of two at the same instant the later written."""
    newest = func.row_number().over(
        partition_by=MatterLine.matter_id, order_by=(MatterLine.at.desc(), MatterLine.id.desc())
    )
    before = select(MatterLine.id, newest.label("place")).where(
        MatterLine.matter_id.in_(sorted(matter_ids)), MatterLine.at < end
    )
    ranked = before.subquery()
    lines = session.scalars(select(MatterLine).join(ranked, ranked.c.id == MatterLine.id).where(ranked.c.place == 1))
    return {line.matter_id: line for line in lines}


def scores(
    session: Session,
    scope: Scope,
    *,
    month: str | None = None,
    assessor: Assessor | None = None,
    limit: int | None = None,
) -> list[Score]:
    """The scores in force, newest month first, items in order: they are the whole street's, and so is who sees them."""
    if not scope.sees_grid(scope.root_id):
        return []
    asked = select(Score).where(Score.root_id == scope.root_id, Score.valid_to.is_(None))
    if month is not None:
        asked = asked.where(Score.month == month)
    if assessor is not None:
        asked = asked.where(Score.assessor == assessor)
    return list(session.scalars(asked.order_by(Score.month.desc(), Score.assessor, Score.item).limit(limit)))


def score_months(session: Session, scope: Scope) -> list[str]:
    """The months of which there are scores, newest first."""
    if not scope.sees_grid(scope.root_id):
        return []
    asked = select(Score.month).where(Score.root_id == scope.root_id, Score.valid_to.is_(None)).distinct()
    return sorted(session.scalars(asked), reverse=True)


def scores_by_key(session: Session, root_id: int, months: Iterable[str]) -> dict[tuple[str, Assessor, str], Score]:
    """(month, assessor, item) -> score, withdrawn ones too."""
    asked = select(Score).where(Score.root_id == root_id, Score.month.in_(sorted(set(months))))
    return {(row.month, row.assessor, row.item): row for row in session.scalars(asked)}


def helpers_of(session: Session, matter_ids: Collection[int]) -> dict[int, list[int]]:
    """Matter id -> the units that help with it."""
    asked = select(MatterHelper.matter_id, MatterHelper.unit_id).where(MatterHelper.matter_id.in_(sorted(matter_ids)))
    found: dict[int, list[int]] = {matter_id: [] for matter_id in matter_ids}
    for matter_id, unit_id in session.execute(asked.order_by(MatterHelper.matter_id, MatterHelper.unit_id)):
        found[matter_id].append(unit_id)
    return found


def undoings(session: Session, matter_ids: Collection[int]) -> dict[int, list[MatterUndoing]]:
    """Matter id -> its sign-offs that were undone, oldest first."""
    asked = select(MatterUndoing).where(MatterUndoing.matter_id.in_(sorted(matter_ids))).order_by(MatterUndoing.id)
    found: dict[int, list[MatterUndoing]] = {}
    for row in session.scalars(asked):
        found.setdefault(row.matter_id, []).append(row)
    return found


def _row(
    matter: Matter, lead: str, last: MatterLine | None, end: datetime, undone: Iterable[MatterUndoing] = ()
) -> MatterRow:
    done_at = done_before(matter.done_at, [(each.done_at, each.undone_at) for each in undone], end)
    light = last.light if last else None
    state = state_at(end, opened_at=matter.opened_at, due_at=matter.due_at, done_at=done_at, light=light)
    return MatterRow(matter, lead, last, state, done_at)


def _led(scope: Scope) -> Any:
    """The matters whose lead unit the scope shows."""
    return in_sight(_ALL, scope, Matter, Matter.lead_unit_id)


def _rows(scope: Scope) -> Any:
    """The matters whose lead unit the scope shows, or one of whose helping units."""
    led = _led(scope)
    if scope.grid_ids is None:
        return led
    helper = aliased(Unit)
    helped = apply_scope(
        select(MatterHelper.matter_id)
        .join(Matter, Matter.id == MatterHelper.matter_id)
        .join(helper, helper.id == MatterHelper.unit_id),
        scope,
        root=Matter.root_id,
        grid=func.coalesce(helper.grid_id, Matter.root_id),
        unit=MatterHelper.unit_id,
    )
    seen = led.with_only_columns(Matter.id)
    return _ALL.where(Matter.root_id == scope.root_id, or_(Matter.id.in_(seen), Matter.id.in_(helped)))
