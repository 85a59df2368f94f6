"""Facts of night rounds that began in a period, with their visits, findings and orders; each table is asked once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.periods import Period
from gridops.figures.queries.where import Here
from gridops.figures.rules import facts
from gridops.inspections.models import Finding, Order, Round, RoundGrid, Visit
from gridops.inspections.rules import OrderKind
from gridops.people.models import User
from gridops.premises.models import Premises
from gridops.squads.models import SquadMember

# A finding of a file has no words.
_WORDS = 60


def turns(session: Session, squads: Any) -> dict[int, tuple[int, int]]:
    """squad id -> (people checked in, certified ones among them), for the squads a select names."""
    certified = func.sum(cast(case((SquadMember.certified, 1), else_=0), Integer))
    counted = (
        select(SquadMember.squad_id, func.count(), certified)
        .where(SquadMember.checked_in_at.is_not(None), SquadMember.squad_id.in_(squads))
        .group_by(SquadMember.squad_id)
    )
    return {squad_id: (int(people), int(officers)) for squad_id, people, officers in session.execute(counted)}


def facts_of(session: Session, here: Here, period: Period, survivors: Mapping[int, int]) -> Iterator[facts.Fact]:
    """Rounds that began in the period and everything of them, and re-inspections that were made by themselves."""
    began = _began(here, period)
    visits = session.execute(_visits(here, period)).all()
    rounds = session.execute(select(Round).where(began).order_by(Round.id)).scalars().all()
    # Most periods of most jurisdictions have none: nothing is asked about what is not there.
    people = turns(session, select(Round.squad_id).where(began)) if rounds else {}
    grids, checked = _grids(session, began) if rounds else ({}, Counter())
    seen = Counter(row.round_id for row in visits if row.complete and row.round_id is not None)
    its_grids: dict[int | None, set[int | None]] = defaultdict(set)
    for row in visits:
        its_grids[row.round_id].add(row.grid_id)
    for each in rounds:
        if each.started_at is None:
            continue
        through = here.children(grids.get(each.id, set()) | its_grids[each.id], each.started_at)
        if not through:
            continue
        turned_out = people.get(each.squad_id, (0, 0))
        yield facts.Round(
            id=each.id,
            label=each.number,
            theme=each.theme,
            started_at=each.started_at,
            ended_at=each.ended_at,
            cancelled_at=each.cancelled_at,
            seen=seen[each.id] + checked[each.id],
            people=turned_out[0],
            officers=turned_out[1],
            lies_in=through,
        )
    officers = {each.id: people.get(each.squad_id, (0, 0))[1] for each in rounds}
    counted = {row.id: row for row in visits}
    children = {row.id: child for row in visits if (child := here.child(row.grid_id, row.began_at))}
    yield from (_visit(counted[visit_id], child, survivors) for visit_id, child in children.items())
    of_rounds = {i: counted[i] for i in children if counted[i].complete and counted[i].round_id is not None}
    if of_rounds:
        yield from _left(session, here, period, survivors, of_rounds, children, officers)


def open_ones(session: Session, here: Here, period: Period) -> list[tuple[str, datetime, str | None]]:
    """Rounds that began in the period and have neither ended nor been called off: number, start, leader's name."""
    still = and_(_began(here, period), Round.ended_at.is_(None), Round.cancelled_at.is_(None))
    asked = select(Round.id, Round.number, Round.started_at, User.name).outerjoin(User, User.id == Round.leader_id)
    rows = session.execute(asked.where(still).order_by(Round.started_at, Round.id)).all()
    # The same grids as those by which a round is counted: its plan's and those of the premises it visited.
    grids = _grids(session, still)[0] if rows and not here.whole else {}
    for visit in session.execute(_visits(here, period)) if rows and not here.whole else ():
        if visit.round_id is not None:
            grids.setdefault(visit.round_id, set()).add(visit.grid_id)
    return [
        (number, started_at, name)
        for round_id, number, started_at, name in rows
        if started_at is not None and here.any_of(grids.get(round_id, set()), started_at)
    ]


def _began(here: Here, period: Period) -> ColumnElement[bool]:
    return and_(Round.root_id == here.area.root_id, Round.started_at >= period.start, Round.started_at < period.end)


