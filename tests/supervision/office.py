"""A street with its supervision office, two units with handlers, and records as the gate hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.models import Unit
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from gridops.supervision import forms, service
from gridops.supervision.forms import MatterForm, ProblemForm
from gridops.supervision.models import Matter, Problem
from tests.factories import at, make_grid, make_unit, make_user

NOW = at("2017-03-06 09:00")


@dataclass
class Office:
    """A street: its office, a leader, and two units; `village` is a community's, with a grid of its own."""

    root: Grid
    west: Grid
    village: Unit
    bureau: Unit
    officer: Person
    leader: Person
    approver: Person
    villager: Person
    clerk: Person
    shift: Person


def make_office(session: Session, password_hash: str | None = None) -> Office:
    root = make_grid(session, "S", name="龙虎塘街道")
    west = make_grid(session, "W", parent=root, level=Level.COMMUNITY)
    street = make_unit(session, root, "LHT", name="街道", level=1, kind=UnitKind.STREET)
    village = make_unit(session, root, "LHT-PL", parent=street, name="盘龙社区", kind=UnitKind.COMMUNITY)
    bureau = make_unit(session, root, "LHT-CG", parent=street, name="城管中队", kind=UnitKind.URBAN_MANAGEMENT)
    village.grid_id = west.id

    def person(name: str, role: Role, unit: Unit, grid: Grid) -> Person:
        user = make_user(session, root, role, unit=unit, grid=grid, username=name, password_hash=password_hash)
        found = load_person(session, user.id)
        assert found is not None
        return found

    return Office(
        root,
        west,
        village,
        bureau,
        person("office", Role.SUPERVISION_OFFICER, street, root),
        person("boss", Role.LEADER, street, root),
        person("signer", Role.APPROVER, street, root),
        person("villager", Role.HANDLER, village, west),
        person("bureau", Role.HANDLER, bureau, root),
        person("shift", Role.SHIFT_LEADER, street, root),
    )


def send(session: Session, person: Person, kind: str, body: dict[str, object], when: datetime, name: str = "") -> int:
    """A phone's record, as the gate hands it on; the id of what it led to."""
    read = getattr(forms, f"parse_{kind}")(body)
    verb = getattr(service, f"record_{kind}")
    found: tuple[str, int] = verb(
        session, person, read, happened_at=when, recorded_at=clock.now(), record_id=name or str(uuid7())
    )
    return found[1]


def named(session: Session, office: Office, unit: Unit | None = None, **given: object) -> Problem:
    """A problem item that the office names."""
    values: dict[str, object] = {"fact": "楼道堆物", "period": "2017-02", "due_at": at("2017-03-15 23:59"), **given}
    return service.name_problem(session, office.officer, ProblemForm((unit or office.village).code, **values))  # type: ignore[arg-type]


def opened(session: Session, office: Office, **given: object) -> Matter:
    """A supervised matter that the office opens, led by the village."""
    values: dict[str, object] = {"title": "长虹路整治", "lead": office.village.code, **given}
    return service.open_matter(session, office.officer, MatterForm(**values))  # type: ignore[arg-type]
