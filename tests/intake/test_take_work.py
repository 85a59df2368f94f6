"""Records of outings through the ledger: what they name waits or is found, what they led to is told and proved."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid, NotAllowed
from gridops.core.ids import uuid7
from gridops.evidence import queries as evidence_queries
from gridops.inspections import queries as inspections
from gridops.intake import judging, line_import, queries, receipts, service
from gridops.intake.line_kinds import KINDS
from gridops.intake.models import Record
from gridops.intake.rules import RecordState, Verdict
from gridops.operations import queries as operations
from gridops.operations import service as operations_service
from gridops.operations.rules import TallyKind
from gridops.people.models import RoleHolding
from gridops.people.rules import Person, Role
from gridops.squads import queries as squads
from gridops.supervision.models import Problem
from tests.evidence.pictures import picture, sha256
from tests.factories import make_grid
from tests.intake.test_take import LIMITS, Street


class Force(Street):
    """A street with a campaign, an officer who leads and an inspector who comes along."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.grid = make_grid(session, parent=self.root, west=119.95, south=31.85)
        self.campaign = operations_service.ensure_campaign(session, self.root.id, "ZX1", "非机动车乱停放整治")
        self.leader = self.person(Role.OFFICER)

    def said(self, type_: str, files: tuple[bytes, ...] = (), /, **body: Any) -> dict[str, Any]:
        return self.payload(type_, files) | {"body": body}

    def hand(self, person: Person, type_: str, name: str | None = None, /, **body: Any) -> service.Receipt:
        taken = self.take(person, name or str(uuid7()), self.said(type_, **body))
        assert taken.receipt is not None, taken
        return taken.receipt

    def begun(self, name: str | None = None) -> service.Receipt:
        return self.hand(self.leader, "outing", name, action="start", campaign="ZX1", grid=self.grid.code)

    def sums(self, number: str | None) -> dict[TallyKind, int]:
        outing = operations.outing_named(self.session, self.root.id, number or "")
        return operations.tally_sums(self.session, [outing.id]).get(outing.id, {})


@pytest.fixture
def force(session: Session) -> Force:
    return Force(session)


def state(force: Force, person: Person, name: str) -> RecordState:
    return receipts.receipt_of(force.session, person, name).state


def test_an_outing_is_receipted_with_its_number_and_grid(force: Force) -> None:
    name = str(uuid7())
    first, again = force.begun(name), force.begun(name)
    assert first == again
    assert first.state is RecordState.APPLIED
    assert first.number == "XD2017-0001"
    assert first.grid is not None
    assert first.grid["code"] == force.grid.code
    row = force.session.get_one(Record, name)
    assert (row.subject_kind, row.case_id) == ("outing", None)


def test_what_comes_before_its_outing_waits_and_then_counts_once(force: Force) -> None:
    begin, early, end = (str(uuid7()) for _ in range(3))
    waiting = force.hand(force.leader, "tally", early, outing=begin, kind="tidied", amount=12)
    assert (waiting.state, waiting.waiting_for, waiting.number) == (RecordState.WAITING, begin, None)
    assert force.hand(force.leader, "outing", end, action="end", outing=begin).waiting_for == begin
    number = force.begun(begin).number
    for name in (early, end):
        receipt = receipts.receipt_of(force.session, force.leader, name)
        assert (receipt.state, receipt.number, receipt.waiting_for) == (RecordState.APPLIED, number, None)
    # One that comes after the end counts too, named by the number, or by any record about the same outing.
    force.hand(force.leader, "tally", outing=number, kind="tidied", amount=3)
    force.hand(force.leader, "tally", outing=end, kind="tidied", amount=-1)
    assert force.sums(number) == {TallyKind.TIDIED: 14}


def test_a_check_in_names_its_outing_or_only_the_leaders_code(force: Force) -> None:
    number = force.begun().number
    outing = operations.outing_named(force.session, force.root.id, number or "")
    squad = squads.squad(force.session, outing.squad_id)
    assert squad is not None
    by_code = force.hand(force.inspector, "check_in", code=squad.code)
    assert (by_code.state, by_code.number) == (RecordState.APPLIED, number)
    named = force.hand(force.leader, "check_in", outing=number, name="周警官", agency="police_station")
    assert named.number == number
    assert squads.turns(force.session, [squad.id])[squad.id].people == 3
    unknown = force.hand(force.inspector, "check_in", code="nobody shows this")
    assert (unknown.state, unknown.number) == (RecordState.HELD, None)


