"""The suite's own furniture works on both databases."""

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridops.core import db
from gridops.grids.models import Grid
from tests.factories import make_grid


def test_a_test_leaves_nothing_behind(session: Session) -> None:
    make_grid(session, "1")
    assert session.scalar(select(func.count()).select_from(Grid)) == 1


def test_a_failed_transaction_stores_nothing(database: Engine) -> None:
    try:
        with db.transaction() as session:
            make_grid(session, "1")
            raise RuntimeError("stop")
    except RuntimeError:
        pass
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Grid)) == 0


def test_what_is_committed_is_seen_by_others(database: Engine) -> None:
    with db.transaction() as session:
        make_grid(session, "1")
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Grid)) == 1
