"""The trail: what is written, sealed, found, and how a touched entry is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from gridops.audit import queries, service
from gridops.audit.models import AuditChain, AuditEntry
from gridops.audit.queries import Wanted
from gridops.core import clock, db
from gridops.core.errors import Invalid

START = datetime(2017, 3, 8, 1, 0, tzinfo=UTC)


def write(session: Session, count: int, **said: object) -> list[AuditEntry]:
    for number in range(count):
        with clock.set_to(START + timedelta(minutes=number, microseconds=number)):
            service.record(session, "case.file", "case", number, root_id=7, actor_id=1, ratio=number / 3, **said)
    session.flush()
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def touch(session: Session, entry: AuditEntry, **values: object) -> None:
    """Change a row behind everyone's back."""
    session.execute(update(AuditEntry).where(AuditEntry.id == entry.id).values(**values))
    session.expire_all()


def test_entries_are_sealed_in_portions_and_hold_together(session: Session) -> None:
    write(session, 7, words="核查，“通过”", nested={"b": [1, 2.5, None, True], "a": "x"})
    assert [service.seal(session, 3) for _ in range(4)] == [3, 3, 1, 0]
    session.expire_all()
    report = service.verify_chain(session)
    assert report.sound
    assert (report.sealed, report.unsealed) == (7, 0)
    write(session, 1)
    assert service.verify_chain(session).unsealed == 1


def test_an_empty_trail_is_sound(session: Session) -> None:
    assert service.verify_chain(session).sound
    assert service.seal(session) == 0
    assert service.verify_chain(session).sound


def test_an_entry_that_committed_late_is_sealed_later(session: Session) -> None:
    rows = write(session, 3)
    late = rows[1]
    # Its transaction was still open while the others were sealed.
    touch(session, late, seal="held back")
    assert service.seal(session) == 2
    touch(session, late, seal=None)
    assert service.seal(session) == 1
    session.expire_all()
    assert [row.seal_no for row in rows] == [1, 3, 2]
    assert service.verify_chain(session).sound


@pytest.mark.parametrize(
    "change",
    [
        {"act": "case.void"},
        {"actor_id": 2},
        {"root_id": 8},
        {"subject_id": "99"},
        {"at": START},
        {"details": {"ratio": 0}},
        {"seal": "0" * 64},
    ],
)
def test_a_changed_entry_is_seen(session: Session, change: dict[str, object]) -> None:
    rows = write(session, 5)
    service.seal(session)
    touch(session, rows[2], **change)
    report = service.verify_chain(session)
    assert report.broken is not None
    assert (report.broken.seal_no, report.broken.entry_id) == (3, rows[2].id)
    assert report.sealed == 2


@pytest.mark.parametrize(("gone", "seal_no"), [(0, 1), (2, 3), (4, 5)])
def test_an_entry_taken_out_is_seen_even_at_the_end(session: Session, gone: int, seal_no: int) -> None:
    rows = write(session, 5)
    service.seal(session)
    session.execute(delete(AuditEntry).where(AuditEntry.id == rows[gone].id))
    session.expire_all()
    report = service.verify_chain(session)
    assert report.broken is not None
    assert report.broken.seal_no == seal_no


def test_a_chain_whose_end_was_rewritten_is_seen(session: Session) -> None:
    write(session, 2)
    service.seal(session)
    session.execute(update(AuditChain).values(last_seal="0" * 64))
    session.expire_all()
    assert not service.verify_chain(session).sound


def test_details_that_have_no_canonical_form_are_refused(session: Session) -> None:
    for details in ({"x": float("nan")}, {"x": 2**60}, {"x": "\ud800"}):
        with pytest.raises(Invalid):
            service.record(session, "act", "thing", 1, **details)


def test_an_auditor_pages_through_every_entry_once(session: Session) -> None:
    rows = write(session, 25)
    seen: list[int] = []
    before: int | None = None
    while True:
        page = queries.entries(session, 7, before=before, limit=10)
        seen += [row.id for row in page.entries]
        before = page.next_before
        if before is None:
            break
    assert seen == [row.id for row in reversed(rows)]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(), 12),
        (Wanted(act="case."), 10),
        (Wanted(act="%"), 0),
        (Wanted(subject_kind="case", subject_id="3"), 1),
        (Wanted(actor_id=2), 1),
        (Wanted(since=START + timedelta(minutes=8), until=START + timedelta(minutes=9)), 1),
        (Wanted(until=START), 0),
    ],
)
def test_an_auditor_finds_by_what_is_known(session: Session, wanted: Wanted, count: int) -> None:
    write(session, 10)
    with clock.set_to(START + timedelta(days=1)):
        service.record(session, "sign_in", "user", 2, root_id=7, actor_id=2)
        service.record(session, "sign_out", "user", 2, root_id=7)
        service.record(session, "sign_in", "user", 3, root_id=8)
    assert len(queries.entries(session, 7, wanted).entries) == count
    assert queries.acts(session, 7) == ["case.file", "sign_in", "sign_out"]
    assert len(queries.entries(session, None).entries) == 13


def test_the_chain_holds_over_real_commits(database: Engine) -> None:
    for _ in range(3):
        with db.transaction() as session:
            write(session, 4)
        with db.transaction() as session:
            service.seal(session)
    with db.reading() as session:
        report = service.verify_chain(session)
    assert report.sound
    assert report.sealed == 12
