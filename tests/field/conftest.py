"""Servers for phones: one deployment per module and database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import REDIS, postgresql_database
from tests.field.server import Server


@contextmanager
def deployed(database: str, folder: Path, **settings: str) -> Iterator[Server]:
    """A running deployment with a street; `database` is `sqlite` (the embedded default) or `postgresql`."""
    if database == "sqlite":
        server = Server(folder, settings=settings).prepare()
        try:
            yield server.start()
        finally:
            server.close()
        return
    with postgresql_database(f"gridops_field_{os.getpid()}") as address:
        server = Server(folder, database_url=address, redis_url=REDIS, settings=settings).prepare()
        try:
            yield server.start()
        finally:
            server.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The program on each database in turn, shared by the tests of a module."""
    with deployed(request.param, tmp_path_factory.mktemp("field")) as found:
        yield found


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The program on the embedded database only."""
    with deployed("sqlite", tmp_path_factory.mktemp("field")) as found:
        yield found
