"""A phone's backup through the gate: what comes of each record, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.ids import uuid7
from gridops.evidence.models import ContentSent, EvidenceLink
from gridops.evidence.rules.types import Limits
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.intake import backup_file, backup_import
from gridops.intake.models import DisputedRecord, MissingAttachment, Record
from gridops.intake.rules import RecordState
from gridops.people.models import User
from gridops.people.rules import Role
from tests.evidence.pictures import picture, sha256
from tests.factories import make_category, make_grid, make_user
from tests.intake.backups import CAPTURED, MADE, entry, head, write

LIMITS = Limits(200_000, 1_000_000)
PICTURE = picture(seed=1)
LATER = clock.parse_instant(MADE) + timedelta(days=3)


class Street:
    """A root with one inspector, and a folder for backups."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder
        make_category(session)
        self.root: Grid = make_grid(session, west=-70.4, south=-33.5)
        self.user: User = make_user(session, self.root, Role.INSPECTOR, username="wg001")

    def take(self, records: list[dict[str, Any]], files: tuple[bytes, ...] = (), **more: Any) -> backup_import.Done:
        told = {**head(records), "user": {"id": self.user.id, "username": "WG001 ", "name": "王五"}, **more}
        backup = backup_file.read(write(self.folder / "b.zip", told, files), LIMITS)
        with clock.set_to(LATER):
            done = backup_import.run(self.session, backup, self.root.id, LIMITS, 500.0)
        backup_import.store(backup, LocalStore(self.folder / "evidence"), done.stored)
        return done

    def count(self, what: Any) -> int:
        return self.session.scalar(select(func.count()).select_from(what)) or 0

    def row(self, record: dict[str, Any]) -> Record:
        return self.session.get_one(Record, record["id"])


@pytest.fixture
def street(session: Session, tmp_path: Path) -> Street:
    return Street(session, tmp_path)


def counts(done: backup_import.Done) -> tuple[int, int, int, int]:
    return done.counts.new, done.counts.unchanged, done.counts.changed, done.counts.refused


def test_records_become_cases_with_their_photos_and_the_same_file_again_changes_nothing(street: Street) -> None:
    records = [entry([PICTURE]), entry([picture(seed=2), PICTURE])]
    files = (PICTURE, picture(seed=2))
    first = street.take(records, files)
    assert counts(first) == (2, 0, 0, 0)
    assert first.refused == []
    tables = (Case, Record, ContentSent, EvidenceLink)
    before = [street.count(table) for table in tables]
    assert before == [2, 2, 2, 3]
    assert street.count(MissingAttachment) == 0
    assert counts(street.take(records, files)) == (0, 2, 0, 0)
    assert [street.count(table) for table in tables] == before
    store = LocalStore(street.folder / "evidence")
    assert {name for name, _ in store.files()} == {sha256(one) for one in files}


def test_of_a_record_half_sent_only_the_photo_is_brought(street: Street) -> None:
    record = entry([PICTURE])
    assert [error.column for error in street.take([record]).refused] == ["records[0].attachments"]
    assert street.count(MissingAttachment) == 1
    done = street.take([record], (PICTURE,))
    assert counts(done) == (0, 0, 1, 0)
    assert done.stored == [sha256(PICTURE)]
    assert (street.count(Case), street.count(EvidenceLink), street.count(MissingAttachment)) == (1, 1, 0)
    again = street.take([record])
    assert (counts(again), again.refused) == ((0, 1, 0, 0), [])


def test_a_known_record_whose_photo_is_nowhere_is_told_and_refuses_nothing(street: Street) -> None:
    record = entry([PICTURE])
    street.take([record])
    done = street.take([record])
    assert (counts(done), done.refused) == ((0, 1, 0, 0), [])
    assert done.counts.notes == [f"records[0] {record['id']}: still without files/{sha256(PICTURE)}"]


def test_a_record_happened_when_it_was_captured_and_not_when_the_file_was_read(street: Street) -> None:
    record = entry()
    street.take([record])
    row = street.row(record)
    assert row.happened_at == clock.parse_instant(CAPTURED)
    assert (row.received_at, row.clock_offset_s) == (LATER, 0)


def test_what_the_server_said_of_the_clock_corrects_the_records_it_has_not_seen(street: Street) -> None:
    receipt = {"received_at": CAPTURED, "clock_offset_s": 3600}
    record = entry()
    street.take([entry(receipt=receipt), record])
    assert street.row(record).happened_at == clock.parse_instant(CAPTURED) + timedelta(hours=1)
    assert street.row(record).clock_offset_s == 3600


