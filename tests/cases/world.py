"""A small street in which cases live: territory, lists, units, and one person for every part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.rules.moves import Move
from gridops.cases.rules.projection import columns
from gridops.cases.rules.sources import Source
from gridops.cases.service import move, report
from gridops.catalogue.models import Category, FilingCondition
from gridops.core.errors import Invalid
from gridops.core.owed import Owed
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.models import Unit
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from gridops.worktime.rules import LimitUnit
from tests.factories import at, make_category, make_condition, make_grid, make_unit, make_user

MORNING = at("2017-03-06 09:00")  # a Monday
# What is said of a move beside its fields.
_ABOUT = ("happened_at", "record_id", "expected_version", "pictures")


@dataclass
class World:
    """Two grids side by side in one street; `people` by part."""

    session: Session
    root: Grid
    west: Grid
    east: Grid
    category: Category
    other_category: Category
    condition: FilingCondition
    other_condition: FilingCondition
    units: dict[str, Unit]
    people: dict[str, Person]

    def report(self, source: str = "inspector", who: str = "inspector", **more: Any) -> Case:
        """A report in the western grid."""
        given = {"category": self.category.code, "location": Location(119.955, 31.855), **more}
        given["source"] = Source(source)
        kept = {name: given.pop(name) for name in ("happened_at", "record_id") if name in given}
        return report(self.session, ReportIn(**given), self.people[who], **kept)

    def move(self, case: Case, what: Move, who: str, **fields: Any) -> Case:
        """One move by one of the people."""
        kept = {n: fields.pop(n) for n in _ABOUT if n in fields}
        return move(self.session, case.id, what, self.people[who], MoveFields(**fields), **kept)

    def filed(self, **more: Any) -> Case:
        """A filed case."""
        return self.move(self.report(**more), Move.FILE, "leader", condition=self.condition.id)

    def dispatched(self, unit: str = "cleaning", **more: Any) -> Case:
        """A case with a unit."""
        return self.move(self.filed(**more), Move.DISPATCH, "dispatcher", unit=self.units[unit].id)

    def checking(self, **more: Any) -> Case:
        """A case waiting for its check."""
        case = self.move(self.dispatched(**more), Move.FEEDBACK, "handler", words="已清理")
        return self.move(case, Move.SEND_TO_CHECK, "dispatcher")

    def closed(self, **more: Any) -> Case:
        """A closed case."""
        case = self.move(self.checking(**more), Move.CHECK_PASSED, "inspector")
        return self.move(case, Move.CLOSE, "leader", closing_condition=self.condition.id)

    def holds(self, case: Case) -> None:
        """The row says what its events say."""
        self.session.flush()
        self.session.expire(case)
        told = columns(lookups.history(self.session, case.id).events, case.lon, case.lat)
        assert {name: getattr(case, name) for name in told} == told


def make_world(session: Session) -> World:
    """A street with everything a case needs."""
    root = make_grid(session, level=Level.STREET, name="测试街道", side=0.02)
    west = make_grid(session, parent=root, level=Level.COMMUNITY, side=0.01)
    east = make_grid(session, parent=root, level=Level.COMMUNITY, west=119.96, side=0.01)
    category = make_category(session)
    other = make_category(session, "0111", name="积存垃圾渣土")
    condition = make_condition(session, category, 4, LimitUnit.WORKING_HOUR)
    other_condition = make_condition(session, other, 2, LimitUnit.WORKING_DAY)
    units = {name: make_unit(session, root, name=name) for name in ("cleaning", "parks")}
    units["crew"] = make_unit(session, root, name="crew", parent=units["cleaning"], level=3, kind=UnitKind.SECTION)
    units["community"] = make_unit(session, root, name="community", kind=UnitKind.COMMUNITY)
    parts: dict[str, tuple[tuple[Role, ...], str | None, Grid | None]] = {
        "inspector": ((Role.INSPECTOR,), None, west),
        "eastern_inspector": ((Role.INSPECTOR,), None, east),
        "clerk": ((Role.INTAKE_CLERK,), None, None),
        "leader": ((Role.SHIFT_LEADER,), None, None),
        "chief": ((Role.LEADER,), None, None),
        "dispatcher": ((Role.DISPATCHER,), None, None),
        "desk": ((Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER), None, None),
        "handler": ((Role.HANDLER,), "cleaning", None),
        "parks_handler": ((Role.HANDLER,), "parks", None),
        "community_handler": ((Role.HANDLER,), "community", west),
        "everything": ((Role.HANDLER, Role.INSPECTOR, Role.SHIFT_LEADER, Role.DISPATCHER), "cleaning", None),
        "admin": ((Role.ADMIN,), None, None),
    }
    people = {}
    for name, (roles, unit, grid) in parts.items():
        user = make_user(session, root, *roles, unit=units[unit] if unit else None, grid=grid)
        person = load_person(session, user.id)
        assert person is not None
        people[name] = person
    return World(session, root, west, east, category, other, condition, other_condition, units, people)


def monday(time: str, day: int = 6) -> Any:
    """An instant of March 2017; the 6th is a Monday."""
    return at(f"{date(2017, 3, day)} {time}")


def owed_days(session: Session) -> set[str]:
    """The days whose totals are owed."""
    return set(session.scalars(select(Owed.key).where(Owed.kind == "day_total")))


def told(session: Session, case: Case) -> list[CaseEvent]:
    """The events of a case in the order they were recorded."""
    return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)))


def fields_of(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    """The fields an Invalid names."""
    return [error.field for error in refused.value.errors]
