"""Plain rows go in together, references among them in any direction, and an error repeats no row."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.bulk import insert_plain, insert_rows, together, update_row
from gridops.core.owed import Owed, owe, pending
from gridops.core.plain_rows import instant_text, zone
from gridops.evidence.models import ContentSent

pytestmark = pytest.mark.both

# Rows that go in beside SQLAlchemy are refused in SQLite's own words.
REFUSED = (IntegrityError, sqlite3.IntegrityError)


def owed_and_broken(session: Session) -> None:
    with together(session):
        owe(session, "kind", ["a"])
        raise RuntimeError


def test_rows_of_several_tables_are_there_after_the_block(session: Session) -> None:
    with together(session):
        owe(session, "kind", ["b", "a"])
        owe(session, "other", ["c"])
    assert [work.key for work in pending(session, "kind")] == ["a", "b"]
    assert [work.key for work in pending(session, "other")] == ["c"]


def rows(session: Session) -> dict[str, tuple[object, ...]]:
    """What the database holds, not what an object in the session was read with."""
    told = session.execute(select(Owed.key, Owed.since, Owed.tries, Owed.last_error))
    return {key: tuple(more) for key, *more in told}


def test_columns_of_one_row_are_written_as_its_model_binds_them_and_no_other_row(session: Session) -> None:
    owe(session, "kind", ["a", "b"])
    before, (one, *_others) = rows(session), pending(session, "kind")
    later, said = clock.now() + timedelta(days=1), "{} {0} %s $1 ? 'x'"
    update_row(session, Owed, one.ids[0], {"since": later, "last_error": said, "tries": 3})
    assert rows(session) == {"a": (later, 3, said), "b": before["b"]}
    update_row(session, Owed, one.ids[0], {"last_error": None})
    update_row(session, Owed, one.ids[0], {})
    assert rows(session) == {"a": (later, 3, None), "b": before["b"]}
    with pytest.raises(ValueError, match="naive"):
        update_row(session, Owed, one.ids[0], {"since": later.replace(tzinfo=None)})


def test_rows_written_anew_go_together_with_new_ones(session: Session) -> None:
    owe(session, "kind", ["a", "b"])
    one, two = pending(session, "kind")
    with together(session):
        owe(session, "kind", ["c"])
        update_row(session, Owed, one.ids[0], {"tries": 1, "last_error": "first"})
        owe(session, "kind", ["d", "e"])
        update_row(session, Owed, two.ids[0], {"tries": 2})
    told = {key: (tries, error) for key, (_since, tries, error) in rows(session).items()}
    assert told == {"a": (1, "first"), "b": (2, None), "c": (0, None), "d": (0, None), "e": (0, None)}


def test_an_error_inside_writes_nothing_later(session: Session) -> None:
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite writes at once; the transaction takes it back")
    with pytest.raises(RuntimeError):
        owed_and_broken(session)
    owe(session, "kind", ["b"])
    assert session.scalar(select(func.count()).select_from(Owed).where(Owed.kind == "kind")) == 1


def test_a_refused_row_is_not_repeated_by_the_error(session: Session) -> None:
    with pytest.raises(REFUSED) as refused:
        insert_rows(session, ContentSent, ("sha256", "user_id", "sent_at"), [("0" * 64, 1, clock.now())])
    assert "0000" not in str(refused.value)


def test_a_refused_row_of_a_file_is_not_repeated_by_the_error(session: Session) -> None:
    sent_at = instant_text(clock.now()) + zone(session)
    with pytest.raises(REFUSED) as refused:
        insert_plain(session, ContentSent, ("sha256", "user_id", "sent_at"), [("0" * 64, 1, sent_at)])
    assert "0000" not in str(refused.value)
