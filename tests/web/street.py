"""A street for pages: two communities, a desk, a unit, people with passwords, a case that is moved on by its people."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.moves import Move
from gridops.cases.service import move, report
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.factories import make_category, make_condition, make_grid, make_unit, make_user
from tests.webapp import PASSWORD_HASH, Browser

DESK = (Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER)
WEST_POINT, EAST_POINT = (119.955, 31.855), (119.965, 31.855)


@dataclass
class Street:
    """Two communities side by side; `people` user name -> id; a browser for each of them."""

    app: Flask
    root_id: int
    west: str
    east: str
    category: str
    condition_id: int
    unit_id: int
    other_unit_id: int
    people: dict[str, int]

    def browser(self, who: str) -> Browser:
        """A browser in which this person has signed in."""
        opened = Browser(self.app)
        assert opened.sign_in(who).status_code == 302
        return opened

    def person(self, who: str) -> Person:
        """The person with the roles of today."""
        with reading() as session:
            found = load_person(session, self.people[who])
        assert found is not None
        return found

    def report(self, who: str = "inspector", at: tuple[float, float] = WEST_POINT, **more: Any) -> Case:
        """A report as the services take it."""
        given = {"category": "0110", "location": Location(*at), "address": "盘龙路口", "description": "有垃圾", **more}
        with transaction() as session:
            return report(session, ReportIn(**given), self.person(who))

    def move(self, case: Case, what: Move, who: str, **fields: Any) -> Case:
        """One move."""
        person = self.person(who)
        with transaction() as session:
            return move(session, case.id, what, person, MoveFields(**fields))

    def filed(self, **more: Any) -> Case:
        """A case that waits for its dispatch."""
        return self.move(self.report(**more), Move.FILE, "desk", condition=self.condition_id)

    def dispatched(self, **more: Any) -> Case:
        """A case with the unit."""
        return self.move(self.filed(**more), Move.DISPATCH, "desk", unit=self.unit_id)

    def checking(self, **more: Any) -> Case:
        """A case that waits for its check."""
        case = self.move(self.dispatched(**more), Move.FEEDBACK, "handler", words="已清理")
        return self.move(case, Move.SEND_TO_CHECK, "desk")

    def ticks(self, *cases: Case) -> list[str]:
        """These cases as they are ticked in a list that was read just now."""
        return [f"{case.id}.{self.now(case).version}" for case in cases]

    def now(self, case: Case) -> Case:
        """The case as it stands."""
        with reading() as session:
            found = lookups.case(session, case.id)
        assert found is not None
        return found


def make_street(app: Flask) -> Street:
    """The street in the database."""
    with transaction() as session:
        root = make_grid(session, "320411003", name="试验街道", west=119.95, south=31.85, side=0.02)
        west = community(session, root, "320411003001", "西社区", 119.95)
        east = community(session, root, "320411003002", "东社区", 119.96)
        category = make_category(session)
        make_category(session, "0111", name="积存垃圾渣土")
        condition = make_condition(session, category)
        unit, other = make_unit(session, root, name="环卫所"), make_unit(session, root, name="园林所")
        away = make_grid(session, "320411009", name="别的街道", west=118.0, south=30.0)
        roles: dict[str, tuple[Grid, tuple[Role, ...], dict[str, Any]]] = {
            "inspector": (root, (Role.INSPECTOR,), {"grid": west}),
            "eastern": (root, (Role.INSPECTOR,), {"grid": east}),
            "desk": (root, DESK, {}),
            "second_desk": (root, DESK, {}),
            "eastern_desk": (root, DESK, {"grid": east}),
            "handler": (root, (Role.HANDLER,), {"unit": unit}),
            "gardener": (root, (Role.HANDLER,), {"unit": other}),
            "leader": (root, (Role.LEADER,), {}),
            "editor": (root, (Role.EDITOR,), {}),
            "stranger": (away, (Role.INSPECTOR, *DESK), {}),
        }
        people = {
            name: make_user(session, where, *held, username=name, password_hash=PASSWORD_HASH, **more).id
            for name, (where, held, more) in roles.items()
        }
        return Street(app, root.id, west.code, east.code, category.code, condition.id, unit.id, other.id, people)


def community(session: Session, root: Grid, code: str, name: str, west: float) -> Grid:
    """A community of the street."""
    return make_grid(session, code, parent=root, level=Level.COMMUNITY, name=name, west=west, south=31.85, side=0.01)


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found.group(1)


def file(content: bytes, name: str = "photo.jpg") -> tuple[io.BytesIO, str]:
    """A file as a form sends it."""
    return io.BytesIO(content), name
