"""The gate for phone records: taken once, answered the same as often as they come, in effect as soon as they can be.

Well-formed records are never refused for what they mean: what does not fit (any more) is held for a person, what names
a record not yet here waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, make_transient_to_detached

from gridops.cases.forms import ReportIn
from gridops.cases.models import Case
from gridops.cases.service.reporting import NEAREST_WITHIN_M
from gridops.cases.service.writing import Numbers
from gridops.core import clock
from gridops.core.bulk import insert_rows, together
from gridops.core.db import insert_or_skip, lock_names
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.evidence import queries as evidence_queries
from gridops.evidence import service as evidence
from gridops.evidence.forms import Arrival
from gridops.evidence.rules.types import Mime, agrees
from gridops.grids import queries as grids
from gridops.intake import effects, queries, rules, words
from gridops.intake.forms import AnswerIn, Attachment, RecordIn, read_kept, reference
from gridops.intake.models import DisputedRecord, MissingAttachment, Record
from gridops.intake.receipts import Receipt as Receipt
from gridops.intake.receipts import receipt as receipt
from gridops.intake.receipts import receipt_of as receipt_of
from gridops.intake.receipts import receipt_of_case
from gridops.intake.rules import RecordState, RecordType, Sent
from gridops.people.queries import load_person
from gridops.people.rules import Person

# What a room answers when a record is well-formed but does not fit: it is kept for a person, never refused.
DOES_NOT_FIT = (NotAllowed, NotFound, Conflict, Closed)
_LEDGER = tuple(column.name for column in Record.__table__.columns)
_NO_SUCH_NUMBER = "no case has this number"


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
    target = record.names if record.names and rules.is_uuid(record.names) else None
    # The same record twice at once, or a record and one that names it, must not overlook each other.
    lock_names(session, [name for name in (record_id, target) if name])
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
        case = _apply(session, person, row, record.meaning, record.files, missing, within_m, refuse=True)
        _enter(session, row, missing)
    if heard.awaited:
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
        if row.state is RecordState.APPLIED and row.case_id is not None:
            _, files = read_kept(row.type, row.body, row.attachments)
            case = effects.case_of(session, row.case_id)
            _link(session, row, case, [file for file in files if file.sha256 == arrival.sha256])
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


def try_again(session: Session, row: Record, within_m: float = NEAREST_WITHIN_M) -> None:
    """Apply a waiting or held record once more, in the name of its sender; what still does not fit stays held."""
    _apply_kept(session, row, within_m)
    follow(session, row, within_m)
    session.flush()


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
    make_transient_to_detached(row)
    session.add(row)


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
        _hold(row, str(misfit))
        _enter(session, row, missing)
        return None
    except Invalid as wrong:
        raise _of_body(wrong) from None
    with together(session):
        done = effects.begin_case(session, new, numbers)
        _took_effect(session, row, done, record.files, missing)
        _enter(session, row, missing)
    return done.case


def _took_effect(
    session: Session, row: Record, done: effects.Done, files: tuple[Attachment, ...], missing: Sequence[str]
) -> None:
    row.state, row.waiting_for, row.held_because = RecordState.APPLIED, None, None
    row.case_id, row.event_id = done.case.id, done.event_id
    _link(session, row, done.case, [file for file in files if file.sha256 not in missing])


def _of_body(wrong: Invalid) -> Invalid:
    return Invalid(*((f"body.{error.field}", error.reason) for error in wrong.errors))


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


def _apply(
    session: Session,
    person: Person,
    row: Record,
    meaning: ReportIn | AnswerIn,
    files: tuple[Attachment, ...],
    missing: Sequence[str],
    within_m: float = NEAREST_WITHIN_M,
    *,
    refuse: bool,
) -> Case | None:
    """Let a record take effect (returns its case), wait or be held. With `refuse`, what the room refuses is refused."""
    case_id = None
    if (name := reference(meaning)) is not None:
        case_id = _named_case(session, row, name, refuse)
        if case_id is None:
            return None
    try:
        with session.begin_nested():
            done = effects.apply(session, person, row, meaning, case_id, within_m)
    except DOES_NOT_FIT as misfit:
        if refuse and name and isinstance(misfit, NotFound) and not rules.is_uuid(name):
            # A number out of sight is answered like one that nobody bears.
            raise Invalid((_naming_field(row), _NO_SUCH_NUMBER)) from None
        _hold(row, str(misfit))
        return None
    except Invalid as wrong:
        if refuse:
            raise _of_body(wrong) from None
        _hold(row, words.told(wrong))
        return None
    _took_effect(session, row, done, files, missing)
    return done.case


def _named_case(session: Session, row: Record, name: str, refuse: bool) -> int | None:
    """The case a record names; None when the record now waits or is held instead."""
    if not rules.is_uuid(name):
        case_id = effects.case_by_number(session, name)
        if case_id is None and refuse:
            raise Invalid((_naming_field(row), _NO_SUCH_NUMBER))
        if case_id is None:
            _hold(row, "所指案件不存在。")
        return case_id
    if (case_id := effects.case_by_record(session, name)) is not None:
        return case_id
    named = queries.record(session, name)
    if named is None or named.state in (RecordState.WAITING, RecordState.HELD):
        _wait(session, row, name)
    elif named.state is RecordState.APPLIED and named.type is RecordType.REPORT:
        return named.case_id
    else:
        _hold(row, "所指记录没有形成案件。")
    return None


def _naming_field(row: Record) -> str:
    return "body.same_as" if row.type is RecordType.REPORT else "body.case"


def _wait(session: Session, row: Record, name: str) -> None:
    seen = {row.id}
    following: Record | None = queries.record(session, name)
    while following is not None and following.state is RecordState.WAITING and following.waiting_for:
        seen.add(following.id)
        if following.waiting_for in seen:
            _hold(row, "几条记录互相等待，须由人判定。")
            return
        following = queries.record(session, following.waiting_for)
    row.state, row.waiting_for, row.held_because = RecordState.WAITING, name, None


def _apply_kept(session: Session, row: Record, within_m: float) -> None:
    """Apply a record of the ledger in the name of its sender, with the roles held now."""
    sender = load_person(session, row.user_id)
    if sender is None:
        _hold(row, "发送人已停用。")
        return
    meaning, files = read_kept(row.type, row.body, row.attachments)
    missing = queries.missing(session, row.id)
    _apply(session, sender, row, meaning, files, missing, within_m, refuse=False)


def _hold(row: Record, reason: str) -> None:
    row.state, row.waiting_for, row.held_because = RecordState.HELD, None, reason[:500]


def follow(session: Session, row: Record, within_m: float = NEAREST_WITHIN_M) -> None:
    """Records that waited for this one take effect or are held now, and those that waited for them."""
    ready = [row]
    while ready:
        done = ready.pop(0)
        session.flush()
        if done.state not in (RecordState.APPLIED, RecordState.DISMISSED):
            continue
        for next_row in queries.waiting_for(session, done.id):
            _apply_kept(session, next_row, within_m)
            ready.append(next_row)


def _link(session: Session, row: Record, case: Case, files: list[Attachment]) -> None:
    uses = [
        evidence.LinkIn(file.sha256, file.role, file.album, _taken_at(row, file), file.lon, file.lat) for file in files
    ]
    evidence.link(
        session,
        uses,
        root_id=case.root_id,
        subject_kind=effects.SUBJECT,
        subject_id=case.id,
        user_id=row.user_id,
        event_id=row.event_id,
        record_id=row.id,
    )


def _taken_at(row: Record, file: Attachment) -> datetime:
    """By the corrected clock of the phone; a photo without a time of its own was taken with the record."""
    if file.taken_at is None:
        return row.happened_at
    try:
        return file.taken_at + (row.happened_at - row.captured_at)
    except OverflowError:
        return row.happened_at


def _sender(user_id: int) -> str:
    return f"contents sent by {user_id}"
