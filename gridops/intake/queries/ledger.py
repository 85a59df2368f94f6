"""Every question to the ledger: what is missing, what waits, what a person has to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    and_,
    bindparam,
    exists,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseEvent
from gridops.core.bulk import fresh_id
from gridops.evidence.models import Content, ContentSent
from gridops.grids import queries as grids
from gridops.intake.models import DisputedRecord, MissingAttachment, Record
from gridops.intake.rules import RecordState, RecordType
from gridops.people.models import User


@dataclass(frozen=True, slots=True)
class ToJudge:
    """One thing a person has to decide: a held record (`dispute_id` None) or a second content under one name."""

    record_id: str
    dispute_id: int | None
    type: RecordType
    sender_id: int
    sender_name: str
    received_at: datetime
    reason: str
    body: dict[str, Any]
    attachments: list[Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a name and of the contents named with it.

    `taken`: a record, case or event bears the name; `awaited`: records wait for it; `contents`: as `evidence.sent_by`.
    For a report also the stamp of the territory, and fresh ids for a case and two events (put right on the spot).
    """

    taken: bool
    awaited: bool
    contents: dict[str, tuple[int, str]]
    stamp: str | None = None
    case_id: int = 0
    event_ids: tuple[int, ...] = ()


def _heard(*more: Any) -> CompoundSelect[Any]:
    name = bindparam("record_id", type_=String)
    nothing: ColumnElement[int] = literal_column("0")
    own = and_(ContentSent.sha256 == Content.sha256, ContentSent.user_id == bindparam("user_id"))
    wanted = Content.sha256.in_(bindparam("contents", expanding=True))
    waiting = and_(Record.waiting_for == name, Record.state == RecordState.WAITING)
    return union_all(
        select(literal_column("'taken'"), Record.id, nothing).where(Record.id == name),
        select(literal_column("'taken'"), Case.record_id, nothing).where(Case.record_id == name),
        select(literal_column("'taken'"), CaseEvent.record_id, nothing).where(CaseEvent.record_id == name),
        select(literal_column("'awaited'"), Record.id, nothing).where(waiting),
        select(Content.mime, Content.sha256, Content.size).join(ContentSent, own).where(wanted),
        *more,
    )


def _more() -> Iterator[Any]:
    yield select(literal_column("'stamp'"), grids.STAMP, literal_column("0"))
    for kind, fresh in (("case", fresh_id(Case)), ("event", fresh_id(CaseEvent)), ("event", fresh_id(CaseEvent, 2))):
        yield select(literal_column(f"'{kind}'"), literal_column("''"), fresh)


# Asked with every record, so they are built once, and asked at once.
_HEARD, _HEARD_OF_REPORT = _heard(), _heard(*_more())


def heard(session: Session, record_id: str, user_id: int, contents: Iterable[str], *, report: bool = False) -> Heard:
    """What is known of a record's name and of the contents it names, sent by this person."""
    given = {"record_id": record_id, "user_id": user_id, "contents": sorted(contents)}
    rows = session.connection().execute(_HEARD_OF_REPORT if report else _HEARD, given).all()
    numbers: dict[str, list[int]] = {}
    for kind, _, number in rows:
        numbers.setdefault(kind, []).append(number)
    return Heard(
        "taken" in numbers,
        "awaited" in numbers,
        # Media types alone have a stroke in them.
        {name: (size, kind) for kind, name, size in rows if "/" in kind},
        next((name for kind, name, _ in rows if kind == "stamp"), None),
        max(numbers.get("case", (0,))),
        tuple(sorted(numbers.get("event", ()))),
    )


def record(session: Session, record_id: str, *, lock: bool = False) -> Record | None:
    """The ledger's row of a name; `lock` keeps others from changing it meanwhile."""
    return session.get(Record, record_id, with_for_update=True if lock else None)


def missing(session: Session, record_id: str) -> list[str]:
    """Hashes of the contents that a record names and that have not come, sorted."""
    rows = select(MissingAttachment.sha256).where(MissingAttachment.record_id == record_id)
    return sorted(session.scalars(rows))


