"""Migrations make exactly the tables the models describe, on both databases, upwards and downwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text

from gridops import tables
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core import db
from gridops.hotline.models import HotlineOrder, HotlineTerms
from gridops.people.rules import Role
from gridops.worktime import service as worktime
from gridops.worktime.forms import DayRow
from gridops.worktime.rules import LimitUnit
from tests.factories import at, make_case, make_category
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


def test_migrations_make_the_indexes_that_the_models_say(own_postgresql: str) -> None:
    engine = db.open_engine(own_postgresql)
    # What stands beside the keys of an index is nothing that `compare_metadata` looks at.
    written = text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    tables.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        made = set(connection.scalars(written))
    tables.Base.metadata.drop_all(engine)
    tables.upgrade(engine)
    with engine.connect() as connection:
        assert set(connection.scalars(written)) == made
    engine.dispose()


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


# An order taken on Wednesday 2017-03-01 at 09:00: what its row says, and what is taken for counted.
ORDERS = {
    "as shipped": ("2017-03-02 09:00", "2017-03-08 23:59:59", (24, "urgent_hour", 5, "working_day")),
    "given": ("2017-03-02 12:00", "2017-03-08 23:59", (None, None, None, None)),
    "one of them given": ("2017-03-02 09:00", "2017-03-10 17:30", (24, "urgent_hour", None, None)),
    "by another calendar": ("2017-03-02 09:00", "2017-03-09 23:59:59", (24, "urgent_hour", None, None)),
    "abroad, where other limits are set": ("2017-03-01 11:00", "2017-03-04 23:59:59", (None, None, 3, "calendar_day")),
    "abroad, as shipped": ("2017-03-02 09:00", "2017-03-08 23:59:59", (None, None, None, None)),
}


def test_an_order_is_taken_for_counted_only_where_the_limits_give_its_deadline(empty_database: Engine) -> None:
    tables.upgrade(empty_database)
    db.use(empty_database)
    taken = at("2017-03-01 09:00")
    with db.transaction() as session:
        grids, _units = case_things.make_places(session)
        category = make_category(session, code="0909")
        # A common holiday moves nothing where the street works on it, and a free day of the street's own counts.
        worktime.upload(session, None, [DayRow(date(2017, 3, 2), False, "停工")], source="国办")
        worktime.override_day(session, grids["street"].id, DayRow(date(2017, 3, 2), True, "防汛值守"))
        session.add(
            HotlineTerms(
                root_id=grids["abroad"].id, contact_limit=2, contact_unit=LimitUnit.WORKING_HOUR,
                answer_limit=3, answer_unit=LimitUnit.CALENDAR_DAY, changed_at=taken,
            )
        )  # fmt: skip
        for number, (contact, answer, _wanted) in ORDERS.items():
            root = grids["abroad" if "abroad" in number else "street"]
            case = make_case(session, root, category, Event(Move.REPORT, taken, 1, category_id=category.id))
            session.add(
                HotlineOrder(
                    root_id=root.id, case_id=case.id, number=number, received_at=taken, contact_due_at=at(contact),
                    answer_due_at=at(answer), recorded_at=taken, runs_out_at=at(contact),
                )
            )  # fmt: skip
    tables.downgrade(empty_database, "0031")
    tables.upgrade(empty_database)
    with db.reading() as session:
        rows = session.scalars(select(HotlineOrder)).all()
        found = {row.number: (row.contact_limit, row.contact_unit, row.answer_limit, row.answer_unit) for row in rows}
        dues = {row.number: (row.contact_due_at, row.answer_due_at) for row in rows}
    assert found == {number: wanted for number, (*_dues, wanted) in ORDERS.items()}
    assert dues == {number: (at(contact), at(answer)) for number, (contact, answer, _wanted) in ORDERS.items()}


def test_an_upgraded_database_is_known_as_current(empty_database: Engine) -> None:
    assert not tables.is_current(empty_database)
    tables.upgrade(empty_database)
    assert tables.is_current(empty_database)
