"""Keeping the dispatch rules of a jurisdiction: one version ends, the next begins, and the audit trail tells who."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import RuleForm
from gridops.cases.models import DispatchRuleRow
from gridops.cases.queries import dispatching
from gridops.cases.queries.lookups import unit
from gridops.cases.rules.dispatching import DispatchRule, written
from gridops.catalogue import queries as catalogue
from gridops.catalogue.rules import in_force
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.grids import queries as grids

MOST_RULES = 100
_CHANGED = "派遣规则已被修改，请刷新后再试"


def add_rule(session: Session, root_id: int, form: RuleForm, *, actor_id: int | None = None) -> DispatchRuleRow:
    """A further rule after all others, from today or a later day on. Audited."""
    _lock(session, root_id)
    rows = dispatching.rule_rows(session, root_id)
    if len({row.number for row in standing(rows)}) >= MOST_RULES:
        raise Conflict(f"最多{MOST_RULES}条派遣规则")
    number = max((row.number for row in rows), default=0) + 1
    position = max((row.position for row in rows), default=0) + 1
    row = _write(session, root_id, number, position, form, actor_id)
    _tell(session, "dispatch_rule.add", row, actor_id)
    return row


def change_rule(
    session: Session, row_id: int, root_id: int, form: RuleForm, *, actor_id: int | None = None
) -> DispatchRuleRow:
    """What a rule says from a day on (today, or when the version named begins); its place in the order stays.

    A version still to come stands as it is: what is said before it must end before it. NotFound; Invalid; Conflict
    where it was changed or ended meanwhile. Audited.
    """
    before = _standing(session, row_id, root_id)
    form = replace(form, valid_from=form.valid_from or max(clock.local_date(clock.now()), before.valid_from))
    begins = _begins(form)
    versions = [row for row in standing(dispatching.rule_rows(session, root_id)) if row.number == before.number]
    _ends_before(form, [row.valid_from for row in versions if row.valid_from > before.valid_from])
    for row in versions:
        if row.valid_from <= before.valid_from:
            row.valid_to = min(row.valid_to or date.max, max(begins, row.valid_from))
    new = _write(session, root_id, before.number, before.position, form, actor_id)
    _tell(session, "dispatch_rule.change", new, actor_id, before=before.name, after=new.name)
    return new


def move_rule(session: Session, row_id: int, root_id: int, *, up: bool, actor_id: int | None = None) -> None:
    """Let a rule change places with its neighbour in the order; at the end of the order nothing happens. Audited."""
    moved = _standing(session, row_id, root_id)
    rows = dispatching.rule_rows(session, root_id)
    order = list(dict.fromkeys(row.number for row in standing(rows)))
    here = order.index(moved.number)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    places = {row.number: row.position for row in rows}
    swapped = {moved.number: places[order[there]], order[there]: places[moved.number]}
    for row in rows:
        row.position = swapped.get(row.number, row.position)
    session.flush()
    _tell(session, "dispatch_rule.move", moved, actor_id, changed={"position": [here + 1, there + 1]})


def end_rule(session: Session, row_id: int, root_id: int, *, actor_id: int | None = None) -> None:
    """End a rule today; cases it proposed keep its name. Audited."""
    row = _standing(session, row_id, root_id)
    today = clock.local_date(clock.now())
    for version in dispatching.rule_rows(session, root_id):
        if version.number == row.number and (version.valid_to is None or version.valid_to > today):
            version.valid_to = max(today, version.valid_from)
            version.changed_at, version.changed_by = clock.now(), actor_id
    session.flush()
    _tell(session, "dispatch_rule.end", row, actor_id)


def tried(session: Session, row_id: int | None, root_id: int, form: RuleForm) -> list[DispatchRule]:
    """The rules of today with one as it is being edited (None: a new one, after all others); nothing is written."""
    rows = dispatching.rule_rows(session, root_id)
    edited = _standing(session, row_id, root_id) if row_id is not None else None
    _check(session, root_id, form)
    today = clock.local_date(clock.now())
    others = [dispatching.as_rule(row) for row in rows if in_force(row, today)]
    new = DispatchRule(
        id=edited.id if edited else 0,
        number=edited.number if edited else 0,
        position=edited.position if edited else max((row.position for row in rows), default=0) + 1,
        name=form.name,
        conditions=form.conditions,
        unit_id=form.unit_id,
        line=form.line,
        most=form.most,
    )
    return [*(rule for rule in others if rule.number != new.number), new]


def standing(rows: list[DispatchRuleRow]) -> list[DispatchRuleRow]:
    """The versions that hold today or are still to come, in order."""
    today = clock.local_date(clock.now())
    return [row for row in rows if row.valid_to is None or (row.valid_to > today and row.valid_to > row.valid_from)]


def _lock(session: Session, root_id: int) -> None:
    lock_names(session, [f"dispatch rules:{root_id}"])


def _standing(session: Session, row_id: int, root_id: int) -> DispatchRuleRow:
    """The version named, if it holds or is to come and nobody replaced or ended it meanwhile."""
    _lock(session, root_id)
    row = dispatching.rule_row(session, root_id, row_id)
    if row is None:
        raise NotFound("没有这条派遣规则")
    session.refresh(row)
    if not standing([row]):
        raise Conflict(_CHANGED)
    return row


def _ends_before(form: RuleForm, later: list[date]) -> None:
    """Refuse what would reach into versions of the same rule that are still to come, by the days they begin."""
    first = min(later, default=None)
    if first is not None and (form.valid_to is None or form.valid_to > first):
        raise Invalid(("last_day", f"这条规则自{first}起另有内容，最后一天须早于该日"))


def _begins(form: RuleForm) -> date:
    today = clock.local_date(clock.now())
    if form.valid_from is not None and form.valid_from < today:
        raise Invalid(("valid_from", "不能早于今天：此前的派遣沿用原规则"))
    begins = form.valid_from or today
    if form.valid_to is not None and form.valid_to <= begins:
        raise Invalid(("last_day", "不能早于生效日期"))
    return begins


def _check(session: Session, root_id: int, form: RuleForm) -> None:
    """Refuse what is not of this jurisdiction, naming each field."""
    wrong: list[tuple[str, str]] = []
    today = clock.local_date(clock.now())
    if form.unit_id is not None:
        found = unit(session, root_id, form.unit_id)
        if found is None or not in_force(found, today):
            wrong.append(("unit_id", "没有这个单位，或该单位已撤销"))
    asked = form.conditions
    if asked.grid_id is not None and grids.tree(session).root(asked.grid_id) != root_id:
        wrong.append(("grid_id", "没有这个网格"))
    if any(catalogue.category(session, category_id, root_id) is None for category_id in asked.categories):
        wrong.append(("categories", "没有这个类别，或该类别已停用"))
    if wrong:
        raise Invalid(*wrong)


def _write(
    session: Session, root_id: int, number: int, position: int, form: RuleForm, actor_id: int | None
) -> DispatchRuleRow:
    begins = _begins(form)
    _check(session, root_id, form)
    row = DispatchRuleRow(
        root_id=root_id,
        number=number,
        position=position,
        name=form.name,
        conditions=written(form.conditions),
        unit_id=form.unit_id,
        line=form.line,
        most=form.most,
        valid_from=begins,
        valid_to=form.valid_to,
        changed_at=clock.now(),
        changed_by=actor_id,
    )
    session.add(row)
    session.flush()
    return row


def _tell(session: Session, act: str, row: DispatchRuleRow, actor_id: int | None, **more: object) -> None:
    audit.record(
        session,
        act,
        "dispatch_rule",
        row.id,
        actor_id=actor_id,
        root_id=row.root_id,
        name=row.name,
        valid_from=row.valid_from.isoformat(),
        **more,
    )