def _grids(session: Session, began: ColumnElement[bool]) -> tuple[dict[int, set[int | None]], Counter[int]]:
    """Round id -> its grids, and how many of them were checked."""
    grids: dict[int, set[int | None]] = defaultdict(set)
    checked: Counter[int] = Counter()
    asked = select(RoundGrid.round_id, RoundGrid.grid_id, RoundGrid.checked_at).join(
        Round, Round.id == RoundGrid.round_id
    )
    for round_id, grid_id, checked_at in session.execute(asked.where(began)):
        grids[round_id].add(grid_id)
        checked[round_id] += checked_at is not None
    return grids, checked


def _of_period(here: Here, period: Period) -> ColumnElement[bool]:
    """Visits of the period's rounds, and re-inspections by themselves in the period; none that was voided."""
    by_itself = and_(
        Visit.round_id.is_(None),
        Visit.recheck,
        Visit.root_id == here.area.root_id,
        Visit.visited_at >= period.start,
        Visit.visited_at < period.end,
    )
    return and_(Visit.voided_at.is_(None), or_(and_(_began(here, period), Round.cancelled_at.is_(None)), by_itself))


def _visits(here: Here, period: Period) -> Any:
    return (
        select(
            Visit.id,
            Visit.round_id,
            Visit.premises_id,
            Visit.visited_at,
            Visit.kind,
            Visit.complete,
            Visit.recheck,
            func.coalesce(Round.started_at, Visit.visited_at).label("began_at"),
            Premises.name,
            Premises.grid_id,
        )
        .join(Premises, Premises.id == Visit.premises_id)
        .outerjoin(Round, Round.id == Visit.round_id)
        .where(_of_period(here, period))
        .order_by(Visit.id)
    )


def _visit(row: Any, child_id: int, survivors: Mapping[int, int]) -> facts.Visit:
    return facts.Visit(
        id=row.id,
        label=row.name,
        round_id=row.round_id,
        began_at=row.began_at,
        visited_at=row.visited_at,
        premises_id=survivors.get(row.premises_id, row.premises_id),
        how=str(row.kind),
        complete=row.complete,
        recheck=row.recheck,
        child_id=child_id,
    )


def _left(
    session: Session,
    here: Here,
    period: Period,
    survivors: Mapping[int, int],
    visits: Mapping[int, Any],
    children: Mapping[int, int],
    officers: Mapping[int, int],
) -> Iterator[facts.Fact]:
    """Findings and orders of complete visits of rounds."""
    orders = session.execute(
        select(Order.id, Order.visit_id, Order.kind, Order.number, Order.due_at)
        .join(Visit, Visit.id == Order.visit_id)
        .join(Round, Round.id == Visit.round_id)
        .where(_of_period(here, period))
        .order_by(Order.id)
    ).all()
    due = {row.visit_id: row.due_at for row in orders if row.kind is OrderKind.ORDER}
    found = session.execute(
        select(Finding.id, Finding.visit_id, Finding.text, Finding.corrected_at)
        .join(Visit, Visit.id == Finding.visit_id)
        .join(Round, Round.id == Visit.round_id)
        .where(_of_period(here, period), Finding.voided_at.is_(None))
        .order_by(Finding.id)
    ).all()
    for row in found:
        if visit := visits.get(row.visit_id):
            yield facts.Finding(
                id=row.id,
                label=f"{visit.name}：{row.text[:_WORDS]}" if row.text else visit.name,
                round_id=visit.round_id,
                visit_id=visit.id,
                began_at=visit.began_at,
                premises_id=survivors.get(visit.premises_id, visit.premises_id),
                corrected_at=row.corrected_at,
                due_at=due.get(row.visit_id),
                child_id=children[visit.id],
            )
    for order in orders:
        if visit := visits.get(order.visit_id):
            yield facts.Order(
                id=order.id,
                label=f"{order.number or ''} {visit.name}".strip(),
                round_id=visit.round_id,
                visit_id=visit.id,
                began_at=visit.began_at,
                premises_id=survivors.get(visit.premises_id, visit.premises_id),
                paper=str(order.kind),
                how=str(visit.kind),
                officers=officers.get(visit.round_id, 0),
                child_id=children[visit.id],
            )
