"""Places, people and things of cases for the tests of scope: a case with its photo, a record, a dispute, a bulletin."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy.orm import Session

from gridops.bulletins import building
from gridops.bulletins import service as bulletins
from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import SpotCheck
from gridops.cases.rules.moves import Move
from gridops.cases.service import move, report
from gridops.core import clock, db
from gridops.core.db import transaction
from gridops.core.ids import uuid7
from gridops.evidence.models import Content, EvidenceLink
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.hotline.models import HotlineOrder
from gridops.intake import judging
from gridops.intake import service as intake
from gridops.intake.forms import parse_record
from gridops.intake.models import DisputedRecord
from gridops.intake.rules import Verdict
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from gridops.web.photos import Limits
from tests.evidence.pictures import picture, sha256
from tests.factories import make_category, make_condition, make_grid, make_unit, make_user

PLACES = ("west", "east", "street", "abroad")
POINTS = {"west": (119.955, 31.855), "east": (119.965, 31.855), "abroad": (118.005, 30.005)}


def make_places(session: Session) -> tuple[dict[str, Grid], dict[str, Any]]:
    """The grids by place, and a unit of each root."""
    make_condition(session, make_category(session))
    street = make_grid(session, "S", west=119.95, south=31.85, side=0.02)
    grids = {
        "west": make_grid(session, "W", parent=street, level=Level.COMMUNITY, west=119.95, south=31.85, side=0.01),
        "east": make_grid(session, "E", parent=street, level=Level.COMMUNITY, west=119.96, south=31.85, side=0.01),
        "street": street,
        "abroad": make_grid(session, "A", west=118.0, south=30.0, side=0.01),
    }
    return grids, {place: make_unit(session, grids[place]) for place in ("street", "abroad")}


EVERYTHING = (Role.INSPECTOR, Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER)


def helper(session: Session, root: Grid, *roles: Role) -> Person:
    """Someone who may do everything a case needs (or holds these roles); nobody of the test."""
    user = make_user(session, root, *(roles or EVERYTHING))
    found = load_person(session, user.id)
    assert found is not None
    return found


def make_case(session: Session, root: Grid, unit_id: int, place: tuple[float, float]) -> tuple[int, str]:
    """(id, number) of a case with a unit."""
    person = helper(session, root)
    case = report(session, ReportIn("0110", location=Location(*place)), person)
    condition = session.connection().exec_driver_sql("SELECT id FROM filing_condition").scalar_one()
    move(session, case.id, Move.FILE, person, MoveFields(condition=condition))
    move(session, case.id, Move.DISPATCH, person, MoveFields(unit=unit_id))
    now = clock.now()
    order = {"number": f"GD-{case.id}", "received_at": now, "contact_due_at": now, "answer_due_at": now}
    session.add(HotlineOrder(root_id=root.id, case_id=case.id, recorded_at=now, runs_out_at=now, **order))
    return case.id, case.number


def make_link(session: Session, store: LocalStore, root_id: int, case: tuple[int, str], seed: int) -> int:
    """The id of a photo's use as evidence of a case."""
    content = picture(seed=seed)
    store.put(sha256(content), io.BytesIO(content))
    now = clock.now()
    session.add(Content(sha256=sha256(content), size=len(content), mime="image/jpeg", received_at=now, derived="owed"))
    session.flush()
    use = EvidenceLink(
        sha256=sha256(content), root_id=root_id, subject_kind="case", subject_id=case[0], role="before", linked_at=now
    )
    session.add(use)
    session.flush()
    return use.id


def make_record(session: Session, root: Grid, place: tuple[float, float]) -> str:
    """The name of a record sent by someone who is nobody of the test; it waits, and leads to no case."""
    name = str(uuid7())
    hand_in(session, helper(session, root), name, place)
    return name


def hand_in(session: Session, sender: Person, name: str, place: tuple[float, float]) -> None:
    """A report at a place under a name, about a case that nobody knows."""
    now = clock.local(clock.now()).isoformat()
    body = {"category": "0110", "location": {"lon": place[0], "lat": place[1]}, "same_as": str(uuid7())}
    payload = {"type": "report", "captured_at": now, "sent_at": now, "device": "", "body": body, "attachments": []}
    intake.take(session, sender, name, parse_record(payload, name, Limits(1, 1)), payload)


def make_dispute(session: Session, root: Grid, place: tuple[float, float]) -> int:
    """The id of a second content under one name, decided already: whoever may decide is told so."""
    sender, name = helper(session, root), str(uuid7())
    for _time in range(2):
        hand_in(session, sender, name, place)
    (row,) = session.query(DisputedRecord).filter_by(record_id=name)
    judging.judge_dispute(session, helper(session, root), row.id, Verdict.FIRST_STANDS, "x", Limits(1, 1))
    return row.id


def make_bulletin(store: LocalStore, grid: Grid) -> int:
    """The id of a paper of March, built and frozen."""
    with transaction() as session:
        opened = bulletins.open_draft(session, grid.code, "2017-03").id
    building.build_in_place(db.transaction, opened, building.Workshop(store))
    with transaction(repeatable=True) as session:
        root = session.get_one(Grid, grid.root_id)
        bulletins.prepare_freeze(session, opened)
        bulletins.freeze(session, opened, helper(session, root, Role.EDITOR))
    building.build_in_place(db.transaction, opened, building.Workshop(store))
    return opened


def make_sample(session: Session, root: Grid, grid: Grid) -> int:
    """The id of a spot check of the cases closed in a place."""
    today, now = clock.local_date(clock.now()), clock.now()
    check = SpotCheck(
        root_id=root.id, first_day=today, last_day=today, grid_id=grid.id, seed="1", size=1, population=1,
        digest="0" * 64, drawn_at=now, drawn_by=helper(session, root).user_id,
    )  # fmt: skip
    session.add(check)
    session.flush()
    return check.id
