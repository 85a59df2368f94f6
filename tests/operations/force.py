"""A street with its joint force, and records as the gate hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.operations import forms, service
from gridops.operations.models import Campaign, Outing
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from gridops.squads import forms as squads
from tests.factories import at, make_grid, make_unit, make_user

NINE, TEN, ELEVEN = at("2017-03-05 21:00"), at("2017-03-05 22:00"), at("2017-03-05 23:00")


@dataclass
class Force:
    """A street with two communities, its joint force, and a campaign."""

    root: Grid
    west: Grid
    east: Grid
    leader: Person
    policeman: Person
    inspector: Person
    desk: Person
    campaign: Campaign


def make_force(session: Session, password_hash: str | None = None) -> Force:
    root = make_grid(session, "S", name="龙虎塘街道")
    west, east = (make_grid(session, code, parent=root, level=Level.COMMUNITY) for code in ("W", "E"))

    def person(name: str, role: Role, kind: UnitKind, certificate: str | None = None) -> Person:
        unit = make_unit(session, root, f"U-{name}", kind=kind)
        user = make_user(session, root, role, unit=unit, username=name, password_hash=password_hash)
        user.certificate_no, user.certificate_valid_to = certificate, date(2028, 1, 1) if certificate else None
        session.flush()
        found = load_person(session, user.id)
        assert found is not None
        return found

    return Force(
        root,
        west,
        east,
        person("leader", Role.OFFICER, UnitKind.URBAN_MANAGEMENT, "苏D001"),
        person("policeman", Role.OFFICER, UnitKind.POLICE_STATION, "苏D002"),
        person("inspector", Role.INSPECTOR, UnitKind.COMMUNITY),
        person("desk", Role.SHIFT_LEADER, UnitKind.STREET),
        service.ensure_campaign(session, root.id, "FJDC", "非机动车乱停放整治"),
    )


def send(session: Session, person: Person, kind: str, body: dict[str, object], when: datetime) -> tuple[str, int]:
    """A phone's record, as the gate hands it on."""
    read = getattr(squads if kind in ("check_in", "track") else forms, f"parse_{kind}")(body)
    verb = getattr(service, f"record_{kind}")
    found: tuple[str, int] = verb(
        session, person, read, happened_at=when, recorded_at=clock.now(), record_id=str(uuid7())
    )
    return found


def begun(session: Session, force: Force, when: datetime = NINE) -> Outing:
    """An outing that the leader has begun."""
    kind, outing_id = send(session, force.leader, "outing", {"action": "start", "campaign": "FJDC"}, when)
    assert kind == "outing"
    return session.get_one(Outing, outing_id)
