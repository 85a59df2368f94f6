"""Real databases and brokers for the suite; one database per run, SQLite and PostgreSQL each."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
import sqlalchemy
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridops.core import db
from gridops.tables import Base
from tests.command import command_in, spare_the_collector

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
POSTGRESQL = os.environ.get("GRIDOPS_TEST_DATABASE_URL", "postgresql+psycopg://127.0.0.1:5432/postgres")
# `./test` runs in two processes: each has databases of its own, also in Redis.
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_REDIS, _, _NUMBER = os.environ.get("GRIDOPS_TEST_REDIS_URL", "redis://127.0.0.1:6379/9").rpartition("/")
REDIS = f"{_REDIS}/{int(_NUMBER) + PROCESS}"
IN_CI = os.environ.get("CI") == "true"
# `./test` without arguments: each test is shown on one database, in turn, but those marked; `.ci/thorough` asks both.
SHORT = os.environ.get("GRIDOPS_TEST_SHORT") == "1"
# Whole files of these on one database: what they build once a module is dear.
_DOORS = ("api", "cli", "field", "house", "tasks", "web")
_EITHER = (("sqlite", "postgresql"), ("embedded", "redis"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The demo street first: to load it takes longest, and at the end the other process would stand idle."""
    items.sort(key=lambda item: "demo_folder" not in getattr(item, "fixturenames", ()))
    if SHORT and (spared := _spared(items)):
        config.hook.pytest_deselected(items=spared)
        gone = set(map(id, spared))
        items[:] = [item for item in items if id(item) not in gone]


def _spared(items: list[pytest.Item]) -> list[pytest.Item]:
    """Tests marked `thorough`, and of tests on both databases or brokers those on the one not theirs by their name.

    A room's tests take turns one by one, so that each statement meets both databases in some test or other.
    """
    spared = [item for item in items if item.get_closest_marker("thorough")]
    pairs: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        given = getattr(item, "callspec", None)
        values = [value for value in given.params.values() if isinstance(value, str)] if given else []
        on = [(pair, value) for pair in _EITHER for value in values if value in pair]
        if len(on) == 1 and not item.get_closest_marker("both"):
            ((pair, value),) = on
            pairs.setdefault(item.nodeid.replace(value, "|".join(pair)), {})[value] = item
    for name, both in pairs.items():
        if len(both) == 2:
            a_door = any(f"tests/{door}/" in name for door in _DOORS)
            turn = crc32((name.partition("::")[0] if a_door else name).encode()) % 2
            spared.append(both[next(pair for pair in _EITHER if set(pair) == set(both))[turn]])
    return spared


def pytest_collection_finish() -> None:
    """All modules and tests are known."""
    gc.collect()
    spare_the_collector()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was tried once more says why, though it passed then (`./test`: only waits of browsers)."""
    for again in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_sep("_", f"tried once more: {again.nodeid}")
        terminalreporter.line(again.longreprtext)


def missing(what: str) -> None:
    """Skip for want of a server or folder; with CI=true that is a failure."""
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)


def shared(*parts: str) -> Path:
    """A file of the folder beside the project that holds acceptance cases and public data."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        missing(f"no {'/'.join(parts)} in ../shared")
    return path


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An embedded database with all tables."""
    engine = db.open_engine(f"sqlite:///{tmp_path_factory.mktemp('database') / 'gridops.db'}")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a fresh PostgreSQL database, dropped after the run."""
    with postgresql_database(f"gridops_test_{os.getpid()}") as address:
        yield address


@pytest.fixture(scope="session")
def _second_postgresql() -> Iterator[str]:
    with postgresql_database(f"gridops_test_{os.getpid()}_own") as address:
        yield address


@pytest.fixture
def own_postgresql(_second_postgresql: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own: emptied, as a drop waits for a checkpoint."""
    yield _second_postgresql
    server = sqlalchemy.create_engine(_second_postgresql, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))  # what a killed program left open
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    server.dispose()


@contextmanager
def postgresql_database(name: str) -> Iterator[str]:
    """A fresh PostgreSQL database for as long as the block runs; gives its address."""
    url = sqlalchemy.make_url(POSTGRESQL)
    if url.username is None:
        url = url.set(username=os.environ.get("PGUSER", os.environ.get("USER", "root")))
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            # No test cuts the server's power: its commits need not wait for the disk.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    except sqlalchemy.exc.OperationalError:
        missing("no PostgreSQL answers (GRIDOPS_TEST_DATABASE_URL): its half of the database tests is skipped")
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """A PostgreSQL database with all tables."""
    engine = db.open_engine(postgresql_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the demo street, loaded once a run, whichever process asks first; tests work on copies."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "demo"
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            command_in(folder / "data")("demo")
            (folder / "loaded").touch()
    return folder / "data"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each database in turn."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One transaction that is rolled back after the test."""
    with engine.connect() as connection:
        connection.info["writes"] = True
        change = connection.begin()
        with Session(connection, expire_on_commit=False) as opened:
            yield opened
        change.rollback()
        connection.info.pop("writes", None)


@pytest.fixture
def database(engine: Engine) -> Iterator[Engine]:
    """The bound database with real commits, emptied afterwards."""
    db.use(engine)
    yield engine
    empty(engine)


def empty(engine: Engine) -> None:
    """Delete every row of every table. In PostgreSQL not by TRUNCATE: it makes some 400 files anew, a second a test."""
    with engine.connect() as connection:
        connection.info["writes"] = True
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # in any order
                for name in connection.scalars(text(_FILLED)).all():
                    connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - our own tables
                connection.execute(text(_COUNT_FROM_ONE))
            else:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                for table in reversed(Base.metadata.sorted_tables):
                    connection.execute(table.delete())
        connection.info.pop("writes", None)


_FILLED = " UNION ALL ".join(
    f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"  # noqa: S608 - our own tables
    for name in Base.metadata.tables
)
_COUNT_FROM_ONE = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"""
