"""The standing parts of the demo street: territory, units, people, responsibilities, campaigns; by the rooms' verbs."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy.orm import Session

from gridops.core.errors import Conflict
from gridops.demo_street import queries
from gridops.demo_street.plan import CAMPAIGNS
from gridops.demo_street.staff import UNITS, PersonPlan, Staff
from gridops.demo_street.territory import STREET, street_features
from gridops.grids import forms as grid_forms
from gridops.grids import queries as grids
from gridops.grids import service as territory
from gridops.operations import service as operations
from gridops.people import service as people
from gridops.people.queries.calling import LEADING
from gridops.people.queries.keeping import grids_by_code

ROOT_CODE = STREET[0]
# Before the first day of the year, so that everyone is there on it.
_SINCE = date(2016, 12, 1)
_DUTY_FROM = date(2017, 1, 1)


def root_id(session: Session) -> int | None:
    """The id of the demo street; None where it is not there. Conflict where its code belongs to somebody else."""
    found = grids.by_code(session, ROOT_CODE)
    if found is None:
        return None
    if found.root_id != found.id or not queries.demo_accounts(session, found.id):
        raise Conflict(f"{ROOT_CODE} 已是其他辖区，不能载入演示街道 / the code belongs to a jurisdiction of your own")
    return found.id


def build(session: Session, staff: Staff, password_hash: str) -> int:
    """Make territory, units, people, duties and campaigns; returns the id of the street."""
    raw = json.dumps(street_features(), ensure_ascii=False).encode()
    report = territory.import_grids(session, raw, grid_forms.Options())
    if report.errors:
        raise Conflict(f"the demo territory was refused: {report.errors[0].reason}")
    root = grids.by_code(session, ROOT_CODE)
    assert root is not None
    places = grids_by_code(session, root.id)
    units: dict[str, int] = {}
    for order, unit in enumerate(UNITS):
        parent = units[unit.parent] if unit.parent else None
        grid = places[unit.grid] if unit.grid else None
        units[unit.code] = people.create_unit(
            session, root.id, people.NewUnit(unit.code, unit.name, unit.kind, parent, grid, phone=_phone(order))
        ).id
    users = {
        each.username: _person(session, root.id, each, order, units, places, password_hash)
        for order, each in enumerate(staff.people)
    }
    for duty in staff.duties:
        people.assign(
            session,
            places[duty.grid],
            duty.line,
            user_id=users[duty.person] if duty.person else None,
            unit_id=units[duty.unit] if duty.unit else None,
            valid_from=_DUTY_FROM,
        )
    for code, name, *_ in CAMPAIGNS:
        operations.ensure_campaign(session, root.id, code, name)
    return root.id


def _phone(number: int) -> str:
    """A number that nobody has: none of the city begins with a nought."""
    return f"0519-0000{number:04d}"


def _person(
    session: Session,
    root: int,
    plan: PersonPlan,
    order: int,
    units: dict[str, int],
    places: dict[str, int],
    password_hash: str,
) -> int:
    user = people.create_user(
        session,
        root,
        people.NewUser(
            plan.username,
            plan.name,
            units[plan.unit],
            staff_no=plan.staff_no,
            certificate_no=plan.certificate_no,
            certificate_valid_to=plan.certificate_valid_to,
            password_hash=password_hash,
            demo=True,
            phone=_phone(1000 + order) if any(held.role in LEADING for held in plan.roles) else None,
        ),
    )
    for held in plan.roles:
        grid = places[held.grid] if held.grid else root
        people.grant_role(session, user.id, held.role, grid_id=grid, valid_from=_SINCE)
    return user.id
