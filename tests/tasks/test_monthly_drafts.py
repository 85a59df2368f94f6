"""The monthly draft of the calendar: on the first day at 02:00, once, for streets that keep the series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import load
from gridops.bulletins import building, queries
from gridops.bulletins import service as bulletins
from gridops.bulletins.models import BuildJob, Bulletin, Series
from gridops.core import clock, db
from gridops.core.errors import Invalid
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.tasks import app as tasks
from gridops.tasks import jobs, schedule
from tests.factories import at, make_grid

FIRST = at("2017-04-01 02:00")


@pytest.fixture
def quiet(database: Engine, tmp_path: Path) -> Path:
    """The tasks of a deployment whose broker does not answer: what they owe stays owed."""
    tasks.configure(load({"GRIDOPS_DATA_DIR": str(tmp_path), "GRIDOPS_REDIS_URL": "redis://127.0.0.1:1/0"}))
    return tmp_path


def _street(code: str, *, monthly: bool = True) -> int:
    with db.transaction() as session:
        root = make_grid(session, code, west=119.0 + len(code))
        if monthly:
            session.add(Series(root_id=root.id, key="monthly", name="城市管理月报", settings={}))
        return root.id


def _drafts() -> list[tuple[str, str, str]]:
    with db.reading() as session:
        found = session.execute(
            select(Grid.code, Bulletin.period, Bulletin.status).join(Grid, Grid.id == Bulletin.grid_id)
        )
        return sorted((code, period, status.value) for code, period, status in found)


def _jobs() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(BuildJob)) or 0


def test_the_calendar_drafts_on_the_first_day_at_two_in_the_morning_of_the_street(quiet: Path) -> None:
    planned = schedule.CALENDAR["monthly drafts"]["schedule"]
    assert schedule.CALENDAR["monthly drafts"]["task"] == "bulletins.monthly_drafts"
    assert (planned.day_of_month, planned.hour, planned.minute) == ({1}, {2}, {0})
    assert tasks.celery.conf.timezone == "Asia/Shanghai"


def test_last_month_is_drafted_once_however_often_the_task_runs(quiet: Path) -> None:
    _street("A")
    with clock.set_to(FIRST):
        jobs.monthly_drafts()
        jobs.monthly_drafts()
    assert _drafts() == [("A", "2017-03", "draft")]
    assert _jobs() == 1
    with clock.set_to(at("2017-04-02 06:00")):  # the morning that makes up for a night nothing ran
        jobs.monthly_drafts()
    assert (_drafts(), _jobs()) == ([("A", "2017-03", "draft")], 1)


@pytest.mark.parametrize(
    ("now", "month"),
    [("2017-04-01 00:30", "2017-03"), ("2017-01-01 02:00", "2016-12"), ("2017-03-31 23:59", "2017-02")],
)
def test_the_month_is_that_of_the_street_and_not_of_greenwich(quiet: Path, now: str, month: str) -> None:
    _street("A")
    with clock.set_to(at(now)):
        jobs.monthly_drafts()
    assert [period for _, period, _ in _drafts()] == [month]


def test_a_street_without_cases_has_a_draft_that_says_so(quiet: Path) -> None:
    root_id = _street("A")
    with clock.set_to(FIRST):
        jobs.monthly_drafts()
        with db.reading() as session:
            found = queries.bulletin(session, root_id, "monthly", "2017-03")
            assert found is not None
            bulletin_id = found.id
        building.build_in_place(db.transaction, bulletin_id, building.Workshop(LocalStore(quiet / "evidence")))
    with db.reading() as session:
        told = session.get_one(Bulletin, bulletin_id).text
    assert told == [{"level": 1, "heading": "总体情况", "paragraphs": ["3月份未接到问题上报。"]}]


def test_a_street_that_keeps_no_monthly_series_is_left_alone(quiet: Path) -> None:
    _street("A", monthly=False)
    _street("BB")
    with clock.set_to(FIRST):
        jobs.monthly_drafts()
    assert _drafts() == [("BB", "2017-03", "draft")]


def test_a_street_that_fails_keeps_no_other_from_its_draft(quiet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _street("A")
    _street("BB")
    whole = bulletins.open_draft

    def stumbling(session: Session, code: str, *rest: Any, **more: Any) -> Bulletin:
        if code == "A":
            raise Invalid(("period", "broken territory"))
        return whole(session, code, *rest, **more)

    monkeypatch.setattr(bulletins, "open_draft", stumbling)
    with clock.set_to(FIRST):
        jobs.monthly_drafts()
    assert _drafts() == [("BB", "2017-03", "draft")]
