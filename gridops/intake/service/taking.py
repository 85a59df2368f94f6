"""Taking a record under the name the phone gave it, and the contents it names; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import ReportIn
from gridops.cases.models import Case
from gridops.cases.service.placing import NEAREST_WITHIN_M
from gridops.cases.service.writing import Numbers
from gridops.core import clock
from gridops.core.bulk import insert_rows, together
from gridops.core.db import as_read, insert_or_skip, lock_names
from gridops.core.errors import Invalid
from gridops.evidence import queries as evidence_queries
from gridops.evidence import service as evidence
from gridops.evidence.forms import Arrival
from gridops.evidence.rules.types import Mime, agrees
from gridops.grids import queries as grids
from gridops.intake import effects, queries, rules
from gridops.intake.forms import Attachment, RecordIn, read_kept
from gridops.intake.models import DisputedRecord, MissingAttachment, Record
from gridops.intake.receipts import Receipt, receipt, receipt_of_case
from gridops.intake.rules import RecordState, Sent
from gridops.intake.service.applying import (
    DOES_NOT_FIT,
    apply,
    follow,
    hold,
    link,
    of_body,
    took_effect,
    try_again,
)
from gridops.people.rules import Person

_LEDGER = tuple(column.name for column in Record.__table__.columns)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record: 201 new, 200 the same again, 409 another under that name (then no receipt)."""

    sent: Sent
    receipt: Receipt | None

    @property
    def status(self) -> int:
        """The answer of the contract."""
        return rules.STATUS[self.sent]


def take(
    session: Session,
    person: Person,
    record_id: str,
    record: RecordIn,
    content: dict[str, Any],
    *,
    received_at: datetime | None = None,
    within_m: float = NEAREST_WITHIN_M,
) -> Taken:
    """Take one record under the name the phone gave it. `content` is the whole payload as sent (kept on a dispute).

    `received_at`: where it had come earlier and only its name was in dispute. `within_m`: how far outside every grid a
    report may lie.

    Raises Invalid (nothing is kept) for an absurd time, or where the room refuses a field.
    """
    # The same record twice at once, or a record and one that names it, must not overlook each other.
    lock_names(session, [record_id, *record.awaits, *rules.squads_named(record.type, record.body)])
    begins = isinstance(record.meaning, ReportIn) and not record.meaning.same_as
    contents = {file.sha256 for file in record.files}
    heard = queries.heard(session, record_id, person.user_id, contents, report=begins)
    known = queries.record(session, record_id) if heard.taken else None
    if known is not None:
        return _known(session, person, known, record, content)
    now = received_at or clock.now()
    happened, offset = rules.correct_clock(record.captured_at, record.sent_at, now)
    row = Record(**_ledger_row(person, record_id, record, now, happened, offset))
    missing = _missing(session, row, record.files, heard.contents)
    ground = grids.Snapshot(session, heard.stamp)
    if begins and not heard.taken:
        numbers = Numbers(heard.case_id, heard.event_ids)
        case = _begin(session, person, row, record, missing, ground, numbers, within_m)
    else:
        case = apply(session, person, row, record.meaning, record.files, missing, within_m, refuse=True)
        _enter(session, row, missing)
    if heard.awaited or rules.lets_others_fit(record.type, record.body):
        follow(session, row, within_m)
        session.flush()
    return Taken(Sent.NEW, receipt_of_case(session, row, case, missing, ground))


def attachment(session: Session, arrival: Arrival, user_id: int) -> bool:
    """A checked content (in the store already) has come from a person: complete the records that lacked it.

    Returns True when this person had not sent it before. Raises nothing that would lose the content.
    """
    lock_names(session, [_sender(user_id)])
    new = evidence.receive(session, arrival, user_id)
    for gap, row in queries.lacking(session, arrival.sha256, user_id):
        session.delete(gap)
        if row.state is RecordState.APPLIED:
            _, files = read_kept(row.type, row.body, row.attachments)
            root_id = effects.root_of(session, row)
            link(session, row, root_id, [file for file in files if file.sha256 == arrival.sha256])
    session.flush()
    return new


