"""Records of phones through the ledger into cases, on both databases."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries import lookups
from gridops.cases.rules.moves import Move, State
from gridops.cases.service import moving
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.core.errors import Closed, Invalid, NotAllowed, NotFound
from gridops.core.ids import uuid7
from gridops.evidence import queries as evidence_queries
from gridops.evidence.forms import check
from gridops.evidence.rules.types import Limits
from gridops.intake import judging, queries, receipts, service
from gridops.intake.forms import parse_record
from gridops.intake.models import DisputedRecord, Record
from gridops.intake.rules import RecordState, Verdict
from gridops.people.models import RoleHolding, User
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.evidence.pictures import picture, sha256
from tests.factories import make_category, make_grid, make_unit, make_user

LIMITS = Limits(10_000_000, 10_000_000)
CAPTURED = "2017-03-05T21:40:00+08:00"


class Street:
    """A street with an inspector, a desk of one, a handling unit, and a pen to write records with."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.root = make_grid(session, name="试验街道", west=119.95, south=31.85)
        if count(session, Category) == 0:
            make_category(session)
        self.unit = make_unit(session, self.root)
        self.inspector = self.person(Role.INSPECTOR)
        self.desk = self.person(Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER)
        self.handler = self.person(Role.HANDLER, unit=self.unit)

    def person(self, *roles: Role, **more: Any) -> Person:
        user = make_user(self.session, self.root, *roles, **more)
        found = load_person(self.session, user.id)
        assert found is not None
        return found

    def payload(self, kind: str = "report", files: tuple[bytes, ...] = (), **body: Any) -> dict[str, Any]:
        if kind == "report":
            body = {"category": "0110", "location": {"lon": 119.955, "lat": 31.855}, **body}
        attachments = [
            {"sha256": sha256(file), "size": len(file), "mime": "image/jpeg", "role": "before"} for file in files
        ]
        return {
            "type": kind,
            "captured_at": CAPTURED,
            "sent_at": CAPTURED,
            "device": "phone",
            "body": body,
            "attachments": attachments,
        }

    def take(self, person: Person, name: str, payload: dict[str, Any]) -> service.Taken:
        with clock.set_to(clock.parse_instant(CAPTURED) + timedelta(minutes=2)):
            return service.take(self.session, person, name, parse_record(payload, name, LIMITS), payload)

    def report(self, name: str | None = None, **body: Any) -> receipts.Receipt:
        taken = self.take(self.inspector, name or str(uuid7()), self.payload(**body))
        assert taken.receipt is not None
        return taken.receipt

    def send(self, person: Person, content: bytes) -> bool:
        arrival = check(io.BytesIO(content), sha256(content), "image/jpeg", LIMITS)
        return service.attachment(self.session, arrival, person.user_id)

    def move(self, number: str, move: Move, **fields: Any) -> None:
        from gridops.cases.forms import MoveFields

        case = lookups.by_number(self.session, number)
        assert case is not None
        moving.move(self.session, case.id, move, self.desk, MoveFields(**fields))

    def dispatched(self, receipt: receipts.Receipt) -> str:
        assert receipt.number
        self.move(receipt.number, Move.FILE)
        self.move(receipt.number, Move.DISPATCH, unit=self.unit.id)
        return receipt.number


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def count(session: Session, what: Any) -> int:
    return session.scalar(select(func.count()).select_from(what)) or 0


def state_of(street: Street, number: str | None) -> State:
    case = lookups.by_number(street.session, number or "")
    assert case is not None
    return case.state


def test_a_report_becomes_a_case_and_the_same_again_changes_nothing(street: Street) -> None:
    name = str(uuid7())
    first = street.take(street.inspector, name, street.payload())
    again = street.take(street.inspector, name, street.payload())
    assert (first.status, again.status) == (201, 200)
    assert first.receipt == again.receipt
    assert first.receipt is not None
    assert first.receipt.complete
    assert first.receipt.grid == {"code": street.root.code, "name": "试验街道", "level": "street"}
    assert (count(street.session, Case), count(street.session, Record)) == (1, 1)
    case = lookups.by_number(street.session, first.receipt.number or "")
    assert case is not None
    assert (case.record_id, case.reported_at) == (name, clock.parse_instant(CAPTURED) + timedelta(minutes=2))
    assert first.receipt.clock_offset_s == 120


