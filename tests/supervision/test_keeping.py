"""Discipline checks, problem items, supervised matters: who may, what stays, what is told only once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.core.ids import uuid7
from gridops.people.queries import load_person, scope_of
from gridops.people.rules import Person, Role
from gridops.supervision import queries, service
from gridops.supervision.forms import LineForm, MatterForm, ProblemForm
from gridops.supervision.models import DisciplineCheck, MatterLine, Problem, ProblemStep
from gridops.supervision.queries import CheckFilter, ProblemFilter
from gridops.supervision.rules import Light, MatterState, ProblemState
from gridops.supervision.rules.matters import done_before
from gridops.supervision.rules.problems import overdue_at, state_at
from tests.factories import at, make_grid, make_user
from tests.supervision.office import NOW, Office, make_office, named, opened, send


@pytest.fixture
def office(session: Session) -> Iterator[Office]:
    with clock.set_to(NOW):
        yield make_office(session)


def acts(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).where(AuditEntry.subject_kind == kind).order_by(AuditEntry.id)))


def looked(session: Session, office: Office, **body: object) -> DisciplineCheck:
    told: dict[str, object] = {"unit": "LHT-CG", "fact": "窗口无人值守", "person": "张三丰", **body}
    return session.get_one(DisciplineCheck, send(session, office.officer, "discipline_check", told, NOW))


def stranger(session: Session, *roles: Role) -> Person:
    """Someone of another street."""
    found = load_person(session, make_user(session, make_grid(session), *roles).id)
    assert found is not None
    return found


# -- discipline checks


def test_a_look_is_recorded_once_however_often_the_phone_sends_it(session: Session, office: Office) -> None:
    body, name = {"unit": "LHT-PL", "fact": "在岗在位"}, str(uuid7())
    first = send(session, office.officer, "discipline_check", body, NOW, name)
    assert send(session, office.officer, "discipline_check", body, NOW, name) == first
    assert len(queries.check_page(session, scope_of(session, office.officer)).rows) == 1
    assert acts(session, "discipline_check") == ["discipline_check.record"]


def test_looks_at_two_units_on_one_day_are_one_check(session: Session, office: Office) -> None:
    for unit in ("LHT-PL", "LHT-CG"):
        looked(session, office, unit=unit)
    (check,) = queries.checks_between(session, office.root.id, at("2017-03-01 00:00"), at("2017-04-01 00:00"))
    assert (check.looks, check.unit_ids) == (2, {office.village.id, office.bureau.id})


def test_only_the_office_and_leaders_look_in(session: Session, office: Office) -> None:
    body = {"unit": "LHT-CG", "fact": "在岗"}
    for person in (office.villager, office.clerk, office.shift, office.approver, stranger(session)):
        with pytest.raises((NotAllowed, Invalid)):
            send(session, person, "discipline_check", body, NOW)
    assert send(session, office.leader, "discipline_check", body, NOW)
    with pytest.raises(Invalid) as wrong:
        send(session, office.officer, "discipline_check", {**body, "unit": "NOPE"}, NOW)
    assert wrong.value.errors[0].field == "body.unit"


def test_a_person_is_named_after_the_fact_was_verified_and_someone_else_approved(
    session: Session, office: Office
) -> None:
    look = looked(session, office)
    with pytest.raises(Closed):  # not verified yet
        service.approve_naming(session, office.approver, look.id, "纪〔2017〕3号", look.version)
    service.judge_check(session, office.officer, look.id, verified=True, outcome="谈话提醒", version=look.version)
    for person in (office.officer, office.clerk, office.shift):
        with pytest.raises(NotAllowed):
            service.approve_naming(session, person, look.id, "纪〔2017〕3号", look.version)
    service.approve_naming(session, office.approver, look.id, "纪〔2017〕3号", look.version)
    assert (look.naming_approved_by, look.naming_approval) == (office.approver.user_id, "纪〔2017〕3号")
    # Found untrue after all: the approval falls with the fact.
    service.judge_check(session, office.officer, look.id, verified=False, outcome="不属实", version=look.version)
    assert (look.verified_at, look.naming_approved_by) == (None, None)


def test_a_leader_who_recorded_a_look_does_not_approve_the_name(session: Session, office: Office) -> None:
    body = {"unit": "LHT-CG", "fact": "脱岗", "person": "张三"}
    look = session.get_one(DisciplineCheck, send(session, office.leader, "discipline_check", body, NOW))
    service.judge_check(session, office.officer, look.id, verified=True, outcome=None, version=1)
    with pytest.raises(NotAllowed):
        service.approve_naming(session, office.leader, look.id, "口头", look.version)


def test_a_name_is_read_by_few_and_every_reading_is_noted_without_it(session: Session, office: Office) -> None:
    look = looked(session, office)
    for person in (office.clerk, office.shift, stranger(session, Role.LEADER)):
        with pytest.raises(NotAllowed):
            service.read_person(session, person, look)
    assert service.read_person(session, office.leader, look) == "张三丰"
    assert acts(session, "discipline_check")[-1] == "discipline_check.read"
    assert "张三丰" not in str([entry.details for entry in session.scalars(select(AuditEntry))])


def test_a_void_look_stays_and_counts_no_more(session: Session, office: Office) -> None:
    look = looked(session, office)
    with pytest.raises(Conflict):
        service.void_check(session, office.officer, look.id, "重复", look.version + 1)
    service.void_check(session, office.officer, look.id, "重复", look.version)
    assert queries.checks_between(session, office.root.id, at("2017-03-01 00:00"), at("2017-04-01 00:00")) == []
    (row,) = queries.check_page(session, scope_of(session, office.officer)).rows
    assert row.check.void_reason == "重复"
    with pytest.raises(Closed):
        service.judge_check(session, office.officer, look.id, verified=True, outcome=None, version=look.version)


def test_lists_of_looks_are_narrowed_and_paged(session: Session, office: Office) -> None:
    for hour in range(9, 12):
        when = at(f"2017-03-05 {hour:02d}:00")
        send(session, office.officer, "discipline_check", {"unit": "LHT-CG", "fact": "在岗"}, when)
    send(session, office.officer, "discipline_check", {"unit": "LHT-PL", "fact": "在岗"}, at("2017-02-05 09:00"))
    scope = scope_of(session, office.leader)
    first = queries.check_page(session, scope, limit=2)
    second = queries.check_page(session, scope, after=first.next, limit=2)
    assert [row.check.at for row in first.rows + second.rows] == [
        at("2017-03-05 11:00"), at("2017-03-05 10:00"), at("2017-03-05 09:00"), at("2017-02-05 09:00"),
    ]  # fmt: skip
    assert second.next is None
    found = queries.check_page(session, scope, CheckFilter(unit_id=office.village.id, verified=False))
    assert [row.unit for row in found.rows] == ["盘龙社区"]
    assert queries.check_page(
        session, scope, CheckFilter(start=at("2017-02-01 00:00"), end=at("2017-03-01 00:00"))
    ).rows
    assert queries.check_page(session, scope_of(session, stranger(session, Role.LEADER))).rows == []


# -- problem items


def test_an_item_goes_from_its_unit_to_the_office_and_back(session: Session, office: Office) -> None:
    item = named(session, office)
    assert (item.number, item.series, item.streak) == ("WT2017-0001", "supervision", 1)
    assert [row.problem.number for row in queries.to_answer(session, office.villager)] == [item.number]
    with pytest.raises(Closed):  # nothing to judge yet
        service.judge_answer(session, office.officer, item.id, accepted=True, why=None, version=item.version)
    send(
        session, office.villager, "problem_answer", {"problem": item.number, "words": "已清理"}, at("2017-03-10 09:00")
    )
    assert queries.to_answer(session, office.villager) == []
    with pytest.raises(Invalid):  # a refusal says why
        service.judge_answer(session, office.officer, item.id, accepted=False, why=None, version=item.version)
    with clock.set_to(at("2017-03-11 09:00")):
        service.judge_answer(session, office.officer, item.id, accepted=False, why="还有一处", version=item.version)
    assert len(queries.to_answer(session, office.villager)) == 1
    send(session, office.villager, "problem_answer", {"problem": item.number, "words": "全清"}, at("2017-03-12 09:00"))
    with clock.set_to(at("2017-03-13 09:00")):
        service.judge_answer(session, office.officer, item.id, accepted=True, why=None, version=item.version)
    told = [(step.state, step.words) for step in queries.steps_of(session, item.id)]
    assert told == [
        (ProblemState.ANSWERED, "已清理"),
        (ProblemState.REFUSED, "还有一处"),
        (ProblemState.ANSWERED, "全清"),
        (ProblemState.ACCEPTED, None),
    ]
    assert (item.answer, item.accepted_by) == ("全清", office.officer.user_id)
    with pytest.raises(Closed):
        send(session, office.villager, "problem_answer", {"problem": item.number, "words": "又"}, NOW)
    assert acts(session, "problem") == [
        "problem.name", "problem.answer", "problem.refuse", "problem.answer", "problem.accept",
    ]  # fmt: skip


def test_an_answer_sent_twice_is_one_step(session: Session, office: Office) -> None:
    item, name = named(session, office), str(uuid7())
    body: dict[str, object] = {"problem": item.number, "words": "已清理"}
    for _time in range(2):
        send(session, office.villager, "problem_answer", body, NOW, name)
    assert len(queries.steps_of(session, item.id)) == 1


def test_answers_that_arrive_out_of_turn_leave_the_later_one_standing(session: Session, office: Office) -> None:
    item = named(session, office)
    for words, when in (("后来", "2017-03-10 12:00"), ("起先", "2017-03-10 09:00")):
        send(session, office.villager, "problem_answer", {"problem": item.number, "words": words}, at(when))
    assert (item.answer, len(queries.steps_of(session, item.id))) == ("后来", 2)


def test_only_handlers_of_the_unit_answer_and_nobody_judges_his_own(session: Session, office: Office) -> None:
    item = named(session, office)
    for person in (office.clerk, office.shift, office.leader):
        with pytest.raises(NotAllowed):
            send(session, person, "problem_answer", {"problem": item.number, "words": "好了"}, NOW)
    with pytest.raises(NotFound):
        send(session, stranger(session, Role.HANDLER), "problem_answer", {"problem": item.number, "words": "x"}, NOW)
    # The office notes an answer on paper; then another officer or nobody may accept it.
    send(session, office.officer, "problem_answer", {"problem": item.number, "words": "书面反馈"}, NOW)
    with pytest.raises(NotAllowed):
        service.judge_answer(session, office.officer, item.id, accepted=True, why=None, version=item.version)
    with pytest.raises(NotAllowed):
        service.judge_answer(session, office.villager, item.id, accepted=True, why=None, version=item.version)


def test_a_handler_sees_the_items_of_his_units_alone(session: Session, office: Office) -> None:
    ours, theirs = named(session, office), named(session, office, office.bureau)
    for person, seen in ((office.villager, [ours]), (office.clerk, [theirs]), (office.officer, [theirs, ours])):
        scope = scope_of(session, person)
        assert [row.problem for row in queries.problem_page(session, scope).rows] == seen
    with pytest.raises(NotFound):
        queries.problem_in_sight(session, scope_of(session, office.villager), theirs.number)


def test_an_item_named_again_and_again_is_counted_in_a_row(session: Session, office: Office) -> None:
    first = named(session, office, period="2017-01")
    second = named(session, office, period="2017-02", follows=first.number)
    third = named(session, office, period="2017-03", follows=second.number)
    assert [item.streak for item in (first, second, third)] == [1, 2, 3]
    assert queries.chain_of(session, third) == [second, first]
    named(session, office, period="2017-04")  # an issue that names only something else
    assert named(session, office, period="2017-05", follows=third.number).streak == 1
    for wrong in (
        {"follows": "WT2017-9999"},
        {"follows": third.number, "period": "2017-03"},  # the same issue
        {"follows": third.number, "series": "special"},
        {"unit": "NOPE"},
        {"due_at": at("2017-03-05 23:59")},  # over already
        {"case": "20170301-000001"},
    ):
        form = ProblemForm(**{"unit": "LHT-PL", "fact": "x", "period": "2017-06", **wrong})  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            service.name_problem(session, office.officer, form)


def test_lists_of_items_follow_their_state(session: Session, office: Office) -> None:
    late = named(session, office, due_at=at("2017-03-07 23:59"))
    done = named(session, office)
    send(session, office.villager, "problem_answer", {"problem": done.number, "words": "好了"}, NOW)
    service.judge_answer(session, office.officer, done.id, accepted=True, why=None, version=done.version)
    refused = named(session, office)
    send(session, office.villager, "problem_answer", {"problem": refused.number, "words": "好了"}, NOW)
    with clock.set_to(at("2017-03-07 09:00")):
        service.judge_answer(session, office.officer, refused.id, accepted=False, why="没有", version=refused.version)
    waiting = named(session, office)
    send(session, office.villager, "problem_answer", {"problem": waiting.number, "words": "好了"}, NOW)
    void = named(session, office, due_at=at("2017-03-07 23:59"))
    service.void_problem(session, office.officer, void.id, "误列", void.version)
    scope = scope_of(session, office.officer)

    def numbers(wanted: ProblemFilter) -> set[str]:
        return {row.problem.number for row in queries.problem_page(session, scope, wanted).rows}

    assert numbers(ProblemFilter(state=ProblemState.ACCEPTED)) == {done.number}
    assert numbers(ProblemFilter(state=ProblemState.REFUSED)) == {refused.number}
    assert numbers(ProblemFilter(state=ProblemState.ANSWERED)) == {waiting.number}
    assert numbers(ProblemFilter(state=ProblemState.OPEN)) == {late.number, void.number}
    assert numbers(ProblemFilter(overdue=at("2017-03-08 00:00"))) == {late.number}
    assert len(queries.of_period(session, office.root.id, "supervision", "2017-02")) == 4


# -- supervised matters


def test_a_matter_is_told_of_weekly_and_signed_off(session: Session, office: Office) -> None:
    matter = opened(session, office, helpers=("LHT-CG",), due_at=at("2017-06-30 23:59"))
    assert (matter.number, queries.helpers_of(session, [matter.id])) == ("DC2017-0001", {matter.id: [office.bureau.id]})
    scope = scope_of(session, office.leader)

    def state(when: str) -> MatterState | None:
        return queries.matter_in_sight(session, scope, matter.number, at(when)).state

    for day, person, light in ((7, office.villager, Light.YELLOW), (14, office.officer, Light.RED)):
        with clock.set_to(at(f"2017-03-{day:02d} 09:00")):
            for _time in range(2):  # pressed twice, written once
                service.add_line(session, person, matter.id, LineForm("拆违进行中", light))
    assert len(session.scalars(select(MatterLine)).all()) == 2
    assert (state("2017-03-14 09:00"), state("2017-03-14 09:01")) == (MatterState.ON_TRACK, MatterState.LATE)
    with pytest.raises(NotAllowed):
        service.sign_off(session, office.villager, matter.id, "完成", matter.version)
    # A helping unit sees the matter and writes its line; how it stands is the lead unit's and the office's to say.
    assert queries.matter_in_sight(session, scope_of(session, office.clerk), matter.number, NOW).matter.id == matter.id
    with clock.set_to(at("2017-03-16 09:00")):
        assert service.add_line(session, office.clerk, matter.id, LineForm("已配合", Light.GREEN)).light is Light.RED
    with pytest.raises(NotAllowed):
        service.add_line(session, office.shift, matter.id, LineForm("与我无关", Light.GREEN))
    with clock.set_to(at("2017-03-20 09:00")):
        service.sign_off(session, office.leader, matter.id, "全部完成", matter.version)
    assert state("2017-03-20 09:00") is MatterState.LATE
    assert state("2017-03-21 00:00") is MatterState.DONE
    with pytest.raises(Closed):
        service.add_line(session, office.officer, matter.id, LineForm("还有", Light.GREEN))
    with pytest.raises(NotAllowed):
        service.undo_sign_off(session, office.villager, matter.id, "未完成", matter.version)
    with clock.set_to(at("2017-04-10 09:00")):
        service.undo_sign_off(session, office.officer, matter.id, "回头看发现反弹", matter.version)
        with pytest.raises(Closed):
            service.undo_sign_off(session, office.officer, matter.id, "再来一次", matter.version)
        service.add_line(session, office.villager, matter.id, LineForm("继续整治", Light.YELLOW))
    (gone,) = queries.undoings(session, [matter.id])[matter.id]
    assert (gone.outcome, gone.reason, matter.done_at) == ("全部完成", "回头看发现反弹", None)
    # The figures of March still know it as done; those of April do not.
    spans = [(gone.done_at, gone.undone_at)]
    for end, done in (("2017-03-20 09:00", False), ("2017-04-01 00:00", True), ("2017-04-10 09:00", True),
                      ("2017-04-10 09:01", False)):  # fmt: skip
        assert (done_before(matter.done_at, spans, at(end)) is not None) is done, end
    lines = ["matter.line"] * 3
    assert acts(session, "matter") == ["matter.open", *lines, "matter.sign_off", "matter.undo", "matter.line"]


def test_only_the_office_opens_a_matter_and_units_must_be_known(session: Session, office: Office) -> None:
    with pytest.raises(NotAllowed):
        service.open_matter(session, office.leader, MatterForm("x", "LHT-PL"))
    for wrong in (MatterForm("x", "NOPE"), MatterForm("x", "LHT-PL", helpers=("NOPE",))):
        with pytest.raises(Invalid):
            service.open_matter(session, office.officer, wrong)
    matter = opened(session, office)
    service.void_matter(session, office.officer, matter.id, "误立", matter.version)
    with pytest.raises(Closed):
        service.sign_off(session, office.officer, matter.id, "完成", matter.version)
    assert session.query(ProblemStep).count() == 0


def test_matters_are_seen_by_the_lead_unit_and_by_who_watches(session: Session, office: Office) -> None:
    opened(session, office)
    for person, seen in ((office.villager, 1), (office.clerk, 0), (office.leader, 1)):
        assert len(queries.matter_page(session, scope_of(session, person), NOW).rows) == seen


def test_what_a_list_finds_is_what_the_rule_says(session: Session, office: Office) -> None:
    """The states in SQL and `rules.problems.state_at`, over every order in which things may have happened."""
    moments = (None, at("2017-03-01 09:00"), at("2017-03-02 09:00"))
    for answered, refused, accepted, due in itertools.product(moments, moments, moments, moments):
        item = named(session, office)
        item.answered_at, item.refused_at, item.accepted_at, item.due_at = answered, refused, accepted, due
    session.flush()
    scope = scope_of(session, office.officer)

    def found(wanted: ProblemFilter) -> set[str]:
        return {row.problem.number for row in queries.problem_page(session, scope, wanted, limit=500).rows}

    items = list(session.scalars(select(Problem)))
    assert len(items) == 81
    for state in ProblemState:
        assert found(ProblemFilter(state=state)) == {one.number for one in items if state_at(one, NOW) is state}, state
    assert found(ProblemFilter(overdue=NOW)) == {one.number for one in items if overdue_at(one, NOW)}
    owed = {row.problem.number for row in queries.to_answer(session, office.villager)}
    still = (ProblemState.OPEN, ProblemState.REFUSED)
    assert owed == {one.number for one in items if state_at(one, NOW) in still}