def test_a_phone_that_runs_ahead_has_made_its_file_now_at_the_latest(street: Street) -> None:
    record = entry(captured_at="2027-01-01T10:00:00+08:00")
    street.take([record], made_at="2027-01-01T11:00:00+08:00")
    assert street.row(record).happened_at == LATER - timedelta(hours=1)


def test_records_that_name_each_other_find_each_other_in_whatever_order(street: Street) -> None:
    start = str(uuid7())
    ended = entry(type="round", body={"action": "end", "round": start})
    begun = entry(record_id=start, type="round", body={"action": "start"})
    lonely = entry(type="round", body={"action": "end", "round": str(uuid7())})
    assert counts(street.take([ended, begun, lonely])) == (3, 0, 0, 0)
    assert [street.row(record).state for record in (ended, begun)] == [RecordState.APPLIED] * 2
    assert street.row(lonely).state is RecordState.WAITING


def test_other_content_under_a_known_name_is_kept_as_a_second_one_once(street: Street) -> None:
    record = entry()
    street.take([record])
    other = {**record, "captured_at": MADE}
    done = street.take([other])
    assert (counts(done), done.refused) == ((0, 0, 1, 0), [])
    assert "both are kept" in done.counts.notes[0]
    assert counts(street.take([other])) == (0, 1, 0, 0)
    assert (street.count(Record), street.count(Case), street.count(DisputedRecord)) == (1, 1, 1)


def test_another_persons_record_is_kept_as_a_second_one(street: Street) -> None:
    record = entry()
    street.take([record])
    make_user(street.session, street.root, Role.INSPECTOR, username="wg002")
    done = street.take([record], user={"username": "wg002"})
    assert counts(done) == (0, 0, 1, 0)
    assert street.count(Case) == 1


def test_refused_records_are_named_and_the_others_stand_beside_them(street: Street) -> None:
    records = [
        entry(),
        entry(body={"category": "9999", "location": {"lon": -70.395, "lat": -33.495}}),
        entry(body={"category": "0110", "location": {"lon": 0.0, "lat": 0.0}}),
        entry(type="nothing"),
        entry(captured_at="1970-01-01T00:00:00+08:00"),
        entry(body={"category": 7}),
    ]
    done = street.take(records)
    assert counts(done) == (1, 0, 0, 5)
    assert [error.column for error in done.refused] == [
        "records[1].body.category",
        "records[2].body.location",
        "records[3].type",
        "records[4].captured_at",
        "records[5].body.category",
    ]
    assert all(error.value == records[int(error.column[8])]["id"] for error in done.refused)
    assert street.count(Record) == 1


def test_a_claim_that_contradicts_its_content_is_refused(street: Street) -> None:
    record = entry([PICTURE])
    for field, value in (("size", 5), ("mime", "image/png")):
        record["attachments"][0] = {**entry([PICTURE])["attachments"][0], field: value}
        done = street.take([record], (PICTURE,))
        assert [error.column for error in done.refused] == [f"records[0].attachments[0].{field}"]
    assert street.count(Record) == 0


def test_who_is_not_of_this_root_or_is_locked_is_refused_by_name(street: Street) -> None:
    elsewhere = make_grid(street.session, west=-71.4)
    make_user(street.session, elsewhere, Role.INSPECTOR, username="wg900")
    for username in ("nobody", "wg900"):
        with pytest.raises(Invalid) as refused:
            street.take([entry()], user={"username": username})
        assert [error.field for error in refused.value.errors] == ["user.username"]
    street.user.active = False
    street.session.flush()
    with pytest.raises(Invalid, match="locked"):
        street.take([entry()])


def test_an_id_of_another_installation_is_told(street: Street) -> None:
    done = street.take([entry()], user={"username": "wg001", "id": street.user.id + 1})
    assert "another installation" in done.counts.notes[0]


def test_it_leaves_an_entry_in_the_audit_without_personal_data(street: Street) -> None:
    street.take([entry([PICTURE])], (PICTURE,))
    row = street.session.scalars(select(AuditEntry).where(AuditEntry.act == "intake.import_backup")).one()
    assert (row.subject_kind, row.subject_id) == ("user", str(street.user.id))
    assert (row.details["read"], row.details["new"], row.details["contents"]) == (1, 1, 1)
