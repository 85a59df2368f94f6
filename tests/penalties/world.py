"""A street with officers, a head, a clause of its published list; and how its people bring a penalty on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from gridops.catalogue.models import LegalBasis
from gridops.core import clock
from gridops.grids.models import Grid
from gridops.inspections.models import Round, Visit
from gridops.inspections.rules import Signed, VisitKind
from gridops.penalties import forms, service
from gridops.penalties.models import Penalty
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from gridops.premises import service as premises
from gridops.squads import service as squads
from tests.factories import at, make_grid, make_unit, make_user

STREET = "龙虎塘街道办事处"
NOW = at("2026-11-20 10:00")
OPENED, TOLD, DECIDED, SERVED = (at(f"2026-{day} 10:00") for day in ("10-12", "10-13", "10-26", "10-27"))


@dataclass
class Street:
    """A street and its people: two certified officers, the shift leader, the head, and one who only reads."""

    root: Grid
    officer: Person
    second: Person
    shift: Person
    head: Person
    reader: Person
    inspector: Person
    basis: LegalBasis
    names: dict[str, str] = field(default_factory=dict)


def make_street(session: Session, password_hash: str | None = None) -> Street:
    root = make_grid(session, name="龙虎塘街道")
    unit = make_unit(session, root, name="综合行政执法队", kind=UnitKind.URBAN_MANAGEMENT)

    def person(name: str, role: Role, certificate: str | None = None) -> Person:
        user = make_user(session, root, role, unit=unit, username=f"{name}-{root.id}", password_hash=password_hash)
        user.certificate_no, user.certificate_valid_to = certificate, date(2028, 1, 1) if certificate else None
        session.flush()
        found = load_person(session, user.id)
        assert found is not None
        return found

    basis = LegalBasis(
        root_id=root.id,
        code="SR-01",
        law="江苏省城市市容和环境卫生管理条例",
        article="第五十条",
        matter="店外经营",
        max_fine_person=Decimal("200.00"),
        max_fine_organisation=Decimal("5000.00"),
        valid_from=date(2020, 1, 1),
        listed_from=date(2022, 1, 1),
    )
    session.add(basis)
    session.flush()
    return Street(
        root,
        person("officer", Role.OFFICER, "苏D001"),
        person("second", Role.OFFICER, "苏D002"),
        person("shift", Role.SHIFT_LEADER),
        person("head", Role.APPROVER),
        person("reader", Role.LEADER),
        person("inspector", Role.INSPECTOR),
        basis,
    )


def opening(street: Street, **other: Any) -> forms.OpenIn:
    raw = {
        "opened_at": OPENED.isoformat(),
        "act_at": at("2026-10-10 20:00").isoformat(),
        "party": "某餐饮店",
        "party_kind": "organisation",
        "basis_id": street.basis.id,
    }
    return forms.open_form(raw | other)


def opened(session: Session, street: Street, **other: Any) -> Penalty:
    return service.open_proceedings(session, street.officer, opening(street, **other))


def deciding(street: Street, **other: Any) -> forms.DecideIn:
    raw = {
        "at": DECIDED.isoformat(),
        "decided_by": STREET,
        "kinds": "fine",
        "fine": "2000.00",
        "decision_no": "常龙罚〔2026〕1号",
        "officers": f"{street.officer.username};{street.second.username}",
        "surcharge_stated": "true",
    }
    return forms.decide_form(raw | other)


def told(session: Session, street: Street, row: Penalty) -> Penalty:
    service.tell(session, street.officer, row, forms.TellIn(TOLD), row.version)
    return row


def decided(session: Session, street: Street, act: str = "2026-10-10 20:00", **other: Any) -> Penalty:
    """A penalty of the street's own, decided; `act`: when it was done."""
    row = told(session, street, opened(session, street, act_at=at(act).isoformat()))
    service.decide(session, street.head, row, deciding(street, **other), row.version)
    return row


def served(session: Session, street: Street, when: datetime = SERVED, **other: Any) -> Penalty:
    """The same, served."""
    row = decided(session, street, **other)
    service.serve(session, street.officer, row, forms.ServeIn(when, "直接送达"), row.version)
    return row


def standing_at(when: datetime = NOW) -> Any:
    return clock.set_to(when)


def visit(session: Session, street: Street) -> Visit:
    """A visit of a night round to premises."""
    where = premises.ensure(session, street.root.id, None, "某餐饮店")
    squad = squads.open_squad(session, street.root.id, date(2026, 10, 10))
    night = Round(root_id=street.root.id, number="YC2026-0001", squad_id=squad.id, recorded_at=NOW)
    session.add(night)
    session.flush()
    made = Visit(
        root_id=street.root.id,
        round_id=night.id,
        premises_id=where.id,
        visited_at=at("2026-10-10 21:00"),
        kind=VisitKind.INSPECTION,
        complete=True,
        signed=Signed.RECEIVED,
        recorded_at=NOW,
    )
    session.add(made)
    session.flush()
    return made