def apply_overlooked(session: Session, limit: int = 200, *, within_m: float = NEAREST_WITHIN_M) -> int:
    """Let waiting records take effect whose awaited one has come; a net below the locks, run by the calendar."""
    ids = queries.overlooked(session, limit)
    for record_id in ids:
        row = _locked(session, record_id)
        if row.state is RecordState.WAITING:
            try_again(session, row, within_m)
    return len(ids)


def _known(session: Session, person: Person, row: Record, record: RecordIn, content: dict[str, Any]) -> Taken:
    sent = rules.compare(rules.Known(row.digest, row.user_id), record.digest, person.user_id)
    if sent is Sent.AGAIN:
        return Taken(sent, receipt(session, row))
    second = {
        "record_id": row.id,
        "digest": record.digest,
        "user_id": person.user_id,
        "received_at": clock.now(),
        "content": content,
    }
    insert_or_skip(session, DisputedRecord, [second], ["record_id", "digest", "user_id"])
    return Taken(sent, None)


def _ledger_row(
    person: Person, record_id: str, record: RecordIn, now: datetime, happened: datetime, offset: int
) -> dict[str, Any]:
    return {
        "id": record_id,
        "type": record.type,
        "digest": record.digest,
        "user_id": person.user_id,
        "device": record.device,
        "captured_at": record.captured_at,
        "sent_at": record.sent_at,
        "received_at": now,
        "happened_at": happened,
        "clock_offset_s": offset,
        "body": record.body,
        "attachments": list(record.attachments),
        "state": RecordState.WAITING,
    }


def _locked(session: Session, record_id: str) -> Record:
    row = queries.record(session, record_id, lock=True)
    assert row is not None, "a name that was taken has its row"
    return row


def _enter(session: Session, row: Record, missing: Sequence[str]) -> None:
    """Write a new row of the ledger, and what it lacks, by plain inserts; it stands in the session as if read."""
    insert_rows(session, Record, _LEDGER, [tuple(getattr(row, name) for name in _LEDGER)])
    insert_rows(session, MissingAttachment, ("sha256", "record_id"), [(name, row.id) for name in missing])
    as_read(session, row, {})


def _begin(
    session: Session,
    person: Person,
    row: Record,
    record: RecordIn,
    missing: Sequence[str],
    ground: grids.Snapshot,
    numbers: Numbers,
    within_m: float,
) -> Case | None:
    """A new report: checked before anything is written, then case and record are written in one round trip.

    Returns its case; None where the record is held. Raises Invalid.
    """
    assert isinstance(record.meaning, ReportIn), "only a report begins a case"
    try:
        new = effects.prepare_case(session, person, row, record.meaning, ground, within_m)
    except DOES_NOT_FIT as misfit:
        hold(row, str(misfit))
        _enter(session, row, missing)
        return None
    except Invalid as wrong:
        raise of_body(wrong) from None
    with together(session):
        done = effects.begin_case(session, new, numbers)
        took_effect(session, row, done, record.files, missing)
        _enter(session, row, missing)
    return done.case


def _missing(
    session: Session, row: Record, files: tuple[Attachment, ...], here: dict[str, tuple[int, str]]
) -> list[str]:
    """The named contents that are not `here`, sorted; refuse claims that contradict what has come."""
    wanted = {file.sha256 for file in files}
    if wanted - here.keys():
        # One of them may be arriving at this moment.
        lock_names(session, [_sender(row.user_id)])
        here = evidence_queries.sent_by(session, row.user_id, wanted)
    for place, file in enumerate(files):
        if file.sha256 in here:
            size, mime = here[file.sha256]
            if file.size != size:
                raise Invalid((f"attachments[{place}].size", f"the content has {size} bytes"))
            if not agrees(file.mime, Mime(mime)):
                raise Invalid((f"attachments[{place}].mime", f"the content is {mime}"))
    return sorted(wanted - here.keys())


def _sender(user_id: int) -> str:
    return f"contents sent by {user_id}"
