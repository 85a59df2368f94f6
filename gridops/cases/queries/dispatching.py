"""What dispatch rules are weighed with: the rules, a case as they see it, who answers, what each unit has in hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent, DispatchRuleRow
from gridops.cases.rules.dispatching import DispatchRule, Ground, Sent, Situation, Weighed, read, weigh
from gridops.cases.rules.moves import Move
from gridops.cases.rules.queue import GROUP_STATES, Group
from gridops.catalogue.models import Category
from gridops.catalogue.rules import class_of, in_force
from gridops.core import clock
from gridops.core.periods import Period, PeriodKind, containing
from gridops.grids import queries as grids
from gridops.people.models import Unit
from gridops.people.queries import duties
from gridops.people.rules import WorkLine
from gridops.worktime.queries import calendar_for

# Of a dispatch that no later file told otherwise.
_STILL_TOLD = (CaseEvent.superseded_at.is_(None), CaseEvent.unit_id.is_not(None))
_MOST_MONTHS = 120


def rule_rows(session: Session, root_id: int) -> list[DispatchRuleRow]:
    """Every version of every rule of a root, in order of position, then of beginning."""
    rows = session.scalars(select(DispatchRuleRow).where(DispatchRuleRow.root_id == root_id))
    return sorted(rows, key=lambda row: (row.position, row.number, row.valid_from, row.id))


def rule_row(session: Session, root_id: int, row_id: int) -> DispatchRuleRow | None:
    """One version of a rule of this root."""
    return session.scalar(
        select(DispatchRuleRow).where(DispatchRuleRow.root_id == root_id, DispatchRuleRow.id == row_id)
    )


def rules_on(session: Session, root_id: int, day: date) -> list[DispatchRule]:
    """The rules in force on a day, in order."""
    return [as_rule(row) for row in rule_rows(session, root_id) if in_force(row, day)]


def as_rule(row: DispatchRuleRow) -> DispatchRule:
    """A row as rules of the room read it."""
    return DispatchRule(
        id=row.id,
        number=row.number,
        position=row.position,
        name=row.name,
        conditions=read(row.conditions),
        unit_id=row.unit_id,
        line=row.line,
        most=row.most,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def weighed(session: Session, case: Case, at: datetime, *, held: bool = False) -> Weighed:
    """What the rules of that day say of a case sent at an instant; `held`: leaving out that its unit has it in hand."""
    rules = rules_on(session, case.root_id, clock.local_date(at))
    if not rules:
        return Weighed()
    category = session.get_one(Category, case.category_id)
    path = grids.tree(session).path(case.grid_id)[::-1] or (case.grid_id,)
    workday = calendar_for(session, case.root_id).is_workday(clock.local_date(at))
    seen = Situation(category.id, category.kind, class_of(category.code), path, case.source, at, workday)
    return weigh(rules, seen, ground(session, case.root_id, rules, path, without=case if held else None))


def ground(
    session: Session,
    root_id: int,
    rules: Collection[DispatchRule],
    grid_ids: Collection[int] | None = None,
    *,
    without: Case | None = None,
) -> Ground:
    """What holds today for some rules (in some grids); only what they ask for is read."""
    today = clock.local_date(clock.now())
    units = {row.id: row for row in session.scalars(select(Unit).where(Unit.root_id == root_id))}
    answering: dict[tuple[int, WorkLine], tuple[int, ...]] = {}
    if any(rule.line is not None for rule in rules):
        for duty in duties(session, root_id, today, grid_ids):
            if duty.unit_id is not None:
                key = (duty.grid_id, duty.line)
                answering[key] = (*answering.get(key, ()), duty.unit_id)
    asked = {rule.unit_id for rule in rules if rule.most is not None and rule.unit_id is not None}
    for rule in rules:
        if rule.most is not None and rule.line is not None:
            asked |= {unit for (_, line), found in answering.items() if line is rule.line for unit in found}
    in_use = {unit_id for unit_id, row in units.items() if in_force(row, today)}
    return Ground(in_use, answering, _in_hand(session, asked, list(units.values()), without))


def sent_between(session: Session, root_id: int, since: datetime, until: datetime) -> list[Sent]:
    """The cases of a root sent to a unit in [since, until), each as it was when it was last sent.

    Their category is that of then, their place that of today; the number of statements does not grow with the cases.
    """
    # In order, so that of each case the last is kept.
    last = {row.case_id: row for row in session.execute(_dispatches(root_id, since, until))}
    told = _recategorised(session, root_id, since)
    then = {
        case_id: [category_id for seq, category_id in told.get(case_id, ()) if seq < row.seq] or [row.category_id]
        for case_id, row in last.items()
    }
    wanted = {categories[-1] for categories in then.values()}
    known = {row.id: row for row in session.scalars(select(Category).where(Category.id.in_(sorted(wanted))))}
    territory, calendar = grids.territory(session), calendar_for(session, root_id)
    today = territory.tree(grids.today())
    paths: dict[tuple[int, date | None], tuple[int, ...]] = {}
    found: list[Sent] = []
    for case_id, row in last.items():
        day = clock.local_date(row.happened_at)
        place = (row.grid_id, None if row.grid_id in today else day)
        if place not in paths:
            paths[place] = (today if place[1] is None else territory.tree(day)).path(row.grid_id)[::-1]
        category, at = known[then[case_id][-1]], row.happened_at
        class_code, workday = class_of(category.code), calendar.is_workday(day)
        seen = Situation(category.id, category.kind, class_code, paths[place], row.source, at, workday)
        found.append(Sent(case_id, row.unit_id, seen))
    return sorted(found, key=lambda sent: (sent.situation.at, sent.case_id))


def months_sent(session: Session, root_id: int) -> list[Period]:
    """The months in which cases of a root were sent to a unit, the latest first: one look into the index for each."""
    found: list[Period] = []
    sent = (
        select(CaseEvent.happened_at)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.move == Move.DISPATCH, *_STILL_TOLD, Case.root_id == root_id)
        .order_by(CaseEvent.happened_at.desc())
        .limit(1)
    )
    while len(found) < _MOST_MONTHS:
        at = session.scalar(sent.where(CaseEvent.happened_at < found[-1].start) if found else sent)
        if at is None:
            break
        found.append(containing(PeriodKind.MONTH, clock.local_date(at)))
    return found


def _dispatches(root_id: int, since: datetime, until: datetime) -> Any:
    """Dispatches that are still told, in order, with what the case is today."""
    return (
        select(
            CaseEvent.case_id,
            CaseEvent.seq,
            CaseEvent.unit_id,
            CaseEvent.happened_at,
            Case.category_id,
            Case.grid_id,
            Case.source,
        )
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.move == Move.DISPATCH, CaseEvent.happened_at >= since, CaseEvent.happened_at < until)
        .where(*_STILL_TOLD, Case.root_id == root_id)
        .order_by(CaseEvent.happened_at, CaseEvent.case_id, CaseEvent.seq)
    )


def _recategorised(session: Session, root_id: int, since: datetime) -> dict[int, list[tuple[int, int]]]:
    """(seq, category) in order of the few cases whose category changed since; others had today's all along."""
    changed = (
        select(CaseEvent.case_id)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(CaseEvent.move == Move.RECATEGORISE, CaseEvent.happened_at >= since, Case.root_id == root_id)
    )
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.category_id)
        .where(CaseEvent.case_id.in_(changed), CaseEvent.category_id.is_not(None), CaseEvent.superseded_at.is_(None))
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for case_id, seq, category_id in rows:
        found.setdefault(case_id, []).append((seq, category_id or 0))
    return found


def _in_hand(session: Session, asked: Collection[int], units: Iterable[Unit], without: Case | None) -> dict[int, int]:
    """How many cases these units and those below them have in hand."""
    if not asked:
        return {}
    above = {unit.id: unit.parent_id for unit in units}
    within: dict[int, list[int]] = {unit_id: [] for unit_id in asked}
    for unit_id in above:
        step: int | None = unit_id
        while step is not None:
            if step in within:
                within[step].append(unit_id)
            step = above.get(step)
    wanted = sorted({unit_id for below in within.values() for unit_id in below})
    rows = session.execute(
        select(Case.unit_id, func.count())
        .where(Case.unit_id.in_(wanted), Case.state.in_(GROUP_STATES[Group.HANDLING]))
        .group_by(Case.unit_id)
    )
    counted = {unit_id: count for unit_id, count in rows if unit_id is not None}
    if without is not None and without.unit_id in counted:
        counted[without.unit_id] -= 1
    return {unit_id: sum(counted.get(one, 0) for one in below) for unit_id, below in within.items()}
