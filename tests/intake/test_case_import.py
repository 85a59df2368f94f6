"""Swapping a checked file in: what changed here since it was compared is not overwritten."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move, State
from gridops.core import db
from gridops.grids import queries as grids
from gridops.intake import case_import
from gridops.intake.case_import import Counts
from gridops.intake.case_rows import Reader
from gridops.intake.codes import Resolver
from gridops.intake.files import Line
from gridops.intake.staging import Staging
from tests.factories import make_category, make_grid, make_user

ROW = {"external_id": "E-1", "kind": "event", "category_code": "0110", "reported_at": "2017-03-05T08:40:00"}


@pytest.fixture
def street(session: Session) -> str:
    make_category(session)
    return make_grid(session, "329900003").code


def stage(session: Session, *rows: dict[str, str]) -> Staging:
    """The staging area of a file with these checked rows."""
    staged = Staging()
    lines = [Line(number, {**ROW, **cells}) for number, cells in enumerate(rows, 2)]
    good, refused = Reader(grids.Snapshot(session), Resolver(session)).read(lines)
    assert refused == []
    staged.add(good)
    return staged


def take(session: Session, staged: Staging) -> Counts:
    counts = Counts()
    case_import.alone(session)
    case_import.swap(session, staged, "file", Resolver(session), counts)
    session.flush()
    return counts


def test_a_case_worked_on_here_is_left_alone_and_its_line_named(session: Session, street: str) -> None:
    take(session, stage(session, {"grid_code": street}))
    staged = stage(session, {"grid_code": street, "address": "elsewhere"})
    counts = Counts()
    case_import.compare(session, staged, "file", counts)
    assert (counts.changed, counts.errors) == (1, [])
    case = session.scalars(select(Case)).one()
    clerk = make_user(session, grids.by_code(session, street))
    session.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(actor_id=clerk.id))
    for counts in (Counts(), take(session, staged)):
        if not counts.errors:
            case_import.compare(session, staged, "file", counts)
        assert [(error.line, error.column, error.value) for error in counts.errors] == [(2, "external_id", "E-1")]
        assert "worked on here" in counts.errors[0].reason
        assert (counts.changed, counts.refused) == (0, 1)
    session.refresh(case)
    assert case.address == ""


def test_only_what_a_newer_file_tells_otherwise_is_told_anew(session: Session, street: str) -> None:
    rows = [{"external_id": f"E-{n}", "grid_code": street} for n in range(3)]
    first = take(session, stage(session, *rows))
    assert (first.new, first.unchanged, first.changed) == (3, 0, 0)
    rows[1] |= {"filed_at": "2017-03-05T09:00:00", "due_at": "2017-03-06T09:00:00", "category_code": "0110"}
    again = take(session, stage(session, *rows, {"external_id": "E-3", "grid_code": street}))
    assert (again.new, again.unchanged, again.changed, again.errors) == (1, 2, 1, [])
    session.expire_all()
    cases = {case.external_id: case for case in session.scalars(select(Case))}
    assert sorted(cases) == ["E-0", "E-1", "E-2", "E-3"]
    assert [cases[f"E-{n}"].state for n in range(4)] == [State.REPORTED, State.FILED, State.REPORTED, State.REPORTED]
    told = session.execute(
        select(CaseEvent.seq, CaseEvent.move, CaseEvent.superseded_at.is_not(None))
        .where(CaseEvent.case_id == cases["E-1"].id)
        .order_by(CaseEvent.seq)
    )
    assert [tuple(row) for row in told] == [(1, Move.REPORT, True), (2, Move.REPORT, False), (3, Move.FILE, False)]
    assert (take(session, stage(session, *rows)).unchanged, len(cases)) == (3, 4)


def test_a_second_import_waits(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with db.transaction() as first, database.connect() as connection, Session(connection) as second:
        case_import.alone(first)
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            case_import.alone(second)
