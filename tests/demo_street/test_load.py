"""A slice of the demo street through the services: whole, once, and going on after an interruption."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridops.assessment import queries as assessment
from gridops.bulletins.models import Bulletin, BulletinPaper
from gridops.cases import service as cases
from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move, State
from gridops.catalogue import service as catalogue
from gridops.cli import base, gridops
from gridops.core import clock, db, owed
from gridops.core.errors import Conflict
from gridops.demo_street import papers, queries, run, setup
from gridops.demo_street.staff import APPROVER, EDITOR
from gridops.evidence.models import EvidenceLink
from gridops.figures.models import DayTotal
from gridops.hotline.models import HotlineOrder
from gridops.hotline.rules import Progress, StepKind
from gridops.people import queries as people
from gridops.people import service as accounts
from gridops.people.models import User
from gridops.people.rules import Role
from gridops.supervision.rules import Assessor
from gridops.worktime import queries as working
from gridops.worktime import service as worktime
from tests.factories import make_grid

LAST = datetime(2017, 1, 4, tzinfo=clock.LOCAL)


class Stopped(Exception):
    """Somebody pulled the plug."""


def quiet(_what: str, _done: int, _total: int) -> None:
    """Say nothing."""


@pytest.fixture
def street_to_be(database: Engine, tmp_path: Path) -> run.Settings:
    with db.transaction() as session:
        worktime.seed(session)
        catalogue.seed(session)
    return run.Settings(tmp_path / "evidence", "no-password")


def counted() -> dict[str, int]:
    with db.reading() as session:
        tables = (Case, CaseEvent, User, EvidenceLink, DayTotal)
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_an_interrupted_load_goes_on_and_the_street_is_whole_and_loaded_once(street_to_be: run.Settings) -> None:
    def pull_the_plug(_what: str, done: int, _total: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        run.load(street_to_be, pull_the_plug, last_day=LAST)
    half = counted()["case"]
    assert half > 0
    assert not run.is_loaded()

    loaded = run.load(street_to_be, quiet, last_day=LAST)
    assert loaded.new
    assert run.is_loaded()
    with db.reading() as session:
        told_of(session, loaded.root_id)
        everything = session.scalars(select(Case.id)).all()
        assert session.scalar(select(func.count()).where(CaseEvent.move == Move.REPORT)) == len(everything) > half
    with db.transaction() as session:
        assert not cases.rebuild(session, everything)

    before = counted()
    assert not run.load(street_to_be, quiet, last_day=LAST).new
    assert counted() == before
    papers_of_january(street_to_be, loaded.root_id)


def told_of(session: Session, root: int) -> None:
    covered = people.coverage(session, root, date(2017, 1, 1))
    assert (covered.count, covered.staffed) == (60, 60)
    states = Counter(session.scalars(select(Case.state)))
    assert states[State.SELF_HANDLED] > 40
    assert {State.REPORTED, State.DISPATCHED, State.CHECKING, State.CLOSED} <= states.keys()
    years = Counter(clock.local_date(at).year for at in session.scalars(select(Case.recorded_at)))
    assert years[2017] > 60
    assert not owed.pending(session, "day_total")
    assert queries.loading(session) is None
    assert {row.assessor for row in assessment.rule_rows(session, root)} == {Assessor.CITY, Assessor.DISTRICT}
    orders = session.scalars(select(HotlineOrder)).all()
    waits = Counter(Progress(row.contacted_at, row.answered_at, row.revisited_at).next for row in orders)
    assert {None, *StepKind} <= waits.keys(), "callers wait for every step, and one for none"
    assert (session.scalar(select(func.count()).select_from(EvidenceLink)) or 0) > 30
    assert {sign_in.role for sign_in in queries.sign_ins(session, root)} == set(Role)


def papers_of_january(settings: run.Settings, root: int) -> None:
    """Locked and issued with the times of their year, however often the steps are taken."""
    with db.reading() as session:
        calendar = working.calendar_for(session, root)
        users = session.scalars(select(User).where(User.username.in_([EDITOR, APPROVER]))).all()
        persons = {user.username: person for user in users if (person := people.load_person(session, user.id))}
    steps = [step for step in papers.steps(calendar, last_month=1) if step.series == "monthly"]
    for step in [*steps, *steps[:-1]]:
        papers.take(step, persons, settings.store, ())
    with db.reading() as session:
        (paper,) = session.scalars(select(Bulletin)).all()
        assert (paper.status.value, paper.issue_no, paper.period) == ("issued", 1, "2017-01")
        assert paper.issued_on == date(2017, 2, 6)
        assert {made.format for made in session.scalars(select(BulletinPaper))} == {"json", "html", "pdf", "docx"}


def test_the_code_of_somebody_elses_street_is_left_alone(street_to_be: run.Settings) -> None:
    with db.transaction() as session:
        make_grid(session, setup.ROOT_CODE, name="真正的街道")
    with pytest.raises(Conflict):
        run.load(street_to_be, quiet, last_day=LAST)
    assert counted()["case"] == 0


def test_the_command_tells_who_may_sign_in_and_loads_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_engine: Engine
) -> None:
    monkeypatch.setenv("GRIDOPS_DATA_DIR", str(tmp_path))
    settings = base.opened()
    try:
        runner = CliRunner()
        assert "gridops demo" in str(runner.invoke(gridops, ["demo", "--sign-ins"]).exception)
        run.load(
            run.Settings(settings.evidence_dir, accounts.hash_password("of another machine")), quiet, last_day=LAST
        )
        told = runner.invoke(gridops, ["demo"])
        assert told.exit_code == 0
        assert "没有改动" in told.output
        assert (tmp_path / "demo.loaded").exists()
        listed = json.loads(runner.invoke(gridops, ["demo", "--sign-ins"]).output)
        assert {"role", "name", "username", "password", "unit", "territory"} == set(listed[0])
        assert len({entry["username"] for entry in listed if entry["role"] == "inspector"}) == 60
        assert (tmp_path / "demo_password").stat().st_mode & 0o077 == 0
        with db.reading() as session:
            root = setup.root_id(session)
            assert root is not None
            assert accounts.demo_password_is(session, root, listed[0]["password"])
    finally:
        db.engine().dispose()
        db.use(sqlite_engine)
