"""Swapping a checked file in: what changed here since it was compared is not overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.core import db
from gridops.core.errors import Conflict
from gridops.grids import queries as grids
from gridops.intake import case_import, staging
from gridops.intake.case_import import Counts
from gridops.intake.case_rows import Reader, Resolver
from gridops.intake.files import Line
from tests.factories import make_category, make_grid, make_user

ROW = {"external_id": "E-1", "kind": "event", "category_code": "0110", "reported_at": "2017-03-05T08:40:00"}


@pytest.fixture
def street(session: Session) -> str:
    make_category(session)
    return make_grid(session, "329900003").code


def stage(session: Session, code: str, **cells: str) -> str:
    """A run with one checked row; its name."""
    run = staging.begin(session)
    read: Any = Reader(grids.Snapshot(session), Resolver(session)).read(Line(2, {**ROW, "grid_code": code, **cells}))
    staging.add(session, run, [(2, *read)])
    return run


def take(session: Session, run: str) -> None:
    case_import.alone(session, "file")
    case_import.swap(session, run, "file", Resolver(session))
    session.flush()


def test_a_case_worked_on_between_comparing_and_swapping_is_left_alone(session: Session, street: str) -> None:
    take(session, stage(session, street))
    run = stage(session, street, address="elsewhere")
    counts = Counts()
    case_import.compare(session, run, "file", counts)
    assert (counts.changed, counts.errors) == (1, [])
    case = session.scalars(select(Case)).one()
    clerk = make_user(session, grids.by_code(session, street))
    session.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(actor_id=clerk.id))
    with pytest.raises(Conflict, match="case E-1 has just been worked on here"):
        take(session, run)
    session.refresh(case)
    assert case.address == ""


def test_a_second_import_of_a_source_waits(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with db.transaction() as first, database.connect() as connection, Session(connection) as second:
        case_import.alone(first, "file")
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        case_import.alone(second, "another")
        with pytest.raises(OperationalError, match="lock timeout"):
            case_import.alone(second, "file")
