"""Taking the backup of a phone in: each record through the gate, in the name of who captured it, in one transaction.

The same file twice changes nothing: records and contents bear their names from the phone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import FieldError, Invalid
from gridops.evidence.rules.types import Limits, agrees
from gridops.evidence.store import Store
from gridops.intake import queries, service
from gridops.intake.backup_file import FOLDER, Backup, BackupRecord
from gridops.intake.files import Counts, RowError
from gridops.intake.forms import RecordIn, parse_record
from gridops.intake.rules import Sent
from gridops.people.queries import load_person
from gridops.people.queries.keeping import user_by_name
from gridops.people.rules import Person
from gridops.people.rules.sign_in import normal_username

_PLACE = re.compile(r"records\[(\d+)\]")


@dataclass(slots=True)
class Done:
    """What became of a backup: `counts`, and the contents (`stored`) that its records lacked and that it holds.

    `refused`: what could not be taken, or not wholly; whether the rest shall stay is the caller's to decide.
    """

    counts: Counts = field(default_factory=Counts)
    stored: list[str] = field(default_factory=list)
    refused: list[RowError] = field(default_factory=list)

    def refuse(self, record: BackupRecord | None, errors: Sequence[FieldError]) -> None:
        """Note what is wrong, with a record or with the file."""
        before, name = (f"{record.field}.", record.id) if record else ("", "")
        self.refused += [RowError(0, before + error.field, name, error.reason) for error in errors]
        self.refused.sort(key=_place)


def _place(error: RowError) -> int:
    """Errors stand in the order of the file, those of the file itself before those of its records."""
    found = _PLACE.match(error.column)
    return int(found[1]) if found else -1


@dataclass(frozen=True, slots=True)
class _Taken:
    """A record that stands in the ledger, and the contents that it lacked when it was taken."""

    record: BackupRecord
    new: bool
    missing: tuple[str, ...]


def run(session: Session, backup: Backup, root_id: int, limits: Limits, within_m: float) -> Done:
    """Take a backup into a root, in the caller's transaction. Bytes are stored by `store`, before the commit.

    Raises Invalid (field `user.username`) where its person is not of this root.
    """
    person = _person(session, backup, root_id)
    done = Done(Counts(read=len(backup.records)))
    done.refuse(None, backup.unsound)
    if backup.user_id not in (None, person.user_id):
        done.counts.notes.append(
            f"user.id: {backup.user_id} in the backup, {person.user_id} here: another installation?"
        )
    records = _readable(backup, limits, done)
    # All names at once, in the order that all keep: the phone may be sending the same records at this moment.
    lock_names(session, [name for record, read in records for name in (record.id, *read.awaits)])
    taken = [_take(session, person, record, read, within_m, done) for record, read in records]
    _bring(session, person, backup, [one for one in taken if one], done)
    audit.record(
        session,
        "intake.import_backup",
        "user",
        person.user_id,
        root_id=root_id,
        made_at=backup.made_at.isoformat(),
        read=done.counts.read,
        new=done.counts.new,
        contents=len(done.stored),
    )
    return done


def store(backup: Backup, folder: Store, names: Sequence[str]) -> None:
    """Put contents into the store: before any row that names them is committed, so that none points at nothing."""
    for sha256 in names:
        if not folder.exists(sha256):
            with backup.opened(sha256) as content:
                folder.put(sha256, content)


def _person(session: Session, backup: Backup, root_id: int) -> Person:
    user = user_by_name(session, normal_username(backup.username))
    if user is None or user.root_id != root_id:
        raise Invalid(("user.username", "nobody of this name in this jurisdiction"))
    person = load_person(session, user.id)
    if person is None:
        raise Invalid(("user.username", "the account is locked"))
    return person


def _readable(backup: Backup, limits: Limits, done: Done) -> list[tuple[BackupRecord, RecordIn]]:
    """The records that have the right shape and whose contents are what they say, in the order of the file."""
    # As if the phone sent them now, by its own clock: so the gate corrects by what is known of it, and not by the days
    # that the file has lain. No phone has made its file in times to come.
    now = clock.now()
    offset = min(timedelta(seconds=backup.clock_offset_s), now - backup.made_at)
    sent_at = (now - offset).isoformat(timespec="microseconds")
    found = []
    for record in backup.records:
        record.content["sent_at"] = sent_at
        try:
            read = parse_record(record.content, record.id, limits)
            if wrong := _claim_faults(backup, read):
                raise Invalid(*wrong)
        except Invalid as refused:
            done.refuse(record, refused.errors)
            done.counts.refused += 1
        else:
            found.append((record, read))
    return found


def _claim_faults(backup: Backup, read: RecordIn) -> list[FieldError]:
    wrong = []
    for place, claim in enumerate(read.files):
        arrival = backup.arrivals.get(claim.sha256)
        if arrival and claim.size != arrival.size:
            wrong.append(FieldError(f"attachments[{place}].size", f"the content has {arrival.size} bytes"))
        if arrival and not agrees(claim.mime, arrival.mime):
            wrong.append(FieldError(f"attachments[{place}].mime", f"the content is {arrival.mime}"))
    return wrong


def _take(
    session: Session, person: Person, record: BackupRecord, read: RecordIn, within_m: float, done: Done
) -> _Taken | None:
    """One record through the gate; None where the ledger has no such record afterwards."""
    disputed = queries.is_disputed(session, record.id, read.digest, person.user_id)
    try:
        with session.begin_nested():
            taken = service.take(session, person, record.id, read, record.content, within_m=within_m)
    except Invalid as refused:
        done.refuse(record, refused.errors)
        done.counts.refused += 1
        return None
    if taken.receipt is None:
        done.counts.notes.append(f"{record.field} {record.id}: known with other content; both are kept to be judged")
        done.counts.unchanged += disputed
        done.counts.changed += not disputed
        return None
    return _Taken(record, taken.sent is Sent.NEW, taken.receipt.missing)


def _bring(session: Session, person: Person, backup: Backup, taken: list[_Taken], done: Done) -> None:
    """Bring in the contents that are lacking; a known record for which some came has changed."""
    wanted = {sha256 for one in taken for sha256 in one.missing}
    done.stored = sorted(wanted & backup.arrivals.keys())
    for sha256 in done.stored:
        service.attachment(session, backup.arrivals[sha256], person.user_id)
    for one in taken:
        came = [sha256 for sha256 in one.missing if sha256 in backup.arrivals]
        done.counts.new += one.new
        done.counts.changed += bool(came) and not one.new
        done.counts.unchanged += not came and not one.new
        gone = [f"{FOLDER}{sha256}" for sha256 in one.missing if sha256 not in came]
        if one.new:
            done.refuse(one.record, [FieldError("attachments", f"{name} is neither here nor in it") for name in gone])
        else:
            done.counts.notes += [f"{one.record.field} {one.record.id}: still without {name}" for name in gone]
