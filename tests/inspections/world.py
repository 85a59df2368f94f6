"""A street with two grids, people with and without certificates, and a shop: what night rounds need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.catalogue.rules import Kind
from gridops.core.errors import Invalid
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.inspections import service
from gridops.inspections.forms import PlanIn, parse_round, parse_visit
from gridops.inspections.models import Round, Visit
from gridops.inspections.queries import round_named, squad_code, visits_by_id
from gridops.people.models import User
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from gridops.premises import service as premises
from gridops.premises.models import Premises
from gridops.squads.forms import parse_check_in
from tests.factories import at, make_category, make_grid, make_unit, make_user

AFTER_DUE = at("2017-04-12 20:00")  # after the last day of ORDER
NIGHT = at("2017-03-31 21:00")
_records = count(1)
_TYPES: dict[str, tuple[Callable[..., Any], Callable[..., tuple[str, int]]]] = {
    "round": (parse_round, service.record_round),
    "visit": (parse_visit, service.record_visit),
    "check_in": (parse_check_in, service.record_check_in),
}


@dataclass
class World:
    """`people` by part; `shop`: premises of the western grid."""

    session: Session
    root: Grid
    west: Grid
    east: Grid
    shop: Premises
    people: dict[str, Person]

    def record(self, who: str, body: dict[str, Any], when: datetime, kind: str = "round") -> int:
        """A phone's record takes effect; returns the id of what it led to."""
        parse, verb = _TYPES[kind]
        name = f"record-{next(_records)}"
        told = {"happened_at": when, "recorded_at": when, "record_id": name}
        done = verb(self.session, self.people[who], parse(body), **told)
        self.session.flush()
        return int(done[1])

    def started(self, when: datetime = NIGHT, *, officers: int = 2, **more: Any) -> Round:
        """An approved round with so many certified officers of the urban management checked in."""
        given = {"theme": "涉气", "inspection": True, "approval": "王主任 夜查〔2017〕3号", "grids": (), **more}
        codes = given.pop("grids")
        ids = tuple(grid.id for grid in (self.west, self.east) if grid.code in codes)
        leader = self.people["officer"].username
        plan = PlanIn(when, given.pop("theme"), leader, grids=ids, **given)
        number = service.plan_round(self.session, self.people["duty"], plan).number
        night = self.session.get_one(Round, self.record("officer", {"action": "start", "number": number}, when))
        if officers > 1:
            body = {"round": night.number, "code": self.code(night)}
            self.record("second", body, when, "check_in")
        return night

    def code(self, night: Round) -> str:
        """What the leader's QR says."""
        return squad_code(self.session, night.squad_id)

    def visit(self, night: Round | None, when: datetime, who: str = "officer", **more: Any) -> Visit:
        """A visit to the shop: an inspection without findings, unless said otherwise."""
        body = {
            "premises": {"id": self.shop.id},
            "kind": "inspection",
            "complete": True,
            "signed": "received",
            **({"round": night.number} if night else {}),
            **more,
        }
        visit_id = self.record(who, body, when, "visit")
        return visits_by_id(self.session, [visit_id])[visit_id].visit

    def end(self, night: Round, when: datetime) -> Round:
        """Its leader ends the round."""
        self.record("officer", {"action": "end", "round": night.number}, when)
        return round_named(self.session, self.root.id, night.number)


FAULTS = [{"text": "废气治理设施未运行", "severity": "serious", "category": "N101"}, {"text": "危废未分类存放"}]
ORDER = {"kind": "order", "number": "责改字〔2017〕12号", "due_on": "2017-04-10"}


def make_world(session: Session) -> World:
    """The street."""
    root = make_grid(session, level=Level.STREET, name="测试街道", side=0.02)
    west = make_grid(session, parent=root, level=Level.COMMUNITY, side=0.01)
    east = make_grid(session, parent=root, level=Level.COMMUNITY, west=119.96, side=0.01)
    make_category(session, "N101", kind=Kind.FINDING, list_code="N", name="废气超标或治污设施未运行")
    force = make_unit(session, root, name="城管中队", kind=UnitKind.URBAN_MANAGEMENT)
    parts: dict[str, tuple[tuple[Role, ...], Grid, str | None, date | None]] = {
        "officer": ((Role.OFFICER,), root, "苏D-001", None),
        "second": ((Role.OFFICER,), root, "苏D-002", date(2017, 12, 31)),
        "expired": ((Role.OFFICER,), root, "苏D-003", date(2017, 3, 30)),
        "auxiliary": ((Role.INSPECTOR,), west, None, None),
        "eastern": ((Role.INSPECTOR,), east, None, None),
        "duty": ((Role.SHIFT_LEADER,), root, None, None),
        "dispatcher": ((Role.DISPATCHER,), root, None, None),
        "western_desk": ((Role.SHIFT_LEADER,), west, None, None),
        "eastern_desk": ((Role.SHIFT_LEADER,), east, None, None),
        "handler": ((Role.HANDLER,), root, None, None),
    }
    people = {}
    for name, (roles, grid, certificate, until) in parts.items():
        user = make_user(session, root, *roles, grid=grid, unit=force, username=f"{name}{root.id}")
        row = session.get_one(User, user.id)
        row.certificate_no, row.certificate_valid_to = certificate, until
        session.flush()
        person = load_person(session, user.id)
        assert person is not None
        people[name] = person
    shop = premises.ensure(session, root.id, None, "宏达喷涂厂", grid_id=west.id, lon=119.955, lat=31.855)
    return World(session, root, west, east, shop, people)


def fields(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    """The fields an Invalid names."""
    return [error.field for error in refused.value.errors]
