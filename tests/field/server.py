"""The real program as its own processes, for phones to speak to: started, killed like a machine without power, read.

`gridops web` through gunicorn with two workers, as people run it; on the embedded default or on PostgreSQL.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from sqlalchemy import Engine, func, select

from gridops import tables
from gridops.core import db
from gridops.evidence.models import Content, EvidenceLink
from gridops.evidence.store import LocalStore
from gridops.intake.models import DisputedRecord, MissingAttachment, Record
from gridops.operations import service as operations
from gridops.people.models import User
from gridops.tasks.broker import ensure_broker
from tests.command import free_port, programs_of
from tests.web.nights import Night, make_night
from tests.web.street import Street, make_street

GRIDOPS = Path(sys.executable).parent / "gridops"
CAMPAIGN = "FJDC"
READY_SECONDS = 60.0
# Every table in which a record of a phone leaves a row that may stand there only once.
_EFFECTS = ("case", "case_event", "tally", "handover", "track")
# Things of which one record makes one.
_THINGS = ("case", "night_round", "visit", "outing", "tally", "incident", "handover", "track")


@dataclass(frozen=True)
class Held:
    """What the program holds: ledger, contents by their name, and the bytes that lie in the store."""

    records: Mapping[str, Mapping[str, Any]]
    disputed: tuple[tuple[str, str], ...]
    contents: frozenset[str]
    missing: frozenset[tuple[str, str]]
    links: Mapping[tuple[str, str, str], int]
    effects: Mapping[tuple[str, str], int]
    rows: Mapping[str, int]
    stored: Mapping[str, str]

    def damaged(self) -> list[str]:
        """Contents whose bytes are not those of their name, or are not there."""
        return sorted(name for name in self.contents if self.stored.get(name) != name)

    def missing_of(self, *names: str) -> set[str]:
        """Contents that these records name and that have not come."""
        return {sha256 for sha256, record in self.missing if record in names}

    def doubled(self) -> list[str]:
        """What stands there twice although it came once."""
        found = [f"{table} of {record}: {count}" for (table, record), count in self.effects.items() if count > 1]
        return found + [f"link {link}: {count}" for link, count in self.links.items() if count > 1]


@dataclass
class Server:
    """One deployment on a port of its own. `database_url` empty: the embedded default."""

    folder: Path
    database_url: str = ""
    redis_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    street: Street | None = None
    night: Night | None = None
    _process: subprocess.Popen[bytes] | None = None
    _engine: Engine | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        url = self.database_url or f"sqlite:///{self.folder / 'gridops.db'}"
        self._engine = db.open_engine(url)

    @property
    def address(self) -> str:
        """Where the program itself listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def engine(self) -> Engine:
        """The database, opened by the test beside the program."""
        assert self._engine is not None
        return self._engine

    @property
    def people(self) -> dict[str, int]:
        """The people of the street: user name -> id."""
        assert self.street is not None
        return self.street.people

    def prepare(self) -> Server:
        """Tables, the street of tests with its people, two officers with a shop, a campaign."""
        tables.upgrade(self.engine)
        db.use(self.engine)
        # The street only hands its program to browsers made of it; these phones are real ones.
        self.street = make_street(Flask("nobody"))
        self.night = make_night(self.street)
        with db.transaction() as session:
            root = session.get_one(User, self.street.people["officer"]).root_id
            operations.ensure_campaign(session, root, CAMPAIGN, "非机动车乱停放整治")
        return self

    def keep(self) -> Server:
        """Remember the embedded database as it is now, for `renew`."""
        _copy(self.folder / "gridops.db", self._kept)
        return self

    def renew(self) -> Server:
        """As it was kept: data, files, what the broker counts; the program goes on, or starts where it was killed."""
        running = self._process is not None and self._process.poll() is None
        self.engine.dispose()
        _copy(self._kept, self.folder / "gridops.db")
        for path in (self.folder / "evidence").rglob("*"):
            if path.is_file():
                path.unlink()
        db.use(self.engine)
        if not running:
            return self.start()
        with redis.Redis.from_url(ensure_broker(self.folder, None).client_url) as broker:
            broker.flushall()
        return self.wait()

    @property
    def _kept(self) -> Path:
        return self.folder / "kept.db"

    def start(self, *, wait: bool = True) -> Server:
        """Start the web as people do and wait until it can serve; without `wait` it comes up on its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
        given = {
            "GRIDOPS_DATA_DIR": str(self.folder),
            "GRIDOPS_DATABASE_URL": self.database_url,
            "GRIDOPS_REDIS_URL": self.redis_url,
            "GRIDOPS_LOG_LEVEL": "WARNING",
            **self.settings,
        }
        with (self.folder / "web.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(GRIDOPS), "web", "--port", str(self.port)],
                env={**inherited, **given},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.wait() if wait else self

    def wait(self) -> Server:
        """Until it can serve."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, self.log()[-2000:]
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:  # noqa: S310 - our own
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"not ready after {READY_SECONDS} s: {self.log()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL to every process of the program at once, its embedded broker too: the plug is pulled."""
        deadline = time.monotonic() + 10
        while pids := programs_of(self.folder):
            for pid in pids:
                _kill(pid)
            assert time.monotonic() < deadline, f"still alive: {pids}"
            if self._process is not None:
                self._process.poll()
            time.sleep(0.01)
        if self._process is not None:
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        """Pull the plug and start again on the same port with the same data."""
        self.kill()
        self.start()

    def close(self) -> None:
        """End it and what the test opened beside it."""
        self.kill()
        self.engine.dispose()

    def log(self) -> str:
        """What it said."""
        return (self.folder / "web.log").read_text("utf-8", errors="replace")

    def held(self) -> Held:
        """Read all that came from phones, from the database and from the folder of evidence."""
        with self.engine.connect() as connection:
            records = {row.id: dict(row._mapping) for row in connection.execute(select(Record.__table__))}
            disputed = connection.execute(select(DisputedRecord.record_id, DisputedRecord.digest)).all()
            contents = frozenset(connection.scalars(select(Content.sha256)))
            missing = connection.execute(select(MissingAttachment.sha256, MissingAttachment.record_id)).all()
            links = connection.execute(
                select(EvidenceLink.record_id, EvidenceLink.sha256, EvidenceLink.role).where(
                    EvidenceLink.record_id.is_not(None)
                )
            ).all()
            effects = Counter[tuple[str, str]]()
            for name in _EFFECTS:
                table = tables.Base.metadata.tables[name]
                column = table.c.record_id
                counted = select(column, func.count()).where(column.is_not(None)).group_by(column)
                effects.update({(name, record): count for record, count in connection.execute(counted)})
            rows = {
                name: connection.scalar(select(func.count()).select_from(tables.Base.metadata.tables[name])) or 0
                for name in _THINGS
            }
        return Held(
            records=records,
            disputed=tuple((row[0], row[1]) for row in disputed),
            contents=contents,
            missing=frozenset((row[0], row[1]) for row in missing),
            links=Counter((row[0], row[1], row[2]) for row in links),
            effects=effects,
            rows=rows,
            stored=stored_hashes(self.folder / "evidence"),
        )


def stored_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of the bytes of each stored content by its name; what was made from a content is left out."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in LocalStore(folder).files()
        if "." not in name
    }


def _copy(source: Path, target: Path) -> None:
    """The whole database, as SQLite itself copies it under a program that has it open."""
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