def test_another_content_under_the_same_name_is_kept_for_a_person(street: Street) -> None:
    first = street.report(name := str(uuid7()))
    other = street.payload(description="换了一句")
    for _ in range(2):
        taken = street.take(street.inspector, name, other)
        assert (taken.status, taken.receipt) == (409, None)
    assert count(street.session, DisputedRecord) == 1, "once per content"
    assert receipts.receipt_of(street.session, street.inspector, name) == first
    (item,) = queries.to_judge(street.session, street.root.id)
    assert (item.record_id, item.body) == (name, other["body"])


def test_a_name_in_use_by_another_person_gives_nothing_away(street: Street) -> None:
    street.report(name := str(uuid7()))
    stranger = street.person(Role.INSPECTOR)
    taken = street.take(stranger, name, street.payload())
    assert (taken.status, taken.receipt) == (409, None)
    with pytest.raises(NotFound):
        receipts.receipt_of(street.session, stranger, name)


def test_attachments_may_come_before_or_after(street: Street) -> None:
    early, late = picture(seed=1), picture(seed=2)
    street.send(street.inspector, early)
    payload = street.payload(files=(early, late))
    payload["attachments"][0]["album"] = True
    receipt = street.take(street.inspector, name := str(uuid7()), payload).receipt
    assert receipt is not None
    assert (receipt.complete, receipt.missing) == (False, (sha256(late),))
    case = lookups.by_record(street.session, name)
    assert case is not None
    assert [use.sha256 for use in evidence_queries.links_for(street.session, "case", case.id)] == [sha256(early)]
    assert street.send(street.inspector, late) is True
    assert street.send(street.inspector, late) is False
    assert receipts.receipt_of(street.session, street.inspector, name).complete
    uses = evidence_queries.links_for(street.session, "case", case.id)
    assert [(use.sha256, use.album, use.role) for use in uses] == [
        (sha256(early), True, "before"),
        (sha256(late), False, "before"),
    ]
    event = lookups.event_of_record(street.session, name)
    assert event is not None
    assert {use.event_id for use in uses} == {event[2]}
    assert {use.taken_at for use in uses} == {case.reported_at}


@pytest.mark.parametrize(
    ("album", "taken_at", "minutes"),
    [(False, None, 2), (True, None, 2), (False, CAPTURED, 2), (True, CAPTURED, 0)],
    ids=["camera, no time", "album, no time", "camera", "album"],
)
def test_the_time_of_an_album_photo_is_not_moved_by_the_phones_clock(
    street: Street, album: bool, taken_at: str | None, minutes: int
) -> None:
    street.send(street.inspector, content := picture(seed=5))
    payload = street.payload(files=(content,))
    payload["attachments"][0] |= {"album": album} | ({"taken_at": taken_at} if taken_at else {})
    name = str(uuid7())
    street.take(street.inspector, name, payload)
    case = lookups.by_record(street.session, name)
    assert case is not None
    (use,) = evidence_queries.links_for(street.session, "case", case.id)
    # The phone's clock is two minutes behind.
    assert use.taken_at == clock.parse_instant(CAPTURED) + timedelta(minutes=minutes)


def test_naming_the_hash_of_anothers_photo_gives_no_sight_of_it(street: Street) -> None:
    content = picture(seed=3)
    street.send(street.inspector, content)
    thief = street.person(Role.INSPECTOR)
    taken = street.take(thief, name := str(uuid7()), street.payload(files=(content,)))
    assert taken.receipt is not None
    assert taken.receipt.missing == (sha256(content),)
    case = lookups.by_record(street.session, name)
    assert case is not None
    assert evidence_queries.links_for(street.session, "case", case.id) == []


