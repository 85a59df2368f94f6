"""Servers for phones: a standing one as new for each module, and one of its own for who asks for a database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.conftest import REDIS, postgresql_database
from tests.field.app import App
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server

LARGEST = 300_000


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
def each_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The program on each database in turn, shared by the tests of a module."""
    with deployed(request.param, tmp_path_factory.mktemp("field")) as found:
        yield found


@pytest.fixture(scope="session")
def _standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("field"), settings={"GRIDOPS_PHOTO_MAX_BYTES": str(LARGEST)}).prepare()
    try:
        yield found.keep().start()
    finally:
        found.close()


@pytest.fixture(scope="module")
def server(_standing: Server) -> Server:
    """The program on the embedded database, with nothing in it but the street; it takes small files only."""
    return _standing.renew()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What starts browsers."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    """The line to the server."""
    with Line(server.port) as found:
        yield found


@pytest.fixture
def officer(playwright: Playwright, line: Line, server: Server, tmp_path: Path) -> Iterator[App]:
    """An officer's phone that has lost its network after everything was downloaded."""
    with Phone(playwright, tmp_path / "officer", line.address) as phone:
        app = App(phone, server.people["officer"], "officer").begin().installed()
        phone.until("gridops.store.pack('supervision').then(Boolean)")
        line.down()
        yield app
        line.up()
        assert phone.faults == []


@pytest.fixture(scope="module")
def phone(playwright: Playwright, line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """One phone for the tests of a module."""
    with Phone(playwright, tmp_path_factory.mktemp("phone"), line.address, line_told=line.report) as found:
        yield found


@pytest.fixture
def app(phone: Phone, line: Line, server: Server) -> Iterator[App]:
    """The phone of the module with nothing on it, a good line, the inspector signed in; no script may fail."""
    line.clear()
    line.up()
    phone.airplane(False)
    found = App(phone, server.people["inspector"], "inspector").begin()
    found.empty()
    phone.page.evaluate("gridops.engine.renew().then(() => 0)")  # the token is fetched before anything is sent
    phone.faults.clear()
    yield found
    assert phone.faults == []
