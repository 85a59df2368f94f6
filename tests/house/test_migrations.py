"""Migrations make exactly the tables the models describe, on both databases, upwards and downwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from gridops import tables
from gridops.core import db
from gridops.people.rules import Role
from tests.house import case_things, penalty_things

pytestmark = pytest.mark.both


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a table."""
    if request.param == "sqlite":
        engine = db.open_engine(f"sqlite:///{tmp_path / 'migrations.db'}")
        yield engine
        engine.dispose()
        return
    url = sqlalchemy.make_url(request.getfixturevalue("postgresql_url"))
    name = f"{url.database}_migrations"
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = db.open_engine(url.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def test_migrations_from_empty_make_what_the_models_say(empty_database: Engine) -> None:
    tables.upgrade(empty_database)
    with empty_database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.Base.metadata) == []


def test_the_newest_migration_goes_down_and_up_again(empty_database: Engine) -> None:
    tables.upgrade(empty_database)
    before = set(inspect(empty_database).get_table_names())
    tables.downgrade(empty_database, "-1")
    tables.upgrade(empty_database)
    assert set(inspect(empty_database).get_table_names()) == before


def test_the_newest_migration_keeps_rows_that_others_refer_to(empty_database: Engine) -> None:
    tables.upgrade(empty_database)
    db.use(empty_database)
    with db.transaction() as session:
        grids, _units = case_things.make_places(session)
        officer = case_things.helper(session, grids["street"], Role.OFFICER)
        penalty_things.make_penalty(session, grids["street"], officer)
    count = text("SELECT count(*) FROM penalty_event JOIN penalty ON penalty.id = penalty_id")
    with empty_database.connect() as connection:
        before = connection.scalar(count)
    tables.downgrade(empty_database, "-1")
    tables.upgrade(empty_database)
    with empty_database.connect() as connection:
        assert before == connection.scalar(count) == 1


def test_an_upgraded_database_is_known_as_current(empty_database: Engine) -> None:
    assert not tables.is_current(empty_database)
    tables.upgrade(empty_database)
    assert tables.is_current(empty_database)
