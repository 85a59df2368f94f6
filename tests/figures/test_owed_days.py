"""Days owed: one that cannot be rebuilt stops no other, and a freeze waits only for its own."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridops.cases.rules.moves import Move
from gridops.core import db, owed
from gridops.core.errors import Conflict
from gridops.core.owed import Owed
from gridops.figures import service
from gridops.figures.models import DayTotal, FrozenSet
from gridops.grids.models import Grid
from tests.factories import make_category, make_grid
from tests.figures.test_freezing import AS_OF, MARCH, put, told

POISON = ("nonsense", "7:2017-13-40", f"{2**70}:2017-03-09")


def a_case(session: Session) -> Grid:
    street = make_grid(session)
    put(session, street, told(("2017-03-09 10:00", Move.REPORT), category=make_category(session).id))
    return street


def left(session: Session) -> dict[str, tuple[int, str | None]]:
    return {row.key: (row.tries, row.last_error) for row in session.scalars(select(Owed))}


def test_a_day_that_cannot_be_rebuilt_stops_no_other(session: Session):
    owed.owe(session, "day_total", POISON)
    a_case(session)
    assert service.drain(session) == 1
    assert session.scalar(select(func.sum(DayTotal.reported))) == 1
    assert service.drain(session) == 0
    session.expire_all()
    found = left(session)
    assert sorted(found) == sorted(POISON)
    assert all(tries == 2 and error and error.startswith("ValueError") for tries, error in found.values())


def test_a_freeze_minds_only_the_days_of_its_own_area_and_period(session: Session):
    street = a_case(session)
    owed.owe(session, "day_total", [*POISON, f"{street.id}:2017-04-01", f"{street.id + 1}:2017-03-09"])
    with pytest.raises(Conflict, match=f"还有1个日汇总待重算，不能锁定数据：{street.code} 2017-03-09。"):
        service.freeze(session, street.id, MARCH, "monthly", AS_OF)
    assert service.prepare_freeze(session, street.id, MARCH) == 1
    assert service.freeze(session, street.id, MARCH, "monthly", AS_OF).rows == 1
    assert len(left(session)) == len(POISON) + 2


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is_are_rebuilt(session: Session, day: str):
    street = make_grid(session)
    put(session, street, told((f"{day} 10:00", Move.REPORT), category=make_category(session).id))
    assert service.drain_all(session) == 1
    assert [row.day.isoformat() for row in session.scalars(select(DayTotal))] == [day]
    assert left(session) == {}


def test_a_worker_that_rebuilds_meanwhile_is_not_in_the_way_of_a_freeze(database: Engine):
    if database.dialect.name != "postgresql":
        return  # one writer at a time: nothing happens meanwhile
    with db.transaction() as session:
        street = a_case(session)
    with db.transaction() as session:
        service.prepare_freeze(session, street.id, MARCH)

    def work() -> None:
        with db.transaction() as own:
            owed.owe(own, "day_total", [f"{street.id}:2017-03-09"])
            assert service.drain(own) == 1

    with db.transaction(repeatable=True) as session:
        session.execute(select(func.count()).select_from(Owed))  # the view begins here
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        service.freeze(session, street.id, MARCH, "monthly", AS_OF)
    with db.reading() as session:
        assert session.scalars(select(FrozenSet.rows)).all() == [1]
        assert session.scalars(select(Owed.id)).all() == []
