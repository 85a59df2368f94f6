"""The real command in a process of its own, in an empty data folder, on each database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text

from tests.conftest import ROOT

START = "import sys; sys.argv[0] = 'gridops'; from gridops.cli import main; sys.exit(main())"


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


def command_in(data_dir: Path, **settings: str) -> Command:
    """`gridops …` with a data folder and settings of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
    environment = {**inherited, "GRIDOPS_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **settings}

    def run(*arguments: str | Path, fine: bool = True) -> Answer:
        told = subprocess.run(
            [sys.executable, "-c", START, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        answer = Answer(told.returncode, told.stdout, told.stderr)
        assert not fine or answer.code == 0, answer
        return answer

    return run


@pytest.fixture
def own_postgresql(postgresql_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    url = sqlalchemy.make_url(postgresql_url)
    name = f"{url.database}_own"
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def gridops(request: pytest.FixtureRequest, tmp_path: Path) -> Command:
    """The command in an empty data folder, on each database in turn."""
    if request.param == "sqlite":
        return command_in(tmp_path / "data")
    run = command_in(tmp_path / "data", GRIDOPS_DATABASE_URL=request.getfixturevalue("own_postgresql"))
    run("init")
    return run
