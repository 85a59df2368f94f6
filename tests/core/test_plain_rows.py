"""Plain rows go in together, references among them in any direction, and an error repeats no row."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.bulk import insert_plain, insert_rows, together
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