def lacking(session: Session, sha256: str, user_id: int) -> list[tuple[MissingAttachment, Record]]:
    """The records of a person that still lack a content, locked: one that takes effect meanwhile is seen as applied."""
    rows = session.execute(
        select(MissingAttachment, Record)
        .join(Record, Record.id == MissingAttachment.record_id)
        .where(MissingAttachment.sha256 == sha256, Record.user_id == user_id)
        .order_by(Record.received_at)
        .with_for_update(of=Record)
        .execution_options(populate_existing=True)
    )
    return [(gap, found) for gap, found in rows]


def waiting_for(session: Session, record_id: str) -> list[Record]:
    """Records that wait for this one, in the order in which they happened."""
    rows = (
        select(Record)
        .where(Record.waiting_for == record_id, Record.state == RecordState.WAITING)
        .order_by(Record.happened_at, Record.id)
        .with_for_update(of=Record)
    )
    return list(session.scalars(rows))


def overlooked(session: Session, limit: int) -> list[str]:
    """Waiting records whose awaited one has taken effect or will never do so."""
    awaited = aliased(Record)
    rows = (
        select(Record.id)
        .join(awaited, awaited.id == Record.waiting_for)
        .where(
            Record.state == RecordState.WAITING,
            awaited.state.in_((RecordState.APPLIED, RecordState.DISMISSED)),
        )
        .order_by(Record.happened_at)
        .limit(limit)
    )
    return list(session.scalars(rows))


def to_judge(session: Session, root_id: int, *, before: datetime | None = None, limit: int = 50) -> list[ToJudge]:
    """What waits for a person's judgement in one jurisdiction, newest first; `before` goes on from an earlier page."""
    held = (
        select(Record, User.name)
        .join(User, User.id == Record.user_id)
        .where(User.root_id == root_id, Record.state == RecordState.HELD)
        .order_by(Record.received_at.desc())
        .limit(limit)
    )
    disputed = (
        select(DisputedRecord, Record, User.name)
        .join(Record, Record.id == DisputedRecord.record_id)
        .join(User, User.id == DisputedRecord.user_id)
        .where(User.root_id == root_id, DisputedRecord.judged_at.is_(None))
        .order_by(DisputedRecord.received_at.desc())
        .limit(limit)
    )
    if before is not None:
        held, disputed = held.where(Record.received_at < before), disputed.where(DisputedRecord.received_at < before)
    found = [
        ToJudge(
            row.id,
            None,
            row.type,
            row.user_id,
            name,
            row.received_at,
            row.held_because or "",
            row.body,
            row.attachments,
        )
        for row, name in session.execute(held)
    ]
    for row, first, name in session.execute(disputed):
        reason = "同一编号收到了不同的内容。" if row.user_id == first.user_id else "同一编号由另一人发来。"
        content = row.content
        kind = RecordType(content["type"])
        files = content.get("attachments", [])
        found.append(
            ToJudge(first.id, row.id, kind, row.user_id, name, row.received_at, reason, content["body"], files)
        )
    return sorted(found, key=lambda item: item.received_at, reverse=True)[:limit]


def any_to_judge(session: Session, root_id: int) -> bool:
    """Whether anything waits for judgement in a jurisdiction."""
    held = exists().where(Record.state == RecordState.HELD, Record.user_id == User.id, User.root_id == root_id)
    disputed = exists().where(
        DisputedRecord.judged_at.is_(None), DisputedRecord.user_id == User.id, User.root_id == root_id
    )
    return bool(session.scalar(select(held | disputed)))


def dispute(session: Session, dispute_id: int) -> DisputedRecord | None:
    """One second content, locked."""
    return session.get(DisputedRecord, dispute_id, with_for_update=True)


def is_disputed(session: Session, record_id: str, digest: str, user_id: int) -> bool:
    """Whether this content of this sender is kept already as a second one under a name."""
    same = (DisputedRecord.record_id == record_id, DisputedRecord.digest == digest, DisputedRecord.user_id == user_id)
    return bool(session.scalar(select(exists().where(*same))))


def name_of(session: Session, user_id: int) -> str:
    """The name of a sender, also of one who has left."""
    return session.scalars(select(User.name).where(User.id == user_id)).one()


def roots_of(session: Session, user_ids: Iterable[int]) -> dict[int, int]:
    """The root jurisdiction of each of several people."""
    rows = session.execute(select(User.id, User.root_id).where(User.id.in_(sorted(set(user_ids)))))
    return {row.id: row.root_id for row in rows}
