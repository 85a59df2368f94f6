from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from gridops.core import db
from gridops.people.service import passwords
from tests.browser import close_windows, served
from tests.conftest import empty
from tests.web.catalogue_admin import streets_with_admins
from tests.web.office import Office, make_office
from tests.web.street import Street, make_street
from tests.webapp import CHEAP, Browser, web_program


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doors are tested with hashes of a thousandth of the cost; what real ones cost is a test of the room."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    monkeypatch.setattr(passwords, "_nobody", None)


@pytest.fixture(autouse=True)
def _closed_windows() -> Iterator[None]:
    yield
    close_windows()


@pytest.fixture
def app(database: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The web program on each database in turn."""
    with web_program(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser nobody has signed in with."""
    return Browser(app)


@pytest.fixture
def street(app: Flask) -> Street:
    """A street with people, in the database."""
    return make_street(app)


@pytest.fixture
def office(app: Flask) -> Office:
    """A street with the cases of a month and the people of the bulletin office, in the database."""
    return make_office()


@pytest.fixture
def folder(app: Flask) -> Path:
    """Where the program keeps its files."""
    return app.config["GRIDOPS"].data_dir


@pytest.fixture
def roots() -> tuple[str, ...]:
    """Whose streets there are in `seeded_app`."""
    return ("admin", "neighbour")


@pytest.fixture
def seeded_app(database: Engine, tmp_path: Path, roots: tuple[str, ...]) -> Iterator[Flask]:
    """The web program with the catalogue and the calendar it is delivered with."""
    with streets_with_admins(database, tmp_path, roots) as opened:
        yield opened


@pytest.fixture
def admin(seeded_app: Flask) -> Browser:
    """A browser of the admin of a street in `seeded_app`."""
    opened = Browser(seeded_app)
    assert opened.sign_in("admin").status_code == 302
    return opened


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[str, Street]]:
    """For real browsers: the address of the running program, and the street in it."""
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        street = make_street(app)
        with served(app) as address:
            yield address, street
    empty(sqlite_engine)