def test_photos_hang_on_what_the_record_led_to_whenever_they_come(force: Force) -> None:
    early, late = picture(seed=11), picture(seed=12)
    force.hand(force.leader, "outing", begin := str(uuid7()), action="start", campaign="ZX1")
    force.send(force.leader, early)
    payload = force.said(
        "handover",
        (early, late),
        outing=begin,
        from_agency="urban_management",
        to_agency="traffic_police",
        what="三轮车一辆",
        receiver="周警官",
    )
    receipt = force.take(force.leader, name := str(uuid7()), payload).receipt
    assert receipt is not None
    assert receipt.missing == (sha256(late),)
    force.send(force.leader, late)
    row = force.session.get_one(Record, name)
    assert row.subject_kind == "handover"
    assert row.subject_id is not None
    uses = evidence_queries.links_for(force.session, "handover", row.subject_id)
    assert {use.sha256 for use in uses} == {sha256(early), sha256(late)}
    assert {use.record_id for use in uses} == {name}
    assert receipts.receipt_of(force.session, force.leader, name).complete


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("tally", {"outing": "XD2017-9999", "kind": "tidied", "amount": 1}, "body.outing"),  # nobody bears the number
        ("tally", {"kind": "tidied", "amount": 1}, "body.outing"),
        ("tally", {"outing": "XD2017-0001", "kind": "tidied", "amount": 0}, "body.amount"),
        ("tally", {"outing": "XD2017-0001", "kind": "fined", "amount": 1}, "body.kind"),  # fines are never a tally
        ("tally", {"outing": "XD2017-0001", "kind": "tidied", "amount": 10**30}, "body.amount"),
        ("outing", {"action": "start"}, "body.campaign"),
        ("outing", {"action": "start", "campaign": "ZX1", "grid": "nowhere"}, "body.grid"),
        ("outing", {"action": "start", "campaign": "ZX1", "agencies": ["army"]}, "body.agencies[0]"),
        ("check_in", {"outing": "1", "round": "2"}, "body.outing"),
        ("incident", {"kind": "seized", "agency": "urban_management"}, "body.basis"),  # 行政强制法: never without
        ("handover", {"from_agency": "fire", "to_agency": "fire", "what": "x", "receiver": "y"}, "body.to_agency"),
        ("handover", {"from_agency": "fire", "to_agency": "other", "what": "x", "receiver": "y", "incident": "77"},
         "body.incident"),
    ],
)  # fmt: skip
def test_what_can_never_be_right_is_refused_by_field(force: Force, kind: str, body: dict[str, Any], field: str) -> None:
    force.begun()
    with pytest.raises(Invalid) as refused:
        force.hand(force.leader, kind, **body)
    assert field in [error.field for error in refused.value.errors]


def test_a_record_of_someone_without_the_role_is_held_until_a_person_judges(force: Force) -> None:
    number = force.begun().number
    name = str(uuid7())
    held = force.hand(force.handler, "tally", name, outing=number, kind="persuaded", amount=5)
    assert (held.state, held.number) == (RecordState.HELD, None)
    (item,) = judging.waiting(force.session, force.desk)
    assert (item.record_id, item.body["amount"]) == (name, 5)
    sight, first = judging.seen(force.session, force.desk, item)
    assert (sight.body["kind"], first) == ("persuaded", None)
    force.session.add(_role(force))
    force.session.flush()
    assert judging.try_held_again(force.session, force.desk, name).number == number
    assert force.sums(number) == {TallyKind.PERSUADED: 5}


def test_of_two_contents_of_a_tally_both_can_stand(force: Force) -> None:
    number, name = force.begun().number, str(uuid7())
    force.hand(force.leader, "tally", name, outing=number, kind="cleared", amount=1)
    other = force.said("tally", outing=number, kind="cleared", amount=2)
    assert force.take(force.leader, name, other).status == 409
    (item,) = queries.to_judge(force.session, force.root.id)
    assert item.dispute_id is not None
    _sight, first = judging.seen(force.session, force.desk, item)
    assert first is not None
    entered = judging.judge_dispute(force.session, force.desk, item.dispute_id, Verdict.BOTH_STAND, "两次", LIMITS)
    assert entered is not None
    assert state(force, force.leader, entered) is RecordState.APPLIED
    assert force.sums(number) == {TallyKind.CLEARED: 3}


def test_a_record_names_only_what_stands_in_its_own_street(force: Force) -> None:
    begin = str(uuid7())
    number = force.begun(begin).number
    east = Force(force.session)
    name = str(uuid7())
    # By its number another street's outing is like one that does not exist; by the record it is not found.
    with pytest.raises(Invalid):
        east.hand(east.leader, "tally", outing=f"{number}9", kind="tidied", amount=1)
    held = east.hand(east.leader, "tally", name, outing=begin, kind="tidied", amount=1)
    assert (held.state, held.number) == (RecordState.HELD, None)
    assert force.sums(number) == {}


def test_a_record_cannot_name_itself_nor_one_of_another_kind(force: Force) -> None:
    name = str(uuid7())
    with pytest.raises(Invalid):
        force.hand(force.leader, "tally", name, outing=name, kind="tidied", amount=1)
    report = force.report(case := str(uuid7()))
    assert report.number
    assert force.hand(force.leader, "tally", outing=case, kind="tidied", amount=1).state is RecordState.HELD


def _role(force: Force) -> Any:
    return RoleHolding(user_id=force.handler.user_id, role=Role.OFFICER, unit_id=force.unit.id, grid_id=force.root.id)


