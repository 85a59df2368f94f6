"""会办: units help with a case that another leads, each with its task and its line of result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gridops.cases.queries import lookups
from gridops.cases.queries.standing import helpers_of_person
from gridops.cases.rules.facts import Event, Helper
from gridops.cases.rules.projection import project
from gridops.cases.service.situation import Plan, Situation
from gridops.catalogue.rules import in_force
from gridops.core.errors import Conflict, Invalid
from gridops.people import service as people


def plan_join(s: Situation) -> Plan:
    """A unit that helps, or another task or date for one that does; no later than a deadline that is still to come."""
    unit = lookups.unit(s.session, s.case.root_id, s.fields.unit) if s.fields.unit else None
    if unit is None or not in_force(unit, s.day):
        raise Invalid(("unit", "没有这个单位，或该单位已撤销"))
    if unit.id == s.facts.unit_id:
        raise Invalid(("unit", "主办单位不能同时是会办单位"))
    due = s.fields.due
    if due is not None and due <= s.at:
        raise Invalid(("due", "须晚于现在"))
    if due is not None and s.facts.due_at is not None and s.at < s.facts.due_at < due:
        raise Invalid(("due", "不得晚于案件时限"))
    return Plan({"unit_id": unit.id, "until_at": due}, then=keeping(s))


def plan_own(s: Situation) -> Plan:
    """The result, or the return, of the unit for which the person handles; of several, of the one named first."""
    own = helpers_of_person(s.session, s.person, s.history) if s.person else []
    helper = next((one for one in own if one.open), None)
    if helper is None:
        raise Conflict("您的单位没有待反馈的会办")
    return Plan({"unit_id": helper.unit_id}, then=keeping(s))


def plan_end(s: Situation) -> Plan:
    """A unit that helps does so no longer."""
    if s.fields.unit not in {one.unit_id for one in s.facts.helpers}:
        raise Invalid(("unit", "该单位不是会办单位"))
    return Plan({"unit_id": s.fields.unit}, then=keeping(s))


def keeping(s: Situation) -> Callable[[Event], None]:
    """Who helps by now is kept for lists and scope."""

    def then(event: Event) -> None:
        people.set_helping(s.session, s.case.id, _rows(project([*s.history.events, event]).helpers))

    return then


def _rows(helpers: tuple[Helper, ...]) -> dict[int, tuple[datetime | None, datetime | None]]:
    return {one.unit_id: (one.due_at, one.answered_at) for one in helpers}
