"""What a move writes beside who, when and words: conditions, units, deadlines, other cases; wrong ones are refused.

One small function a move; moves without one write nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import Location, MoveFields
from gridops.cases.models import Case
from gridops.cases.queries import dispatching, lookups
from gridops.cases.queries.lookups import History
from gridops.cases.rules import deadlines
from gridops.cases.rules.deadlines import Terms, WorkingClock
from gridops.cases.rules.dispatching import Weighed
from gridops.cases.rules.facts import Facts
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.standing import may_be_merged_into
from gridops.cases.service import asking
from gridops.cases.service.placing import NEAREST_WITHIN_M, placed
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import in_force
from gridops.catalogue.service import conditions_for
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.worktime.queries import working_time

# Where a case lies, as its row says it.
_PLACE = ("grid_id", "grid_version_id", "lon", "lat", "address", "place")


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan looks at. `person`: who acts; `into`: the locked case that the fields name to merge into;
    `pictures`: how many come with the move, by their roles; `weighed`: what the dispatch rules
    say of it, where that was asked already.
    """

    session: Session
    case: Case
    facts: Facts
    history: History
    fields: MoveFields
    at: datetime
    person: Person | None = None
    into: Case | None = None
    pictures: Mapping[str, int] = field(default_factory=dict)
    weighed: Weighed | None = None

    @property
    def day(self) -> date:
        """The local day on which it happens."""
        return clock.local_date(self.at)

    def working_clock(self) -> WorkingClock:
        """Calendar and office hours of the case's jurisdiction."""
        found = working_time(self.session, self.case.root_id)
        return WorkingClock(found.calendar, found.hours)

    def terms(self) -> Terms:
        """The limits of the condition the case was filed under."""
        return terms_of(self.session, self.facts.condition_id, self.case.root_id)

    def condition(self) -> FilingCondition | None:
        """The condition the case stands under."""
        wanted = self.facts.condition_id
        return catalogue.condition(self.session, wanted, self.case.root_id) if wanted else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: columns of the event, other details, and columns of the case that are not projected."""

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)


def plan(move: Move, situation: Situation) -> Plan:
    """What a move writes; Invalid naming the field that is wrong."""
    planned = _PLANS.get(move)
    return planned(situation) if planned else Plan()


def terms_of(session: Session, condition_id: int | None, root_id: int) -> Terms:
    """The limits of a filing condition; none where there is no condition."""
    condition = catalogue.condition(session, condition_id, root_id) if condition_id else None
    return Terms(None, None) if condition is None else _terms(condition)


def _file(s: Situation) -> Plan:
    condition = _chosen(s, "condition", s.fields.condition, s.facts.category_id)
    if condition is None:
        return Plan()
    asking.report_pictures(s.session, s.case, condition)
    due = deadlines.filing_due(s.at, _terms(condition), s.working_clock())
    return Plan({"condition_id": condition.id, "due_at": due})


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
    return Plan({"unit_id": unit.id, "handle_due_at": due}, _proposed(s, unit.id))


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


def _end_suspension(s: Situation) -> Plan:
    due = deadlines.resumed(s.facts, s.at, s.terms(), s.working_clock())
    return Plan({"due_at": due.case, "handle_due_at": due.unit})


def _merge(s: Situation) -> Plan:
    into = s.into
    if into is None or into.root_id != s.case.root_id:
        raise Invalid(("into", "没有这个案件"))
    if into.id == s.case.id:
        raise Invalid(("into", "不能并入自身"))
    if not may_be_merged_into(into.state):
        raise Invalid(("into", "只能并入在办案件"))
    ended = _end_suspension(s)
    return Plan({**ended.columns, "into_id": into.id}, {"into": into.number})


def _recategorise(s: Situation) -> Plan:
    wanted = s.fields.category
    category = catalogue.category(s.session, wanted, s.case.root_id) if wanted else None
    if category is None or category.level != 2 or not in_force(category, s.day):
        raise Invalid(("category", "没有这个类别，或该类别已停用"))
    if category.id == s.facts.category_id:
        raise Invalid(("category", "与现有类别相同"))
    columns: dict[str, Any] = {"category_id": category.id}
    if s.fields.condition is not None:
        condition = _chosen(s, "condition", s.fields.condition, category.id)
        columns["condition_id"] = condition.id if condition else None
    return Plan(columns, given={"kind": category.kind})


def _relocate(s: Situation) -> Plan:
    """Another address, or another point with the grid that held it on the day of the report, or both."""
    given: dict[str, Any] = {"address": s.fields.address} if s.fields.address else {}
    if s.fields.lon is not None and s.fields.lat is not None:
        given |= _point(s, Location(s.fields.lon, s.fields.lat, picked=True))
    elif s.fields.lon is not None or s.fields.lat is not None:
        raise Invalid(("lon" if s.fields.lon is None else "lat", "经度和纬度须同时填写"))
    before = {name: getattr(s.case, name) for name in _PLACE}
    after = {**before, **given}
    if all(before[name] == after[name] for name in ("address", "lon", "lat")):
        raise Invalid(("address", "请填写新的地址，或新位置的经度和纬度"))
    names = grids.Snapshot(s.session).territory.versions
    told = [{**each, "grid": names[each["grid_version_id"]].name} for each in (before, after)]
    return Plan(details={"before": told[0], "after": told[1]}, given=given)


def _point(s: Situation, at: Location) -> dict[str, Any]:
    """The point with its grid, where both the case's jurisdiction and whoever moves it there reach."""
    day = clock.local_date(s.case.reported_at)
    found = placed(grids.Snapshot(s.session), at, s.case.root_id, day, NEAREST_WITHIN_M)
    if found is None:
        raise Invalid(("lon", "新位置不在本辖区内"))
    if s.person is not None and not may_at(s.session, s.person, MOVES[Move.RELOCATE].roles, found["grid_id"]):
        raise Invalid(("lon", "新位置不在您的责任范围内"))
    return found


def _chosen(s: Situation, name: str, wanted: int | None, category_id: int | None) -> FilingCondition | None:
    """The condition that was picked of those in force; None only where there is none to pick."""
    offered = conditions_for(s.session, category_id or 0, s.case.root_id, s.day)
    if wanted is None and not offered:
        return None
    found = next((condition for condition in offered if condition.id == wanted), None)
    if found is None:
        reason = "required" if wanted is None else "不是该类别现行的条件"
        raise Invalid((name, reason))
    return found


def _terms(condition: FilingCondition) -> Terms:
    return Terms(condition.limit, condition.limit_unit, condition.handle_limit)


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
    Move.RESUME: _end_suspension,
    Move.VOID: _end_suspension,
    Move.MERGE: _merge,
    Move.RECATEGORISE: _recategorise,
    Move.RELOCATE: _relocate,
}
