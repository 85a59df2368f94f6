"""Column types, the one commit, portable inserts, gapless numbers, owed work: on both databases."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, create_engine, func, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from gridops.core import clock, connections, db, numbers, owed
from gridops.core.numbers import NumberSeries
from gridops.core.owed import Owed
from gridops.worktime.models import CalendarDay, CalendarEdition

pytestmark = pytest.mark.both


class Stop(Exception):
    """Something went wrong in the middle of a transaction."""


def fails() -> contextlib.AbstractContextManager[None]:
    return contextlib.suppress(Stop)


def test_an_instant_comes_back_in_utc(session: Session) -> None:
    east = timezone(timedelta(hours=8))
    with clock.set_to(datetime(2017, 3, 5, 9, 0, 0, 123456, tzinfo=east)):
        owed.owe(session, "probe", ["a"])
    found = session.scalar(select(Owed.since))
    assert found == datetime(2017, 3, 5, 1, 0, 0, 123456, tzinfo=UTC)
    assert found.utcoffset() == timedelta()


def test_a_naive_time_is_refused_at_the_door(session: Session) -> None:
    naive = Owed(kind="probe", key="a", since=datetime(2017, 3, 5), tries=0)  # noqa: DTZ001  the very point
    with pytest.raises(StatementError, match="naive"), session.begin_nested():
        session.add(naive)


def test_inserting_twice_skips_what_is_there(session: Session) -> None:
    rows = [{"root_id": 1, "kind": "k", "year": year, "last": 0} for year in range(5)]
    key = ["root_id", "kind", "year"]
    assert db.insert_or_skip(session, NumberSeries, rows[:3], key) == 3
    assert db.insert_or_skip(session, NumberSeries, rows, key) == 2
    assert db.insert_or_skip(session, NumberSeries, rows, key) == 0
    assert db.insert_or_skip(session, NumberSeries, [], key) == 0


def test_upsert_overwrites_all_but_the_key(session: Session) -> None:
    db.upsert(session, CalendarEdition, [{"root_id": 1, "stamp": "a"}, {"root_id": 2, "stamp": "b"}], ["root_id"])
    db.upsert(session, CalendarEdition, [{"root_id": 2, "stamp": "c"}, {"root_id": 3, "stamp": "d"}], ["root_id"])
    rows = session.execute(select(CalendarEdition.root_id, CalendarEdition.stamp).order_by(CalendarEdition.root_id))
    assert [tuple(row) for row in rows] == [(1, "a"), (2, "c"), (3, "d")]
    db.upsert(session, CalendarEdition, [], ["root_id"])


def test_many_rows_go_in_although_a_statement_takes_only_so_many_values(session: Session) -> None:
    first = date(1990, 1, 1).toordinal()
    rows = [
        {"root_id": 1, "day": date.fromordinal(first + n), "is_workday": True, "name": "", "source": "probe"}
        for n in range(6_000)
    ]
    assert db.insert_or_skip(session, CalendarDay, rows, ["root_id", "day"]) == 6_000
    db.upsert(session, CalendarDay, [{**row, "is_workday": False} for row in rows], ["root_id", "day"])
    worked = select(func.count()).select_from(CalendarDay).where(CalendarDay.is_workday)
    assert session.scalar(worked) == 0


def test_what_waits_in_the_session_is_written_before_a_portable_insert(session: Session) -> None:
    session.add(NumberSeries(root_id=1, kind="k", year=0, last=4))
    assert db.insert_or_skip(session, NumberSeries, [{"root_id": 1, "kind": "k", "year": 0, "last": 0}],
                             ["root_id", "kind", "year"]) == 0  # fmt: skip


def test_the_text_of_an_error_of_the_database_holds_no_value(session: Session) -> None:
    row = {"root_id": 1, "kind": "张三的电话13800000000", "year": 0, "last": 0}
    session.execute(insert(NumberSeries).values(row))
    for wrong in (row, {**row, "last": None}):
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            session.execute(insert(NumberSeries).values(wrong))
        assert "张三" not in str(refused.value)


def test_a_transaction_inside_another_is_refused_instead_of_waiting_for_ever(database: Engine) -> None:
    with db.transaction() as session:
        numbers.take(session, 1, "k")
        with pytest.raises(RuntimeError, match="inside"), db.transaction():
            pass
        numbers.take(session, 1, "k")
    with db.transaction() as session:
        assert numbers.take(session, 1, "k") == 3


def test_what_is_changed_while_reading_is_never_written(database: Engine) -> None:
    with db.reading() as session:
        session.add(NumberSeries(root_id=1, kind="k", year=0, last=4))
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(NumberSeries)) == 0


def test_numbers_have_no_gaps_when_a_transaction_fails(database: Engine) -> None:
    with db.transaction() as session:
        assert [numbers.take(session, 1, "bulletin", 2017) for _ in range(2)] == [1, 2]
    with fails(), db.transaction() as session:
        assert numbers.take(session, 1, "bulletin", 2017) == 3
        raise Stop
    with db.transaction() as session:
        assert numbers.take(session, 1, "bulletin", 2017) == 3
        assert numbers.take(session, 1, "bulletin", 2018) == 1
        assert numbers.take(session, 2, "bulletin", 2017) == 1
        assert numbers.take(session, 1, "bulletin") == 1


def test_writers_side_by_side_take_each_number_once(database: Engine) -> None:
    taken: list[int] = []
    start = threading.Barrier(4)

    def write() -> None:
        start.wait()
        for _ in range(5):
            with db.transaction() as session:
                taken.append(numbers.take(session, 1, "bulletin", 2017))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert sorted(taken) == list(range(1, 21))


def test_owed_keys_are_drained_once_however_often_they_were_named(session: Session) -> None:
    owed.owe(session, "probe", ["b", "a", "a"])
    owed.owe(session, "probe", ["a"])
    owed.owe(session, "other", ["x"])
    owed.owe(session, "probe", [])
    work = owed.pending(session, "probe")
    assert [(piece.key, len(piece.ids)) for piece in work] == [("a", 2), ("b", 1)]
    owed.owe(session, "probe", ["a"])
    for piece in work:
        owed.done(session, piece)
    # What was appended after reading stays owed.
    assert [piece.key for piece in owed.pending(session, "probe")] == ["a"]
    assert [piece.key for piece in owed.pending(session, "other")] == ["x"]


def test_a_failed_piece_names_its_error_and_waits_for_a_person_in_the_end(session: Session) -> None:
    owed.owe(session, "probe", ["a"])
    for _ in range(3):
        (piece,) = owed.pending(session, "probe", max_tries=3)
        owed.failed(session, piece, "no such font")
    assert owed.pending(session, "probe", max_tries=3) == []
    (piece,) = owed.pending(session, "probe", max_tries=4)
    assert piece.tries == 3
    assert session.scalar(select(Owed.last_error)) == "no such font"


def test_work_owed_by_a_transaction_that_failed_is_not_owed(database: Engine) -> None:
    with fails(), db.transaction() as session:
        owed.owe(session, "probe", ["a"])
        raise Stop
    with db.reading() as session:
        assert owed.pending(session, "probe") == []


def test_what_is_told_after_a_commit_is_not_told_after_a_rollback_and_never_before(database: Engine) -> None:
    heard: list[int] = []

    def told() -> None:
        with db.reading() as session:
            heard.append(len(owed.pending(session, "probe")))

    with fails(), db.transaction() as session:
        owed.owe(session, "probe", ["a"])
        db.after_commit(session, told)
        raise Stop
    assert heard == []
    with db.transaction() as session:
        owed.owe(session, "probe", ["a"])
        db.after_commit(session, told)
        db.after_commit(session, told)
        assert heard == []
    assert heard == [1]


def test_a_connection_to_postgresql_has_no_jit_and_tells_times_in_utc_whatever_the_server_was_told(
    postgresql_url: str,
) -> None:
    told = {"options": "-c jit=on -c TimeZone=Asia/Shanghai"}
    address = make_url(postgresql_url).update_query_dict(told)
    bare, ours = create_engine(address), db.open_engine(address.render_as_string(hide_password=False))
    with bare.connect() as connection:
        assert settings_of(connection) == ("on", "Asia/Shanghai"), "nothing would be proved"
    for _lent in range(2):
        with ours.connect() as connection:
            assert settings_of(connection) == ("off", "UTC")
            assert connection.scalar(text("SELECT now()")).tzinfo is UTC, "`Instant` takes it as it comes"
            connection.rollback()
            assert settings_of(connection) == ("off", "UTC")
    bare.dispose()
    ours.dispose()


def settings_of(connection: Connection) -> tuple[str, str]:
    jit, zone = connection.scalar(text("SHOW jit")), connection.scalar(text("SHOW TimeZone"))
    return str(jit), str(zone)


def test_a_connection_closed_while_it_rested_is_replaced(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_RESTED_S", 0.0)
    ours, other = db.open_engine(postgresql_url), db.open_engine(postgresql_url)
    asked = select(func.pg_backend_pid())
    with ours.connect() as connection:
        closed = connection.scalar(asked)
    with other.connect() as connection:
        assert connection.scalar(select(func.pg_terminate_backend(closed)))
        while connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": closed}):
            connection.rollback()  # the view stands still within a transaction
            time.sleep(0.01)
    with ours.connect() as connection:
        assert connection.scalar(asked) != closed
    ours.dispose()
    other.dispose()