@pytest.mark.parametrize(("name", "value"), [("size", 5), ("mime", "image/png")])
def test_a_claim_that_contradicts_the_content_is_refused(street: Street, name: str, value: Any) -> None:
    content = picture(seed=4)
    street.send(street.inspector, content)
    payload = street.payload(files=(content,))
    payload["attachments"][0][name] = value
    with pytest.raises(Invalid) as refused:
        street.take(street.inspector, str(uuid7()), payload)
    assert refused.value.errors[0].field == f"attachments[0].{name}"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"category": "9999"}, "body.category"),
        ({"location": {"lon": 123.0, "lat": 25.0}}, "body.location"),
        ({"campaign": "nowhere"}, "body.campaign"),
        ({"same_as": "20170305-999999"}, "body.same_as"),
    ],
)
def test_what_can_never_be_right_is_refused_by_field(street: Street, body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        street.report(**body)
    assert [error.field for error in refused.value.errors] == [field]


def test_feedback_waits_for_its_report_and_then_takes_effect(street: Street) -> None:
    name, answer = str(uuid7()), str(uuid7())
    feedback = street.payload("feedback", case=name, words="已清理")
    waiting = street.take(street.handler, answer, feedback)
    assert waiting.status == 201
    assert waiting.receipt is not None
    assert (waiting.receipt.state, waiting.receipt.waiting_for) == (RecordState.WAITING, name)
    assert waiting.receipt.number is None
    street.report(name)
    # The case is there now, but nobody has dispatched it: that no longer fits and is a person's to judge.
    held = receipts.receipt_of(street.session, street.handler, answer)
    assert (held.state, held.waiting_for) == (RecordState.HELD, None)
    assert held.held_because


def test_a_second_sight_waits_for_the_first_and_takes_its_photo_along(street: Street) -> None:
    first, second, third = (str(uuid7()) for _ in range(3))
    photo = picture(seed=5)
    street.send(street.inspector, photo)
    payload = street.payload(files=(photo,), same_as=first)
    assert street.take(street.inspector, second, payload).receipt.waiting_for == first  # type: ignore[union-attr]
    chained = street.take(street.inspector, third, street.payload(same_as=second)).receipt
    assert chained is not None
    assert chained.waiting_for == second
    number = street.report(first).number
    for name in (second, third):
        receipt = receipts.receipt_of(street.session, street.inspector, name)
        assert (receipt.state, receipt.number, receipt.waiting_for) == (RecordState.APPLIED, number, None)
    case = lookups.by_record(street.session, first)
    assert case is not None
    assert len(evidence_queries.links_for(street.session, "case", case.id)) == 1
    assert count(street.session, Case) == 1


def test_records_that_name_each_other_are_held(street: Street) -> None:
    one, two = str(uuid7()), str(uuid7())
    street.report(one, same_as=two)
    assert street.report(two, same_as=one).state is RecordState.HELD


def test_a_whole_life_by_phone(street: Street) -> None:
    receipt = street.report(name := str(uuid7()))
    number = street.dispatched(receipt)
    taken = street.take(street.handler, str(uuid7()), street.payload("feedback", case=name, words="已清理"))
    assert taken.receipt is not None
    assert (taken.receipt.state, taken.receipt.number) == (RecordState.APPLIED, number)
    assert state_of(street, number) is State.HANDLED
    street.move(number, Move.SEND_TO_CHECK)
    failed = street.payload("check", case=number, outcome="failed", words="还有垃圾")
    assert street.take(street.inspector, str(uuid7()), failed).receipt.state is RecordState.APPLIED  # type: ignore[union-attr]
    assert state_of(street, number) in (State.DISPATCHED, State.RECEIVED)


def test_a_verification_answers_what_the_public_said(street: Street) -> None:
    taken = street.take(street.desk, name := str(uuid7()), street.payload(source="public"))
    assert taken.receipt is not None
    street.move(taken.receipt.number or "", Move.SEND_TO_VERIFY)
    answer = street.payload("verification", case=name, outcome=True, words="属实")
    assert street.take(street.inspector, str(uuid7()), answer).receipt.state is RecordState.APPLIED  # type: ignore[union-attr]
    case = lookups.by_record(street.session, name)
    assert case is not None
    assert case.state is State.REPORTED


def test_a_report_by_someone_without_the_role_is_held_and_can_take_effect_later(street: Street) -> None:
    receipt = street.take(street.handler, name := str(uuid7()), street.payload()).receipt
    assert receipt is not None
    assert (receipt.state, receipt.number) == (RecordState.HELD, None)
    assert receipt.held_because
    assert count(street.session, Case) == 0
    street.session.add(
        RoleHolding(user_id=street.handler.user_id, role=Role.INSPECTOR, unit_id=street.unit.id, grid_id=street.root.id)
    )
    street.session.flush()
    with pytest.raises(NotAllowed):
        judging.try_held_again(street.session, street.inspector, name)
    with pytest.raises(NotAllowed):
        judging.try_held_again(street.session, street.handler, name)
    after = judging.try_held_again(street.session, street.desk, name)
    assert (after.state, after.held_because) == (RecordState.APPLIED, None)
    assert (after.received_at, after.digest) == (receipt.received_at, receipt.digest)
    with pytest.raises(Closed):
        judging.try_held_again(street.session, street.desk, name)


def test_a_held_record_set_aside_takes_no_effect_and_frees_what_waited(street: Street) -> None:
    street.take(street.handler, name := str(uuid7()), street.payload())
    waiting = street.report(second := str(uuid7()), same_as=name)
    assert waiting.waiting_for == name
    with pytest.raises(Invalid):
        judging.set_aside(street.session, street.desk, name, " ")
    done = judging.set_aside(street.session, street.desk, name, "重复发送")
    assert done.state is RecordState.DISMISSED
    assert receipts.receipt_of(street.session, street.inspector, second).state is RecordState.HELD
    assert count(street.session, Case) == 0


def test_of_two_contents_both_can_stand(street: Street) -> None:
    street.report(name := str(uuid7()))
    street.take(street.inspector, name, street.payload(description="第二处"))
    (item,) = queries.to_judge(street.session, street.root.id)
    assert item.dispute_id is not None
    stranger = Street(street.session)
    with pytest.raises(NotFound):
        judging.judge_dispute(street.session, stranger.desk, item.dispute_id, Verdict.FIRST_STANDS, "x", LIMITS)
    entered = judging.judge_dispute(
        street.session, street.desk, item.dispute_id, Verdict.BOTH_STAND, "两处问题", LIMITS
    )
    assert entered is not None
    receipt = receipts.receipt_of(street.session, street.inspector, entered)
    assert (receipt.state, receipt.number is not None) == (RecordState.APPLIED, True)
    assert queries.to_judge(street.session, street.root.id) == []
    with pytest.raises(Closed):
        judging.judge_dispute(street.session, street.desk, item.dispute_id, Verdict.FIRST_STANDS, "x", LIMITS)


def test_a_number_out_of_sight_is_answered_like_one_nobody_bears(street: Street) -> None:
    other = Street(street.session)
    number = other.report().number
    with pytest.raises(Invalid) as refused:
        street.take(street.handler, str(uuid7()), street.payload("feedback", case=number, words="x"))
    assert refused.value.errors[0].reason == "no case has this number"


def test_a_uuid_of_another_jurisdiction_is_held_without_telling_why_it_exists(street: Street) -> None:
    other = Street(street.session)
    other.report(name := str(uuid7()))
    receipt = street.report(same_as=name)
    assert (receipt.state, receipt.number, receipt.grid) == (RecordState.HELD, None, None)


def test_what_was_overlooked_is_found_by_the_calendar(street: Street) -> None:
    street.report(name := str(uuid7()))
    late = street.report(second := str(uuid7()), same_as=str(uuid7()))
    assert late.state is RecordState.WAITING
    street.session.get_one(Record, second).waiting_for = name
    street.session.get_one(Record, second).body = {**street.payload(same_as=name)["body"]}
    street.session.flush()
    assert service.apply_overlooked(street.session) == 1
    assert receipts.receipt_of(street.session, street.inspector, second).state is RecordState.APPLIED
    assert service.apply_overlooked(street.session) == 0


def test_a_locked_senders_waiting_record_is_held(street: Street) -> None:
    street.report(second := str(uuid7()), same_as=(name := str(uuid7())))
    colleague = street.person(Role.INSPECTOR)
    street.session.get_one(User, street.inspector.user_id).active = False
    street.session.flush()
    street.take(colleague, name, street.payload())
    assert street.session.get_one(Record, second).state is RecordState.HELD


def test_every_effect_leaves_one_event_named_by_its_record(street: Street) -> None:
    receipt = street.report(name := str(uuid7()))
    street.report(same_as=receipt.number)
    rows = street.session.scalars(select(CaseEvent.record_id).where(CaseEvent.record_id.is_not(None))).all()
    assert len(rows) == 2
    assert name in rows
