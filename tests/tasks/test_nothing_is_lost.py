"""Workers are killed with SIGKILL and brokers emptied in the middle; the papers are those of an undisturbed run."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from PIL import Image
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import load
from gridops.bulletins import building, queries
from gridops.bulletins import service as bulletins
from gridops.bulletins.models import Bulletin
from gridops.core import db
from gridops.core.owed import Owed, owe
from gridops.evidence import service as evidence
from gridops.evidence.models import Content
from gridops.evidence.store import LocalStore
from gridops.figures import service as figures
from gridops.figures.models import DayTotal
from gridops.grids import queries as grids
from gridops.grids.models import Grid
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from gridops.tasks import app as tasks
from gridops.tasks import broker, schedule
from tests.command import command_in
from tests.conftest import REDIS, ROOT, missing, shared
from tests.factories import make_user

pytestmark = [pytest.mark.broker, pytest.mark.acceptance]
FOLDER, CODE, PERIOD = "tianmen-2016-12", "429006", "2016-12"
SAME = ("figures", "tables", "text", "late_records")


@dataclass
class Deployment:
    """A data folder, its database and broker, and the worker and calendar that run on them."""

    settings: dict[str, str]
    client: redis.Redis
    engine: Engine
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *parts: str) -> None:
        """Start a worker or the calendar in a process group of its own."""
        arguments = {
            "worker": ["worker", "--concurrency", "2", "--queues", ",".join(schedule.QUEUES), "--loglevel", "ERROR"],
            "beat": ["beat", "--loglevel", "ERROR", "--pidfile", ""],
        }
        for part in parts:
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "celery_worker", *arguments[part]],
                    cwd=ROOT,
                    env={**os.environ, **self.settings},
                    start_new_session=True,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def kill(self) -> None:
        """SIGKILL everything at once, as a power cut would."""
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def paper(self) -> dict[str, Any]:
        """The figures of the built bulletin."""
        with db.reading() as session:
            found = queries.bulletin(session, _grid(session), "monthly", PERIOD)
            assert found is not None
            told = json.loads(building.stored(session, LocalStore(load(self.settings).evidence_dir), found.id)["json"])
        return {name: told[name] for name in SAME}


def _grid(session: Any) -> int:
    found = grids.by_code(session, CODE)
    assert found is not None
    return found.id


@pytest.fixture(params=["embedded", "redis"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """SQLite with the embedded broker, and PostgreSQL with a real Redis; each with a month of Tianmen."""
    settings = {"GRIDOPS_DATA_DIR": str(tmp_path / "data"), "GRIDOPS_STALE_BUILD_S": "3", "PYTHONPATH": str(ROOT)}
    if request.param == "redis":
        settings["GRIDOPS_DATABASE_URL"] = request.getfixturevalue("own_postgresql")
        settings["GRIDOPS_REDIS_URL"] = REDIS
    gridops = command_in(tmp_path / "data", **settings)
    if request.param == "redis":
        gridops("init")
    gridops("import", "grids", shared("acceptance", FOLDER, "grids.geojson"))
    gridops("import", "cases", shared("acceptance", FOLDER, "cases.csv.gz"), "--create-units")
    config = load(settings)
    engine = db.bind(config.database)
    server = broker.ensure_broker(config.data_dir, config.redis_url)
    client = redis.Redis.from_url(server.client_url)
    try:
        client.flushdb()
    except redis.ConnectionError:
        missing("no Redis answers (GRIDOPS_TEST_REDIS_URL): its half of the broker tests is skipped")
    tasks.configure(config)
    made = Deployment(settings, client, engine)
    yield made
    made.kill()
    client.flushdb()
    client.close()
    server.stop()
    engine.dispose()


def until(holds: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something holds, or fail."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def _ask() -> int:
    with db.transaction() as session:
        found = bulletins.open_draft(session, CODE, PERIOD)
        job_id = bulletins.ask_build(session, found.id).id
    tasks.wake("bulletins.build", job_id)
    return job_id


def _state(job_id: int) -> str:
    with db.reading() as session:
        job = queries.job(session, job_id)
        return job.state if job else ""


def _parts(job_id: int) -> int:
    with db.reading() as session:
        return queries.parts_done(session, job_id)


def _owed() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Owed)) or 0


def _days() -> list[tuple[Any, ...]]:
    names = [column for column in DayTotal.__table__.columns if column.name != "id"]
    with db.reading() as session:
        return sorted(tuple(row) for row in session.execute(select(*names)))


def _pictures(settings: dict[str, str], count: int) -> None:
    """Pictures whose thumbnails are owed."""
    store = LocalStore(load(settings).evidence_dir)
    for place in range(count):
        content = io.BytesIO()
        Image.new("RGB", (1600, 1200), (place * 20 % 255, 90, 120)).save(content, "JPEG")
        with db.transaction() as session:
            sha256 = evidence.keep(session, store, content.getvalue(), "image/jpeg")
            session.get_one(Content, sha256).derived = "owed"
            owe(session, evidence.THUMBNAIL, [sha256])


def test_killed_workers_and_an_emptied_broker_lose_nothing(deployment: Deployment) -> None:
    undisturbed = _undisturbed(deployment)

    deployment.start("worker", "beat")
    job_id = _ask()
    until(lambda: _parts(job_id) >= 1)
    deployment.kill()
    assert _state(job_id) == "owed"
    deployment.start("worker", "beat")
    until(lambda: _state(job_id) == "done")
    assert deployment.paper() == undisturbed

    _pictures(deployment.settings, 12)
    job_id = _ask()
    deployment.client.flushdb()
    until(lambda: _state(job_id) == "done")
    until(lambda: _owed() == 0)
    assert deployment.paper() == undisturbed
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Content).where(Content.derived == "made")) == 12


def test_a_freeze_during_a_build_that_is_killed_ends_with_the_locked_figures(deployment: Deployment) -> None:
    """The build is cut off by SIGKILL after its first part, and the figures are locked before a worker is back."""
    undisturbed = _undisturbed(deployment)
    editor = _editor()
    deployment.start("worker", "beat")
    job_id = _ask()
    until(lambda: _parts(job_id) >= 1)
    deployment.kill()
    assert _state(job_id) == "owed"
    digest = _freeze(editor)
    deployment.start("worker", "beat")
    until(lambda: _built_as() == ("frozen", digest))
    assert _state(job_id) == "done"
    paper = deployment.paper()
    assert {name: paper[name] for name in ("figures", "tables", "text")} == {
        name: undisturbed[name] for name in ("figures", "tables", "text")
    }
    with db.reading() as session:
        found = queries.bulletin(session, _grid(session), "monthly", PERIOD)
        assert found is not None
        assert bulletins.verify(session, found).same
        assert building.is_built(session, found)


def _editor() -> Person:
    with db.transaction() as session:
        found = make_user(session, session.get_one(Grid, _grid(session)), Role.EDITOR)
        person = load_person(session, found.id)
    assert person is not None
    return person


def _freeze(person: Person) -> str:
    """Lock the figures as the command does, and owe the papers; nobody is woken, so the schedule must find them."""
    with db.transaction() as session:
        found = queries.bulletin(session, _grid(session), "monthly", PERIOD)
        assert found is not None
        bulletin_id = found.id
        bulletins.prepare_freeze(session, bulletin_id)

    def lock(session: Session) -> None:
        bulletins.freeze(session, bulletin_id, person)
        bulletins.ask_build(session, bulletin_id, person)

    db.repeatable(lock)
    with db.reading() as session:
        locked = queries.frozen_set(session, session.get_one(Bulletin, bulletin_id))
        assert locked is not None
        return locked.digest


def _built_as() -> tuple[str, str]:
    """The state and the digest that the kept paper carries."""
    with db.reading() as session:
        found = queries.bulletin(session, _grid(session), "monthly", PERIOD)
        assert found is not None
        papers = queries.papers(session, found.id)
        return papers["json"].status.value, (found.draft or {}).get("digest") or ""


def _undisturbed(deployment: Deployment) -> dict[str, Any]:
    """What one quiet process makes of the same rows."""
    config = load(deployment.settings)
    with db.transaction() as session:
        found = bulletins.open_draft(session, CODE, PERIOD)
    building.build_in_place(db.transaction, found.id, building.Workshop(LocalStore(config.evidence_dir)))
    return deployment.paper()


def test_totals_owed_are_rebuilt_after_a_killed_worker(deployment: Deployment) -> None:
    before = _owed()
    deployment.start("worker", "beat")
    until(lambda: _owed() < before)
    deployment.kill()
    deployment.start("worker", "beat")
    until(lambda: _owed() == 0)
    after = _days()
    with db.transaction() as session:
        figures.rebuild_days(session, sorted({f"{row[1]}:{row[2]}" for row in after}))
    assert _days() == after
    assert after