def test_a_round_by_phone_with_everything_out_of_order(force: Force) -> None:
    begin, visit, end, track = (str(uuid7()) for _ in range(4))
    walker = force.inspector
    assert force.hand(walker, "visit", visit, round=begin, **VISIT).waiting_for == begin
    points = [[0, 119.951, 31.851, 8.0], [60, 119.952, 31.852]]
    times = {"started_at": "2017-03-05T21:00:00+08:00", "ended_at": "2017-03-05T21:02:00+08:00"}
    assert force.hand(walker, "track", track, round=begin, points=points, **times).waiting_for == begin
    assert force.hand(walker, "round", end, action="end", round=begin).waiting_for == begin
    number = force.hand(walker, "round", begin, action="start", theme="安全", grids=[force.grid.code]).number
    assert number
    for name in (visit, track, end):
        receipt = receipts.receipt_of(force.session, walker, name)
        assert (receipt.state, receipt.number) == (RecordState.APPLIED, number), receipt.held_because
    kinds = {name: force.session.get_one(Record, name).subject_kind for name in (begin, visit, track, end)}
    assert kinds == {begin: "round", visit: "visit", track: "track", end: "round"}
    # Where somebody went is kept for a while only; that the record is here still answers the phone.
    row = force.session.get_one(Record, track)
    ended = datetime.fromisoformat(times["ended_at"])
    assert service.forget_paths(force.session, ended) == 0
    assert row.body["points"] == points
    assert service.forget_paths(force.session, ended + timedelta(seconds=1)) == 1
    kept = squads.track_of_record(force.session, track)
    assert kept
    assert (kept.points, row.body["points"], kept.ended_at) == ([], [], ended)
    assert kept.forgotten_at is not None
    assert service.forget_paths(force.session, ended + timedelta(seconds=1)) == 0
    assert force.hand(walker, "track", track, round=begin, points=points, **times).state is RecordState.APPLIED
    assert row.body["points"] == []


def test_the_leaders_code_of_a_round_needs_no_name_of_the_round(force: Force) -> None:
    number = force.hand(force.leader, "round", action="start", theme="安全").number
    night = inspections.round_named(force.session, force.root.id, number or "")
    squad = squads.squad(force.session, night.squad_id)
    assert squad is not None
    joined = force.hand(force.inspector, "check_in", code=squad.code)
    assert (joined.state, joined.number) == (RecordState.APPLIED, number), joined.held_because
    assert squads.turns(force.session, [squad.id])[squad.id].people == 2


def test_a_look_at_a_unit_is_judged_by_supervision_alone(force: Force) -> None:
    chief, other = force.person(Role.SUPERVISION_OFFICER), force.person(Role.SUPERVISION_OFFICER)
    look = {"unit": force.unit.code, "fact": "脱岗", "person": "孙八"}
    done = force.hand(chief, "discipline_check", **look)
    assert (done.state, done.number, done.grid) == (RecordState.APPLIED, None, None)
    held = force.hand(force.inspector, "discipline_check", name := str(uuid7()), **look)
    assert held.state is RecordState.HELD
    assert judging.waiting(force.session, force.desk) == []
    assert not judging.any_waiting(force.session, force.desk)
    with pytest.raises(NotAllowed):
        judging.set_aside(force.session, force.desk, name, "x")
    assert [item.record_id for item in judging.waiting(force.session, other)] == [name]
    assert judging.set_aside(force.session, other, name, "不是督查人员").state is RecordState.DISMISSED


def test_an_answer_to_a_problem_item_is_proved_by_its_photo(force: Force, tmp_path: Path) -> None:
    file = tmp_path / "supervision.csv"
    file.write_text(
        f"external_id,kind,at,unit_code,fact\nS1,problem,2017-03-01T10:00:00,{force.unit.code},垃圾未清\n", "utf-8"
    )
    (kind,) = (kind for kind in KINDS if kind.name == "supervision")
    assert line_import.run(force.session, kind, force.root.id, "theirs", file).new == 1
    problem = force.session.scalars(select(Problem).where(Problem.root_id == force.root.id)).one()
    photo = picture(seed=13)
    force.send(force.handler, photo)
    said = force.said("problem_answer", (photo,), problem=problem.number, words="已清理")
    receipt = force.take(force.handler, str(uuid7()), said).receipt
    assert receipt is not None
    assert (receipt.state, receipt.number) == (RecordState.APPLIED, problem.number), receipt.held_because
    (use,) = evidence_queries.links_for(force.session, "problem", problem.id)
    assert use.sha256 == sha256(photo)
    with pytest.raises(Invalid):
        force.hand(force.handler, "problem_answer", problem="WT2017-9999", words="x")


VISIT = {"premises": {"name": "乙五金店"}, "kind": "call", "complete": True, "signed": "not_asked", "findings": [
    {"text": "通道堆物", "severity": "general"}]}  # fmt: skip
