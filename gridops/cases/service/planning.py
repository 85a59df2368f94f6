"""What a move writes beside who, when and words: conditions, units, deadlines, other cases; wrong ones are refused.

One small function a move; moves without one write nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from gridops.cases.queries import dispatching, lookups, terms
from gridops.cases.queries.filters import sees
from gridops.cases.rules import deadlines
from gridops.cases.rules.moves import Move
from gridops.cases.rules.standing import may_be_merged_into
from gridops.cases.service import asking, helping, splitting
from gridops.cases.service.situation import (
    Plan,
    Situation,
    end_suspension,
    offered_by,
    picked,
    point_within_reach,
)
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import in_force
from gridops.catalogue.service import conditions_for
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.people.queries import scope_of

# Where a case lies, as its row says it.
_PLACE = ("grid_id", "grid_version_id", "lon", "lat", "address", "place")


def plan(move: Move, situation: Situation) -> Plan:
    """What a move writes; Invalid naming the field that is wrong."""
    planned = _PLANS.get(move)
    return planned(situation) if planned else Plan()


def _file(s: Situation) -> Plan:
    condition = _chosen(s, "condition", s.fields.condition, s.facts.category_id)
    if condition is None:
        return Plan()
    asking.report_pictures(s.session, s.case, condition)
    area = catalogue.area_on(s.session, s.case.root_id, s.case.grid_id, s.day) if condition.class_limits else None
    due = deadlines.filing_due(s.at, terms.of_condition(condition, area), s.working_clock())
    return Plan({"condition_id": condition.id, "due_at": due}, {terms.AREA: area.value} if area else {})


def _feedback(s: Situation) -> Plan:
    if condition := s.condition():
        asking.feedback_pictures(s.session, s.case, s.history, condition, s.pictures)
    return Plan()


def _check(s: Situation, *, passed: bool) -> Plan:
    """The check as the condition wants it; a failed one asks for nothing but the right person."""
    condition = s.condition()
    if condition is None:
        return Plan()
    if s.person is not None:
        asking.right_checker(s.session, s.case, condition, s.person)
    if passed:
        asking.right_time(s.case, condition, s.at)
        asking.check_pictures(s.session, s.case, s.history, condition, s.pictures)
    return Plan()


def _close(s: Situation) -> Plan:
    """One standard condition of the category is picked (standards.md 1.4); that of the filing may have ended since."""
    if s.fields.closing_condition is not None and s.fields.closing_condition == s.facts.condition_id:
        condition = catalogue.condition(s.session, s.fields.closing_condition, s.case.root_id)
    else:
        condition = _chosen(s, "closing_condition", s.fields.closing_condition, s.facts.category_id)
    if condition is None:
        return Plan()
    return Plan(details={"closing_condition_id": condition.id, "closing_condition": condition.closing_condition})


def _dispatch(s: Situation) -> Plan:
    unit = lookups.unit(s.session, s.case.root_id, s.fields.unit) if s.fields.unit else None
    if unit is None or not in_force(unit, s.day):
        raise Invalid(("unit", "没有这个单位，或该单位已撤销"))
    last = s.history.last(Move.DISPATCH)
    again = last is not None and last.event.unit_id == unit.id
    if again and s.history.last(Move.RETURN) and not s.fields.words:
        raise Invalid(("words", "重新派给退件单位须写明理由"))
    # A unit that had the case before keeps the clock it had: handing back wins no time.
    due = None if again else deadlines.handling_due(s.at, s.terms(), s.working_clock())
    then = helping.keeping(s) if s.facts.helpers else None
    return Plan({"unit_id": unit.id, "handle_due_at": due}, _proposed(s, unit.id), then=then)


def _proposed(s: Situation, unit_id: int) -> dict[str, Any]:
    """Which rule proposed a unit, and whether the person followed it; nothing where no rule did."""
    choice = (s.weighed or dispatching.weighed(s.session, s.case, s.at)).choice
    if choice is None:
        return {}
    told = {"id": choice.rule.id, "name": choice.rule.name, "unit_id": choice.unit_id}
    return {"dispatch_rule": {**told, "followed": choice.unit_id == unit_id}}


def _ask(s: Situation) -> Plan:
    return Plan({"until_at": _later_due(s, s.fields.due)})


def _extend(s: Situation) -> Plan:
    due = _later_due(s, s.fields.due or s.facts.asked_due_at)
    moved = deadlines.extended(s.facts, due)
    return Plan({"due_at": moved.case, "handle_due_at": moved.unit})


def _later_due(s: Situation, due: datetime | None) -> datetime:
    if due is None:
        raise Invalid(("due", "required"))
    if s.facts.due_at is not None and due <= s.facts.due_at:
        raise Invalid(("due", "须晚于现有时限"))
    return due


def _press(s: Situation) -> Plan:
    if s.fields.due is None or s.fields.due <= s.at:
        raise Invalid(("due", "须晚于现在"))
    return Plan({"until_at": s.fields.due})


def _suspend(s: Situation) -> Plan:
    details = {"suspension": s.fields.suspension.value if s.fields.suspension else None}
    if s.fields.resume_on is None:
        return Plan(details=details)
    until = clock.midnight(s.fields.resume_on)
    if until <= s.at:
        raise Invalid(("resume_on", "须晚于今天"))
    return Plan({"until_at": until}, details)


def _merge(s: Situation) -> Plan:
    into = s.into
    unseen = into is not None and s.person is not None and not sees(scope_of(s.session, s.person), into)
    if into is None or into.root_id != s.case.root_id or unseen:
        raise Invalid(("into", "没有这个案件"))
    if into.id == s.case.id:
        raise Invalid(("into", "不能并入自身"))
    if not may_be_merged_into(into.state):
        raise Invalid(("into", "只能并入在办案件"))
    ended = end_suspension(s)
    return Plan({**ended.columns, "into_id": into.id}, {"into": into.number})


def _recategorise(s: Situation) -> Plan:
    wanted = s.fields.category
    category = catalogue.category(s.session, wanted, s.case.root_id) if wanted else None
    if category is None or category.level != 2 or not in_force(category, s.day):
        raise Invalid(("category", "没有这个类别，或该类别已停用"))
    if category.id == s.facts.category_id:
        raise Invalid(("category", "与现有类别相同"))
    under = _condition_of_new(s, category.id)
    columns = {"category_id": category.id, "condition_id": under.id if under else None}
    return Plan(columns, {"condition": under.condition} if under else {}, given={"kind": category.kind})


def _condition_of_new(s: Situation, category_id: int) -> FilingCondition | None:
    """The condition of its new category that a filed case stands under from now on."""
    if s.facts.filed_at is None:
        if s.fields.condition is not None:
            raise Invalid(("condition", "案件尚未立案，立案条件在立案时选择"))
        return None
    return picked("condition", s.fields.condition, offered_by(s, category_id))


def _relocate(s: Situation) -> Plan:
    """Another address, or another point with the grid that held it on the day of the report, or both."""
    given: dict[str, Any] = {"address": s.fields.address} if s.fields.address else {}
    if s.fields.lon is not None and s.fields.lat is not None:
        given |= point_within_reach(s, Move.RELOCATE, s.fields.lon, s.fields.lat)
    elif s.fields.lon is not None or s.fields.lat is not None:
        raise Invalid(("lon" if s.fields.lon is None else "lat", "经度和纬度须同时填写"))
    before = {name: getattr(s.case, name) for name in _PLACE}
    after = {**before, **given}
    if all(before[name] == after[name] for name in ("address", "lon", "lat")):
        raise Invalid(("address", "请填写新的地址，或新位置的经度和纬度"))
    names = grids.Snapshot(s.session).territory.versions
    told = [{**each, "grid": names[each["grid_version_id"]].name} for each in (before, after)]
    return Plan(details={"before": told[0], "after": told[1]}, given=given)


def _chosen(s: Situation, name: str, wanted: int | None, category_id: int | None) -> FilingCondition | None:
    """The condition that was picked of those in force for a category; None only where there is none to pick."""
    return picked(name, wanted, conditions_for(s.session, category_id or 0, s.case.root_id, s.day))


_PLANS: dict[Move, Callable[[Situation], Plan]] = {
    Move.FILE: _file,
    Move.FEEDBACK: _feedback,
    Move.CHECK_PASSED: partial(_check, passed=True),
    Move.CHECK_FAILED: partial(_check, passed=False),
    Move.CLOSE: _close,
    Move.DISPATCH: _dispatch,
    Move.ASK_EXTENSION: _ask,
    Move.EXTEND: _extend,
    Move.PRESS: _press,
    Move.SUSPEND: _suspend,
    Move.RESUME: end_suspension,
    Move.VOID: end_suspension,
    Move.MERGE: _merge,
    Move.SPLIT: splitting.plan_split,
    Move.UNDO_SPLIT: splitting.plan_undo,
    Move.UNDO_VOID: splitting.plan_undo_void,
    Move.JOIN: helping.plan_join,
    Move.HELP_DONE: helping.plan_own,
    Move.HELP_RETURN: helping.plan_own,
    Move.END_HELP: helping.plan_end,
    Move.RECATEGORISE: _recategorise,
    Move.RELOCATE: _relocate,
}
