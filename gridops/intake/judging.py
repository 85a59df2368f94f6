"""What a person decides: a held record is tried again or set aside, of two contents one or both stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.service.placing import NEAREST_WITHIN_M
from gridops.core import clock
from gridops.core.errors import Closed, Invalid, NotAllowed, NotFound
from gridops.evidence.rules.types import Limits
from gridops.intake import places, queries, receipts, rules, service, sights
from gridops.intake.forms import parse_record
from gridops.intake.models import DisputedRecord, Record
from gridops.intake.queries import ToJudge
from gridops.intake.rules import RecordState, RecordType, Verdict
from gridops.intake.sights import Sight
from gridops.people import queries as people
from gridops.people.rules import Person, Role, may
from gridops.supervision.rules import CHECKERS

_DESK = frozenset({Role.INTAKE_CLERK, Role.SHIFT_LEADER})
# Who judges what the desk does not: a look at a unit names people before anything is verified.
_OTHERS = {RecordType.DISCIPLINE_CHECK: frozenset(CHECKERS)}
MAY_JUDGE = _DESK.union(*_OTHERS.values())


def waiting(session: Session, judge: Person, *, before: datetime | None = None, limit: int = 50) -> list[ToJudge]:
    """What waits for a decision in the territory for which this person may judge, newest first."""
    found: list[ToJudge] = []
    while len(found) < limit:
        batch = queries.to_judge(session, judge.root_id, before=before, limit=limit)
        found += [item for item in batch if _judges_at(session, judge, item.type, item.body)]
        if len(batch) < limit:
            break
        before = batch[-1].received_at
    return found[:limit]


def seen(session: Session, judge: Person, item: ToJudge) -> tuple[Sight, Sight | None]:
    """What waits, and what came first under its name: None without a dispute, or where that lies out of sight."""
    first = queries.record(session, item.record_id) if item.dispute_id else None
    if first is None or not _judges_at(session, judge, first.type, first.body):
        return sights.of_item(session, item), None
    return sights.of_item(session, item), sights.of_first(session, first)


def any_waiting(session: Session, judge: Person) -> bool:
    """Whether anything waits for this person's decision."""
    if judge.roles.isdisjoint(MAY_JUDGE) or not queries.any_to_judge(session, judge.root_id):
        return False
    return bool(waiting(session, judge))


def try_held_again(
    session: Session, judge: Person, record_id: str, within_m: float = NEAREST_WITHIN_M
) -> receipts.Receipt:
    """Let a held record take effect after all, if it fits now; otherwise it stays held with the new reason.

    Raises NotFound, NotAllowed, Closed (not held any more).
    """
    row = _held(session, judge, record_id)
    service.try_again(session, row, within_m)
    _note(session, judge, "intake.try_again", row, state=row.state.value)
    return receipts.receipt(session, row)


def set_aside(
    session: Session, judge: Person, record_id: str, reason: str, within_m: float = NEAREST_WITHIN_M
) -> receipts.Receipt:
    """A held record shall take no effect; it stays in the ledger. Raises as above, Invalid without a reason."""
    reason = _reason(reason)
    row = _held(session, judge, record_id)
    row.state, row.judged_reason, row.held_because = RecordState.DISMISSED, reason, f"不予采用：{reason}"
    row.judged_at, row.judged_by = clock.now(), judge.user_id
    service.follow(session, row, within_m)
    _note(session, judge, "intake.set_aside", row)
    return receipts.receipt(session, row)


def judge_dispute(
    session: Session,
    judge: Person,
    dispute_id: int,
    verdict: Verdict,
    reason: str,
    limits: Limits,
    within_m: float = NEAREST_WITHIN_M,
) -> str | None:
    """Decide about a second content: only the first stands, or both do (the second is entered under a name of its own).

    Returns the name under which the second was entered. Raises NotFound, NotAllowed, Closed, Invalid.
    """
    reason = _reason(reason)
    row = queries.dispute(session, dispute_id)
    if row is None:
        raise NotFound("没有这条待判定记录。")
    first = queries.record(session, row.record_id)
    assert first is not None, "a dispute hangs on a record"
    _may_judge(session, judge, row.user_id, RecordType(row.content["type"]), row.content["body"])
    if row.judged_at is not None:
        raise Closed("已有判定。")
    row.verdict, row.judged_reason, row.judged_at, row.judged_by = verdict, reason, clock.now(), judge.user_id
    audit.record(
        session,
        "intake.judge_dispute",
        "record",
        row.record_id,
        actor_id=judge.user_id,
        root_id=judge.root_id,
        verdict=verdict.value,
    )
    return _enter_second(session, row, limits, within_m) if verdict is Verdict.BOTH_STAND else None


def _enter_second(session: Session, row: DisputedRecord, limits: Limits, within_m: float) -> str:
    name = rules.name_of_second(row.record_id, row.digest, row.user_id)
    sender = people.load_person(session, row.user_id)
    if sender is None:
        raise Closed("发送人已停用，不能补录。")
    record = parse_record(row.content, name, limits)
    service.take(session, sender, name, record, row.content, received_at=row.received_at, within_m=within_m)
    return name


def _held(session: Session, judge: Person, record_id: str) -> Record:
    row = queries.record(session, record_id, lock=True)
    if row is None:
        raise NotFound("没有这条记录。")
    _may_judge(session, judge, row.user_id, row.type, row.body)
    if row.state is not RecordState.HELD:
        raise Closed("此记录已不在待判定之列。")
    return row


def _may_judge(session: Session, judge: Person, sender_id: int, kind: RecordType, body: dict[str, Any]) -> None:
    """Whoever judges such records at the record's place, and never one's own; what lies elsewhere is not found."""
    if sender_id == judge.user_id or judge.roles.isdisjoint(_judges_of(kind)):
        raise NotAllowed(
            "由督查人员判定，本人发送的记录由他人判定。"
            if kind in _OTHERS
            else "由受理员或值班长判定，本人发送的记录由他人判定。"
        )
    if queries.roots_of(session, [sender_id]).get(sender_id) != judge.root_id:
        raise NotFound("没有这条记录。")
    if not _judges_at(session, judge, kind, body):
        raise NotFound("没有这条记录。")


def _judges_of(kind: RecordType) -> frozenset[Role]:
    return _OTHERS.get(kind, _DESK)


def _judges_at(session: Session, judge: Person, kind: RecordType, body: dict[str, Any]) -> bool:
    roles = _judges_of(kind)
    if may(judge, roles, (judge.root_id,)):
        return True
    if judge.roles.isdisjoint(roles):
        return False
    return people.may_at(session, judge, roles, places.grid_of_body(session, judge.root_id, kind, body))


def _reason(text: str) -> str:
    if not text.strip() or len(text) > 500:
        raise Invalid(("reason", "1 to 500 characters"))
    return text.strip()


def _note(session: Session, judge: Person, act: str, row: Record, **details: str) -> None:
    audit.record(session, act, "record", row.id, actor_id=judge.user_id, root_id=judge.root_id, **details)
